"""What planning tells of supply that is made or bought for one need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model

from p2p.core.facts import Fact
from p2p.core.fields import plain
from p2p.inventory.models import Move, Reservation
from planning.models import Demand, ProductionOrder, ReplenishmentOrder

Supply = ProductionOrder | ReplenishmentOrder


@dataclass(frozen=True, kw_only=True)
class SetAside(Fact):
    """What came of `supply` is reserved for the order or the demand line that it was made for."""

    supply: Supply
    need: ProductionOrder | Demand
    reservations: tuple[Reservation, ...]

    def about(self) -> Sequence[Model]:
        return (self.need,)

    def says(self, record: Model | None) -> dict[str, Any]:
        total = sum((row.quantity for row in self.reservations), Decimal(0))
        return {"item": self.supply.item.number, "quantity": plain(total), "from": self.supply.number}


@dataclass(frozen=True, kw_only=True)
class StillToKeep(Fact):
    """What came of `supply` by `moves` is not kept for its need yet: somebody had the need in hand."""

    supply: Supply
    moves: tuple[Move, ...]


@dataclass(frozen=True, kw_only=True)
class TiedTo(Fact):
    """An order that stood for everybody is for this need from now on."""

    supply: Supply
    need: str

    def about(self) -> Sequence[Model]:
        return (self.supply,)


@dataclass(frozen=True, kw_only=True)
class SetFree(Fact):
    """Orders were made for a need that is no more: what they bring is everybody's. `was_for` says which, by key."""

    orders: tuple[ProductionOrder, ...] = ()
    replenishments: tuple[ReplenishmentOrder, ...] = ()
    was_for: dict[str, str]

    def about(self) -> Sequence[Model]:
        return (*self.orders, *self.replenishments)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"was_for": self.was_for.get(str(record), "")}
