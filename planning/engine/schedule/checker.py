"""Proves a schedule right or names what is wrong. Its own code throughout: nothing of the scheduler is used.

Only the rows of `model.py` are shared. Working time is counted here from the bare intervals, once more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from planning.engine.schedule.model import Key, Operation, Placed, Problem, Resource, Schedule


class Violation(NamedTuple):
    """What is wrong, at which operation, and with which other one. locked: only fixed work is involved."""

    rule: str
    operation: Key
    other: Key | None = None
    locked: bool = False


def check(problem: Problem, schedule: Schedule) -> list[Violation]:
    """All violations of a schedule; an empty list is the proof. Takes O(n log n).

    once: placed exactly once or listed as unplaced. resource, station: one of its alternatives, a station
    that exists. earliest: not before now, release and material. previous: after everything it comes after,
    with transit. queue: the working time before it. closed: starts and ends while the resource works.
    duration: setup and run as long as they must be. overlap: one operation at a time on a station. fixed:
    left alone.
    """
    placed = {row.operation: row for row in schedule.placed}
    resources = {resource.id: resource for resource in problem.resources}
    transits = {operation.id: operation.transit for operation in problem.operations}
    found = list(_counted(problem, schedule))
    releases = {order.id: order.release for order in problem.orders}
    for operation in problem.operations:
        row = placed.get(operation.id)
        if row is None:
            continue
        before = {key: placed[key].end + transits[key] for key in operation.after if key in placed}
        if operation.fixed is not None:
            found += _moved(operation, row, before)
            continue
        resource = resources.get(row.resource)
        if resource is None:
            found.append(Violation("resource", operation.id))
            continue
        found += _place_and_length(operation, row, resource)
        begin = max(problem.now, operation.earliest, releases.get(operation.order, 0))
        found += _in_time(operation, row, resource, begin, before)
    found += _overlaps(problem, schedule.placed, resources)
    return found


def _counted(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    seen: dict[Key, int] = defaultdict(int)
    for row in schedule.placed:
        seen[row.operation] += 1
    for missing in schedule.unplaced:
        seen[missing.operation] += 1
    known = {operation.id for operation in problem.operations}
    for key in known:
        if seen[key] != 1:
            yield Violation("once", key)
    for key in seen:
        if key not in known:
            yield Violation("once", key)


def _moved(operation: Operation, row: Placed, before: dict[Key, int]) -> Iterator[Violation]:
    """Fixed work must lie where it was fixed; that it was fixed too early is said, but as a lock."""
    fixed = operation.fixed
    if fixed is not None and (row.resource, row.station, row.start, row.end) != (
        fixed.resource,
        fixed.station,
        fixed.start,
        fixed.end,
    ):
        yield Violation("fixed", operation.id)
    for key, ready in before.items():
        if row.start < ready:
            yield Violation("previous", operation.id, key, True)


def _place_and_length(operation: Operation, row: Placed, resource: Resource) -> Iterator[Violation]:
    choice = next((one for one in operation.alternatives if one.resource == row.resource), None)
    if choice is None:
        yield Violation("resource", operation.id)
        return
    if resource.finite and not 0 <= row.station < resource.stations:
        yield Violation("station", operation.id)
    setup = _ceiling(choice.setup, resource.setup_efficiency.as_integer_ratio())
    run = _ceiling(choice.run, resource.efficiency.as_integer_ratio())
    if not (
        _lasts(resource, row.start, row.setup_end, setup)
        and _lasts(resource, row.start, row.end, setup + run)
    ):
        yield Violation("duration", operation.id)
    if setup + run and not (_works(resource, row.start) and _works(resource, row.end - 1)):
        yield Violation("closed", operation.id)


def _in_time(
    operation: Operation, row: Placed, resource: Resource, begin: int, before: dict[Key, int]
) -> Iterator[Violation]:
    if row.start < begin:
        yield Violation("earliest", operation.id)
    for key, ready in before.items():
        if row.start < ready:
            yield Violation("previous", operation.id, key)
    there = max([begin, *before.values()])
    if row.start >= there and _worked(resource, there, row.start) < operation.queue:
        yield Violation("queue", operation.id)


def _overlaps(
    problem: Problem, rows: Sequence[Placed], resources: dict[Key, Resource]
) -> Iterator[Violation]:
    locked = {operation.id for operation in problem.operations if operation.fixed is not None}
    stations: dict[tuple[Key, int], list[Placed]] = defaultdict(list)
    for row in rows:
        resource = resources.get(row.resource)
        if resource is not None and resource.finite and row.end > row.start:
            stations[row.resource, row.station].append(row)
    for lane in stations.values():
        lane.sort(key=lambda row: (row.start, row.end))
        holder = lane[0]
        for row in lane[1:]:
            if row.start < holder.end:
                both = row.operation in locked and holder.operation in locked
                yield Violation("overlap", row.operation, holder.operation, both)
            if row.end > holder.end:
                holder = row


def _ceiling(seconds: int, efficiency: tuple[int, int]) -> int:
    numerator, denominator = efficiency
    whole, rest = divmod(seconds * denominator, numerator)
    return whole + (1 if rest else 0)


def _works(resource: Resource, instant: int) -> bool:
    place = bisect_right(resource.work.starts, instant)
    return place > 0 and instant < resource.work.ends[place - 1]


def _lasts(resource: Resource, start: int, end: int, needed: int) -> bool:
    """Whether so much work is done from start to end and not a second before; to the second where every second
    counts whole."""
    if resource.work.speeds is None:
        return _worked(resource, start, end) == needed
    enough = _worked(resource, start, end) >= needed
    return enough and (end <= start or not needed or _worked(resource, start, end - 1) < needed)


def _worked(resource: Resource, start: int, end: int) -> int | Fraction:
    """Work in seconds between two instants, counted window by window."""
    starts, ends, speeds = resource.work.starts, resource.work.ends, resource.work.speeds
    place = max(0, bisect_right(starts, start) - 1)
    total = 0
    while place < len(starts) and starts[place] < end:
        length = max(0, min(end, ends[place]) - max(start, starts[place]))
        total += length * speeds[place] if speeds else length
        place += 1
    return Fraction(total, resource.work.scale) if speeds else total
