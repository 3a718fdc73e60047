"""Sheets of the rules of stock, of lots and of serial numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.refusal import Refused
from p2p.inventory.models import (
    AttributeRule,
    CountClass,
    Lot,
    PutAwayRule,
    Serial,
    StockRule,
    SupplyRule,
)
from p2p.inventory.selectors.pieces import sites_of_pieces
from p2p.inventory.services.attributes import limits_of, merged
from p2p.inventory.services.numbering import check_pattern
from strategies.models import Characteristic, Item, ItemGroup, Location, Site, Vendor
from strategies.services.importer import (
    Attributes,
    Choice,
    Column,
    Day,
    Flag,
    Number,
    Problem,
    Reference,
    Row,
    Sheet,
    Text,
    Whole,
    register_sheet,
)

NONE_BELOW = Number(at_least=Decimal(0))


SITE = Reference("site", Site, ("site",), ("code",), example="BOTHELL")
SITE_NEEDED = Reference("site", Site, ("site",), ("code",), required=True, example="BOTHELL")
GROUP = Reference("group", ItemGroup, ("group",), ("code",))
ITEM = Reference("item", Item, ("item",), ("number",), example="BB-7421")
LOCATION = Reference(
    "location",
    Location,
    ("site", "location"),
    ("site__code", "code"),
    required=True,
    example="A-01",
    within="BOTHELL",
)
ITEM_NEEDED = Reference("item", Item, ("item",), ("number",), required=True, example="BB-7421")


def _one_of(row: Row) -> Iterator[tuple[str, str]]:
    if row.values["item"] and row.values["group"]:
        yield "group", _("A rule is of an item or of a group, not of both.")


def _some_of(row: Row) -> Iterator[tuple[str, str]]:
    yield from _one_of(row)
    if not row.values["item"] and not row.values["group"]:
        yield "item", _("Say of which item or group.")


def _patterns(row: Row) -> Iterator[tuple[str, str]]:
    for name, counted in (("lot_pattern", False), ("serial_pattern", True)):
        pattern = row.values[name]
        if pattern:
            try:
                check_pattern(pattern, field=name, counted=counted)
            except Refused as refused:
                yield name, str(refused)


def _limits(row: Row) -> Iterator[tuple[str, str]]:
    lower, upper = row.values["lower_limit"], row.values["upper_limit"]
    if lower is not None and upper is not None and lower > upper:
        yield "lower_limit", _("The lower limit is above the upper one.")


def _supply(row: Row) -> Iterator[tuple[str, str]]:
    said = row.values
    if said["method"] == SupplyRule.Method.KANBAN:
        if not said["card"]:
            yield "card", _("A kanban needs a card to scan.")
        if not said["bin_quantity"] or not said["bins"]:
            yield "bin_quantity", _("A kanban needs bins and what is in one of them.")
    elif said["minimum"] is None or said["maximum"] is None or said["maximum"] <= said["minimum"]:
        yield "maximum", _("The maximum is above the minimum, and both are there.")


def _days(row: Row) -> Iterator[tuple[str, str]]:
    made, expires = row.values["made_on"], row.values["expires_on"]
    if made and expires and expires < made:
        yield "expires_on", _("The lot would expire before it was made.")


def lots_fit(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard: lots of items that are kept by lot, with attributes that may be written about them."""
    yield from _pieces("lots", Item.Tracking.LOT, _("This item is not kept by lot."), rows)


