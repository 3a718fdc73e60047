"""Shipments of transfers that were wrong: taken back whole or in part, or lost on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.inventory.models import Move
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.kept import keep_again
from p2p.inventory.services.ledger import MoveLine, post_within, reverse
from p2p.inventory.services.taking import Taken
from p2p.inventory.services.unit_return import bring_back
from planning.models import ReplenishmentOrder, ShipmentMove
from planning.services.again import check_part, posted_again, with_their_units
from planning.services.replenishment import locked
from planning.services.transfer import book_shipments
from planning.services.travelling import check_sender, fits, travelling, with_pieces
from strategies.models import Location, ReasonCode

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def take_back(
    *,
    shipments: Sequence[ShipmentMove],
    quantity: Decimal | None = None,
    catch_quantity: Decimal | None = None,
    reason: ReasonCode | None = None,
    at: datetime | None = None,
    by: User | None,
) -> list[ShipmentMove]:
    """Shipments that were wrong lie where they came from again, in their lots and units, kept for the order as far as
    they were; of one also a part (`quantity`, the item's unit, and `catch_quantity` pieces), the rest travels on.
    Losses are taken back whole: what was lost is in transit again. What left in one handling unit comes back together.

    Refused when one was taken back before, or when part of it was received or lost: that is taken back first.
    """
    if quantity is None or [row.move.quantity for row in shipments] == [quantity]:
        quantity, shipments = None, with_their_units(shipments)
    known = ShipmentMove.objects.filter(pk__in=[row.pk for row in shipments]).select_related(
        "move__item__unit",
        "move__source__site",
        "move__target__site",
        "move__lot",
        "move__serial",
        "move__handling_unit",
        "move__into_unit",
        "move__reason",
        "order",
    )
    first = list(known.order_by("pk"))
    orders = locked([row.order_id for row in first])
    check_sender([orders[row.order_id] for row in first if row.move.kind != Move.Kind.SCRAP], by)
    part = check_part([row.move for row in first], quantity)
    for row in first:
        row.order = orders[row.order_id]
    _check_travels(first)
    mirrors = reverse(moves=[row.move for row in first], reason=reason, at=at, by=by)
    rows = [_row(row, mirror) for row, mirror in zip(first, mirrors, strict=True)]
    kept = [(row.move, min(row.reserved, part or row.reserved)) for row in first]
    if part is not None:
        again = post_within(lines=[posted_again(first[0].move, part, catch_quantity, at)], by=by)
        rows.append(_row(first[0], again[0], first[0].reserved - kept[0][1]))
    ShipmentMove.objects.bulk_create(rows)
    keep_again(taken=kept, by=by)
    bring_back(moves=[row.move for row in first if part is None])
    book_shipments(rows, by=by)
    return rows


def _row(row: ShipmentMove, move: Move, reserved: Decimal = Decimal(0)) -> ShipmentMove:
    return ShipmentMove(order=row.order, move=move, despatch_note=row.despatch_note, reserved=reserved)


def _check_travels(rows: Sequence[ShipmentMove]) -> None:
    """What is taken back still travels, as far as it has not been taken back before: that is for the ledger to say."""
    there: dict[tuple[str, int | None, int | None], Decimal] = defaultdict(Decimal)
    for number, pieces in travelling([row.order for row in rows]).items():
        for piece, open_quantity in pieces:
            lot, serial = piece.lot and piece.lot.pk, piece.serial and piece.serial.pk
            there[number, lot, serial] += open_quantity
    for row in rows:
        move = row.move
        if move.kind == Move.Kind.SCRAP or move.reverses_id or hasattr(move, "reversed_by"):
            continue
        key = (row.order.number, move.lot_id, move.serial_id)
        if there[key] < move.quantity:
            raise Refused(
                _(
                    "{order}: of {quantity} {unit} of {item} that left, {there} are still in transit: take back what"
                    " was received or lost first."
                ),
                code="arrived",
                about=row.order,
                order=row.order.number,
                quantity=plain(move.quantity),
                unit=move.item.unit.code,
                item=move.item.number,
                there=plain(there[key]),
            )
        there[key] -= move.quantity


@dataclass(frozen=True, kw_only=True)
class LossLine:
    """`quantity` (the item's unit) of what travels for a transfer order is gone; of this lot, these numbers;
    `catch_quantity` pieces, of what is weighed and counted."""

    order: ReplenishmentOrder
    quantity: Decimal
    lot: str = ""
    serials: Sequence[str] = ()
    catch_quantity: Decimal | None = None


@transaction.atomic
def lose(
    *,
    order: ReplenishmentOrder,
    quantity: Decimal,
    reason: ReasonCode,
    lot: str = "",
    serials: Sequence[str] = (),
    catch_quantity: Decimal | None = None,
    at: datetime | None = None,
    by: User | None,
) -> list[ShipmentMove]:
    """Goods that left for a transfer never arrive: they are scrapped on the road, and the order may be shipped again.

    Refused: more than is in transit for the order, of the lot or pieces named; a reason that is not one for scrap.
    """
    if reason.kind != ReasonCode.Kind.SCRAP:
        raise Refused(_("{reason} is no reason for a loss."), code="reason", field="reason", reason=reason)
    order = locked([order.pk])[order.pk]
    check_quantity(order.item, quantity)
    line = LossLine(
        order=order, quantity=quantity, lot=lot.strip(), serials=serials, catch_quantity=catch_quantity
    )
    scrap = Doors([order.site]).outside(order.site, Location.Kind.SCRAP)
    lines = [
        MoveLine(
            item=order.item,
            source=piece.place,
            target=scrap,
            quantity=piece.quantity,
            kind=Move.Kind.SCRAP,
            lot=piece.lot,
            serial=piece.serial,
            handling_unit=piece.unit,
            reason=reason,
            reference=order.number,
            effective_at=at,
            catch_quantity=count,
        )
        for _line, piece, count in with_pieces([line], [(line, piece) for piece in _gone(line)])
    ]
    moves = post_within(lines=lines, by=by)
    rows = ShipmentMove.objects.bulk_create(ShipmentMove(order=order, move=move) for move in moves)
    book_shipments(rows, by=by)
    return rows


def _gone(line: LossLine) -> list[Taken]:
    left, found = line.quantity, []
    for piece, open_quantity in travelling([line.order]).get(line.order.number, ()):
        part = min(left, open_quantity) if fits(line, piece) else Decimal(0)
        if part > 0:
            found.append(replace(piece, quantity=part))
            left -= part
    if left > 0:
        raise Refused(
            _("{order}: {there} {unit} of {item} are in transit, not {quantity}."),
            code="not_in_transit",
            field="quantity",
            about=line.order,
            order=line.order.number,
            there=plain(line.quantity - left),
            unit=line.order.item.unit.code,
            item=line.order.item.number,
            quantity=plain(line.quantity),
        )
    return found
