"""Going live, seen from the floor: sheets of orders in mid-route, and the work in process there is afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from execution.models import MaterialMove, Report, WipMove
from execution.services.takeover import (
    Holds,
    Stands,
    pieces,
    put_on_floor,
    take_materials,
    take_operations,
)
from p2p.inventory.models import Lot, Serial
from planning.models import Material, Operation, ProductionOrder
from planning.services.takeover import OpenOrder, take_orders
from planning.takeover import ABOVE, ITEM, MADE_FOR, SITE, for_their_needs, records
from strategies.facts import Figure, MeasuringCutOver, NamingMeasures
from strategies.models import Item, Resource, Site
from strategies.services.importer import (
    Column,
    Day,
    Flag,
    Number,
    Problem,
    Reference,
    Row,
    Sheet,
    Tally,
    Text,
    Whole,
    register_sheet,
)

if TYPE_CHECKING:
    from p2p.core.models import User

ORDERS, MATERIALS, OPERATIONS = "open_orders", "open_materials", "open_operations"
NONE_OR_MORE = Number(at_least=Decimal(0))
ORDER = Reference("order", ProductionOrder, ("order",), ("number",), required=True, example="MO-43659")


def _days(row: Row) -> Iterator[tuple[str, str]]:
    if row.values["due_on"] < row.values["start_on"]:
        yield "due_on", _("It is due before it starts.")


def _store_orders(rows: Sequence[Row], by: User | None) -> Tally:
    sites = records(rows, "site", Site.objects)
    items = records(rows, "item", Item.objects.select_related("unit"))
    made = take_orders(
        orders=[
            OpenOrder(
                number=row.values["number"],
                site=sites[row.values["site"]],
                item=items[row.values["item"]],
                quantity=row.values["quantity"],
                start_on=row.values["start_on"],
                due_on=row.values["due_on"],
                priority=50 if row.values["priority"] is None else row.values["priority"],
            )
            for row in rows
        ],
        by=by,
    )
    return Tally(created=len(made), unchanged=len(rows) - len(made))


def release_the_rest(rows: Sequence[Row], by: User | None) -> Iterator[Problem]:
    """When everything is in: orders that were on the floor without having begun go to the floor here, too."""
    numbers = [row.values["number"] for row in rows if row.values["released"]]
    orders = ProductionOrder.objects.filter(number__in=numbers).select_related("site").order_by("pk")
    put_on_floor(orders=list(orders), by=by)
    yield from ()


OPEN_ORDERS = Sheet(
    opens=True,
    name=ORDERS,
    title=gettext_lazy("Open production orders"),
    about=gettext_lazy(
        "Orders of the day of the cut-over; their quantity is what is still to come into stock, scrap included."
    ),
    model=ProductionOrder,
    key=("number",),
    after=("items", "boms", "bom_lines", "routes", "route_operations", "opening_stock", "locations"),
    checks=(_days,),
    store=_store_orders,
    settle=(for_their_needs(ORDERS, ProductionOrder), release_the_rest),
    fields=(
        Column("number", Text(40), required=True, example="MO-43659"),
        SITE,
        ITEM,
        Column("quantity", ABOVE, required=True, example="40"),
        Column("start_on", Day(), required=True, example="2026-06-24"),
        Column("due_on", Day(), required=True, example="2026-07-05"),
        Column("priority", Whole(0, 100), example="50"),
        Column("released", Flag(), help=gettext_lazy("It is on the floor, begun or not."), example="yes"),
        MADE_FOR,
    ),
)


def _materials(rows: Sequence[Row]) -> dict[tuple[int, int], Material]:
    """(order, item) -> its component line; the first where there are several."""
    found = Material.objects.filter(order__in={row.values["order"] for row in rows})
    lines = found.select_related("order__site", "item__unit", "location__site").order_by("-position")
    return {(line.order_id, line.item_id): line for line in lines}


def components_are_on_the_order(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard: what was issued to an order is one of its components, once, with the lot or number it needs."""
    lines = _materials(rows)
    issued = set(
        MaterialMove.objects.filter(material__in=[line.pk for line in lines.values()]).values_list(
            "material_id", flat=True
        )
    )
    for row in rows:
        line = lines.get((row.values["order"], row.values["item"]))
        if line is None:
            text = _("The order has no such component: see its bill of material.")
            yield Problem(MATERIALS, text, row.line, "item", code="no_component")
        elif line.pk in issued:
            text = _("Material was issued to this order here before.")
            yield Problem(MATERIALS, text, row.line, "order", code="issued_before")
        elif line.item.tracking == Item.Tracking.LOT and not row.values["lot"]:
            text = _("This item is kept by lot: name the lot.")
            yield Problem(MATERIALS, text, row.line, "lot", code="lot_missing")
        elif line.item.tracking == Item.Tracking.SERIAL and not row.values["serial"]:
            text = _("This item is kept by serial number: name it, a line a piece.")
            yield Problem(MATERIALS, text, row.line, "serial", code="serial")


def _store_materials(rows: Sequence[Row], by: User | None) -> Tally:
    lines = _materials(rows)
    lots = pieces(Lot, {(row.values["item"], row.values["lot"]) for row in rows})
    serials = pieces(Serial, {(row.values["item"], row.values["serial"]) for row in rows})
    made = take_materials(
        holds=[
            Holds(
                material=line,
                quantity=row.values["quantity"],
                at=_morning(row.values["effective_at"], line.order.site),
                lot=lots.get((line.item_id, row.values["lot"])),
                serial=serials.get((line.item_id, row.values["serial"])),
            )
            for row in rows
            for line in [lines[row.values["order"], row.values["item"]]]
        ],
        by=by,
    )
    return Tally(created=len(made))


