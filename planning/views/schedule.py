"""The schedule: start form, one run, the Gantt with its side panel."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import at_sites
from p2p.core.web import formats
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, who
from p2p.core.web.records import RecordPage, RecordTab, Said
from planning import forms, selectors, words
from planning.models import ProductionOrder, ScheduleRun
from planning.services import schedule
from planning.services.schedule import why
from planning.snapshot.stations import Shut
from planning.views.orders import lateness
from planning.views.plans import took
from strategies.models import Site

MOVER = ("planner", "supervisor")


class ScheduleNew(ActionForm):
    title, submit, section, roles = _("Schedule"), _("Schedule"), "planning", MOVER
    form_class = forms.ScheduleForm
    text = _("All open orders are placed on work centres and shifts; what has started or is locked stays.")

    def initial(self) -> dict[str, Any]:
        site = Site.objects.filter(active=True).order_by("pk").first()
        rows = ProductionOrder.objects.filter(state__in=ProductionOrder.OPEN)
        known = rows.aggregate(first=Min("start_on"), last=Max("due_on"))
        now = clock.now().replace(second=0, microsecond=0)
        if known["last"] and known["last"] < now.date():
            # Old data: from now on everything would only be late.
            now = datetime.combine(known["first"], time(0), now.tzinfo)
        return {"site": site, "starts_at": now}

    def act(self, form: Any) -> Any:
        run = schedule.schedule(**form.cleaned_data, by=who(self.request))
        return reverse("planning:schedule", args=[run.pk])


class SchedulePage(RecordPage):
    model, lookup, slot, section = ScheduleRun, "pk", "schedule", "planning"
    list_url, list_title = "planning:gantt", _("Gantt")

    def rows(self) -> QuerySet[Any]:
        return at_sites(ScheduleRun.objects.select_related("site", "asked_by"), self.request.user)

    def heading(self) -> str:
        return str(self.record)

    def subtitle(self) -> Any:
        return self.record.site.name

    def facts(self) -> list[Said]:
        run = self.record
        facts = [
            Said(_("Starts"), formats.moment(run.starts_at)),
            Said(_("Asked"), formats.moment(run.asked_at)),
        ]
        if took(run) is not None:
            facts.append(Said(_("Took"), formats.duration(took(run))))
        if run.summary.get("rule"):
            facts.append(Said(_("Best rule"), run.summary["rule"]))
        return facts

    def tabs(self) -> list[RecordTab]:
        return [RecordTab("summary", _("Summary"), "planning/schedule_summary.html")]

    def extra(self) -> dict[str, Any]:
        run = self.record
        late = run.summary.get("late_orders", [])[:50]
        sent = run.summary.get("sent_out", [])[:50]
        gaps, unplaced = (run.summary.get(name, [])[:50] for name in ("gaps", "unplaced"))
        named = [row["order"] for row in (*late, *sent, *gaps, *unplaced)]
        known = {one.number: one for one in selectors.orders().filter(number__in=named)}
        return {
            "run": run,
            "percent": min(100, run.done * 100 // run.total) if run.total else None,
            "late": [
                (
                    known.get(row["order"]),
                    row,
                    [words.wait(wait) for wait in row["waits"][:2]],
                    [words.of_operation(facts) for facts in row.get("kept", ())],
                )
                for row in late
            ],
            "sent": [(known.get(row["order"]), row, words.overflow(row["overflow"])) for row in sent],
            "gaps": [(known.get(row["order"]), row["order"], words.gap(row)) for row in gaps],
            "unplaced": [
                (
                    known.get(row["order"]),
                    row["order"],
                    why(row["reason"], *(row.get(name, "") for name in Shut._fields)),
                )
                for row in unplaced
            ],
            **_times(run),
        }


def _times(run: ScheduleRun) -> dict[str, Any]:
    """When the last operation ends, how long after the start that is, and how late all orders are together."""
    hours = run.summary.get("makespan_hours")
    late = run.summary.get("late_hours")
    lasts = None if hours is None else timedelta(hours=hours)
    return {
        "lasts": lasts,
        "last_end": None if lasts is None else run.starts_at + lasts,
        "late_in_all": None if late is None else timedelta(hours=late),
    }


class GanttPage(Page):
    """The canvas, its table twin and the side panel, for one site."""

    title, section = _("Gantt"), "planning"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        sites = list(at_sites(Site.objects.filter(active=True), request.user, path="code").order_by("code"))
        asked = request.GET.get("site")
        site = next((one for one in sites if one.code == asked), sites[0] if sites else None)
        context: dict[str, Any] = {"page": self, "site": site, "sites": sites}
        if site is not None:
            context |= {
                "url": reverse("api-planning-gantt-detail", args=[site.code]),
                "side_url": reverse("planning:gantt-side", args=[0]),
                "run": selectors.latest_schedule(site),
                "order": self._order(request.GET.get("order", "")),
            }
        return render(request, "planning/gantt.html", context)

    def _order(self, number: str) -> str:
        found = ProductionOrder.objects.filter(number=number).values_list("pk", flat=True).first()
        return str(found or "")


class GanttSide(Page):
    """What the side panel says about one operation: when, why it is late, what comes before and after."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        operation = get_object_or_404(selectors.operations(request.user), pk=pk)
        order = selectors.orders(request.user).get(pk=operation.order_id)
        context = {
            "operation": operation,
            "order": order,
            "late": lateness(order),
            "waits": [words.wait(one) for one in selectors.why_late(order)],
            "steps": selectors.operations_of(order),
            "blocks": selectors.blocks_of([operation]),
        }
        return render(request, "planning/gantt_side.html", context)
