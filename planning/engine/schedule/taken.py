"""Which time of stations is taken, so that work may be laid into what is free before other work."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from planning.engine.schedule.model import Key
from planning.engine.schedule.timing import NEVER, Timing
from strategies.engine.worktime import OutOfTime

Lane: TypeAlias = tuple[Key, int]
"""Resource and station."""
Stay: TypeAlias = tuple[int, int]
"""From when until when a station is taken."""


class Taken:
    """The time taken of each station: disjoint, in order."""

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
        self.stays: dict[Lane, list[Stay]] = defaultdict(list)

    def take(self, lane: Lane, start: int, freed: int) -> None:
        _add(self.stays[lane], start, freed)

    def fit(
        self, place: int, number: int, lane: Lane, there: int, also: Sequence[Stay] = ()
    ) -> tuple[int, int, int] | None:
        """The first (start, end, freed) of an operation at a choice that fits from an instant on, beside what is taken
        and `also`; None if there is no working time for it any more."""
        stays = self.stays[lane]
        if also:
            stays = list(stays)
            for start, freed in also:
                _add(stays, start, freed)
        at = max(0, bisect_right(stays, (there, NEVER)) - 1)
        begin = there
        while True:
            try:
                begin = self.timing.opened(place, number, begin)
                end = self.timing.end(place, number, begin)
                freed = self.timing.freed(place, number, begin, end) if end >= 0 else -1
            except OutOfTime:
                return None
            if end < 0:
                return None
            while at < len(stays) and stays[at][1] <= begin:
                at += 1
            if at == len(stays) or freed <= stays[at][0]:
                return begin, end, freed
            begin = max(begin, stays[at][1])


def _add(stays: list[Stay], start: int, freed: int) -> None:
    """Locked work may lie on other locked work: what is taken stays disjoint all the same."""
    at = bisect_left(stays, (start, start))
    while at and stays[at - 1][1] > start:
        at -= 1
    while freed > start and at < len(stays) and stays[at][0] < freed:
        start, freed = min(start, stays[at][0]), max(freed, stays[at][1])
        del stays[at]
    if freed > start:
        insort(stays, (start, freed))
