"""What planning tells of goods as they come in and go back, and what it asks of those who look at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model

from p2p.core.facts import Fact, Question
from p2p.core.fields import plain
from p2p.inventory.models import Move
from planning.models import ReplenishmentMove, ReplenishmentOrder


@dataclass(frozen=True, kw_only=True)
class TakenIn(Fact):
    """All that one receipt took in, of however many orders, or gave back: told once, after `Replenished` of each."""

    receipts: tuple[ReplenishmentMove, ...]

    def scope(self) -> str:
        return str(self.receipts[0].order.site.code) if self.receipts else ""

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"receipts": len(self.receipts)}


@dataclass(frozen=True)
class Notice:
    """What somebody has to know who receives: of which lines (keys of their orders), in one sentence for all."""

    lines: tuple[int, ...]
    sentence: str
    word: str
    """The same in a word or two, at each of the lines."""


@dataclass(frozen=True, kw_only=True)
class Arriving(Question[Notice]):
    """What is to be known about goods of these orders when they come in?"""

    orders: tuple[ReplenishmentOrder, ...]


@dataclass(frozen=True, kw_only=True)
class GivenBack(Fact):
    """Goods of a purchase went back to their vendor, bought at this price for one of the item's unit. `sent_again`:
    the order expects as many again."""

    order: ReplenishmentOrder
    moves: tuple[Move, ...]
    price: Decimal | None
    sent_again: bool

    def about(self) -> Sequence[Model]:
        return (self.order,)

    def says(self, record: Model | None) -> dict[str, Any]:
        total = sum((move.quantity for move in self.moves), Decimal(0))
        return {"quantity": plain(total), "sent_again": self.sent_again}
