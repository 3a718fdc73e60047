"""What the ledger tells, and what it asks of the apps on its right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from p2p.core.facts import Fact, Question, subjects
from p2p.inventory.models import Hold, Lot, Move


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


@dataclass(frozen=True)
class Finding:
    """A row that breaks an invariant of the ledger or of what hangs on it."""

    rule: str
    row: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class CheckingLedger(Question[list[Finding]]):
    """Which rows of the documents on the right contradict the ledger?"""
