"""What lacks in stock for orders that are not released yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from execution.selectors import PICKED
from p2p.core.fields import plain
from p2p.inventory.selectors import available_at, promised
from planning.models import Material, ProductionOrder
from planning.services.reserving import Principles
from strategies.models import BomLine

ZERO = Decimal(0)


@dataclass(frozen=True)
class Shortage:
    """What lacks for an order that is not released yet."""

    material: Material
    missing: Decimal

    def __str__(self) -> str:
        return f"{plain(self.missing)} {self.material.item.unit.code} {self.material.item.number}"


def shortages(orders: Sequence[ProductionOrder]) -> dict[int, list[Shortage]]:
    """Order key -> what free stock would lack if they were released in their urgency, one after the other (claims and
    reservations of an order are its own, and nothing else serves what it has supply of its own for); an empty list
    where nothing. Reads only; six queries, more where an item says when it is reserved."""
    known = {order.pk: order for order in orders}
    rows = list(
        Material.objects.filter(order__in=known, kind__in=BomLine.FROM_STOCK)
        .exclude(item__kind="service")
        .select_related("item__unit")
    )
    rows.sort(key=lambda row: _urgency(known[row.order_id], row))
    items, own = {row.item_id for row in rows}, promised([order.number for order in orders])
    free = available_at({order.site_id for order in orders}, items, purpose="production")
    principles = Principles(orders)
    found: dict[int, list[Shortage]] = {key: [] for key in known}
    for row in rows:
        order = known[row.order_id]
        stock, key = free[order.site_id], (order.number, row.item_id)
        needed = max(ZERO, row.quantity - row.issued_quantity)
        kept = min(needed, own[key])
        own[key] -= kept
        if row.flushing in PICKED and principles.tied(order, row):
            if needed > kept:
                found[row.order_id].append(Shortage(row, needed - kept))
            continue
        there = kept + max(ZERO, stock.get(row.item_id, ZERO))
        stock[row.item_id] = max(ZERO, there - needed)
        if needed > there:
            found[row.order_id].append(Shortage(row, needed - there))
    return found


def _urgency(order: ProductionOrder, material: Material) -> tuple[object, ...]:
    return (order.priority, order.start_on, order.pk, material.position)
