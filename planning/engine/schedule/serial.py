"""A schedule laid down once more, operation by operation, so that those tied by hard links are placed together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple, TypeAlias

from planning.engine.schedule.model import Cause, Key, Placed
from planning.engine.schedule.prepare import Prepared, first_causes, in_order
from planning.engine.schedule.taken import Lane, Taken
from planning.engine.schedule.timing import NEVER, Handed, Timing
from strategies.engine.worktime import OutOfTime

TRIES = 500
"""So often operations that belong together are tried at a later instant, before they are laid down apart."""


class Spot(NamedTuple):
    """Where and when an operation would lie: which of its choices, station, instants as in `Placed`."""

    number: int
    station: int
    start: int
    end: int
    freed: int
    arrived: int


Spots: TypeAlias = dict[int, Spot]


def relaid(prepared: Prepared, placed: Sequence[Placed]) -> list[Placed] | None:
    """The operations of a schedule in the order of their starts, each as early as it finds room, with those that hard
    links tie begun together when the last of them has room. None where the working time does not suffice.

    Serial generation with insertion (Kolisch 1996). Tied are an operation and the first it has a hard link to, of
    those that are not fixed; where they wait for each other by another way as well they are laid down apart.
    """
    try:
        return _Laying(prepared, placed).run()
    except OutOfTime:
        return None


class _Laying:
    """Rows so far, by position; leader: the one that an operation is tied to; held: who keeps another back."""

    def __init__(self, prepared: Prepared, placed: Sequence[Placed]) -> None:
        self.prepared, self.timing = prepared, Timing(prepared)
        self.resources = prepared.problem.resources
        self.operations = prepared.problem.operations
        self.position = {operation.id: place for place, operation in enumerate(self.operations)}
        self.old = {self.position[row.operation]: row for row in placed}
        self.rows: dict[int, Placed] = {}
        self.numbers: dict[int, int] = {}
        self.taken = Taken(self.timing)
        self.held: dict[int, int] = {}
        self.causes = first_causes(prepared)
        self.before = {
            place: [
                one
                for one in (self.position.get(key, -1) for key in dict.fromkeys(self.operations[place].after))
                if one in self.old
            ]
            for place in self.old
        }
        self.leader: dict[int, int] = {}
        for place in self.old:
            for key in self.operations[place].hard:
                one = self.position.get(key, -1)
                if one in self.before[place] and self._moves(one) and self._moves(place):
                    self.leader.setdefault(place, one)

    def _moves(self, place: int) -> bool:
        return place in self.old and self.operations[place].fixed is None

    # ---- in which order

    def run(self) -> list[Placed]:
        for place, row in self.old.items():
            if not self._moves(place):
                self.rows[place] = row
                self.taken.take((row.resource, row.station), row.start, row.leaves())
        while self._units():
            # They wait for each other: whose turn is first goes alone.
            left = [place for place in self.leader if place not in self.rows]
            if not left:
                raise OutOfTime("operations wait for each other")
            for place in left:
                del self.leader[place]
        return [self.rows[place] for place in self.old]

    def _units(self) -> bool:
        """Lay down all whose turn comes; whether any are left."""
        members: dict[int, list[int]] = defaultdict(list)
        for place in in_order(self.prepared.following, self.prepared.waiting_for):
            if place in self.old and place not in self.rows:
                members[self._root(place)].append(place)
        unit_of = {place: root for root, each in members.items() for place in each}
        waiting = {
            root: sum(
                one not in self.rows and unit_of[one] != root for place in each for one in self.before[place]
            )
            for root, each in members.items()
        }
        ready = [(self.old[root].start, root) for root, count in waiting.items() if not count]
        heapify(ready)
        while ready:
            _start, root = heappop(ready)
            unit = members.pop(root)
            self._lay(unit)
            followed = [
                unit_of.get(after, root) for place in unit for after in self.prepared.following[place]
            ]
            for other in followed:
                waiting[other] -= 1
                if not waiting[other] and other in members:
                    heappush(ready, (self.old[other].start, other))
        return bool(members)

    def _root(self, place: int) -> int:
        while place in self.leader:
            place = self.leader[place]
        return place

    # ---- where and when

    def _lay(self, unit: Sequence[int]) -> None:
        try:
            spots = self._together(unit) if len(unit) > 1 else None
        except OutOfTime:  # never together
            spots = None
        if spots is None:
            self.held.pop(unit[0], None)
            for place in unit:
                self._put(place, self._soonest(place, self.prepared.earliest[place]))
            return
        for place in unit:
            self._put(place, spots[place])

    def _together(self, unit: Sequence[int]) -> Spots | None:
        """All of them at once, each as soon as the one it follows lets it; None if that is not found."""
        root, since = unit[0], self.prepared.earliest[unit[0]]
        for _try in range(TRIES):
            spots = {root: self._soonest(root, since)}
            wanted = self._follow(unit, spots)
            if wanted is None:
                return spots
            late, instant = wanted
            self.held[root] = late
            low, high = spots[root].start + 1, max(instant, spots[root].start + 1)
            while low < high:
                middle = (low + high) // 2
                if self._reaches(late, spots, middle, root) >= instant:
                    high = middle
                else:
                    low = middle + 1
            since = low
        return None

    def _follow(self, unit: Sequence[int], spots: Spots) -> tuple[int, int] | None:
        """Add the spots of those behind the root; or the first that cannot begin when it has to, and when it could."""
        for place in unit[1:]:
            found = self._led_spots(place, spots, spots)
            if not found:
                raise OutOfTime("no working time for it")
            exact = [spot for begin, spot in found if spot.start == begin]
            if not exact:
                # Those that it is tied to are in its way at a later instant as well.
                busy = [spot.start for begin, spot in self._led_spots(place, spots, {}) if spot.start > begin]
                if not busy:
                    raise OutOfTime("in each other's way")
                return place, min(busy)
            spots[place] = min(exact, key=lambda spot: (spot.end, spot.number))
        return None

    def _led_spots(self, place: int, spots: Spots, beside: Spots) -> list[tuple[int, Spot]]:
        """When it has to begin at each of its choices, and where it finds room from then on."""
        found = []
        for number in range(len(self.prepared.choices[place])):
            begin = self._led(place, number, spots)
            found += [(begin, spot) for spot in self._spots(place, number, begin, spots, beside)]
        return found

    def _reaches(self, place: int, spots: Spots, start: int, root: int) -> int:
        """When an operation would begin, were the root begun then and all between where they are."""
        way = [place]
        while way[-1] != root:
            way.append(self.leader[way[-1]])
        moved: Spots = {}
        at = spots[root]
        begin = self.timing.opened(root, at.number, start)
        for one, behind in zip(reversed(way), [*reversed(way[:-1]), -1], strict=True):
            number = at.number
            end = self.timing.end(one, number, begin)
            if end < 0:
                return NEVER
            moved[one] = at._replace(start=begin, end=end)
            if behind < 0 or behind == place:
                break
            at = spots[behind]
            begin = self._led(behind, at.number, moved)
            if begin == NEVER:
                return NEVER
        return min(self._led(place, number, moved) for number in range(len(self.prepared.choices[place])))

    def _soonest(self, place: int, since: int) -> Spot:
        found = [
            spot
            for number in range(len(self.prepared.choices[place]))
            for spot in self._spots(place, number, since, {}, {})
        ]
        if not found:
            raise OutOfTime("no working time for it")
        return min(found, key=lambda spot: (spot.end, spot.number))

    def _spots(self, place: int, number: int, since: int, spots: Spots, beside: Spots) -> Iterator[Spot]:
        """At each station of a choice the first spot from an instant on, behind all that comes before it."""
        if since == NEVER:
            return
        resource = self.resources[self.prepared.choices[place][number][0]]
        try:
            ready = self.prepared.earliest[place]
            arrived = self._behind(place, number, self.before[place], ready, spots)
            there = self.timing.opened(place, number, max(arrived, since))
        except OutOfTime:
            return
        if not self.timing.takes_station(place, number):
            end = self.timing.end(place, number, there)
            if end >= 0:
                yield Spot(number, 0, there, end, self.timing.freed(place, number, there, end), arrived)
            return
        for station in range(resource.stations):
            lane = (resource.id, station)
            stays = [
                (spot.start, spot.freed) for one, spot in beside.items() if self._lane(one, spot) == lane
            ]
            found = self.taken.fit(place, number, lane, there, stays)
            if found is not None:
                yield Spot(number, station, *found, arrived)

    def _lane(self, place: int, spot: Spot) -> Lane | None:
        """The station that it takes."""
        takes = self.timing.takes_station(place, spot.number)
        return (self._at(place, spot.number), spot.station) if takes else None

    def _at(self, place: int, number: int) -> Key:
        return self.resources[self.prepared.choices[place][number][0]].id

    def _behind(self, place: int, number: int, before: Sequence[int], ready: int, spots: Spots) -> int:
        """When an operation arrives at a choice, ready then, and behind those. Raises OutOfTime."""
        earlier = [self._hands_on(one, place, spots) for one in before]
        return self.timing.behind(place, number, ready, earlier)

    def _led(self, place: int, number: int, spots: Spots) -> int:
        """When it has to begin at a choice: as soon as the one it is tied to lets it; NEVER when that is too late."""
        try:
            there = self._behind(place, number, [self.leader[place]], 0, spots)
            return self.timing.opened(place, number, there)
        except OutOfTime:
            return NEVER

    def _hands_on(self, one: int, after: int, spots: Spots) -> Handed:
        row, number = self.rows.get(one), self.numbers.get(one)
        if one in spots:
            row, number = self._row(one, spots[one]), spots[one].number
        if row is None:
            raise OutOfTime("not laid down yet")
        return self.timing.hands_on(one, row, number, after)

    # ---- laid down

    def _row(self, place: int, spot: Spot) -> Placed:
        usual = self.prepared.courses[place] is None
        at = self._at(place, spot.number)
        return self.old[place]._replace(
            resource=at, station=spot.station, start=spot.start, end=spot.end, arrived=spot.arrived,
            setup_end=self.timing.set_up(place, spot.number, spot.start),
            freed=None if usual else spot.freed, handed=None if usual else self.timing.handed(place, at, spot.end),
        )  # fmt: skip

    def _cause(self, place: int, spot: Spot) -> tuple[Cause, int | None]:
        """Why it does not start earlier."""
        if spot.start > self.timing.opened(place, spot.number, spot.arrived):
            return ("hard", self.held[place]) if place in self.held else ("resource", None)
        before = [(self._hands_on(one, place, {})[0], one) for one in self.before[place]]
        since, last = max(before, default=(-1, -1))
        if since >= self.prepared.earliest[place]:
            return "previous", last
        return self.causes[place][0], None

    def _put(self, place: int, spot: Spot) -> None:
        cause, because = self._cause(place, spot)
        named = None if because is None else self.operations[because].id
        row = self.rows[place] = self._row(place, spot)._replace(cause=cause, because=named)
        self.numbers[place] = spot.number
        if self.timing.takes_station(place, spot.number):
            self.taken.take((row.resource, row.station), row.start, spot.freed)
