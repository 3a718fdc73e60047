"""What of a transfer is on the road: it is offered first, what stands on pallets by their names."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from planning.services.travelling import travelling


@dataclass
class Road:
    """Quantities in the item's unit: all that travels for the order, what of it is loose, and what stands on each
    handling unit by its number."""

    left: Decimal
    whole: Decimal = Decimal(0)
    loose: Decimal = Decimal(0)
    units: dict[str, Decimal] = field(default_factory=dict)

    @property
    def offered(self) -> Decimal:
        """What one touch receives: the loose goods, else all that travels, else what is still to come."""
        return self.loose or self.whole or self.left

    def straight(self, amount: Decimal) -> Decimal:
        """How much of an amount was not shipped and would come straight from the other place."""
        return max(amount - self.whole, Decimal(0)) if self.whole else Decimal(0)

    def opened(self, amount: Decimal) -> Decimal:
        """How much of an amount would be taken off handling units."""
        return max(min(amount, self.whole) - self.loose, Decimal(0))


def road_of(order: Any) -> Road:
    """Of an order with `left`; a purchase has nothing on the road that is known."""
    road = Road(Decimal(order.left))
    if order.kind != order.Kind.TRANSFER:
        return road
    for piece, quantity in travelling([order]).get(order.number, ()):
        road.whole += quantity
        if piece.unit is None:
            road.loose += quantity
        else:
            road.units[piece.unit.number] = road.units.get(piece.unit.number, Decimal(0)) + quantity
    return road