def _morning(day: date, site: Site) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(site.time_zone))


OPEN_MATERIALS = Sheet(
    opens=True,
    name=MATERIALS,
    title=gettext_lazy("Material in open orders"),
    about=gettext_lazy("What was issued to open orders before the cut-over and is in no received product."),
    model=MaterialMove,
    key=("order", "item", "lot", "serial"),
    after=(ORDERS, "opening_stock"),
    guards=(components_are_on_the_order,),
    store=_store_materials,
    fields=(
        ORDER,
        ITEM,
        Column("quantity", ABOVE, required=True, example="40"),
        Column("lot", Text(60)),
        Column("serial", Text(60)),
        Column("day", Day(), field="effective_at", required=True, example="2026-06-25"),
    ),
)


def _known(rows: Sequence[Row]) -> dict[tuple[int, int], Operation]:
    found = Operation.objects.filter(order__in={row.values["order"] for row in rows})
    related = ("order__site", "order__item__unit", "group")
    return {(row.order_id, row.number): row for row in found.select_related(*related)}


def operations_are_on_the_order(rows: Sequence[Row]) -> Iterator[Problem]:
    """Guard: the operation is there, its order still open, and nobody has reported on it here."""
    operations = _known(rows)
    reported = set(
        Report.objects.filter(operation__in=[one.pk for one in operations.values()]).values_list(
            "operation_id", flat=True
        )
    )
    for row in rows:
        operation = operations.get((row.values["order"], row.values["number"]))
        if operation is None:
            text = _("The order has no operation {number}: see its route.").format(
                number=row.values["number"]
            )
            yield Problem(OPERATIONS, text, row.line, "operation", code="no_operation")
        elif operation.pk in reported:
            text = _("This operation was reported on here before.")
            yield Problem(OPERATIONS, text, row.line, "operation", code="reported_before")
        elif operation.order.state not in ProductionOrder.OPEN:
            text = _("The order is no longer open.")
            yield Problem(OPERATIONS, text, row.line, "order", code="wrong_state")


def _store_operations(rows: Sequence[Row], by: User | None) -> Tally:
    operations = _known(rows)
    resources = records(rows, "resource", Resource.objects)
    chosen = sorted(rows, key=lambda row: (row.values["order"], row.values["number"]))
    made = take_operations(
        stands=[
            Stands(
                operation=operation,
                good=row.values["good"] or Decimal(0),
                scrap=row.values["scrap"] or Decimal(0),
                seconds=round((row.values["hours"] or Decimal(0)) * 3600),
                done=bool(row.values["done"]),
                at=_morning(row.values["effective_at"], operation.order.site),
                resource=resources.get(row.values["resource"]),
            )
            for row in chosen
            for operation in [operations[row.values["order"], row.values["number"]]]
        ],
        by=by,
    )
    return Tally(created=len(made))


OPEN_OPERATIONS = Sheet(
    opens=True,
    name=OPERATIONS,
    title=gettext_lazy("Operations in mid-route"),
    about=gettext_lazy(
        "How far the operations of open orders are; operations nobody has begun are left out."
    ),
    model=Operation,
    key=("order", "number"),
    after=(ORDERS, MATERIALS),
    together=("order",),
    guards=(operations_are_on_the_order,),
    store=_store_operations,
    fields=(
        ORDER,
        Column("operation", Whole(1), field="number", required=True, example="20"),
        Column("good", NONE_OR_MORE, example="40"),
        Column("scrap", NONE_OR_MORE, example="0"),
        Column("hours", NONE_OR_MORE, help=gettext_lazy("resource hours spent"), example="3.5"),
        Column("done", Flag(), example="yes"),
        Reference("resource", Resource, ("resource",), ("code",)),
        Column("day", Day(), field="effective_at", required=True, example="2026-06-28"),
    ),
)


def measures(asked: NamingMeasures) -> tuple[str, ...]:
    """What `figures` knows."""
    return ("wip.orders", "wip.pieces")


def figures(asked: MeasuringCutOver) -> list[Figure]:
    """Orders under way and the pieces between their operations. Three queries."""
    orders = ProductionOrder.objects.filter(site=asked.site, state__in=("released", "started"))
    counts = orders.aggregate(all=Count("pk"))
    standing = WipMove.objects.filter(operation__order__in=orders)
    whole = standing.aggregate(n=Sum("quantity"))["n"] or Decimal(0)
    found = [
        Figure("wip.orders", _("Orders on the floor"), "", Decimal(counts["all"])),
        Figure("wip.pieces", _("Pieces between operations"), "", whole),
    ]
    by_order = standing.values_list("operation__order__number").annotate(n=Sum("quantity"))
    return found + [
        Figure("wip.pieces", _("Pieces between operations"), number, quantity)
        for number, quantity in by_order.order_by("operation__order__number")
        if quantity
    ]


def register() -> None:
    """Called once, when apps are ready."""
    for sheet in (OPEN_ORDERS, OPEN_MATERIALS, OPEN_OPERATIONS):
        register_sheet(sheet)
