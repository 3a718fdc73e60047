"""Which operations of late orders go to a vendor: those that wait for a work centre with too much before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from planning.engine.overflow import Key, Limit, Loads, Place, Verdict
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
