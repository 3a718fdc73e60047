"""What is reserved for an order on paper or a demand line beyond what it wants by now is everybody's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, Sum

from p2p.inventory.models import Reservation
from p2p.inventory.services.reservations import lock, unreserve
from planning.measures import Measures
from planning.models import Demand, Material, ProductionOrder
from planning.services.reserving import ON_PAPER
from strategies.models import BomLine

if TYPE_CHECKING:
    from p2p.core.models import User

ZERO = Decimal(0)
Want = tuple[str, int]
"""Reference and item by which stock is reserved."""


def of_orders(*, orders: Sequence[ProductionOrder], by: User | None) -> None:
    """Orders on paper want less, or something else. One query where nothing is reserved for them."""
    keys = {order.pk: order.number for order in orders if order.state in ON_PAPER}
    rows = _reserved(keys.values())
    if not rows:
        return
    lines = Material.objects.filter(
        order__in=keys, kind__in=BomLine.FROM_STOCK, quantity__gt=F("issued_quantity")
    )
    sums = lines.order_by().values_list("order_id", "item_id")
    left = sums.annotate(left=Sum(F("quantity") - F("issued_quantity")))
    _give_back(rows, {(keys[order], item): quantity for order, item, quantity in left}, by)


def of_demands(*, demands: Sequence[Demand], by: User | None) -> None:
    """Demand lines want less, or another item. One query where nothing is reserved for them."""
    rows = _reserved({one.reference for one in demands})
    if not rows:
        return
    lines = Demand.objects.filter(pk__in=[one.pk for one in demands], state=Demand.State.OPEN)
    known = list(lines.select_related("item"))
    measures = Measures({one.item_id for one in known})
    wants: dict[Want, Decimal] = defaultdict(Decimal)
    unknown: set[Want] = set()
    for one in known:
        wanted, key = measures.left_of(one), (one.reference, one.item_id)
        wants[key] += wanted or ZERO
        if wanted is None:
            unknown.add(key)
    _give_back([row for row in rows if (row.reference, row.item_id) not in unknown], wants, by)


def _reserved(references: Collection[str]) -> list[Reservation]:
    """The latest first."""
    return list(Reservation.objects.filter(reference__in=references).order_by("-pk")) if references else []


def _give_back(rows: Sequence[Reservation], wants: Mapping[Want, Decimal], by: User | None) -> None:
    over: dict[Want, Decimal] = defaultdict(Decimal)
    for row in rows:
        over[row.reference, row.item_id] += row.quantity
    for key in over:
        over[key] -= wants.get(key, ZERO)
    touched = []
    for row in rows:
        key = row.reference, row.item_id
        used = min(row.quantity, over[key])
        if used > 0:
            over[key] -= used
            row.quantity -= used
            touched.append(row)
    shrink(touched, by=by)


def shrink(rows: Sequence[Reservation], *, by: User | None) -> None:
    """Write reservations that became less, and delete those of which nothing is left. Balances are locked in key order
    first."""
    if not rows:
        return
    lock([(row.item_id, row.location_id, row.lot_id, row.serial_id, row.handling_unit_id) for row in rows])
    unreserve(reservations=[row for row in rows if not row.quantity], by=by)
    Reservation.objects.bulk_update(
        sorted((row for row in rows if row.quantity), key=lambda row: row.pk), ["quantity"]
    )