def serials_fit(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard: likewise for serial numbers."""
    sentence = _("This item is not kept by serial number.")
    yield from _pieces("serials", Item.Tracking.SERIAL, sentence, rows)


def _pieces(sheet: str, tracking: str, sentence: str, rows: Sequence[Row]) -> Iterator[Problem]:
    """Four queries. Values are written as they are kept: 3,5 becomes 3.5."""
    items = Item.objects.in_bulk({row.values["item"] for row in rows})
    limits = limits_of(items)
    for row in rows:
        item = items[row.values["item"]]
        if item.tracking != tracking:
            yield Problem(sheet, sentence, row.line, "item", code="not_tracked")
            continue
        given = row.values.get("attributes") or {}
        try:
            row.values["attributes"] = merged(item=item, before={}, given=given, limits=limits[item.pk])
        except Refused as refused:
            yield Problem(sheet, str(refused), row.line, "", code=refused.code)


def _where(model: type[Lot] | type[Serial]) -> Callable[[Sequence[Row]], list[set[str]]]:
    """What is written about a piece holds wherever it lies."""
    return lambda rows: sites_of_pieces(model, [(row.values["item"], row.values["number"]) for row in rows])


STOCK_RULES = Sheet(
    name="stock_rules",
    title=gettext_lazy("Rules of stock"),
    about=gettext_lazy(
        "How stock is numbered, picked, received and counted. What is empty, the next rule says."
    ),
    model=StockRule,
    key=("site", "group", "item"),
    after=("items", "count_classes"),
    checks=(_one_of, _patterns),
    fields=(
        SITE,
        GROUP,
        ITEM,
        Column("lot_per", Choice(StockRule.LotPer), default=""),
        Column("lot_pattern", Text(80), default="", example="{item}-{yy}{mm}{dd}-{n:3}"),
        Column("serial_pattern", Text(80), default="", example="{item}-{n:6}"),
        Column("picking", Choice(StockRule.Picking), default=""),
        Column("same_lot", Flag()),
        Column("minimum_days", Whole()),
        Column("receipt_days", Whole()),
        Column("over_receipt_fraction", NONE_BELOW),
        Reference("count_class", CountClass, ("count_class",), ("code",)),
    ),
)
ATTRIBUTE_RULES = Sheet(
    name="attribute_rules",
    title=gettext_lazy("Attributes of lots"),
    about=gettext_lazy("Which characteristics lots carry, and within which limits."),
    model=AttributeRule,
    key=("item", "group", "characteristic"),
    after=("items", "characteristics"),
    checks=(_some_of, _limits),
    fields=(
        ITEM,
        GROUP,
        Reference("characteristic", Characteristic, ("characteristic",), ("code",), required=True),
        Column("required", Flag(), default=False),
        Column("lower_limit", Number()),
        Column("upper_limit", Number()),
    ),
)
COUNT_CLASSES = Sheet(
    name="count_classes",
    title=gettext_lazy("Classes of counting"),
    about=gettext_lazy("How often and how exactly stock is counted."),
    model=CountClass,
    key=("code",),
    fields=(
        Column("code", Text(10), required=True, example="A"),
        Column("name", Text(100), required=True),
        Column("days_between", Whole(at_least=1), default=90),
        Column("tolerance_fraction", NONE_BELOW, default=Decimal(0)),
        Column("tolerance_quantity", NONE_BELOW, default=Decimal(0)),
        Column("value_share", NONE_BELOW),
    ),
)
PUT_AWAY_RULES = Sheet(
    name="put_away_rules",
    title=gettext_lazy("Rules of putting away"),
    about=gettext_lazy("Where goods are put: the first place, by sequence, that has room."),
    model=PutAwayRule,
    key=("site", "group", "item", "location"),
    after=("items", "locations"),
    checks=(_one_of,),
    fields=(
        SITE_NEEDED,
        GROUP,
        ITEM,
        Column("sequence", Whole(), default=10),
        LOCATION,
        Column("capacity", Number(above=Decimal(0))),
        Column("only_same_item", Flag(), default=False),
    ),
)
SUPPLY_RULES = Sheet(
    name="supply_rules",
    title=gettext_lazy("Supply of lines"),
    about=gettext_lazy(
        "How line-side places are kept supplied: by kanban, or between a minimum and a maximum."
    ),
    model=SupplyRule,
    key=("item", "location"),
    after=("items", "locations"),
    checks=(_supply,),
    fields=(
        ITEM_NEEDED,
        LOCATION,
        Reference("source", Location, ("site", "source"), ("site__code", "code")),
        Column(
            "method",
            Choice(SupplyRule.Method),
            default=SupplyRule.Method.MIN_MAX.value,
            example=SupplyRule.Method.MIN_MAX.value,
        ),
        Column("card", Text(40), default=""),
        Column("bins", Whole(), default=2),
        Column("bin_quantity", Number(above=Decimal(0))),
        Column("minimum", NONE_BELOW, example="10"),
        Column("maximum", NONE_BELOW, example="40"),
        Column("active", Flag(), default=True),
    ),
)
LOTS = Sheet(
    name="lots",
    title=gettext_lazy("Lots"),
    about=gettext_lazy(
        "What is known of lots; a column attribute.FAT holds the value of the characteristic FAT."
    ),
    model=Lot,
    key=("item", "number"),
    after=("items", "vendors", "characteristics"),
    checks=(_days,),
    guards=(lots_fit,),
    lies=_where(Lot),
    fields=(
        ITEM_NEEDED,
        Column("lot", Text(60), field="number", required=True, example="L-7"),
        Reference("vendor", Vendor, ("vendor",), ("number",)),
        Column("vendor_lot", Text(60), default=""),
        Column("made_on", Day()),
        Column("expires_on", Day()),
        Column("retest_on", Day()),
        Attributes("attributes", "attribute."),
    ),
)
SERIALS = Sheet(
    name="serials",
    title=gettext_lazy("Serial numbers"),
    about=gettext_lazy("Numbers known before their pieces come, and what is known of them."),
    model=Serial,
    key=("item", "number"),
    after=("items",),
    guards=(serials_fit,),
    lies=_where(Serial),
    fields=(
        ITEM_NEEDED,
        Column("serial", Text(60), field="number", required=True, example="BB-7421-000001"),
        Column("vendor_serial", Text(60), default=""),
        Column("made_on", Day()),
        Attributes("attributes", "attribute."),
    ),
)


def register() -> None:
    """Called once, when apps are ready."""
    for sheet in (COUNT_CLASSES, STOCK_RULES, ATTRIBUTE_RULES, PUT_AWAY_RULES, SUPPLY_RULES, LOTS, SERIALS):
        register_sheet(sheet)
