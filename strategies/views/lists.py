"""Lists of master data."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from p2p.core.access import Role, at_sites
from p2p.core.web.columns import Column
from p2p.core.web.lists import Bulk, ListPage, Tab
from strategies import filters
from strategies.models import (
    BomVersion,
    Calendar,
    ImportRun,
    Item,
    ItemPolicy,
    Location,
    ResourceGroup,
    RouteVersion,
    Vendor,
)
from strategies.selectors import lists as selectors
from strategies.services.calendars import delete_calendar
from strategies.services.locations import delete_location
from strategies.services.resources import delete_group
from strategies.services.vendors import delete_vendor
from strategies.services.versions import activate_many, approve_many
from strategies.views.importwords import outcome
from strategies.views.saving import changing, deleting

IMPORT = (_("Import a file"), "strategies:new-import")
ENGINEER = (Role.ENGINEER,)
BUYERS, STORES = (Role.BUYER, Role.ENGINEER), (Role.ENGINEER, Role.SUPERVISOR)
VERSION_BULK = (
    Bulk("approve", _("Approve"), act=approve_many, roles=ENGINEER),
    Bulk("activate", _("Activate"), act=activate_many, roles=ENGINEER),
)


def _supply(item: Any) -> str:
    return str(dict(ItemPolicy.Supply.choices).get(item.supply, ""))


class Items(ListPage):
    model, title, section, slot = Item, _("Items"), "strategies", "items"
    search = ("number", "name", "external_id")
    order = ("number",)
    filterset_class = filters.ItemFilter
    columns = (
        Column("number", _("Number"), kind="code", link=True, width=128),
        Column("name", _("Name")),
        Column("supply", _("Supply"), value=_supply, width=88, order="supply"),
        Column("group.code", _("Group"), width=140),
        Column("get_kind_display", _("Kind"), width=88, order="kind"),
        Column("unit.code", _("Unit"), width=56),
        Column("lead_time", _("Lead time"), kind="number", head=_("days"), width=116),
        Column("safety", _("Safety stock"), kind="quantity", unit="unit.code", width=112),
        Column("list_price", _("List price"), kind="money"),
        Column("has_bill", _("BOM"), kind="yes"),
        Column("has_route", _("Route"), kind="yes"),
        Column("get_tracking_display", _("Tracking"), order="tracking", hidden=True),
        Column("active", _("In use"), kind="yes", hidden=True),
        Column("external_id", _("External id"), hidden=True),
    )
    tabs = (
        Tab("made", _("Made"), "supply=make"),
        Tab("bought", _("Bought"), "supply=buy"),
        Tab("no-bill", _("Made without BOM"), "no_bill=true", counted=True, hot=True),
        Tab("no-route", _("Made without route"), "no_route=true", counted=True, hot=True),
    )
    bulk = (
        Bulk("change", _("Change"), url_name="strategies:change-items", roles=ENGINEER, icon="edit"),
        Bulk(
            "settings",
            _("Order settings"),
            url_name="strategies:change-settings",
            roles=ENGINEER,
            icon="truck-delivery",
        ),
    )
    empty_title, empty_text = _("No item yet"), _("Items come from an import, or one by one.")
    empty_icon, empty_action = "packages", IMPORT

    def rows(self) -> QuerySet[Any]:
        return selectors.items()


class Boms(ListPage):
    model, title, section, slot = BomVersion, _("Bills of material"), "strategies", "boms"
    search = ("item__number", "item__name", "name")
    order = ("item__number", "-version")
    filterset_class = filters.BomFilter
    columns = (
        Column("item.number", _("Item"), kind="code", link=True, width=128),
        Column("item.name", _("Name")),
        Column("version", _("Version"), kind="number", width=72),
        Column("state", _("State"), kind="state"),
        Column("line_count", _("Lines"), kind="number", width=64),
        Column("site.code", _("Site"), width=88),
        Column("valid_from", _("From"), kind="date"),
        Column("valid_to", _("To"), kind="date"),
        Column("from_quantity", _("From quantity"), kind="quantity", unit="item.unit.code", hidden=True),
        Column("batch_quantity", _("Batch"), kind="quantity", unit="item.unit.code", hidden=True),
        Column("item.group.code", _("Item group"), width=140),
    )
    tabs = (
        Tab("active", _("Active"), "state=active"),
        Tab("approval", _("To approve"), "state=in_approval", counted=True),
        Tab("drafts", _("Drafts"), "state=draft", counted=True),
    )
    bulk = VERSION_BULK
    empty_title, empty_text = (
        _("No bill of material yet"),
        _("Open an item to draft one, or import the sheets."),
    )
    empty_icon, empty_action = "sitemap", IMPORT

    def rows(self) -> QuerySet[Any]:
        return selectors.boms()


class Routes(ListPage):
    model, title, section, slot = RouteVersion, _("Routes"), "strategies", "routes"
    search = ("item__number", "item__name", "name")
    order = ("item__number", "-version")
    filterset_class = filters.RouteFilter
    columns = (
        Column("item.number", _("Item"), kind="code", link=True, width=128),
        Column("item.name", _("Name")),
        Column("version", _("Version"), kind="number", width=72),
        Column("state", _("State"), kind="state"),
        Column("operation_count", _("Operations"), kind="number"),
        Column("setup_time", _("Setup"), kind="duration"),
        Column("run_time", _("Run"), kind="duration"),
        Column("site.code", _("Site"), width=88),
        Column("valid_from", _("From"), kind="date"),
        Column("valid_to", _("To"), kind="date"),
    )
    tabs = Boms.tabs
    bulk = VERSION_BULK
    empty_title, empty_text = _("No route yet"), _("Open an item to draft one, or import the sheets.")
    empty_icon, empty_action = "route", IMPORT

    def rows(self) -> QuerySet[Any]:
        return selectors.routes()


class WorkCentres(ListPage):
    model, title, section, slot = ResourceGroup, _("Work centres"), "strategies", "workcentres"
    search = ("code", "name")
    order = ("site__code", "code")
    filterset_class = filters.GroupFilter
    columns = (
        Column("code", _("Code"), kind="code", link=True, width=88),
        Column("name", _("Name"), link=True),
        Column("site.code", _("Site"), width=96),
        Column("production_unit.name", _("Production unit"), width=140),
        Column("machine_count", _("Resources"), kind="number"),
        Column("station_count", _("Stations"), kind="number"),
        Column("calendar.name", _("Calendar"), width=180),
        Column("cost_category.name", _("Booked under"), width=180),
        Column("ledger_account", _("Ledger account"), kind="code", hidden=True),
        Column("bottleneck", _("Bottleneck"), kind="yes", width=88),
        Column("active", _("In use"), kind="yes", hidden=True),
    )
    bulk = (changing("work-centre"), deleting(delete_group, "resourcegroup"))
    empty_title, empty_text = _("No work centre yet"), _("Import the sheets resource_groups and resources.")
    empty_icon, empty_action = "building-factory-2", IMPORT

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.work_centres(), self.request.user)


class Calendars(ListPage):
    model, title, section, slot = Calendar, _("Calendars"), "strategies", "calendars"
    search = ("code", "name")
    order = ("code",)
    columns = (
        Column("code", _("Code"), kind="code", link=True, width=128),
        Column("name", _("Name"), link=True),
        Column("time_zone", _("Time zone"), width=200),
        Column("base.name", _("Based on"), width=160),
        Column("holiday_country", _("Holidays of"), width=96),
        Column("shift_count", _("Shifts a week"), kind="number", width=104),
        Column("exception_count", _("Other days"), kind="number", width=96),
    )
    bulk = (
        Bulk(
            "days",
            _("Days that differ"),
            url_name="strategies:change-many-days",
            roles=(Role.ENGINEER, Role.PLANNER),
            icon="calendar-event",
        ),
        deleting(delete_calendar, "calendar"),
    )
    empty_title, empty_text = _("No calendar yet"), _("Import the sheets calendars and calendar_shifts.")
    empty_icon, empty_action = "calendar", IMPORT

    def rows(self) -> QuerySet[Any]:
        return selectors.calendars()


class Vendors(ListPage):
    model, title, section, slot = Vendor, _("Vendors"), "strategies", "vendors"
    search = ("number", "name", "email")
    order = ("name", "number")
    filterset_class = filters.VendorFilter
    columns = (
        Column("number", _("Number"), kind="code", link=True, width=136),
        Column("name", _("Name"), link=True),
        Column("currency.code", _("Currency"), width=80),
        Column("offer_count", _("Offers"), kind="number"),
        Column("preferred", _("Preferred"), kind="yes", width=80),
        Column("subcontractor", _("Works for us"), kind="yes", width=96),
        Column("active", _("In use"), kind="yes", width=72),
        Column("email", _("Mail"), hidden=True),
    )
    bulk = (changing("vendor", BUYERS), deleting(delete_vendor, "vendor", BUYERS))
    empty_title, empty_text = _("No vendor yet"), _("Import the sheets vendors and vendor_prices.")
    empty_icon, empty_action = "truck-delivery", IMPORT

    def rows(self) -> QuerySet[Any]:
        return selectors.vendors()


class Locations(ListPage):
    model, title, section, slot = Location, _("Locations"), "strategies", "locations"
    search = ("code", "name")
    order = ("site__code", "code")
    filterset_class = filters.LocationFilter
    columns = (
        Column("code", _("Code"), kind="code", link=True, width=136),
        Column("name", _("Name")),
        Column("site.code", _("Site"), width=96),
        Column("get_kind_display", _("Kind"), width=160, order="kind"),
        Column("walk_order", _("Turn on the way"), kind="number", width=132),
        Column("parent.code", _("Within"), kind="code", width=104),
        Column("vendor.name", _("Vendor"), width=160),
        Column("nettable", _("In planning"), kind="yes", width=88),
        Column("active", _("In use"), kind="yes", width=72),
    )
    bulk = (changing("location", STORES), deleting(delete_location, "location", STORES))
    empty_title, empty_text = _("No location yet"), _("Make one, or import the sheet locations.")
    empty_icon, empty_action = "map-pin", IMPORT

    def rows(self) -> QuerySet[Any]:
        return at_sites(selectors.locations(), self.request.user)

    def record_url(self, record: Any) -> str:
        return reverse("strategies:edit-location", args=[record.pk])


class Imports(ListPage):
    model, title, section, slot = ImportRun, _("Imports"), "strategies", "imports"
    search = ("title",)
    order = ("-id",)
    filterset_class = filters.ImportFilter
    columns = (
        Column("id", _("No."), kind="number", width=64, link=True),
        Column("title", _("File"), link=True),
        Column(
            "outcome",
            _("State"),
            template="strategies/import_state.html",
            width=160,
            order="state",
            value=outcome,
        ),
        Column("dry_run", _("Dry run"), kind="yes", width=72),
        Column("error_count", _("Errors"), kind="number", tone=lambda run: "bad" if run.error_count else ""),
        Column("warning_count", _("Warnings"), kind="number"),
        Column("asked_at", _("Started"), kind="time"),
        Column("asked_by", _("By"), width=160, order="asked_by__username"),
    )
    empty_title, empty_text = (
        _("Nothing imported yet"),
        _("CSV and XLSX files of all master data, with a dry run."),
    )
    empty_icon, empty_action = "cloud-upload", IMPORT

    def rows(self) -> QuerySet[Any]:
        return selectors.imports()
