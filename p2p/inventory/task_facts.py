"""What is told of work with stock, and asked of those who wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Model

from p2p.core.facts import Fact, Question, subjects
from p2p.inventory.models import Move, Reservation, StockTask


@dataclass(frozen=True, kw_only=True)
class TasksMade(Fact):
    """Work with stock is to be done."""

    tasks: tuple[StockTask, ...]

    def about(self) -> Sequence[Model]:
        return subjects(self.tasks)


@dataclass(frozen=True, kw_only=True)
class TasksStarted(TasksMade):
    """Somebody has taken tasks on."""


@dataclass(frozen=True, kw_only=True)
class TasksPutBack(TasksMade):
    """Tasks are anybody's again."""


@dataclass(frozen=True, kw_only=True)
class TasksCancelled(TasksMade):
    """What is left of tasks is not done."""


@dataclass(frozen=True, kw_only=True)
class TaskDone(Fact):
    """A task was done, or a part of it."""

    task: StockTask
    moves: tuple[Move, ...]

    def about(self) -> Sequence[Model]:
        return (self.task,)


@dataclass(frozen=True, kw_only=True)
class TaskTakenBack(TaskDone):
    """What was done for a task was taken back: it is to be done again."""


@dataclass(frozen=True, kw_only=True)
class ReservationsCarried(Fact):
    """Reserved stock was brought to another place, and its reservations with it. They keep their keys."""

    reservations: tuple[Reservation, ...]


@dataclass(frozen=True, kw_only=True)
class GoodsLeft(Fact):
    """Goods have left a receiving place while somebody had the tasks to put them away in hand."""

    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Wait:
    """`quantity` (the item's unit) of an item that a document on the right waits for at `place`."""

    item: int
    site: int
    place: int
    quantity: Decimal
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class CrossDocking(Question[list[Wait]]):
    """Who waits for these items at these sites? The most urgent first; a fixed number of queries."""

    items: tuple[int, ...]
    sites: tuple[int, ...]
