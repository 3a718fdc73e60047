"""The resource board: work centres with who works there on a day, lent by hand, and how full they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from p2p.core import access, clock
from p2p.core.access import Role, at_sites
from p2p.core.web import exports
from p2p.core.web.columns import Column
from p2p.core.web.page import Page
from strategies.models import (
    Capability,
    Resource,
    ResourceCapability,
    ResourceGroup,
    ResourceMembership,
    Site,
)
from strategies.selectors.capacity import on_day
from strategies.selectors.load import WEEKS, weekly_load
from strategies.views.boardwords import board_words
from strategies.views.week import monday_of

API = "/api/v1/strategies/resource-memberships/"


class ResourceBoard(Page):
    """Groups with their resources on a day; filters by site, kind, capability and words."""

    section, title = "strategies", _("Resource board")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        site, day = self._site(), self._day()
        groups = self._groups(site) if site else []
        loads = weekly_load(site, monday_of(day), since=day) if site else {}
        if request.GET.get("export"):
            return self._file(request.GET["export"], groups, loads)
        members = self._members(site, day) if site else {}
        lanes = [(group, members.get(group.pk, []), loads.get(group.pk, [])) for group in groups]
        context = {
            "page": self,
            "site": site,
            "sites": at_sites(Site.objects.order_by("code"), request.user, path="code"),
            "day": day,
            "lanes": lanes,
            "kinds": Resource.Kind.choices,
            "capabilities": Capability.objects.order_by("code"),
            "asked": request.GET,
            "weeks": WEEKS,
            "board": {
                "url": API,
                "site": site.code if site else "",
                "day": day.isoformat(),
                "may": access.may(request.user, Role.ENGINEER, Role.INTEGRATOR),
                "words": board_words(),
            },
        }
        return render(request, "strategies/resource_board.html", context)

    def _site(self) -> Site | None:
        mine = at_sites(Site.objects.order_by("code"), self.request.user, path="code")
        asked = self.request.GET.get("site", "")
        return mine.filter(code=asked).first() if asked else mine.first()

    def _day(self) -> date:
        try:
            return date.fromisoformat(self.request.GET.get("day", ""))
        except ValueError:
            return clock.today()

    def _groups(self, site: Site) -> list[ResourceGroup]:
        rows = ResourceGroup.objects.filter(site=site, active=True).order_by("code")
        return list(rows.select_related("production_unit", "site"))

    def _members(self, site: Site, day: date) -> dict[int, list[dict[str, Any]]]:
        """Group -> its resources of the day, as far as the filters let them through; three queries."""
        query = self.request.GET
        rows = Resource.objects.filter(site=site, active=True).select_related("group", "worker", "vendor")
        if query.get("kind"):
            rows = rows.filter(kind=query["kind"])
        if query.get("capability"):
            held = ResourceCapability.objects.filter(on_day(day), capability__code=query["capability"])
            rows = rows.filter(pk__in=held.values("resource"))
        for word in query.get("q", "").split():
            rows = rows.filter(name__icontains=word) | rows.filter(code__icontains=word)
        stays = ResourceMembership.objects.filter(on_day(day), resource__site=site)
        lent = {stay.resource_id: stay for stay in stays}
        able: dict[int, list[ResourceCapability]] = defaultdict(list)
        held = ResourceCapability.objects.filter(on_day(day), resource__site=site)
        for one in held.select_related("capability").order_by("priority", "capability__code"):
            able[one.resource_id].append(one)
        found: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in rows.order_by("code"):
            stay = lent.get(row.pk)
            where = stay.group_id if stay else row.group_id
            found[where].append({"row": row, "stay": stay, "able": able.get(row.pk, [])})
        return found

    def _file(self, kind: str, groups: Iterable[ResourceGroup], loads: Any) -> HttpResponseBase:
        if kind not in ("csv", "xlsx"):
            raise Http404
        rows = [{"group": group, "week": week} for group in groups for week in loads.get(group.pk, ())]
        columns = (
            Column("group.site.code", _("Site")),
            Column("group.code", _("Work centre")),
            Column("group.name", _("Name")),
            Column("week.first", _("Week from"), kind="date"),
            Column("week.offered", _("Hours offered"), kind="number", places=2),
            Column("week.planned", _("Hours planned"), kind="number", places=2),
            Column("week.share", _("Load in %"), kind="number"),
        )
        write = exports.as_csv if kind == "csv" else exports.as_xlsx
        return write(iter(rows), columns, "resource-board")
