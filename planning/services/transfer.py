"""Goods of transfer orders leave the other place, perhaps to travel, and arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from p2p.core.fields import plain
from p2p.inventory.models import Move
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.ledger import MoveLine, post_within
from p2p.inventory.services.taking import Taken
from planning.facts import LostInTransit, Shipped
from planning.models import ReplenishmentOrder, ShipmentMove
from planning.models.replenishment import REPLENISHMENT_FLOW
from planning.services.replenishment import locked
from planning.services.travelling import Open, from_stock, with_pieces
from strategies.models import Location
from strategies.services.numbering import take_numbers

if TYPE_CHECKING:
    from p2p.core.models import User


@dataclass(frozen=True, kw_only=True)
class ShipLine:
    """`quantity` (the item's unit) of a transfer order leaves; lot and serial numbers, when not any will do;
    `catch_quantity` pieces, of what is weighed and counted."""

    order: ReplenishmentOrder
    quantity: Decimal
    lot: str = ""
    serials: Sequence[str] = ()
    catch_quantity: Decimal | None = None


SERIES = "DS"
"""The numbers of despatch notes."""


@transaction.atomic
def ship(
    *, lines: Sequence[ShipLine], despatch_note: str = "", at: datetime | None = None, by: User | None
) -> list[Move]:
    """Goods of transfers leave the other place and are in transit until they are received. Without a number they
    travel on the next despatch note, one for all lines.

    Refused: an order that is no transfer or no longer open, more than is still to come, stock that is not there,
    a site without a place for goods in transit.
    """
    orders = locked([line.order.pk for line in lines])
    current = [replace(line, order=orders[line.order.pk], lot=line.lot.strip()) for line in lines]
    for line in [*current, *_by_order(current)]:
        check(line)
    doors = Doors(order.site for order in orders.values())
    roads = {order.pk: doors.outside(order.site, Location.Kind.TRANSIT) for order in orders.values()}
    found = from_stock(
        [Open(line, line.quantity, line.serials) for line in current],
        [(order.item, roads[order.pk]) for order in orders.values()],
        by,
    )
    told = with_pieces(current, found)
    taken = [(line.order, part) for line, part, _count in told]
    counts = [count for _line, _part, count in told]
    rows = sent(taken, roads, despatch_note=despatch_note, whole=False, counts=counts, at=at, by=by)
    return [row.move for row in rows]


def _by_order(lines: Sequence[ShipLine]) -> list[ShipLine]:
    """All that leaves for an order, as one line: several may name its lots."""
    whole: dict[int, ShipLine] = {}
    for line in lines:
        before = whole.get(line.order.pk)
        whole[line.order.pk] = replace(line, quantity=line.quantity + before.quantity) if before else line
    return list(whole.values())


def sent(
    taken: Sequence[tuple[ReplenishmentOrder, Taken]],
    roads: Mapping[int, Location],
    *,
    despatch_note: str,
    whole: bool,
    counts: Sequence[Decimal | None] = (),
    at: datetime | None,
    by: User | None,
) -> list[ShipmentMove]:
    """Post what was taken for the orders onto their roads and book it; with `whole` it stays in its handling unit.
    `counts`: how many pieces each is, of what is weighed and counted."""
    lines = [
        MoveLine(
            item=order.item,
            source=part.place,
            target=roads[order.pk],
            quantity=part.quantity,
            kind=Move.Kind.TRANSFER,
            lot=part.lot,
            serial=part.serial,
            handling_unit=part.unit,
            into_unit=part.unit if whole else None,
            with_unit=whole,
            reference=order.number,
            effective_at=at,
            catch_quantity=count,
        )
        for (order, part), count in zip(taken, counts or [None] * len(taken), strict=True)
    ]
    moves = post_within(lines=lines, by=by)
    note = despatch_note.strip() or take_numbers(code=SERIES, count=1)[0]
    rows = ShipmentMove.objects.bulk_create(
        ShipmentMove(
            order=order,
            move=move,
            despatch_note=note,
            reserved=part.quantity if part.reserved else Decimal(0),
        )
        for (order, part), move in zip(taken, moves, strict=True)
    )
    book_shipments(rows, by=by)
    return rows


def book_shipments(rows: Sequence[ShipmentMove], *, by: User | None) -> None:
    """Bring the orders in line with what left, got lost or was taken back, and tell it. The rows' orders are locked,
    one object for each. Three statements at most."""
    orders = {row.order_id: row.order for row in rows}
    for row in rows:
        onto = (row.move.kind == Move.Kind.TRANSFER) == (row.move.reverses_id is None)
        row.order.shipped_quantity += row.move.quantity if onto else -row.move.quantity
    for order in orders.values():
        order.revision += 1
    ReplenishmentOrder.objects.bulk_update(orders.values(), ["shipped_quantity", "revision"])
    firm = ReplenishmentOrder.objects.filter(pk__in=orders, state=ReplenishmentOrder.State.FIRM)
    REPLENISHMENT_FLOW.take_many(firm, "send")
    for order in orders.values():
        mine = [row for row in rows if row.order_id == order.pk]
        _tell(order, mine, by)


def _tell(order: ReplenishmentOrder, rows: Sequence[ShipmentMove], by: User | None) -> None:
    lost = tuple(row.move for row in rows if row.move.kind == Move.Kind.SCRAP)
    left = tuple(row.move for row in rows if row.move.kind != Move.Kind.SCRAP)
    if left:
        tell(Shipped(order=order, moves=left, despatch_note=rows[0].despatch_note, by=by))
    if lost:
        code = lost[0].reason.code if lost[0].reason else ""
        tell(LostInTransit(order=order, moves=lost, reason=code, by=by))


def check(line: ShipLine) -> None:
    order = line.order
    if order.kind != ReplenishmentOrder.Kind.TRANSFER:
        raise Refused(
            _("{order} is a purchase: its vendor ships it."), code="no_transfer", about=order, order=order
        )
    no = REPLENISHMENT_FLOW.refusal(order, "receive")
    if no is not None:
        raise no
    check_quantity(order.item, line.quantity)
    left = order.quantity - order.shipped_quantity
    if line.quantity > left:
        raise Refused(
            _("{order}: {left} {unit} of {item} are still to leave, not {quantity}."),
            code="over_shipment",
            field="quantity",
            about=order,
            order=order.number,
            left=plain(max(left, Decimal(0))),
            unit=order.item.unit.code,
            item=order.item.number,
            quantity=plain(line.quantity),
        )
