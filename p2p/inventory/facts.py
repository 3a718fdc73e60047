"""What the ledger tells, and what it asks of the apps on its right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from p2p.core.facts import Fact, Question, subjects
from p2p.inventory.models import (
    Count,
    CountPlace,
    HandlingUnit,
    Hold,
    Lot,
    Move,
    Recall,
    Reservation,
    Serial,
    SoftReservation,
    StockTask,
)
from strategies.models import Site


@dataclass(frozen=True, kw_only=True)
class Moved(Fact):
    """Moves were posted. The ledger is its own journal: one line in the common one tells how many."""

    moves: tuple[Move, ...]

    def scope(self) -> str:
        return str(self.moves[0].source.site.code) if self.moves else ""

    def says(self, record: Model | None) -> dict[str, Any]:
        first = self.moves[0]
        return {"moves": len(self.moves), "first": first.pk, "kind": first.kind, "reference": first.reference}


@dataclass(frozen=True, kw_only=True)
class Reversing(Fact):
    """May somebody take these moves back by hand? Not when a document counts on them."""

    moves: tuple[Move, ...]

    def about(self) -> Sequence[Model]:
        return self.moves


@dataclass(frozen=True)
class BackDate:
    """The earliest moment at which a move of a site is said to have happened, before today."""

    site: Site
    at: datetime


@dataclass(frozen=True, kw_only=True)
class BackDating(Fact):
    """May stock be moved by hand as of an earlier day? One entry for each site."""

    dates: tuple[BackDate, ...]

    def scope(self) -> str:
        return str(self.dates[0].site.code) if self.dates else ""


@dataclass(frozen=True, kw_only=True)
class Held(Fact):
    """Stock was put on hold."""

    holds: tuple[Hold, ...]

    def about(self) -> Sequence[Model]:
        return subjects(self.holds)


@dataclass(frozen=True, kw_only=True)
class Unheld(Held):
    """Holds were lifted."""


@dataclass(frozen=True, kw_only=True)
class LotsMade(Fact):
    """Lots came into being."""

    lots: tuple[Lot, ...]

    def about(self) -> Sequence[Model]:
        return subjects(self.lots)


@dataclass(frozen=True, kw_only=True)
class LotChanged(Fact):
    """What is written about a lot or a serial number is different now: column -> [before, after]."""

    piece: Lot | Serial
    changes: Mapping[str, Any]

    def about(self) -> Sequence[Model]:
        return (self.piece,)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"changes": dict(self.changes)}


@dataclass(frozen=True, kw_only=True)
class LotRetested(Fact):
    """A lot was tested again: it may be used until another day, or is on hold."""

    lot: Lot
    passed: bool
    note: str = ""

    def about(self) -> Sequence[Model]:
        return (self.lot,)

    def says(self, record: Model | None) -> dict[str, Any]:
        day = self.lot.retest_on
        return {"passed": self.passed, "note": self.note, "until": day.isoformat() if day else ""}


@dataclass(frozen=True, kw_only=True)
class LotsRegrouped(Fact):
    """Stock of some lots is stock of others now: split off, or merged."""

    out_of: tuple[Lot, ...]
    into: tuple[Lot, ...]
    moves: tuple[Move, ...]

    def about(self) -> Sequence[Model]:
        return (*self.out_of, *(lot for lot in self.into if lot not in self.out_of))

    def says(self, record: Model | None) -> dict[str, Any]:
        names = {"out_of": [lot.number for lot in self.out_of], "into": [lot.number for lot in self.into]}
        return {**names, "quantity": str(sum(move.quantity for move in self.moves) / 2)}


@dataclass(frozen=True, kw_only=True)
class UnitsHandled(Fact):
    """Handling units were created, packed, unpacked, nested, taken out, moved, closed, opened or retired."""

    units: tuple[HandlingUnit, ...]
    step: str

    def about(self) -> Sequence[Model]:
        return subjects(self.units)

    def scope(self) -> str:
        place = self.units[0].location if self.units else None
        return str(place.site.code) if place else ""

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"step": self.step, "units": len(self.units)}


@dataclass(frozen=True, kw_only=True)
class Claimed(Fact):
    """Stock was softly reserved. One line in the journal for all of them."""

    claims: tuple[SoftReservation, ...]

    def scope(self) -> str:
        return str(self.claims[0].site.code) if self.claims else ""

    def says(self, record: Model | None) -> dict[str, Any]:
        first = self.claims[0]
        return {"claims": len(self.claims), "item": first.item.number, "reference": first.reference}


@dataclass(frozen=True, kw_only=True)
class Unclaimed(Claimed):
    """Soft reservations were given back."""


@dataclass(frozen=True, kw_only=True)
class Allocated(Fact):
    """Soft reservations of a site became reservations at their places: `full` of so many `lines` whole."""

    site: Site
    lines: int
    full: int

    def scope(self) -> str:
        return self.site.code


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
class Unreserving(Fact):
    """May these reservations be given back by hand?"""

    reservations: tuple[Reservation, ...]

    def scope(self) -> str:
        return str(self.reservations[0].location.site.code) if self.reservations else ""

    def says(self, record: Model | None) -> dict[str, Any]:
        first = self.reservations[0]
        said = {"reservations": len(self.reservations), "item": first.item.number}
        return {**said, "place": first.location.code, "reference": first.reference}


@dataclass(frozen=True, kw_only=True)
class Unreserved(Unreserving):
    """Reservations were given back by hand."""


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


@dataclass(frozen=True)
class Finding:
    """A row that breaks an invariant of the ledger or of what hangs on it."""

    rule: str
    row: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class CheckingLedger(Question[list[Finding]]):
    """Which rows of the documents on the right contradict the ledger?"""


@dataclass(frozen=True)
class Sighting:
    """Where a document on the right knows a move's pieces to be: `where` as in RecallLine.Where.

    `quantity` (the moved item's unit) where the document knows it; without, it speaks of the whole move. `ended`:
    its document is closed, so that nothing of it is on the way any more.
    """

    move: int
    where: str
    document: str
    party: str = ""
    note: str = ""
    url: str = ""
    at: datetime | None = None
    quantity: Decimal | None = None
    ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Locating(Question[list[Sighting]]):
    """These moves took stock out of our places or brought it in: whose documents are behind them, and where is it?"""

    moves: tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """Something that was found or done on the way of a lot (`lot`) or of what a move brought (`move`)."""

    kind: str
    title: str
    said: str
    lot: int | None = None
    move: int | None = None
    tone: str = ""
    url: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reviewing(Question[list[Reading]]):
    """What was measured, decided and done with these lots, and with what these moves brought?"""

    lots: tuple[int, ...] = ()
    moves: tuple[int, ...] = ()


@dataclass(frozen=True)
class Suspects:
    """`brought`: moves that brought stock; `issues`: moves into production whose product has not all come yet."""

    brought: tuple[int, ...] = ()
    issues: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Suspecting(Question[Suspects]):
    """What did this machine, worker, vendor, order or whole site have in hands in this time? Empty words do not narrow."""

    site: int | None = None
    resource: int | None = None
    worker: int | None = None
    vendor: int | None = None
    order: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class _OfRecall(Fact):
    recall: Recall

    def about(self) -> Sequence[Model]:
        return (self.recall,)

    def says(self, record: Model | None) -> dict[str, Any]:
        return {}


class RecallDrawnUp(_OfRecall):
    """What a recall touches was written down, or written down again."""


@dataclass(frozen=True, kw_only=True)
class Recalling(_OfRecall):
    """Everything a recall touches is about to be held: who works with these issues keeps still until it is.

    `issues`: moves into production whose product has not come yet."""

    issues: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recalled(Recalling):
    """Everything a recall touches is on hold; what is in process of these issues must not go on."""

    def says(self, record: Model | None) -> dict[str, Any]:
        return {"issues": len(self.issues)}


class RecallLifted(_OfRecall):
    """Everything a recall held may be used again."""


class RecallClosed(_OfRecall):
    """A recall came to its end."""


class RecallReopened(_OfRecall):
    """It did not."""


@dataclass(frozen=True, kw_only=True)
class CountChanged(Fact):
    """A count took a step: created, submitted, recount, decided, posted, cancelled; `lines` says how many."""

    count: Count
    step: str
    lines: int = 0

    def about(self) -> Sequence[Model]:
        return (self.count,)


@dataclass(frozen=True, kw_only=True)
class Counted(Fact):
    """What lies at places of a count was entered."""

    count: Count
    places: tuple[CountPlace, ...]

    def about(self) -> Sequence[Model]:
        return (self.count,)

    def says(self, record: Model | None) -> dict[str, Any]:
        first = self.places[0]
        return {"places": len(self.places), "first": first.location.code, "attempt": first.attempt}


@dataclass(frozen=True, kw_only=True)
class Classified(Fact):
    """Items of a site got their count class from yearly use and cost."""

    site: Site
    items: int

    def about(self) -> Sequence[Model]:
        return (self.site,)
