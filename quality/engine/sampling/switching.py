"""When inspection becomes tighter, looser or stops: the switching rules of MIL-STD-105E and ISO 2859-1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"
    DISCONTINUED = "discontinued"


@dataclass(frozen=True, kw_only=True)
class Lot:
    """What became of one lot: "A" accepted, "R" rejected, "G" accepted between Ac and Re (reduced, 105E).

    ac: the plan's acceptance number; tighter_ok: it would also have passed at the next tighter AQL (ISO);
    limit_ok: the bad pieces of the last ten lots are within the limit number (105E).
    """

    result: str
    ac: int = 0
    tighter_ok: bool = False
    limit_ok: bool = False


@dataclass
class Switch:
    """The state between lots; feed it with `next`. `steady` production is a condition of reduced inspection."""

    iso: bool = True
    steady: bool = True
    severity: Severity = Severity.NORMAL
    score: int = 0
    recent: list[bool] = field(default_factory=list)
    accepted_in_row: int = 0
    lots_tightened: int = 0
    rejected_tightened: int = 0

    def next(self, lot: Lot) -> Severity:
        """Take in a lot inspected at the present severity; the severity of the next one."""
        step = {
            Severity.NORMAL: self._after_normal,
            Severity.TIGHTENED: self._after_tightened,
            Severity.REDUCED: self._after_reduced,
            Severity.DISCONTINUED: self._after_end,
        }
        step[self.severity](lot)
        return self.severity

    def _after_end(self, lot: Lot) -> None:
        """Inspection stays discontinued until somebody decides otherwise."""

    def _go(self, severity: Severity) -> None:
        self.severity = severity
        self.recent, self.accepted_in_row = [], 0
        self.lots_tightened = self.rejected_tightened = 0
        if severity is not Severity.REDUCED:
            self.score = 0

    def _after_normal(self, lot: Lot) -> None:
        good = lot.result == "A"
        self.recent = [*self.recent[-4:], good]
        self.accepted_in_row = self.accepted_in_row + 1 if good else 0
        self.score = self._scored(lot) if good else 0
        if self.recent.count(False) >= 2:
            self._go(Severity.TIGHTENED)
        elif self.steady and (self.score >= 30 if self.iso else self.accepted_in_row >= 10 and lot.limit_ok):
            self._go(Severity.REDUCED)

    def _scored(self, lot: Lot) -> int:
        """ISO's switching score: three points for a lot that would pass a tighter AQL too, two with Ac 0 or 1."""
        if lot.ac >= 2:
            return self.score + 3 if lot.tighter_ok else 0
        return self.score + 2

    def _after_tightened(self, lot: Lot) -> None:
        good = lot.result == "A"
        self.lots_tightened += 1
        self.rejected_tightened += not good
        self.accepted_in_row = self.accepted_in_row + 1 if good else 0
        stop = self.rejected_tightened >= 5 if self.iso else self.lots_tightened >= 10
        if self.accepted_in_row >= 5:
            self._go(Severity.NORMAL)
        elif stop:
            self._go(Severity.DISCONTINUED)

    def _after_reduced(self, lot: Lot) -> None:
        if lot.result != "A" or not self.steady:
            self._go(Severity.NORMAL)


def run(
    lots: Iterable[Lot], *, iso: bool = True, steady: bool = True
) -> tuple[list[Severity], Severity, list[int]]:
    """Severity used for each lot, the one after the last, and ISO's score after each."""
    switch = Switch(iso=iso, steady=steady)
    used, scores = [], []
    for lot in lots:
        used.append(switch.severity)
        switch.next(lot)
        scores.append(switch.score)
    return used, switch.severity, scores
