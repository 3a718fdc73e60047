"""Work centres, resources and workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.access import at_sites
from p2p.core.web import formats
from p2p.core.web.records import RecordPage, RecordTab, Said
from strategies.models import Resource, ResourceGroup, Worker
from strategies.selectors import capacity, lists
from strategies.selectors import work as selectors
from strategies.selectors.load import weekly_load
from strategies.views.week import week_context


class WorkCentrePage(RecordPage):
    """A work centre: its machines, its week, what is made there."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = ResourceGroup, "pk", "workcentre", "strategies"
    list_url, list_title = "strategies:work-centres", _("Work centres")

    def rows(self) -> QuerySet[Any]:
        rows = lists.work_centres().select_related(
            "site__calendar",
            "calendar",
            "cost_category",
            "input_location",
            "output_location",
            "production_unit",
        )
        return at_sites(rows, self.request.user)

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.code

    def badges(self) -> list[tuple[str, Any]]:
        group = self.record
        said = [("active", _("In use"))] if group.active else [("retired", _("Not in use"))]
        return said + ([("late", _("Bottleneck"))] if group.bottleneck else [])

    def facts(self) -> list[Said]:
        group = self.record
        calendar = group.calendar or group.site.calendar
        return [
            Said(_("Site"), group.site.name),
            Said(_("Stations"), formats.number(group.station_count)),
            Said(
                _("Calendar"),
                calendar.name if calendar else _("missing"),
                "" if calendar else "bad",
                calendar.get_absolute_url() if calendar else "",
            ),
            Said(_("Booked under"), group.cost_category or formats.NONE),
            Said(_("Ledger account"), group.ledger_account or formats.NONE),
            Said(_("Production unit"), group.production_unit or formats.NONE),
            Said(_("Takes from"), group.input_location.name if group.input_location else formats.NONE),
            Said(_("Puts to"), group.output_location.name if group.output_location else formats.NONE),
        ]

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("week", _("Week"), "strategies/work_week.html"),
            RecordTab("made", _("Made here"), "strategies/work_routes.html"),
            RecordTab("history", _("History"), "strategies/work_history.html"),
        ]

    def extra(self) -> dict[str, Any]:
        group = self.record
        if self.tab == "made":
            return {"operations": selectors.routes_through(group)}
        calendar = group.calendar or group.site.calendar
        week = week_context(calendar, self.request.GET.get("week", ""))
        members = capacity.members_of(group, week["first_day"])
        return {
            "resources": members,
            "weeks": weekly_load(group.site, week["first_day"], groups=(group.pk,)).get(group.pk, ()),
            "away": selectors.lent_away(group, week["first_day"]),
            **week,
        }


class ResourcePage(RecordPage):
    """A resource: its week, what it can do, where it works and by which calendar."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = Resource, "pk", "resource", "strategies"
    list_url, list_title = "strategies:resources", _("Resources")

    def rows(self) -> QuerySet[Any]:
        rows = Resource.objects.select_related(
            *("site__calendar", "group__calendar", "calendar", "vendor", "worker", "capacity_unit"),
            *("setup_category", "run_category", "quantity_category", "setup_matrix", "group__setup_matrix"),
        )
        return at_sites(rows, self.request.user)

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.code

    def badges(self) -> list[tuple[str, Any]]:
        row = self.record
        said = [("active", _("In use"))] if row.active else [("retired", _("Not in use"))]
        return said + ([("late", _("Bottleneck"))] if row.bottleneck else [])

    def facts(self) -> list[Said]:
        row = self.record
        behind = row.vendor or row.worker
        found = [
            Said(_("Kind"), row.get_kind_display()),
            Said(_("Work centre"), row.group.name, url=row.group.get_absolute_url()),
            Said(_("Stations"), formats.number(row.stations)),
            Said(_("Efficiency"), formats.percent(row.efficiency)),
        ]
        if behind is not None:
            found.append(Said(_("Stands for"), behind.name, url=behind.get_absolute_url()))
        return found

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("week", _("Week"), "strategies/resource_week.html"),
            RecordTab("about", _("All values"), "strategies/resource_about.html"),
            RecordTab("history", _("History"), "strategies/work_history.html"),
        ]

    def extra(self) -> dict[str, Any]:
        row = self.record
        if self.tab != "week":
            return {}
        calendar = row.calendar or row.group.calendar or row.site.calendar
        return {
            "abilities": row.capabilities.select_related("capability").order_by("capability__code", "pk"),
            "stays": row.memberships.select_related("group").order_by("valid_from", "pk"),
            "dated": row.calendars.select_related("calendar").order_by("valid_from", "pk"),
            **week_context(calendar, self.request.GET.get("week", "")),
        }


class WorkerPage(RecordPage):
    """A worker and what he or she has learned."""

    template_name = "strategies/record.html"
    model, lookup, slot, section = Worker, "pk", "worker", "strategies"
    list_url, list_title = "strategies:workers", _("Workers")

    def rows(self) -> QuerySet[Any]:
        return at_sites(Worker.objects.select_related("site", "group", "user"), self.request.user)

    def heading(self) -> str:
        return str(self.record.name)

    def subtitle(self) -> Any:
        return self.record.number

    def facts(self) -> list[Said]:
        row = self.record
        return [
            Said(_("Site"), row.site.name),
            Said(_("Work centre"), row.group or formats.NONE),
            Said(_("Signs in as"), row.user or formats.NONE),
        ]

    def tabs(self) -> Sequence[RecordTab]:
        return [
            RecordTab("skills", _("Skills"), "strategies/worker_skills.html"),
            RecordTab("history", _("History"), "strategies/work_history.html"),
        ]

    def extra(self) -> dict[str, Any]:
        today = clock.today()
        rows = capacity.skills().filter(worker=self.record).order_by("skill__code", "valid_from", "pk")
        return {"skills": rows, "today": today, "soon": today + timedelta(days=60)}
