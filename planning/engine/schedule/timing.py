"""When operations arrive, end, free their station and are handed on; all of it by position, as in Prepared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import TypeAlias

from planning.engine.schedule.model import Key, Operation, Overlap, Placed
from planning.engine.schedule.prepare import Choice, Prepared, unusual
from strategies.engine.course import through
from strategies.engine.laying import not_before as start_to_end
from strategies.engine.worktime import OutOfTime, WorkTime

NEVER = 1 << 62
Lasts: TypeAlias = Sequence[tuple[Overlap, int]]
"""Of operations that an operation overlaps with: how, and when it has the last of their pieces."""
Handed: TypeAlias = tuple[int, int, Overlap | None]
"""When what comes after may have the first of an operation and all of it, and how they overlap."""


class Timing:
    """What the working time of resources makes of the seconds of operations."""

    __slots__ = ("choices", "courses", "operations", "overlaps", "resources", "work_of")

    def __init__(self, prepared: Prepared) -> None:
        self.choices, self.courses, self.overlaps = prepared.choices, prepared.courses, prepared.overlaps
        self.operations, self.resources = prepared.problem.operations, prepared.problem.resources
        self.work_of: dict[Key, WorkTime] = {row.id: row.work for row in self.resources}

    def end(self, place: int, number: int, start: int) -> int:
        """End of an operation that begins then, or -1 if the working time laid out ends before."""
        resource, _, seconds = self.choices[place][number]
        courses = self.courses[place]
        work = self.resources[resource].work
        try:
            return work.add(start, seconds) if courses is None else through(work, start, courses[number].row)
        except OutOfTime:
            return -1

    def freed(self, place: int, number: int, start: int, end: int) -> int:
        """When the station is free again that an operation has from its start on."""
        courses = self.courses[place]
        if courses is None:
            return end
        return through(self.resources[self.choices[place][number][0]].work, start, courses[number].held)

    def set_up(self, place: int, number: int, start: int) -> int:
        """From when on an operation runs."""
        resource, setup, _ = self.choices[place][number]
        courses, work = self.courses[place], self.resources[resource].work
        return work.add(start, setup) if courses is None else through(work, start, courses[number].setup)

    def takes_station(self, place: int, number: int) -> bool:
        """Whether nothing else may run on its station meanwhile."""
        courses = self.courses[place]
        finite = self.resources[self.choices[place][number][0]].finite
        return finite and (courses is None or bool(courses[number].held))

    def arrived(self, place: int, number: int, ready: int, lasts: Lasts) -> int:
        """When it could start, were its place free and open: what waits before it is over, and so late that it does
        not stand waiting for the last pieces of what it overlaps with. Raises OutOfTime."""
        there = self._waited(place, number, ready)
        choice = self.choices[place][number]
        work = self.resources[choice[0]].work
        for overlap, handed in lasts:
            there = max(there, not_before(overlap, choice, work, self._waited(place, number, handed)))
        return there

    def behind(self, place: int, number: int, ready: int, earlier: Iterable[Handed]) -> int:
        """When it has arrived at a choice, ready then, and behind all of these. Raises OutOfTime."""
        lasts = []
        for first, handed, overlap in earlier:
            ready = max(ready, first)
            if overlap is not None:
                lasts.append((overlap, handed))
        return self.arrived(place, number, ready, lasts)

    def opened(self, place: int, number: int, there: int) -> int:
        """The first instant from then on at which it may start. Raises OutOfTime."""
        opening = self.resources[self.choices[place][number][0]].work.opening(there)
        courses = self.courses[place]
        return opening if courses is None or courses[number].opens else there

    def handed(self, place: int, at: Key, done: int) -> int:
        """When the next may have what was done then at a resource."""
        return handed_on(self.operations[place], self.work_of.get(at), done)

    def hands_on(self, place: int, row: Placed, number: int | None, after: int) -> Handed:
        """What the operation after may have when of one that lies so; `number` as in `first_handed`."""
        handed, overlap = row.passed_on(self.operations[place]), self.overlaps.get((place, after))
        first = handed if overlap is None else self.first_handed(place, row, number, overlap)
        return first, handed, overlap

    def first_handed(self, place: int, row: Placed, number: int | None, overlap: Overlap) -> int:
        """When the next may have the first pieces of an operation; `number` is its choice, None for fixed work, which
        is taken to make its pieces evenly from start to end."""
        if number is None:
            done = row.start + ceil((row.end - row.start) * overlap.first)
        else:
            resource, setup, whole = self.choices[place][number]
            first = setup + ceil((whole - setup) * overlap.first)
            done = min(row.end, self.resources[resource].work.add(row.start, first))
        return self.handed(place, row.resource, done)

    def _waited(self, place: int, number: int, since: int) -> int:
        work = self.resources[self.choices[place][number][0]].work
        courses = self.courses[place]
        if courses is None:
            return work.add(since, self.operations[place].queue)
        return through(work, since, courses[number].lead)


def handed_on(operation: Operation, work: WorkTime | None, done: int) -> int:
    """When the next may have what was done then; never, where the working time laid out ends before."""
    course = unusual(operation, 0, 0)
    if course is None or work is None:
        return done + operation.rest + operation.transit
    try:
        return through(work, done, course.tail)
    except OutOfTime:
        return NEVER


def not_before(overlap: Overlap, choice: Choice, work: WorkTime, last: int) -> int:
    """The first start with which an operation does not stand waiting for the last pieces, which it has at `last`."""
    _resource, setup, whole = choice
    if whole == setup:
        return last
    ends = work.add(last, ceil((whole - setup) * overlap.last))
    return start_to_end(work, ends, whole)
