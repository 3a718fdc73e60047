"""Sheets of items and how they are supplied."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategies.models import (
    Item,
    ItemGroup,
    ItemPolicy,
    Location,
    ReserveAt,
    SetupFamily,
    Site,
    Unit,
    Vendor,
)
from strategies.models.item import Flushing
from strategies.services.importer.definitions.item_reviews import (
    counted_items_stay,
    items_make_sense,
    settings_have_ranks,
)
from strategies.services.importer.definitions.reviews import made_items_can_be_made
from strategies.services.importer.kinds import Choice, Flag, Number, Text, Whole
from strategies.services.importer.sheets import Attributes, Column, Reference, Row, Sheet

ZERO, ONE = Decimal(0), Decimal(1)
NOT_NEGATIVE = Number(at_least=ZERO)


def _quantities_agree(row: Row) -> Iterable[tuple[str, str]]:
    values = row.values
    most = values["maximum_quantity"]
    if most is not None and values["minimum_quantity"] is not None and most < values["minimum_quantity"]:
        yield "maximum_quantity", _("The maximum is below the minimum.")
    if values["lot_policy"] == ItemPolicy.Lot.FIXED and not values["fixed_quantity"]:
        yield "fixed_quantity", _("A fixed lot needs its quantity.")


SHEETS = (
    Sheet(
        name="item_groups",
        title=gettext_lazy("Item groups"),
        model=ItemGroup,
        key=("code",),
        sentences={"item_group_no_loop": gettext_lazy("A group cannot be within itself: {path}.")},
        fields=(
            Column("code", Text(30), required=True, example="BIKES"),
            Column("name", Text(100), required=True, example="Bicycles"),
            Reference("parent", ItemGroup, ("parent",), ("code",)),
        ),
    ),
    Sheet(
        name="items",
        title=gettext_lazy("Items"),
        about=gettext_lazy("Further columns attribute.colour, attribute.size, … are kept with the item."),
        model=Item,
        key=("number",),
        guards=(counted_items_stay,),
        reviews=(items_make_sense,),
        sentences={
            "item_external_id_once": gettext_lazy("Another item has this external_id already."),
            "item_variant_of_another": gettext_lazy("An item cannot be a variant of itself."),
            "item_catch_weight": gettext_lazy(
                "catch_unit, catch_least and catch_most are given together; catch_most is not below catch_least."
            ),
        },
        fields=(
            Column("number", Text(40), required=True, example="BK-R93R-62"),
            Column("name", Text(200), required=True, example="Road-150 Red, 62"),
            Column("kind", Choice(Item.Kind), example="product"),
            Reference("group", ItemGroup, ("group",), ("code",), example="BIKES"),
            Reference("unit", Unit, ("unit",), ("code",), required=True, example="EA"),
            Column("tracking", Choice(Item.Tracking), example="none"),
            Column("shelf_life_days", Whole(0, 36500)),
            Column("retest_days", Whole(0, 36500)),
            Reference("catch_unit", Unit, ("catch_unit",), ("code",)),
            Column(
                "catch_least",
                Number(above=ZERO),
                help=gettext_lazy("what one of catch_unit weighs at least, in the unit"),
            ),
            Column("catch_most", Number(above=ZERO), help=gettext_lazy("and at most")),
            Column("flushing", Choice(Flushing), example="manual"),
            Column("phantom", Flag()),
            Reference("setup_family", SetupFamily, ("setup_family",), ("code",)),
            Reference("variant_of", Item, ("variant_of",), ("number",)),
            Column("list_price", Number(at_least=ZERO, places=8)),
            Attributes("attributes", "attribute."),
            Column("source_system", Text(40)),
            Column("external_id", Text(60)),
            Column("active", Flag()),
        ),
    ),
    Sheet(
        name="item_policies",
        title=gettext_lazy("Item policies"),
        about=gettext_lazy(
            "Default order settings; a line without a site holds for all sites. "
            "Columns variant.colour, variant.size, … and a rank make it hold for such variants only."
        ),
        model=ItemPolicy,
        key=("item", "site", "rank"),
        checks=(_quantities_agree, settings_have_ranks),
        finish=(made_items_can_be_made,),
        fields=(
            Reference("item", Item, ("item",), ("number",), required=True, example="BK-R93R-62"),
            Reference("site", Site, ("site",), ("code",), example="BOTHELL"),
            Column("rank", Whole(0, 32767), help=gettext_lazy("the highest that fits wins")),
            Attributes("variant", "variant."),
            Column("stopped", Flag(), help=gettext_lazy("no new orders are planned")),
            Column(
                "reserve_at",
                Choice(ReserveAt),
                default="",
                help=gettext_lazy("when reserved for an order; empty: as the site says"),
            ),
            Column("supply", Choice(ItemPolicy.Supply), required=True, example="make"),
            Column("mode", Choice(ItemPolicy.Mode), example="discrete"),
            Column("strategy", Choice(ItemPolicy.Strategy), example="mts"),
            Column("lot_policy", Choice(ItemPolicy.Lot), example="lot_for_lot"),
            Column("fixed_quantity", Number(above=ZERO)),
            Column("minimum_quantity", NOT_NEGATIVE),
            Column("maximum_quantity", NOT_NEGATIVE),
            Column("multiple_quantity", NOT_NEGATIVE),
            Column("period_days", Whole(0, 3650)),
            Column("lead_time_days", Whole(0, 3650), example="4"),
            Column("safety_stock", NOT_NEGATIVE, example="100"),
            Column("reorder_point", NOT_NEGATIVE, example="75"),
            Column("yield_fraction", Number(above=ZERO, at_most=ONE)),
            Reference("vendor", Vendor, ("vendor",), ("number",)),
            Reference("location", Location, ("site", "location"), ("site__code", "code")),
        ),
    ),
)
