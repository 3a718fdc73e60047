"""Receipts of orders as their books: what a receipt changes on its orders, and taking it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import Refused, tell
from p2p.core.fields import plain
from p2p.inventory.models import Move
from p2p.inventory.services.ledger import reverse
from p2p.inventory.services.unit_return import bring_back, meet_again
from planning.arrival_facts import TakenIn
from planning.facts import Replenished
from planning.models import ReplenishmentMove, ReplenishmentOrder
from planning.models.replenishment import REPLENISHMENT_FLOW
from planning.services import made_for
from planning.services.again import with_their_units
from planning.services.replenishment import locked
from planning.services.travelling import check_sender
from strategies.models import Location, ReasonCode

if TYPE_CHECKING:
    from p2p.core.models import User


@transaction.atomic
def take_back(
    *,
    receipts: Sequence[ReplenishmentMove],
    reason: ReasonCode | None = None,
    at: datetime | None = None,
    by: User | None,
) -> list[ReplenishmentMove]:
    """Receipts that were wrong are reversed, all or none: stock, quantities, price. The orders wait again; one that
    was closed stays closed. What came in one handling unit goes back together.

    Refused when one was taken back before or is itself taken back, or when its goods are no longer there. What came
    straight from another site takes a role there.
    """
    receipts = with_their_units(receipts)
    orders = locked([row.order_id for row in receipts])
    known = ReplenishmentMove.objects.filter(pk__in=[row.pk for row in receipts]).select_related(
        "move__item__unit",
        "move__source__site",
        "move__target__site",
        "move__lot",
        "move__serial",
        "move__reversed_by",
    )
    first = list(known.order_by("pk"))
    check_sender(
        [orders[row.order_id] for row in first if _from_elsewhere(row.move, orders[row.order_id])], by
    )
    _check_left(orders, first)
    came = [
        (order, [row.move for row in first if row.order_id == key]) for key, order in sorted(orders.items())
    ]
    made_for.let_out(came=came, by=by)
    mirrors = reverse(moves=[row.move for row in first], reason=reason, at=at, by=by)
    bring_back(moves=[row.move for row in first])
    meet_again(moves=[row.move for row in first])
    rows = ReplenishmentMove.objects.bulk_create(
        ReplenishmentMove(
            order=orders[row.order_id], move=mirror, price=row.price, delivery_note=row.delivery_note
        )
        for row, mirror in zip(first, mirrors, strict=True)
    )
    book(rows, by=by)
    return rows


def _from_elsewhere(move: Move, order: ReplenishmentOrder) -> bool:
    """It came straight out of another site's stock; what travelled goes back onto the road."""
    return move.source.kind != Location.Kind.TRANSIT and move.source.site_id != order.site_id


def _check_left(orders: Mapping[int, ReplenishmentOrder], receipts: Sequence[ReplenishmentMove]) -> None:
    """What went back to the vendor, who sends it again, cannot be taken back a second time."""
    total: dict[int, Decimal] = defaultdict(Decimal)
    for row in receipts:
        if not hasattr(row.move, "reversed_by"):
            total[row.order_id] += row.move.quantity
    for key, order in orders.items():
        if total[key] > order.received_quantity:
            raise Refused(
                _("Of {order} only {received} are received still: the others went back to the vendor."),
                code="given_back",
                about=order,
                order=order.number,
                received=plain(order.received_quantity),
            )


def book(rows: Sequence[ReplenishmentMove], *, by: User | None) -> None:
    """Bring quantities and states of the orders in line with what came or went back, and tell it. The rows' orders are
    locked, one object for each. Five statements at most."""
    orders = {row.order_id: row.order for row in rows}
    for row in rows:
        sign = -1 if row.move.reverses_id else 1
        ends = {row.move.source.kind, row.move.target.kind}
        row.order.received_quantity += sign * row.move.quantity
        if row.order.kind == ReplenishmentOrder.Kind.TRANSFER and Location.Kind.TRANSIT not in ends:
            row.order.shipped_quantity += sign * row.move.quantity
    for order in orders.values():
        order.revision += 1
    ReplenishmentOrder.objects.bulk_update(
        orders.values(), ["received_quantity", "shipped_quantity", "revision"]
    )
    full = [
        one.pk
        for one in orders.values()
        if one.received_quantity >= one.quantity and one.state in ReplenishmentOrder.OPEN
    ]
    short = [
        one.pk for one in orders.values() if one.received_quantity < one.quantity and one.state == "received"
    ]
    for keys, step in ((full, "receive"), (short, "take_back")):
        if keys:
            REPLENISHMENT_FLOW.take_many(ReplenishmentOrder.objects.filter(pk__in=keys), step)
    states = dict(ReplenishmentOrder.objects.filter(pk__in=orders).values_list("pk", "state"))
    for key, order in orders.items():
        setattr(order, REPLENISHMENT_FLOW.field, states[key])
    _tell(rows, by=by)


def _tell(rows: Sequence[ReplenishmentMove], *, by: User | None) -> None:
    """One fact for each order and price, then one for all."""
    groups: dict[tuple[int, Decimal | None], list[ReplenishmentMove]] = defaultdict(list)
    for row in rows:
        groups[row.order_id, row.price].append(row)
    for (_order, price), part in groups.items():
        tell(
            Replenished(
                order=part[0].order,
                moves=tuple(row.move for row in part),
                price=price,
                delivery_note=part[0].delivery_note,
                by=by,
            )
        )
    tell(TakenIn(receipts=tuple(rows), by=by))
