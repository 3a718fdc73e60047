"""A route on calendars: when each operation begins and ends, were nobody in its way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from strategies.engine.course import Stretches, course_of, through
from strategies.engine.levels import low_level_codes
from strategies.engine.phases import runs_as_usual
from strategies.engine.ration import WHOLE, rationed
from strategies.engine.routing import Join, Step, inputs, run_time
from strategies.engine.worktime import OutOfTime, WorkTime


class Place(NamedTuple):
    """Where an operation may run: its working time, by what its run time is divided, and the part of each day that
    one job gets there; `midnights` begin the days."""

    work: WorkTime
    efficiency: Fraction = Fraction(1)
    share: Fraction = WHOLE
    midnights: Sequence[int] = ()

    def after(self, start: int, stretches: Stretches) -> int:
        """When a job that begins then is through so much of its setup and run."""
        return rationed(self.work, start, stretches, self.share, self.midnights)


class Laid(NamedTuple):
    """Instants in whole seconds since the epoch: begin and end of an operation, and when the next may have all of it
    and, where it hands on a transfer quantity, the first pieces."""

    start: int
    end: int
    handed: int
    first: int


def lay(
    steps: Sequence[Step],
    joins: Sequence[Join],
    places: Mapping[int, Sequence[Place]],
    output: Fraction,
    start: int,
    *,
    divide: bool = True,
) -> dict[int, Laid]:
    """Operation -> when it lies there, each at the place that is done first, as soon as it can: with its phases, and
    with the first pieces of the one before it where that hands on a transfer quantity, late enough not to wait for
    the last. Links without a gap are no reason to begin later. Raises OutOfTime."""
    known = {step.number: step for step in steps}
    went = inputs(steps, joins, output, divide=divide)
    before: dict[int, list[int]] = defaultdict(list)
    below: dict[int, list[int]] = defaultdict(list)
    for join in joins:
        before[join.after].append(join.before)
        below[join.before].append(join.after)
    rank = low_level_codes(sorted(known), below).codes
    found: dict[int, Laid] = {}
    for number in sorted(known, key=lambda one: (rank[one], one)):
        earlier = [(known[one], went[one], found[one]) for one in before[number]]
        choices = [_lay(known[number], went[number], place, earlier, start) for place in places[number]]
        found[number] = min(choices, key=lambda one: (one.end, one.start))
    return found


def _lay(
    step: Step, quantity: Fraction, place: Place, earlier: Sequence[tuple[Step, Fraction, Laid]], start: int
) -> Laid:
    run = ceil(run_time(step, quantity) / place.efficiency)
    course = course_of(step.phases, (step.queue, step.setup, run, step.queue_after, step.transit))
    ready, last = start, 0
    for other, made, laid in earlier:
        parts = other.transfer is not None and other.transfer < made
        laps = parts and run > 0 and runs_as_usual(other.phases, step.phases)
        ready = max(ready, laid.first if laps else laid.handed)
        if laps and other.transfer is not None:
            have = through(place.work, laid.handed, course.lead)
            share = min(Fraction(1), (quantity % other.transfer or other.transfer) / quantity)
            last = max(last, place.work.add(have, ceil(run * share)))
    begins = through(place.work, ready, course.lead)
    begins = place.work.opening(begins) if course.opens else begins
    if last:
        begins = max(begins, not_before(place.work, last, step.setup + run))
    ends = place.after(begins, course.row)
    first = ends
    if step.transfer is not None and step.transfer < quantity:
        done = step.setup + ceil(run * step.transfer / quantity)
        first = min(ends, place.after(begins, ((done, False),)))
    return Laid(begins, ends, through(place.work, ends, course.tail), through(place.work, first, course.tail))


def not_before(work: WorkTime, ends: int, whole: int) -> int:
    """The first start with which so many seconds of work do not end before an instant at which work ends; the first
    there is at all where the working time laid out before it is shorter."""
    try:
        start = work.add(ends, -whole)
    except OutOfTime:
        return work.starts[0]
    while work.add(start, whole) < ends:  # beginnings are rounded down
        start = work.opening(start + 1)
    return start
