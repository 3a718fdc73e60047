"""What the ledger tells, and what it asks of the apps on its right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    Reservation,
    Serial,
    SoftReservation,
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
        said: dict[str, Any] = {"step": self.step, "units": len(self.units)}
        if self.step in ("nested", "taken_out"):
            said |= zip(("inner", "outer"), (unit.number for unit in self.units), strict=True)
        return said


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
class Finding:
    """A row that breaks an invariant of the ledger or of what hangs on it."""

    rule: str
    row: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class CheckingLedger(Question[list[Finding]]):
    """Which rows of the documents on the right contradict the ledger?"""


@dataclass(frozen=True, kw_only=True)
class CountChanged(Fact):
    """A count took a step: created, submitted, recount, decided, posted, cancelled, withdrawn; `lines`
    says how many."""

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
