"""Lists of what does the work: resources, people, what they can do, change-overs."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from p2p.core.access import at_sites
from p2p.core.models import User
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from strategies import workfilters as filters
from strategies.models import (
    ProductionUnit,
    Resource,
    ResourceCalendar,
    ResourceGroup,
    ResourceMembership,
    Site,
    Worker,
)
from strategies.services import people, resources
from strategies.services.usual_places import make_usual_places
from strategies.views.lists import IMPORT
from strategies.views.saving import ENGINEER, changing, deleting

FROM, TO = Column("valid_from", _("From"), kind="date"), Column("valid_to", _("To"), kind="date")
CODE = Column("code", _("Code"), kind="code", link=True, width=120)
NAME = Column("name", _("Name"), link=True)


class FormList(ListPage):
    """A list whose rows open the form that changes them."""

    form = ""
    section = "strategies"
    empty_action = IMPORT

    def record_url(self, record: Any) -> str:
        return reverse(f"strategies:edit-{self.form}", args=[record.pk])


class Resources(ListPage):
    model, title, section, slot = Resource, _("Resources"), "strategies", "resources"
    search = ("code", "name")
    order = ("site__code", "code")
    filterset_class = filters.ResourceFilter
    columns = (
        Column("code", _("Code"), kind="code", link=True, width=96),
        NAME,
        Column("get_kind_display", _("Kind"), width=84, order="kind"),
        Column("group.name", _("Work centre"), width=140, order="group__code"),
        Column("site.code", _("Site"), width=88),
        Column("stations", _("Stations"), kind="number", width=80),
        Column("efficiency", _("Efficiency"), kind="percent", width=92),
        Column("able_count", _("Can do"), kind="number", width=72),
        Column("calendar.name", _("Own calendar"), width=170),
        Column("finite", _("Limited"), kind="yes", width=72),
        Column("bottleneck", _("Bottleneck"), kind="yes", width=92),
        Column("schedule_fraction", _("For planning"), kind="percent", hidden=True),
        Column("job_fraction", _("For one job"), kind="percent", hidden=True),
        Column("capacity_per_hour", _("Per hour"), kind="quantity", unit="capacity_unit.code", hidden=True),
        Column("batch_capacity", _("Pieces in one run"), kind="quantity", hidden=True),
        Column("scrap_fraction", _("Scrap"), kind="percent", places=1, hidden=True),
        Column("exclusive", _("Exclusive"), kind="yes", hidden=True),
        Column("vendor.name", _("Vendor"), hidden=True),
        Column("worker.name", _("Worker"), hidden=True),
        Column("ledger_account", _("Ledger account"), kind="code", hidden=True),
        Column("setup_matrix.name", _("Setup matrix"), hidden=True),
        Column("active", _("In use"), kind="yes", hidden=True),
    )
    tabs = (
        Tab("machines", _("Machines"), "kind=machine"),
        Tab("people", _("People"), "kind=person"),
        Tab("bottlenecks", _("Bottlenecks"), "bottleneck=true", counted=True),
    )
    bulk = (changing("resource"), deleting(resources.delete_resource, "resource"))
    empty_title, empty_text = _("No resource yet"), _("Import the sheets resource_groups and resources.")
    empty_icon, empty_action = "tool", IMPORT

    def rows(self) -> QuerySet[Any]:
        rows = Resource.objects.select_related(
            *("site", "group", "calendar", "vendor", "worker", "setup_matrix", "capacity_unit")
        )
        rows = rows.annotate(able_count=Count("capabilities", distinct=True))
        return at_sites(rows, self.request.user)


class Units(FormList):
    model, title, slot, form = ProductionUnit, _("Production units"), "production_units", "production-unit"
    list_url = "strategies:work-centres"
    search, order = ("code", "name"), ("site__code", "code")
    columns = (
        CODE,
        NAME,
        Column("site.code", _("Site"), width=96),
        Column("group_count", _("Work centres"), kind="number"),
        Column("input_location.code", _("Takes from"), width=120),
        Column("output_location.code", _("Puts to"), width=120),
    )
    bulk = (deleting(resources.delete_unit, "productionunit"),)
    empty_title, empty_text = _("No production unit yet"), _("A hall or line with stores of its own.")
    empty_icon = "building-warehouse"

    def rows(self) -> QuerySet[Any]:
        rows = ProductionUnit.objects.select_related("site", "input_location", "output_location")
        return at_sites(rows.annotate(group_count=Count("groups")), self.request.user)


def _usual_places(*, records: QuerySet[Site], by: User) -> str:
    with transaction.atomic():
        made = [each for site in records.order_by("pk") for each in make_usual_places(site=site, by=by)]
    if not made:
        return _now("No place is lacking.")
    return _now("Made: {places}.").format(places=", ".join(f"{each.site.code} {each.code}" for each in made))


class Sites(FormList):
    model, title, slot, form = Site, _("Sites"), "sites", "site"
    search = ("code", "name")
    order = ("code",)
    filterset_class = filters.SiteFilter
    columns = (
        CODE,
        NAME,
        Column("time_zone", _("Time zone"), width=160),
        Column("calendar.name", _("Calendar"), width=160),
        Column("currency.code", _("Currency"), width=80),
        Column("get_reserve_at_display", _("Reserves"), width=120, order="reserve_at"),
        Column("over_report_fraction", _("Over order"), kind="percent", width=88),
        Column("may_go_negative", _("Below zero"), kind="yes", width=88),
        Column("approval_by_another", _("Two approve"), kind="yes", width=104),
        Column("get_scrap_rule_display", _("Scrap"), width=176, order="scrap_rule", hidden=True),
        Column("active", _("In use"), kind="yes", width=72),
    )
    bulk = (Bulk("places", _("Make the usual places"), act=_usual_places, roles=ENGINEER, icon="map-pin"),)
    empty_title, empty_text = _("No site yet"), _("Make one, or import the sheet sites.")
    empty_icon = "building-factory-2"

    def rows(self) -> QuerySet[Any]:
        return at_sites(Site.objects.select_related("calendar", "currency"), self.request.user, path="code")


class Stays(FormList):
    model, title, slot, form = ResourceMembership, _("Stays in other work centres"), "stays", "stay"
    list_url = "strategies:resource-board"
    search = ("resource__code", "resource__name", "group__name")
    order = ("-valid_from", "resource__code", "id")
    filterset_class = filters.StayFilter
    columns = (
        Column("resource.code", _("Resource"), kind="code", link=True, width=120),
        Column("resource.name", _("Name"), link=True),
        Column("resource.group.name", _("Its work centre"), width=180),
        Column("group.name", _("Works in"), width=180),
        FROM,
        TO,
    )
    bulk = (deleting(resources.delete_membership, "resourcemembership"),)
    empty_title, empty_text = (
        _("Everybody is at home"),
        _("On the resource board a resource is dragged to another work centre for some days."),
    )
    empty_icon = "transfer-out"
    empty_action = (_("Resource board"), "strategies:resource-board")

    def rows(self) -> QuerySet[Any]:
        rows = ResourceMembership.objects.select_related("resource__group", "resource__site", "group")
        return at_sites(rows, self.request.user, path="resource__site__code")


class DatedCalendars(FormList):
    model, title = ResourceCalendar, _("Calendars for a time")
    slot, form = "dated_calendars", "dated-calendar"
    list_url = "strategies:calendars"
    search = ("resource__code", "group__code", "calendar__code")
    order = ("-valid_from", "id")
    columns = (
        Column("calendar.name", _("Calendar"), link=True),
        Column("resource.code", _("Resource"), kind="code", width=120),
        Column("group.name", _("Work centre"), width=180),
        FROM,
        TO,
    )
    bulk = (deleting(resources.delete_dated_calendar, "resourcecalendar"),)
    empty_title, empty_text = (
        _("Everybody follows the usual calendar"),
        _("A resource or a work centre may follow another one for some days."),
    )
    empty_icon = "calendar-event"

    def rows(self) -> QuerySet[Any]:
        rows = ResourceCalendar.objects.select_related("calendar", "resource", "group")
        mine = at_sites(Resource.objects.all(), self.request.user)
        groups = at_sites(ResourceGroup.objects.all(), self.request.user)
        return rows.filter(Q(resource__in=mine) | Q(group__in=groups))


class Workers(ListPage):
    model, title, section, slot = Worker, _("Workers"), "strategies", "workers"
    search, order = ("number", "name"), ("number",)
    filterset_class = filters.WorkerFilter
    columns = (
        Column("number", _("Number"), kind="code", link=True, width=120),
        NAME,
        Column("site.code", _("Site"), width=96),
        Column("group.name", _("Work centre"), width=200),
        Column("skill_count", _("Skills"), kind="number"),
        Column("user", _("Signs in as"), width=160, order="user__username"),
        Column("active", _("In use"), kind="yes", width=72),
    )
    bulk = (changing("worker"), deleting(people.delete_worker, "worker"))
    empty_title, empty_text = _("No worker yet"), _("Import the sheet workers.")
    empty_icon, empty_action = "users", IMPORT

    def rows(self) -> QuerySet[Any]:
        rows = Worker.objects.select_related("site", "group", "user")
        return at_sites(rows.annotate(skill_count=Count("skills")), self.request.user)
