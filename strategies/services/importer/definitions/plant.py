"""Sheets of the plant itself: money, units, calendars, sites, places, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategies.models import (
    Calendar,
    Currency,
    Item,
    Location,
    ReasonCode,
    ReserveAt,
    Site,
    Unit,
    UnitConversion,
    Vendor,
)
from strategies.services.importer.definitions.item_reviews import conversions_agree
from strategies.services.importer.definitions.work_reviews import (
    calendars_have_hours,
    costed_sites_keep_their_money,
    zone_is_known,
)
from strategies.services.importer.kinds import Choice, Flag, Number, Text, Whole
from strategies.services.importer.sheets import Column, Problem, Reference, Row, Sheet

CODE, NAME = Text(30), Text(100)


def _two_units(row: Row) -> Iterable[tuple[str, str]]:
    if row.values["source"] == row.values["target"]:
        yield "target", _("A unit is not converted into itself.")


def _vendor_place_names_vendor(row: Row) -> Iterable[tuple[str, str]]:
    if row.values["kind"] == Location.Kind.VENDOR and row.values["vendor"] is None:
        yield "vendor", _("A place at a vendor has to name the vendor.")


def _transit_does_not_count(rows: Sequence[Row]) -> Iterable[Problem]:
    """Goods in transit are expected by their order already. One statement."""
    sites = {row.values["site"] for row in rows}
    Location.objects.filter(site__in=sites, kind=Location.Kind.TRANSIT, nettable=True).update(nettable=False)
    return ()


SHEETS = (
    Sheet(
        name="currencies",
        title=gettext_lazy("Currencies"),
        model=Currency,
        key=("code",),
        fields=(
            Column("code", Text(3), required=True, example="USD"),
            Column("name", Text(60), required=True, example="US dollar"),
            Column("minor_digits", Whole(0, 4), example="2"),
        ),
    ),
    Sheet(
        name="units",
        title=gettext_lazy("Units"),
        model=Unit,
        key=("code",),
        fields=(
            Column("code", Text(10), required=True, example="KG"),
            Column("name", Text(60), required=True, example="Kilogram"),
            Column("digits", Whole(0, 9), example="3"),
            Column("rounding", Choice(Unit.Rounding), example="up"),
        ),
    ),
    Sheet(
        name="sites",
        title=gettext_lazy("Sites"),
        model=Site,
        key=("code",),
        after=("calendar_shifts", "calendar_exceptions"),
        checks=(zone_is_known,),
        guards=(costed_sites_keep_their_money,),
        reviews=(calendars_have_hours("sites"),),
        fields=(
            Column("code", Text(20), required=True, example="BOTHELL"),
            Column("name", NAME, required=True, example="Bothell plant"),
            Column("time_zone", Text(60), example="America/Los_Angeles"),
            Reference("currency", Currency, ("currency",), ("code",), required=True, example="USD"),
            Reference("calendar", Calendar, ("calendar",), ("code",), example="3SHIFT"),
            Column("scrap_rule", Choice(Site.ScrapRule)),
            Column("may_go_negative", Flag()),
            Column("approval_by_another", Flag()),
            Column("over_report_fraction", Number(at_least=Number().parse("0"))),
            Column(
                "reserve_at",
                Choice(ReserveAt),
                default=ReserveAt.RELEASE.value,
                help=gettext_lazy("when materials of orders are reserved"),
            ),
            Column("active", Flag()),
        ),
    ),
    Sheet(
        name="locations",
        title=gettext_lazy("Locations"),
        model=Location,
        key=("site", "code"),
        checks=(_vendor_place_names_vendor,),
        sentences={"location_no_loop": gettext_lazy("A place does not lie within itself: {path}.")},
        reviews=(_transit_does_not_count,),
        fields=(
            Reference("site", Site, ("site",), ("code",), required=True, example="BOTHELL"),
            Column("code", CODE, required=True, example="A-01"),
            Column("name", NAME, required=True, example="Aisle A"),
            Column("kind", Choice(Location.Kind), example="store"),
            Reference("parent", Location, ("site", "parent"), ("site__code", "code")),
            Reference("vendor", Vendor, ("vendor",), ("number",)),
            Column("nettable", Flag(), example="yes"),
            Column(
                "walk_order",
                Whole(),
                help=gettext_lazy("turn on the way through the store, for picking and counting"),
                example="10",
            ),
            Column("active", Flag()),
        ),
    ),
    Sheet(
        name="unit_conversions",
        title=gettext_lazy("Unit conversions"),
        about=gettext_lazy("One of the unit “from” is numerator / denominator of the unit “to”."),
        model=UnitConversion,
        key=("item", "source", "target"),
        checks=(_two_units,),
        reviews=(conversions_agree,),
        fields=(
            Reference("item", Item, ("item",), ("number",), help=gettext_lazy("empty: for all items")),
            Reference("source", Unit, ("from",), ("code",), required=True, example="DZ"),
            Reference("target", Unit, ("to",), ("code",), required=True, example="EA"),
            Column("numerator", Whole(1, 10**18), required=True, example="12"),
            Column("denominator", Whole(1, 10**18), example="1"),
        ),
    ),
    Sheet(
        name="reason_codes",
        title=gettext_lazy("Reason codes"),
        model=ReasonCode,
        key=("kind", "code"),
        fields=(
            Column("kind", Choice(ReasonCode.Kind), required=True, example="scrap"),
            Column("code", CODE, required=True, example="S01"),
            Column("name", NAME, required=True, example="Gouge in metal"),
            Reference("parent", ReasonCode, ("kind", "parent"), ("kind", "code")),
            Column("icon", Text(40)),
            Column("cause", Choice(ReasonCode.Cause), default=""),
            Column("active", Flag()),
        ),
    ),
)
