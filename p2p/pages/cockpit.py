"""The cockpit: what needs somebody today, over all areas of one site."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from p2p.core import clock, runs
from p2p.core.access import MONEY_ROLES, at_sites, may
from p2p.core.web import plots
from p2p.core.web.page import Page
from p2p.core.web.runs import run_url
from p2p.pages import selectors
from strategies.models import Site

SHOWN = 6


class Cockpit(Page):
    """Six figures, and behind each the worst of its list."""

    section, title = "top", _("Cockpit")

    def get(self, request: HttpRequest) -> HttpResponse:
        sites = at_sites(
            Site.objects.filter(active=True).select_related("currency"), request.user, path="code"
        )
        asked = request.GET.get("site")
        site = (sites.filter(code=asked).first() if asked else None) or sites.first()
        if site is None:
            return render(request, "pages/cockpit_empty.html", {"page": self})
        return render(request, "pages/cockpit.html", {"page": self, "sites": sites, **self._figures(site)})

    def _figures(self, site: Site) -> dict[str, Any]:
        late = selectors.late_orders(site)
        short = selectors.shortages(site)
        loads = selectors.loads(site)
        waiting = selectors.open_inspections(site)
        money = may(self.request.user, *MONEY_ROLES, site=site)
        worst = max(loads, key=lambda one: (one.overload, _fullest(one)), default=None)
        return {
            "site": site,
            "now": clock.now(),
            "open_count": selectors.open_orders(site).count(),
            "late_count": late.count(),
            "late": [(order, selectors.days_late(order, site)) for order in late[:SHOWN]],
            "short_count": len(short),
            "short": short[:SHOWN],
            "stops": selectors.orders_short(site, [one.item.pk for one in short]),
            "loads": loads,
            "days": [day.day for day in loads[0].days] if loads else [],
            "overload": sum((one.overload for one in loads), Decimal(0)),
            "worst": worst,
            "worst_plot": _plot(worst) if worst else None,
            "inspection_count": waiting.count(),
            "inspections": waiting[:SHOWN],
            "wip": selectors.wip(site) if money else None,
            "running": len(runs.recent_runs(limit=100, state="running", seen_by=self.request.user)),
            "runs": [(each, run_url(each)) for each in runs.recent_runs(limit=5, seen_by=self.request.user)],
        }


def _fullest(load: selectors.GroupLoad) -> int:
    return max((day.share or 0 for day in load.days), default=0)


def _plot(load: selectors.GroupLoad) -> Any:
    return plots.bars(
        [(f"{day.day.day}", day.booked) for day in load.days],
        title=_("{centre}: hours booked a day").format(centre=load.name),
        limit=max((day.offered for day in load.days), default=None),
        places=0,
    )
