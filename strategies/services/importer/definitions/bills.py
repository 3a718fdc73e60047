"""Sheets of bills of material: the versions, and the lines of each taken together or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategies.models import BomLine, BomVersion, Item, Site, Unit
from strategies.models.version import VersionState
from strategies.services.importer.definitions.reviews import (
    bills_have_no_loop,
    lines_may_change,
    units_convert,
)
from strategies.services.importer.kinds import Choice, Day, Number, Text, Whole
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

SHEETS = (
    Sheet(
        name="boms",
        title=gettext_lazy("BOM versions"),
        model=BomVersion,
        key=("item", "site", "version"),
        checks=(days_in_order,),
        sentences={"bom_version_one_active": OVERLAPS},
        fields=(
            *VERSION_FIELDS,
            Column("batch_quantity", Number(above=ZERO), example="1"),
            Column("yield_fraction", Number(above=ZERO, at_most=ONE)),
        ),
    ),
    Sheet(
        name="bom_lines",
        title=gettext_lazy("BOM lines"),
        model=BomLine,
        key=("bom", "position"),
        together=("item", "site", "version"),
        checks=(days_in_order,),
        guards=(lines_may_change("bom_lines", BomLine, "bom"),),
        reviews=(bills_have_no_loop, units_convert("bom_lines", "component", "error")),
        fields=(
            BOM,
            Column("position", Whole(1), required=True, example="10"),
            Reference("component", Item, ("component",), ("number",), required=True, example="FR-R92R-62"),
            Column("kind", Choice(BomLine.Kind), example="item"),
            Column("consumption", Choice(BomLine.Consumption), example="variable"),
            Column("quantity", Number(above=ZERO), required=True, example="1"),
            Reference("unit", Unit, ("unit",), ("code",), required=True, example="EA"),
            Column("scrap_fraction", Number(at_least=ZERO, below=ONE)),
            Column("scrap_quantity", Number(at_least=ZERO)),
            Column("operation_number", Whole(1)),
            Column("flushing", Choice(BomLine.Flushing), example="manual"),
            Column("valid_from", Day()),
            Column("valid_to", Day()),
        ),
    ),
)
