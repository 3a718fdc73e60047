"""The buyer's day on one page: what to order, send, chase, receive and match; and what lies where."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from outsourcing import selectors
from p2p.core.web import formats
from p2p.core.web.page import Page, is_fragment

SHOWN = 200
QUEUES: dict[str, tuple[Any, Any, str, bool]] = {
    "to_order": (_("To order"), _("Released outside work nobody has ordered yet"), "operations", False),
    "drafts": (_("To send out"), _("Drafts that wait for a look and a price"), "orders", False),
    "to_send": (_("To dispatch"), _("Pieces or components that stand ready to go"), "lines", False),
    "at_vendor": (_("At vendor"), _("Pieces at vendors now"), "lines", False),
    "late": (_("Late"), _("Past their day, or promised too late"), "lines", True),
    "to_receive": (_("To receive"), _("Expected within three days"), "lines", False),
    "to_match": (_("To match"), _("Received, not invoiced yet"), "lines", False),
    "blocked": (_("Blocked"), _("Invoices that do not match"), "invoices", True),
}


class Workbench(Page):
    """Eight queues with their counts; one of them open."""

    section, title = "outsourcing", _("Subcontracting")
    template_name = "outsourcing/workbench.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        counts = selectors.counts()
        asked = request.GET.get("queue") or next((key for key in QUEUES if counts[key]), "to_order")
        if asked not in QUEUES:
            raise Http404
        title, about, kind, _hot = QUEUES[asked]
        rows = list(selectors.QUEUES[asked]()[:SHOWN])
        context = {
            "page": self,
            "queues": [
                {"key": key, "title": name, "about": words, "count": counts[key], "hot": hot and counts[key]}
                for key, (name, words, _kind, hot) in QUEUES.items()
            ],
            "queue": asked,
            "queue_title": title,
            "queue_about": about,
            "kind": kind,
            "rows": rows,
            "shown": formats.number(len(rows)),
            "all": formats.number(counts[asked]),
            "more": counts[asked] > len(rows),
        }
        partial = is_fragment(request) and request.headers.get("HX-Target") == "queue"
        return render(request, "outsourcing/queue.html" if partial else self.template_name, context)


class AtVendors(Page):
    """Pieces in work and stock at every vendor."""

    section, title = "outsourcing", _("Stock at vendors")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return render(
            request, "outsourcing/at_vendors.html", {"page": self, "vendors": selectors.whereabouts()}
        )
