"""Sheets of bills of material: the versions, and the lines of each taken together or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategies.models import (
    BomAlternate,
    BomLine,
    BomOutput,
    BomStep,
    BomVersion,
    Item,
    Location,
    RouteVersion,
    Site,
    Unit,
    Vendor,
)
from strategies.models.version import VersionState
from strategies.services.importer.definitions.bill_reviews import (
    changed_alternates_are_approved_anew,
    line_makes_sense,
    named_versions_may_be_used,
    percents_follow,
    shares_leave_something,
    steps_may_change,
)
from strategies.services.importer.definitions.phantom_reviews import (
    ended_bills_are_marked,
    ended_bills_leave_no_parent_empty,
    nothing_beside_phantoms,
    phantoms_are_not_weighed,
    phantoms_in_lines_have_bills,
)
from strategies.services.importer.definitions.reviews import (
    bills_have_no_loop,
    bills_stay_without_loop,
    lines_may_change,
    units_convert,
)
from strategies.services.importer.definitions.version_reviews import (
    new_versions_are_marked,
    versions_answer_for_themselves,
)
from strategies.services.importer.kinds import Choice, Day, Flag, Number, Text, Whole
from strategies.services.importer.sheets import Column, Reference, Row, Sheet

ZERO, ONE = Decimal(0), Decimal(1)
OVERLAPS = gettext_lazy("Another active version of this item holds on some of these days for this quantity.")


def days_in_order(row: Row) -> Iterable[tuple[str, str]]:
    first, last = row.values["valid_from"], row.values["valid_to"]
    if first and last and last < first:
        yield "valid_to", _("The last day is before the first.")


VERSION_FIELDS = (
    Reference("item", Item, ("item",), ("number",), required=True, example="BK-R93R-62"),
    Reference("site", Site, ("site",), ("code",), help=gettext_lazy("empty: at all sites")),
    Column("version", Whole(1), required=True, example="1"),
    Column("name", Text(100)),
    Column(
        "state",
        Choice(VersionState),
        only_new=True,
        help=gettext_lazy("of a new version; afterwards people move it"),
        example="active",
    ),
    Column("valid_from", Day()),
    Column("valid_to", Day()),
    Column("from_quantity", Number(at_least=ZERO)),
)
BOM = Reference(
    "bom",
    BomVersion,
    ("item", "site", "version"),
    ("item__number", "site__code", "version"),
    required=True,
    help=gettext_lazy("of the sheet boms"),
    example="1",
)

LINE = Reference(
    "line",
    BomLine,
    ("item", "site", "version", "position"),
    ("bom__item__number", "bom__site__code", "bom__version", "position"),
    required=True,
    help=gettext_lazy("of the sheet bom_lines"),
    example="10",
)
DATES = (Column("valid_from", Day()), Column("valid_to", Day()))


def version_of_component(field: str, model: type[BomVersion] | type[RouteVersion]) -> Reference:
    """A certain version of the component instead of the active one; its site stands beside it."""
    return Reference(
        field,
        model,
        ("component", f"{field}_site", field),
        ("item__number", "site__code", "version"),
        help=gettext_lazy("its number; empty: the one that is active on the day"),
    )


SHEETS = (
    Sheet(
        name="boms",
        title=gettext_lazy("BOM versions"),
        model=BomVersion,
        key=("item", "site", "version"),
        checks=(days_in_order,),
        after=("routes",),
        guards=(new_versions_are_marked(BomVersion), ended_bills_are_marked),
        settle=(versions_answer_for_themselves("boms", BomVersion), ended_bills_leave_no_parent_empty),
        sentences={"bom_version_one_active": OVERLAPS},
        fields=(
            *VERSION_FIELDS,
            Column("kind", Choice(BomVersion.Kind), example="bom"),
            Column("batch_quantity", Number(above=ZERO), example="1"),
            Column("multiple_quantity", Number(at_least=ZERO)),
            Column("yield_fraction", Number(above=ZERO, at_most=ONE)),
            Column("reason", Text(300)),
        ),
    ),
    Sheet(
        name="bom_lines",
        title=gettext_lazy("BOM lines"),
        model=BomLine,
        key=("bom", "position"),
        together=("item", "site", "version"),
        whole=("bom",),
        checks=(days_in_order, line_makes_sense),
        guards=(lines_may_change("bom_lines", BomLine, "bom"),),
        reviews=(
            bills_have_no_loop,
            units_convert("bom_lines", "component", "error"),
            named_versions_may_be_used,
            percents_follow,
            phantoms_are_not_weighed,
        ),
        settle=(bills_stay_without_loop, phantoms_in_lines_have_bills, nothing_beside_phantoms),
        fields=(
            BOM,
            Column("position", Whole(1), required=True, example="10"),
            Reference("component", Item, ("component",), ("number",), required=True, example="FR-R92R-62"),
            Column("kind", Choice(BomLine.Kind), example="item"),
            Column("consumption", Choice(BomLine.Consumption), example="variable"),
            Column("quantity", Number(above=ZERO), example="1"),
            Reference("unit", Unit, ("unit",), ("code",), required=True, example="EA"),
            Column("series", Number(above=ZERO), help=gettext_lazy("the quantity is for so many batches")),
            Column("formula", Choice(BomLine.Formula), example="standard"),
            Column("height", Number(above=ZERO)),
            Column("width", Number(above=ZERO)),
            Column("depth", Number(above=ZERO)),
            Column("density", Number(above=ZERO)),
            Column(
                "percent", Number(above=ZERO, at_most=ONE), help=gettext_lazy("0.25 is 25 % of the batch")
            ),
            Column("rounding", Choice(BomLine.Rounding)),
            Column("rounding_multiple", Number(at_least=ZERO)),
            Column("scalable", Flag()),
            Column("scrap_fraction", Number(at_least=ZERO, below=ONE)),
            Column("scrap_quantity", Number(at_least=ZERO)),
            Column("operation_number", Whole(1)),
            Column(
                "flushing",
                Choice(BomLine.Flushing),
                help=gettext_lazy("empty: as the component says"),
                example="manual",
            ),
            Reference("vendor", Vendor, ("vendor",), ("number",)),
            Reference("location", Location, ("location_site", "location"), ("site__code", "code")),
            version_of_component("component_bom", BomVersion),
            version_of_component("component_route", RouteVersion),
            Column("ends", Flag()),
            Column("note", Text(200)),
            *DATES,
        ),
    ),
    Sheet(
        name="bom_steps",
        title=gettext_lazy("Step tables of BOM lines"),
        model=BomStep,
        key=("line", "from_quantity"),
        together=("item", "site", "version", "position"),
        whole=("line", "bom"),
        guards=(steps_may_change,),
        fields=(
            LINE,
            Column("from_quantity", Number(at_least=ZERO), required=True, example="100"),
            Column("quantity", Number(at_least=ZERO), required=True, example="8"),
        ),
    ),
    Sheet(
        name="bom_alternates",
        title=gettext_lazy("Alternates of BOM lines"),
        model=BomAlternate,
        key=("line", "component", "valid_from"),
        checks=(days_in_order,),
        guards=(changed_alternates_are_approved_anew,),
        whole=("line", "bom"),
        reviews=(bills_have_no_loop,),
        settle=(bills_stay_without_loop,),
        about=gettext_lazy("They count once somebody has approved them."),
        fields=(
            LINE,
            Reference("component", Item, ("component",), ("number",), required=True, example="FR-R92B-58"),
            Column("priority", Whole(0), example="1"),
            Column("ratio", Number(above=ZERO), example="1"),
            Column("note", Text(200)),
            *DATES,
        ),
    ),
    Sheet(
        name="bom_outputs",
        title=gettext_lazy("Co- and by-products"),
        model=BomOutput,
        key=("bom", "item"),
        whole=("bom",),
        guards=(lines_may_change("bom_outputs", BomOutput, "bom"),),
        reviews=(units_convert("bom_outputs", "item", "error"), shares_leave_something),
        settle=(nothing_beside_phantoms,),
        fields=(
            BOM,
            Reference("item", Item, ("output",), ("number",), required=True, example="SCRAP-AL"),
            Column("kind", Choice(BomOutput.Kind), example="by"),
            Column("quantity", Number(above=ZERO), required=True, example="0.2"),
            Reference("unit", Unit, ("unit",), ("code",), required=True, example="KG"),
            Column("cost_share", Number(at_least=ZERO, at_most=ONE), example="0.05"),
        ),
    ),
)
