"""Bought goods go back to their vendor: out of stock, and on the order's books when as many are to come again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from p2p.core.fields import plain
from p2p.inventory.models import Move
from p2p.inventory.services.catch_parts import parted
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.ledger import MoveLine, post_within
from p2p.inventory.services.taking import Taken
from planning.arrival_facts import GivenBack
from planning.models import ReplenishmentMove, ReplenishmentOrder
from planning.models.replenishment import REPLENISHMENT_FLOW
from planning.services import made_for
from planning.services.replenishment import locked
from strategies.models import Location, ReasonCode

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def give_back(
    *,
    order: ReplenishmentOrder,
    pieces: Sequence[Taken],
    sent_again: bool,
    reason: ReasonCode | None = None,
    catch_quantity: Decimal | None = None,
    by: User | None,
) -> list[Move]:
    """Give `pieces` (in the item's unit, where they lie) of a purchase back to its vendor; one move for each.
    `catch_quantity` counts all of them, of what is weighed and counted (`parted`).

    `sent_again`: the vendor replaces them, so the order expects as many again and MRP counts on them; else what was
    received stays received and nothing more is expected for them. What is reserved for the need that it was bought for
    is given back first. Refused for a transfer, for more than came in, for a closed order that would expect again, for
    stock that is not there or reserved for others, for pieces nobody counted.
    """
    current = locked([order.pk])[order.pk]
    total = sum((piece.quantity for piece in pieces), Decimal(0))
    _check(current, total, sent_again=sent_again)
    target = Doors([current.site]).outside(current.site, Location.Kind.SUPPLIER)
    lines = [
        MoveLine(
            item=current.item,
            source=piece.place,
            target=target,
            quantity=piece.quantity,
            kind=Move.Kind.RETURN,
            lot=piece.lot,
            serial=piece.serial,
            handling_unit=piece.unit,
            reason=reason,
            reference=current.number,
        )
        for piece in pieces
    ]
    counts = parted(item=current.item, pieces=catch_quantity, parts=pieces)
    lines = [replace(line, catch_quantity=count) for line, count in zip(lines, counts, strict=True)]
    made_for.let_go(supply=current, pieces=pieces, by=by)
    moves = post_within(lines=lines, by=by)
    if sent_again:
        _expect_again(current, total)
    price = _price(current, pieces)
    tell(GivenBack(order=current, moves=tuple(moves), price=price, sent_again=sent_again, by=by))
    return moves


def _check(order: ReplenishmentOrder, total: Decimal, *, sent_again: bool) -> None:
    if order.kind != ReplenishmentOrder.Kind.PURCHASE:
        raise Refused(
            _("{order} is a transfer: nothing of it goes to a vendor."), about=order, order=order.number
        )
    left = order.received_quantity - _gone_for_good(order)
    if total > left:
        raise Refused(
            _("Of {order} {received} {unit} have come and not gone back yet: {quantity} cannot go back."),
            code="more_than_received",
            field="quantity",
            about=order,
            order=order.number,
            received=plain(max(left, Decimal(0))),
            unit=order.item.unit.code,
            quantity=plain(total),
        )
    if sent_again and order.state in ("closed", "cancelled"):
        raise Refused(
            _("{order} is closed and expects nothing any more: return without replacement, and order anew."),
            code="closed",
            field="sent_again",
            about=order,
            order=order.number,
        )


def _gone_for_good(order: ReplenishmentOrder) -> Decimal:
    """What went back without replacement counts as received still: all that went back less what the order expects
    again because of it. Two queries."""
    back = Move.objects.filter(
        kind=Move.Kind.RETURN, reference=order.number, item=order.item_id, target__kind=Location.Kind.SUPPLIER,
        reverses=None, reversed_by=None,
    ).aggregate(whole=Sum("quantity", default=Decimal(0)))["whole"]  # fmt: skip
    stand = ReplenishmentMove.objects.filter(order=order, move__reverses=None, move__reversed_by=None)
    came: Decimal = stand.aggregate(whole=Sum("move__quantity", default=Decimal(0)))["whole"]
    gone: Decimal = max(back - max(came - order.received_quantity, Decimal(0)), Decimal(0))
    return gone


def _expect_again(order: ReplenishmentOrder, total: Decimal) -> None:
    order.received_quantity -= total
    order.revision += 1
    order.save(update_fields=["received_quantity", "revision"])
    if order.state == "received" and order.received_quantity < order.quantity:
        REPLENISHMENT_FLOW.take(order, "take_back")


def _price(order: ReplenishmentOrder, pieces: Sequence[Taken]) -> Decimal | None:
    """What one of these cost when it came in: the latest receipt of their lots, else of the order."""
    rows = ReplenishmentMove.objects.filter(order=order, move__reverses=None, price__isnull=False)
    lots = {piece.lot.pk for piece in pieces if piece.lot}
    of_lots = rows.filter(move__lot__in=lots).order_by("-pk").first() if lots else None
    latest = of_lots or rows.order_by("-pk").first()
    return latest.price if latest else None
