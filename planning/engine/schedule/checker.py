"""Proves a schedule right or names what is wrong. Its own code throughout: only the rows of `model.py` are shared.
Working time is counted here from the bare intervals, once more."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil
from typing import NamedTuple, TypeAlias

from planning.engine.schedule.model import Key, Operation, Placed, Problem, Resource, Schedule
from strategies.engine.phases import USUAL

Parts: TypeAlias = Sequence[tuple[int, bool]]
"""Seconds, and whether they pass by the clock."""
FAR = 1 << 62


class Violation(NamedTuple):
    """What is wrong, at which operation, and with which other one. locked: only fixed work is involved."""

    rule: str
    operation: Key
    other: Key | None = None
    locked: bool = False


def check(problem: Problem, schedule: Schedule) -> list[Violation]:
    """All violations of a schedule; an empty list is the proof. Takes O(n log n).

    once: placed exactly once or listed as unplaced. resource, station: one of its alternatives that exists.
    earliest: not before now, release and material. previous: after all it comes after, or its first pieces. last
    pieces: not done before these have come. queue: what passes before it. closed: starts and ends while the resource
    works. duration: its parts as long as they must be. overlap: one at a time on a station. fixed: left alone.
    """
    placed = {row.operation: row for row in schedule.placed}
    resources = {resource.id: resource for resource in problem.resources}
    known = {operation.id: operation for operation in problem.operations}
    found = list(_counted(problem, schedule))
    releases = {order.id: order.release for order in problem.orders}
    for operation in problem.operations:
        row = placed.get(operation.id)
        if row is None:
            continue
        before = {
            key: _ready(known[key], operation, placed[key], resources)
            for key in operation.after
            if key in placed
        }
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
        found += _last_pieces(operation, row, resource, known, placed, resources)
    found += _overlaps(known, schedule.placed, resources)
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
    setup, run = _seconds(operation, resource)
    if operation.phases != USUAL:
        yield from _by_parts(operation, row, resource)
        return
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
    if row.start >= there and _pass(resource, there, _parts(operation, resource)[0]) > row.start:
        yield Violation("queue", operation.id)


def _by_parts(operation: Operation, row: Placed, resource: Resource) -> Iterator[Violation]:
    """What a route group says: parts by the clock, and those that keep the station."""
    _before, held, here, _behind = _parts(operation, resource)
    freed = _pass(resource, row.start, held)
    if row.end != _pass(resource, row.start, here) or (row.freed, row.handed) != (
        freed,
        _pass(resource, row.end, _behind),
    ):
        yield Violation("duration", operation.id)
    at_night = [clock for seconds, clock in held if seconds][-1:] == [True]
    opens, closes = _works(resource, row.start), at_night or _works(resource, freed - 1)
    if freed > row.start and not (opens and closes):
        yield Violation("closed", operation.id)


def _parts(operation: Operation, resource: Resource) -> tuple[Parts, Parts, Parts, Parts]:
    """What passes before it has its place, while it keeps it, while it lies there, and behind that."""
    setup, run = _seconds(operation, resource)
    named = {
        "queue_before": operation.queue,
        "setup": setup,
        "run": run,
        "queue_after": operation.rest,
        "transit": operation.transit,
    }
    order = list(named)
    keeping = [order.index(name) for name in order if name in operation.phases.holds] or [1]
    begin = keeping[0]
    leave = keeping[-1] + 1 if operation.phases.holds else begin
    stop = max(leave, order.index("run") + 1)
    each = [(named[name], name in operation.phases.by_clock) for name in order]
    return each[:begin], each[begin:leave], each[begin:stop], each[stop:]


def _ready(
    before: Operation,
    operation: Operation,
    row: Placed,
    resources: dict[Key, Resource],
    *,
    all_of_it: bool = False,
) -> int:
    """When an operation may have what the one before it has made: the first pieces where they overlap."""
    resource = resources.get(row.resource)
    if resource is None:
        return row.end + before.rest + before.transit
    done = row.end
    share = next((one.first for one in operation.overlaps if one.before == before.id), None)
    if share is not None and before.fixed is not None and not all_of_it:
        done = min(done, row.start + ceil((row.end - row.start) * share))
    elif share is not None and not all_of_it:
        setup, run = _seconds(before, resource)
        done = min(done, _pass(resource, row.start, [(setup + ceil(run * share), False)]))
    return _pass(resource, done, _parts(before, resource)[3])


def _last_pieces(
    operation: Operation,
    row: Placed,
    resource: Resource,
    known: dict[Key, Operation],
    placed: dict[Key, Placed],
    resources: dict[Key, Resource],
) -> Iterator[Violation]:
    for one in operation.overlaps:
        if one.before not in placed or one.before not in operation.after:
            continue
        have = _ready(known[one.before], operation, placed[one.before], resources, all_of_it=True)
        have = _pass(resource, have, _parts(operation, resource)[0])
        needed = ceil(_seconds(operation, resource)[1] * one.last)
        if row.end < have or _worked(resource, have, row.end) < needed:
            yield Violation("last pieces", operation.id, one.before)


def _overlaps(
    known: dict[Key, Operation], rows: Sequence[Placed], resources: dict[Key, Resource]
) -> Iterator[Violation]:
    stations: dict[tuple[Key, int], list[tuple[int, int, Key]]] = defaultdict(list)
    for row in rows:
        resource = resources.get(row.resource)
        if resource is None or not resource.finite or row.operation not in known:
            continue
        freed = _kept_until(known[row.operation], row, resource)
        if freed > row.start:
            stations[row.resource, row.station].append((row.start, freed, row.operation))
    for lane in stations.values():
        lane.sort(key=lambda stay: stay[:2])
        _start, until, holder = lane[0]
        for start, freed, operation in lane[1:]:
            if start < until:
                both = known[operation].fixed is not None and known[holder].fixed is not None
                yield Violation("overlap", operation, holder, both)
            if freed > until:
                until, holder = freed, operation


def _kept_until(operation: Operation, row: Placed, resource: Resource) -> int:
    """Until when it keeps its station; what is fixed has ended by then at the latest."""
    if operation.phases == USUAL:
        return row.end
    _before, held, here, _behind = _parts(operation, resource)
    return row.end if held == here else min(row.end, _pass(resource, row.start, held))


def _seconds(operation: Operation, resource: Resource) -> tuple[int, int]:
    """Setup and run at a resource, slowed down by its efficiency."""
    for choice in operation.alternatives:
        if choice.resource == resource.id:
            return (
                _ceiling(choice.setup, resource.setup_efficiency.as_integer_ratio()),
                _ceiling(choice.run, resource.efficiency.as_integer_ratio()),
            )
    return 0, 0


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


def _pass(resource: Resource, instant: int, parts: Parts) -> int:
    """The instant after all parts; far away where the working time ends before."""
    together: list[tuple[int, bool]] = []
    for seconds, clock in parts:
        if seconds and together and together[-1][1] == clock:
            together[-1] = (together[-1][0] + seconds, clock)
        elif seconds:
            together.append((seconds, clock))
    for seconds, clock in together:
        instant = instant + seconds if clock else _after_work(resource, instant, seconds)
    return min(instant, FAR)


def _after_work(resource: Resource, instant: int, seconds: int) -> int:
    starts, ends, speeds = resource.work.starts, resource.work.ends, resource.work.speeds
    left = seconds * resource.work.scale
    for place in range(max(0, bisect_right(starts, instant) - 1), len(starts)):
        begin, speed = max(instant, starts[place]), speeds[place] if speeds else 1
        room = max(0, ends[place] - begin) * speed
        if room >= left:
            return begin - (-left // speed)
        left -= room
    return FAR


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
