"""Proves a schedule right or names what is wrong. Its own code throughout: only the rows of `model.py` are shared.
Working time is counted from the bare intervals, once more (`recount`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import ceil
from typing import NamedTuple

from planning.engine.schedule import recount
from planning.engine.schedule.model import Key, Operation, Placed, Problem, Resource, Schedule
from strategies.engine.phases import USUAL


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
    works. duration: its parts as long as they must be. overlap: one at a time on a station. fixed: left alone. gap: a
    hard link is not kept and nothing said of it, or said of it and kept.
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
    found += _gaps(problem, schedule, known, placed, resources)
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
    setup, run = recount.seconds(operation, resource)
    if operation.phases != USUAL:
        yield from _by_parts(operation, row, resource)
        return
    if not (
        recount.lasts(resource, row.start, row.setup_end, setup)
        and recount.lasts(resource, row.start, row.end, setup + run)
    ):
        yield Violation("duration", operation.id)
    if setup + run and not (recount.works(resource, row.start) and recount.works(resource, row.end - 1)):
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
    if (
        row.start >= there
        and recount.passing(resource, there, recount.parts(operation, resource)[0]) > row.start
    ):
        yield Violation("queue", operation.id)


def _by_parts(operation: Operation, row: Placed, resource: Resource) -> Iterator[Violation]:
    """What a route group says: parts by the clock, and those that keep the station."""
    _before, held, here, _behind = recount.parts(operation, resource)
    freed = recount.passing(resource, row.start, held)
    if row.end != recount.passing(resource, row.start, here) or (row.freed, row.handed) != (
        freed,
        recount.passing(resource, row.end, _behind),
    ):
        yield Violation("duration", operation.id)
    at_night = [clock for seconds, clock in held if seconds][-1:] == [True]
    opens, closes = recount.works(resource, row.start), at_night or recount.works(resource, freed - 1)
    if freed > row.start and not (opens and closes):
        yield Violation("closed", operation.id)


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
        setup, run = recount.seconds(before, resource)
        done = min(done, recount.passing(resource, row.start, [(setup + ceil(run * share), False)]))
    return recount.passing(resource, done, recount.parts(before, resource)[3])


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
        have = recount.passing(resource, have, recount.parts(operation, resource)[0])
        needed = ceil(recount.seconds(operation, resource)[1] * one.last)
        if row.end < have or recount.worked(resource, have, row.end) < needed:
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
    _before, held, here, _behind = recount.parts(operation, resource)
    return row.end if held == here else min(row.end, recount.passing(resource, row.start, held))


def _gaps(
    problem: Problem,
    schedule: Schedule,
    known: dict[Key, Operation],
    placed: dict[Key, Placed],
    resources: dict[Key, Resource],
) -> Iterator[Violation]:
    said = {(one.operation, one.before) for one in schedule.gaps}
    seen = set()
    for operation in problem.operations:
        for key in operation.hard:
            here = placed.get(operation.id)
            if key not in operation.after or key not in placed or here is None:
                continue
            if _apart(known[key], operation, placed[key], here, resources):
                seen.add((operation.id, key))
    for one in said ^ seen:
        yield Violation("gap", *one)


def _apart(
    before: Operation, operation: Operation, earlier: Placed, row: Placed, resources: dict[Key, Resource]
) -> bool:
    """Whether it could have begun sooner, were it only for the one before it; by the last instant at which it could
    have done so at all."""
    resource = resources.get(row.resource)
    if resource is None or all(one.resource != row.resource for one in operation.alternatives):
        return False
    lead, _held, here, _behind = recount.parts(operation, resource)
    by_clock = next((clock for seconds, clock in here if seconds), False)
    sooner = row.start - 1
    if operation.phases.holds or not by_clock:
        sooner = recount.last_open(resource, row.start)
    if sooner < recount.passing(resource, _ready(before, operation, earlier, resources), lead):
        return False
    same = (earlier.resource, earlier.station) == (row.resource, row.station) and resource.finite
    if same and sooner < _kept_until(before, earlier, resource):
        return False
    run = recount.seconds(operation, resource)[1]
    share = next((one.last for one in operation.overlaps if one.before == before.id), None)
    if share is None:
        return True
    have = recount.passing(resource, _ready(before, operation, earlier, resources, all_of_it=True), lead)
    end = recount.passing(resource, sooner, here)
    enough = end >= have and recount.worked(resource, have, end) >= ceil(run * share)
    return enough if run else sooner >= have
