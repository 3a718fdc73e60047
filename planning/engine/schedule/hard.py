"""Hard links: an operation that others have to follow at once is put off until they begin, where a station is free."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from planning.engine.schedule.model import Gap, Key, Placed
from planning.engine.schedule.prepare import Prepared
from planning.engine.schedule.taken import Lane
from planning.engine.schedule.timing import NEVER, Handed, Timing
from strategies.engine.worktime import OutOfTime

ROUNDS = 4
"""What is put off makes room for others, so that a second look may find more; so many looks at most."""


class Room(NamedTuple):
    """A choice of an operation, a station there, and from when until when it is free."""

    number: int
    station: int
    since: int
    until: int


def close_gaps(prepared: Prepared, placed: Sequence[Placed]) -> tuple[list[Placed], list[Gap]]:
    """The schedule with operations put off towards those that have to follow them, and the gaps that remain. Nothing
    else moves, so that every order ends when it did."""
    position = {operation.id: place for place, operation in enumerate(prepared.problem.operations)}
    pairs = [
        (position[key], place)
        for place, operation in enumerate(prepared.problem.operations)
        for key in operation.hard
        if key in position and key in operation.after
    ]
    if not pairs:
        return list(placed), []
    closing = _Closing(prepared, {position[row.operation]: row for row in placed})
    known = [pair for pair in pairs if pair[0] in closing.rows and pair[1] in closing.rows]
    for _round in range(ROUNDS):
        # The last first: what is put off may itself have to follow another.
        known.sort(key=lambda pair: (-closing.rows[pair[1]].start, pair))
        if not [pair for pair in known if closing.gap(*pair) and closing.put_off(*pair)]:
            break
    return list(closing.rows.values()), [gap for pair in sorted(known) for gap in closing.said(*pair)]


class _Closing:
    """The rows of a schedule by position, and what lies on each station."""

    def __init__(self, prepared: Prepared, rows: dict[int, Placed]) -> None:
        self.prepared, self.rows = prepared, rows
        self.position = {row.operation: place for place, row in rows.items()}
        self.timing = Timing(prepared)
        self.resources = prepared.problem.resources
        self.finite = {resource.id: resource.finite for resource in self.resources}
        self.numbers = {place: self._number(place, row.resource) for place, row in rows.items()}
        self.lanes: dict[Lane, list[tuple[int, int, int]]] = defaultdict(list)
        for place, row in rows.items():
            self._lie_down(place, row)

    def _number(self, place: int, at: Key) -> int | None:
        """Which of its choices an operation lies at; None for fixed work somewhere else."""
        choices = enumerate(self.prepared.choices[place])
        return next((number for number, choice in choices if self.resources[choice[0]].id == at), None)

    def _lie_down(self, place: int, row: Placed) -> None:
        freed = row.leaves()
        if self.finite.get(row.resource) and freed > row.start:
            insort(self.lanes[row.resource, row.station], (row.start, freed, place))

    def follows(self, before: int, row: Placed, after: int) -> int:
        """The first instant at which the later one could start, were it only for the earlier one lying so, which may
        have the very station; NEVER when its working time is over by then."""
        number, later = self.numbers[after], self.rows[after]
        if number is None:
            return later.start
        same = (row.resource, row.station) == (later.resource, later.station) and self.finite[row.resource]
        try:
            there = self.timing.behind(after, number, 0, [self._hands_on(before, row, after)])
            there = max(there, row.leaves()) if same else there
            return self.timing.opened(after, number, there)
        except OutOfTime:
            return NEVER

    def _hands_on(self, before: int, row: Placed, after: int) -> Handed:
        fixed = self.prepared.problem.operations[before].fixed is not None
        number = None if fixed else self._number(before, row.resource)
        return self.timing.hands_on(before, row, number, after)

    def gap(self, before: int, after: int) -> bool:
        return self.follows(before, self.rows[before], after) < self.rows[after].start

    def said(self, before: int, after: int) -> Iterator[Gap]:
        """The gap between two that should have none."""
        row, number = self.rows[after], self.numbers[after]
        there = self.follows(before, self.rows[before], after)
        if there < row.start and number is not None:
            work = self.resources[self.prepared.choices[after][number][0]].work
            seconds = max(1, work.between(there, row.start))
            yield Gap(row.operation, row.order, self.rows[before].operation, seconds)

    def put_off(self, before: int, after: int) -> bool:
        """Lay the earlier one right before the later one, if a station of it is free then."""
        old = self.rows[before]
        if self.prepared.problem.operations[before].fixed is not None:
            return False
        refused: set[Lane] = set()
        for room in self._rooms(before, self.rows[after].start):
            lane = (self._at(before, room), room.station)
            if lane in refused:
                continue
            row = self._latest(before, room, self.rows[after].start)
            if row is None:
                continue
            if self.follows(before, row, after) < self.rows[after].start:
                refused.add(lane)  # what is free still earlier ends earlier
                continue
            self._move(before, old, row)
            return True
        return False

    def _at(self, place: int, room: Room) -> Key:
        return self.resources[self.prepared.choices[place][room.number][0]].id

    def _rooms(self, place: int, limit: int) -> Iterator[Room]:
        """Where it could lie, begun at `limit` at the latest: where it lies first, of each station the last first."""
        old = self.rows[place]
        choices = self.prepared.choices[place]
        order = sorted(range(len(choices)), key=lambda number: number != self.numbers[place])
        for number in order:
            resource = self.resources[choices[number][0]]
            since = self._floor(place, number)
            if not self.timing.takes_station(place, number):
                yield Room(number, 0, since, NEVER)
                continue
            mine = resource.id == old.resource
            for station in sorted(range(resource.stations), key=lambda one: mine and one != old.station):
                free = self._free(place, (resource.id, station), since)
                yield from (Room(number, station, *span) for span in reversed(free) if span[0] <= limit)

    def _floor(self, place: int, number: int) -> int:
        """When it could start at a choice, for all that comes before it."""
        after = self.prepared.problem.operations[place].after
        before = [self.position[key] for key in after if key in self.position]
        earlier = [self._hands_on(one, self.rows[one], place) for one in before]
        try:
            return self.timing.behind(place, number, self.prepared.earliest[place], earlier)
        except OutOfTime:
            return NEVER

    def _free(self, place: int, lane: Lane, since: int) -> list[tuple[int, int]]:
        """From when until when a station is free without it."""
        spans, here = [], since
        for start, freed, holder in self.lanes[lane]:
            if holder == place:
                continue
            if start > here:
                spans.append((here, start))
            here = max(here, freed)
        return [*spans, (here, NEVER)]

    def _latest(self, place: int, room: Room, limit: int) -> Placed | None:
        """As late as it can in a room, with all that follows it staying where it is; None if it does not fit."""
        if room.since > limit:
            return None
        low, high = room.since, limit
        best = self._lying(place, room, low)
        while best is not None and low < high:
            middle = (low + high + 1) // 2
            row = self._lying(place, room, middle)
            if row is None:
                high = middle - 1
            else:
                low, best = middle, row
        return best

    def _lying(self, place: int, room: Room, instant: int) -> Placed | None:
        """Begun then, or as soon as its place opens; None if it does not fit."""
        number, timing, old = room.number, self.timing, self.rows[place]
        try:
            start = timing.opened(place, number, instant)
            end = timing.end(place, number, start)
            if end < 0:
                return None
            freed = timing.freed(place, number, start, end)
            usual, at = self.prepared.courses[place] is None, self._at(place, room)
            row = old._replace(
                resource=at, station=room.station, start=start, end=end,
                setup_end=timing.set_up(place, number, start),
                arrived=min(start, old.arrived + max(0, start - old.start)),
                freed=None if usual else freed, handed=None if usual else timing.handed(place, at, end),
            )  # fmt: skip
        except OutOfTime:
            return None
        if timing.takes_station(place, number) and freed > room.until:
            return None
        followed = (one for one in self.prepared.following[place] if one in self.rows)
        return None if any(self.follows(place, row, one) > self.rows[one].start for one in followed) else row

    def _move(self, place: int, old: Placed, row: Placed) -> None:
        lane = self.lanes[old.resource, old.station]
        lane[:] = [stay for stay in lane if stay[2] != place]
        self.rows[place], self.numbers[place] = row, self._number(place, row.resource)
        self._lie_down(place, row)
