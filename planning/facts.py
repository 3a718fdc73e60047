"""What planning asks before it changes something and tells after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model

from p2p.core.facts import Fact
from p2p.core.fields import plain
from p2p.inventory.models import Move
from planning.models import (
    Block,
    Demand,
    Material,
    Operation,
    PlanRun,
    ProductionOrder,
    Proposal,
    ReplenishmentOrder,
    ScheduleRun,
)
from strategies.models import Item


def _forward(moves: Sequence[Move]) -> Decimal:
    """What went on, less what was taken back of it."""
    return sum((-move.quantity if move.reverses_id else move.quantity for move in moves), Decimal(0))


@dataclass(frozen=True, kw_only=True)
class DemandChanged(Fact):
    """Demand lines were entered, changed, cancelled or opened again; `step` says which."""

    demands: tuple[Demand, ...]
    step: str

    def about(self) -> Sequence[Model]:
        return self.demands


@dataclass(frozen=True, kw_only=True)
class DemandImported(Fact):
    """Many demand lines came in at once: one entry for all, not one for each."""

    created: int
    changed: int
    source_system: str = ""


@dataclass(frozen=True, kw_only=True)
class Planned(Fact):
    """A plan run has stored its proposals."""

    run: PlanRun

    def about(self) -> Sequence[Model]:
        return (self.run,)


@dataclass(frozen=True, kw_only=True)
class ProposalsMoved(Fact):
    """A planner approved, dismissed, restored or un-firmed proposals of one run."""

    run: PlanRun
    proposals: tuple[Proposal, ...]
    step: str

    def about(self) -> Sequence[Model]:
        return (self.run,)


@dataclass(frozen=True, kw_only=True)
class Firmed(Fact):
    """Production and replenishment orders came into being, from proposals or by hand."""

    orders: tuple[ProductionOrder, ...] = ()
    replenishments: tuple[ReplenishmentOrder, ...] = ()

    def about(self) -> Sequence[Model]:
        return (*self.orders, *self.replenishments)

    def says(self, record: Model | None) -> dict[str, object]:
        # Seventy thousand orders at once must not each gather all of them to say nothing new.
        return {}


@dataclass(frozen=True, kw_only=True)
class Unfirmed(Fact):
    """Orders became proposals again; their rows are gone."""

    numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Scheduled(Fact):
    """A schedule run has placed the operations of these orders."""

    run: ScheduleRun
    orders: tuple[ProductionOrder, ...]

    def about(self) -> Sequence[Model]:
        return (self.run,)


@dataclass(frozen=True, kw_only=True)
class OrderChanged(Fact):
    """Quantity, dates, schedule or priority of production orders changed by hand."""

    orders: tuple[ProductionOrder, ...]

    def about(self) -> Sequence[Model]:
        return self.orders

    def says(self, record: Any) -> dict[str, object]:
        gaps = {"gaps": list(record.open_gaps)} if record and record.open_gaps else {}
        return {**super().says(record), **gaps}


@dataclass(frozen=True, kw_only=True)
class Cancelling(Fact):
    """May these production orders be cancelled?"""

    orders: tuple[ProductionOrder, ...]

    def about(self) -> Sequence[Model]:
        return self.orders


@dataclass(frozen=True, kw_only=True)
class Cancelled(Fact):
    """Production orders were cancelled."""

    orders: tuple[ProductionOrder, ...]

    def about(self) -> Sequence[Model]:
        return self.orders


@dataclass(frozen=True, kw_only=True)
class _AtSite(Fact):
    """About operations, which lie at the site of their order."""

    operations: tuple[Operation, ...]

    def about(self) -> Sequence[Model]:
        return self.operations

    def scope(self) -> str:
        return str(self.operations[0].order.site.code) if self.operations else ""


@dataclass(frozen=True, kw_only=True)
class SentOut(_AtSite):
    """Planning decided that a vendor does these operations."""


@dataclass(frozen=True, kw_only=True)
class BroughtBack(_AtSite):
    """Planning decided that these operations are done in house again."""


@dataclass(frozen=True, kw_only=True)
class Blocked(Fact):
    """Something keeps operations from going on."""

    blocks: tuple[Block, ...]

    def about(self) -> Sequence[Model]:
        return tuple(block.operation for block in self.blocks)


@dataclass(frozen=True, kw_only=True)
class Unblocked(Blocked):
    """It no longer does."""


@dataclass(frozen=True, kw_only=True)
class Substituted(Fact):
    """An order takes an alternate: `material` wants it now. `instead_of` is the row that wanted `before`: the
    same one, or one that keeps what was issued."""

    order: ProductionOrder
    material: Material
    instead_of: Material
    before: Item

    def about(self) -> Sequence[Model]:
        return (self.order,)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"before": self.before.number, "item": self.material.item.number}


@dataclass(frozen=True, kw_only=True)
class ReplenishmentChanged(Fact):
    """A purchase or transfer order was sent, confirmed, changed, closed or cancelled."""

    orders: tuple[ReplenishmentOrder, ...]
    step: str

    def about(self) -> Sequence[Model]:
        return self.orders


@dataclass(frozen=True, kw_only=True)
class Replenished(Fact):
    """Goods of a purchase or transfer order came in, at this price for one of the item's unit."""

    order: ReplenishmentOrder
    moves: tuple[Move, ...]
    price: Decimal | None
    delivery_note: str = ""

    def about(self) -> Sequence[Model]:
        return (self.order,)

    def says(self, record: Model | None) -> dict[str, Any]:
        received = sum((move.quantity for move in self.moves), Decimal(0))
        back = any(move.reverses_id for move in self.moves)
        said = {"quantity": plain(-received if back else received), "delivery_note": self.delivery_note}
        return {**said, "price": None if self.price is None else plain(self.price)}


@dataclass(frozen=True, kw_only=True)
class Shipped(Fact):
    """Goods of a transfer order left the other place and are in transit; reversed moves: a shipment that was taken
    back."""

    order: ReplenishmentOrder
    moves: tuple[Move, ...]
    despatch_note: str = ""

    def about(self) -> Sequence[Model]:
        return (self.order,)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"quantity": plain(_forward(self.moves)), "despatch_note": self.despatch_note}


@dataclass(frozen=True, kw_only=True)
class LostInTransit(Fact):
    """Goods of a transfer order never arrived; reversed moves: they were found again. `reason` is the code of why."""

    order: ReplenishmentOrder
    moves: tuple[Move, ...]
    reason: str = ""

    def about(self) -> Sequence[Model]:
        return (self.order,)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"quantity": plain(_forward(self.moves)), "reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class Delivered(Fact):
    """Goods went to a customer on one delivery note; reversed moves: a delivery that was taken back."""

    demands: tuple[Demand, ...]
    moves: tuple[Move, ...]
    delivery_note: str

    def about(self) -> Sequence[Model]:
        return self.demands

    def says(self, record: Model | None) -> dict[str, Any]:
        mine = [move for move in self.moves if move.reference == getattr(record, "reference", "")]
        return {"quantity": plain(_forward(mine)), "delivery_note": self.delivery_note}


@dataclass(frozen=True, kw_only=True)
class ClosedShort(Fact):
    """Demand lines ended with less than was ordered; `reason` is why."""

    demands: tuple[Demand, ...]
    reason: str

    def about(self) -> Sequence[Model]:
        return self.demands


@dataclass(frozen=True, kw_only=True)
class Returned(Delivered):
    """A customer gave goods back; `reason` is the code of why."""

    reason: str = ""

    def says(self, record: Model | None) -> dict[str, Any]:
        return {**super().says(record), "reason": self.reason}
