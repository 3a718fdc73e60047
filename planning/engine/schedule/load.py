"""How full resources are, by day or any other stretch of time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from planning.engine.schedule.model import Key, Placed, Problem


class Load(NamedTuple):
    """One resource in one stretch: working seconds booked, and offered by all stations (None = endless)."""

    resource: Key
    start: int
    end: int
    booked: int
    offered: int | None


def loads(problem: Problem, placed: Sequence[Placed], bounds: Sequence[int]) -> list[Load]:
    """Load between each pair of neighbouring bounds (instants, ascending), for every resource, by resource.

    An operation counts where it really works: pauses over closed hours are left out. Bounds are chosen by the
    caller because days begin at local midnight, which is not a multiple of anything.
    """
    booked: Mapping[Key, list[int]] = {resource.id: [0] * (len(bounds) - 1) for resource in problem.resources}
    work = {resource.id: resource.work for resource in problem.resources}
    for row in placed:
        sums = booked.get(row.resource)
        if sums is None:
            continue
        place = max(0, bisect_right(bounds, row.start) - 1)
        freed = row.leaves()
        while place < len(sums) and bounds[place] < freed:
            start, end = max(bounds[place], row.start), min(bounds[place + 1], freed)
            sums[place] += max(0, work[row.resource].between(start, end)) if end > start else 0
            place += 1
    return [
        Load(
            resource.id,
            bounds[place],
            bounds[place + 1],
            booked[resource.id][place],
            resource.work.between(bounds[place], bounds[place + 1]) * resource.stations
            if resource.finite
            else None,
        )
        for resource in problem.resources
        for place in range(len(bounds) - 1)
    ]
