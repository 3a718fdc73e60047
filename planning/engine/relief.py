"""Which operations of late orders go to a vendor: those that wait for a work centre with too much before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from planning.engine.overflow import Key, Limit, Loads, Place, Verdict
from planning.engine.schedule import Schedule
from strategies.engine.worktime import OutOfTime, WorkTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """An operation in its place of a schedule: there from `arrived` on, worked on from start to end."""

    key: Key
    place: Key
    arrived: int
    start: int
    end: int
    seconds: int


def pressed(
    lying: Sequence[Lying],
    chosen: Sequence[tuple[Key, Limit]],
    places: Mapping[Key, Place],
    loads: Loads,
) -> dict[Key, Verdict]:
    """Which of the chosen operations go out, in the order given; each takes its work along, so that no more go than
    the limit asks for.

    The load of a week is the work done in it and the work that waits in it for its turn, against what the place
    offers. loads: with nothing booked; it is filled here.
    """
    always = WorkTime([(loads.edges[0], loads.edges[-1])])
    rows = {row.key: row for row in lying}
    usual = {key: place.usual for key, place in places.items()}
    parts = {row.key: _parts(row, loads, usual.get(row.place, always)) for row in lying}
    for row in lying:
        loads.book(row.place, parts[row.key])
    said: dict[Key, Verdict] = {}
    for key, limit in chosen:
        if key not in rows:
            continue
        row = rows[key]
        verdict = _verdict(row, limit, places.get(row.place), loads)
        if verdict is not None:
            said[key] = verdict
            if not verdict.kept:
                loads.book(row.place, {week: -seconds for week, seconds in parts[key].items()})
    return said


def _parts(row: Lying, loads: Loads, work: WorkTime) -> dict[int, Fraction]:
    """Its share of the weeks in which it is worked on, and all of it in those in which it only waits."""
    found = loads.parts(work, max(row.start, loads.edges[0]), max(row.end, row.start + 1), row.seconds)
    first, last = loads.week(max(row.arrived, loads.edges[0])), loads.week(row.start)
    if first is not None and last is not None:
        found |= {week: Fraction(row.seconds) for week in range(first, last)}
    return found


def _verdict(row: Lying, limit: Limit, place: Place | None, loads: Loads) -> Verdict | None:
    week = loads.week(row.arrived)
    if week is None or place is None or not row.seconds:
        return None
    load = loads.share(row.place, week, Fraction(0))
    if _shut(row, place):
        return (
            Verdict("downtime", week, load or Fraction(0), limit, row.arrived) if limit.on_downtime else None
        )
    if row.start <= row.arrived or load is None or load <= limit.load:
        return None
    return Verdict("late", week, load, limit, row.arrived)


def _shut(row: Lying, place: Place) -> bool:
    """Whether its place does not work at all while it could have been worked on in an ordinary week."""
    try:
        start = place.usual.opening(row.arrived)
        return not place.work.between(start, place.usual.add(start, row.seconds))
    except OutOfTime:
        return False


TRIES = 12
"""Schedules that are made at most to find out which operations help."""
Attempt: TypeAlias = Callable[[Sequence[Key]], Schedule]
"""The schedule with these operations at their vendors."""


def search(
    keys: Sequence[Key], order_of: Mapping[Key, Key], before: Schedule, attempt: Attempt, tries: int = TRIES
) -> tuple[list[Key], Schedule]:
    """Which of the operations, the most urgent first, go out, and the schedule with them outside.

    All are tried together, then without those whose order comes home no earlier, until all that are left help. After
    that one by one, while there are tries left: what an order does without comes back, what it alone gains by goes.
    Whatever is found leaves less weighted lateness than `before`, and places as much.
    """
    found = _Search(keys, order_of, before, attempt, tries, best=before)
    found.thin_out()
    found.one_by_one()
    return found.out, found.best


@dataclass(slots=True)
class _Search:
    keys: Sequence[Key]
    order_of: Mapping[Key, Key]
    before: Schedule
    attempt: Attempt
    tries: int
    best: Schedule
    out: list[Key] = field(default_factory=list)
    hopeless: set[Key] = field(default_factory=set)

    def thin_out(self) -> None:
        was, out = _lateness(self.before), list(self.keys)
        while out and self.tries:
            other = self._try(out)
            now = _lateness(other)
            helped = [key for key in out if now.get(self.order_of[key], 0) < was.get(self.order_of[key], 0)]
            if helped == out:
                if self._better(other):
                    self.best, self.out = other, out
                return
            if out == self.keys:
                # With all others outside it gains nothing by its only operation: it never does.
                mine = Counter(self.order_of[key] for key in out)
                self.hopeless = {key for key in out if key not in helped and mine[self.order_of[key]] == 1}
            out = helped

    def one_by_one(self) -> None:
        for key in self.keys:
            order = self.order_of[key]
            if not self.tries:
                return
            if key in self.out:
                if sum(self.order_of[one] == order for one in self.out) > 1:
                    self._without(key, order)
            elif key not in self.hopeless and _lateness(self.best).get(order, 0):
                self._with(key, order)

    def _with(self, key: Key, order: Key) -> None:
        out = [one for one in self.keys if one in self.out or one == key]
        other = self._try(out)
        if self._better(other) and _lateness(other).get(order, 0) < _lateness(self.best).get(order, 0):
            self.best, self.out = other, out

    def _without(self, key: Key, order: Key) -> None:
        out = [one for one in self.out if one != key]
        other = self._try(out)
        as_good = len(other.unplaced) <= len(self.best.unplaced) and other.tardiness <= self.best.tardiness
        if as_good and _lateness(other).get(order, 0) <= _lateness(self.best).get(order, 0):
            self.best, self.out = other, out

    def _try(self, out: Sequence[Key]) -> Schedule:
        self.tries -= 1
        return self.attempt(out)

    def _better(self, other: Schedule) -> bool:
        return len(other.unplaced) <= len(self.best.unplaced) and other.tardiness < self.best.tardiness


def _lateness(answer: Schedule) -> dict[Key, int]:
    return {row.order: row.late for row in answer.finishes if row.late > 0}
