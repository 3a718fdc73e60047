"""An operation at one place in stretches of time: what passes before it is there, while it is, and until it is handed
on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from strategies.engine.phases import PARTS, Phases
from strategies.engine.worktime import WorkTime

Stretches: TypeAlias = tuple[tuple[int, bool], ...]
"""(seconds, by the clock) one after the other; neighbours of one kind are one, so that roundings do not add up."""
SETUP, RUN = PARTS.index("setup"), PARTS.index("run")


class Course(NamedTuple):
    """lead: before it takes its place. From its start on: setup until that is done, held while it takes capacity, row
    until its end. tail: from its end until the next may have it. opens: it starts only while the place works."""

    lead: Stretches
    setup: Stretches
    held: Stretches
    row: Stretches
    tail: Stretches
    opens: bool


def course_of(phases: Phases, seconds: Sequence[int]) -> Course:
    """The course of an operation with these seconds, by part in their order.

    The place is held without a break from the first part that takes capacity to the end of the last. An operation
    lies there from then on until its run is over as well; without such a part, for its setup and run.
    """
    parts = [(long, part in phases.by_clock) for part, long in zip(PARTS, seconds, strict=True)]
    holding = [place for place, part in enumerate(PARTS) if part in phases.holds]
    first = holding[0] if holding else SETUP
    free = holding[-1] + 1 if holding else first
    last = max(free, RUN + 1)
    row = _together(parts[first:last])
    return Course(
        lead=_together(parts[:first]),
        setup=_together(parts[first : SETUP + 1]),
        held=_together(parts[first:free]),
        row=row,
        tail=_together(parts[last:]),
        opens=bool(holding) or not (row and row[0][1]),
    )


def _together(parts: Iterable[tuple[int, bool]]) -> Stretches:
    found: list[tuple[int, bool]] = []
    for seconds, clock in parts:
        if not seconds:
            continue
        if found and found[-1][1] == clock:
            found[-1] = (found[-1][0] + seconds, clock)
        else:
            found.append((seconds, clock))
    return tuple(found)


def through(work: WorkTime, instant: int, stretches: Stretches) -> int:
    """The instant after all of them. Raises OutOfTime."""
    for seconds, clock in stretches:
        instant = instant + seconds if clock else work.add(instant, seconds)
    return instant
