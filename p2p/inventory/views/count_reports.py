"""How right the books are over time, and which items matter most."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateformat import format as spell
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import at_sites, may, sites_of
from p2p.core.web import series
from p2p.core.web.actions import ActionForm
from p2p.core.web.page import Page, who
from p2p.inventory.forms import counts as forms
from p2p.inventory.selectors import counts as selectors
from p2p.inventory.selectors.classes import classes
from p2p.inventory.services.classes import classify
from p2p.inventory.views.counts import APPROVERS, sees_money
from strategies.models import Site


class AccuracyPage(Page):
    section, title = "inventory", _("Record accuracy")
    TARGET = 95

    def get(self, request: HttpRequest) -> HttpResponseBase:
        since = (clock.today() - timedelta(days=730)).replace(day=1)
        found = selectors.accuracy(sites_of(who(request)), since)
        points = [(spell(one.month, "M Y"), one.share * 100) for one in found]
        title = _now("Records within tolerance, %")
        target = (_now("target"), self.TARGET)
        plot = series.line(points, title=title, target=target, places=1, width=1000) if points else ""
        context = {"page": self, "months": list(reversed(found)), "plot": plot}
        return render(request, "inventory/count_accuracy.html", context)


class ClassesPage(Page):
    """ABC: the class that follows from a year's use in money, beside the class each item has."""

    section, title = "inventory", _("ABC classes")
    SHOWN = 300

    def get(self, request: HttpRequest) -> HttpResponseBase:
        sites = list(at_sites(Site.objects.filter(active=True), who(request), path="code").order_by("code"))
        asked = request.GET.get("site", "")
        site = next((one for one in sites if one.code == asked), sites[0] if sites else None)
        found = classes(site, clock.today()) if site else []
        changes = [one for one in found if one.changes]
        context = {
            "page": self,
            "site": site,
            "sites": sites,
            "rows": found[: self.SHOWN],
            "count": len(found),
            "changes": len(changes),
            "money": sees_money(request),
            "may": site is not None and may(who(request), *APPROVERS, site=site),
        }
        return render(request, "inventory/count_classes.html", context)


class Classify(ActionForm):
    section, form_class, roles = "inventory", forms.ClassifyForm, APPROVERS
    title, submit = _("Write the classes"), _("Write")
    text = _("The rule of each item at the site whose class changes gets the class that follows.")

    def act(self, form: Any) -> Any:
        site = form.cleaned_data["site"]
        classify(site=site, by=who(self.request))
        return f"{reverse('inventory:count-classes')}?site={site.code}"
