"""One pass through time: whenever a station is free and open, it takes the most urgent operation there."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from planning.engine.schedule.locks import Bookings, locked
from planning.engine.schedule.model import Overlap, Placed, Unplaced
from planning.engine.schedule.prepare import Prepared, first_causes
from planning.engine.schedule.rules import Rule
from planning.engine.schedule.timing import NEVER, Timing
from strategies.engine.worktime import OutOfTime

ARRIVAL, DECISION = 0, 1
LOOK = 32
"""So many waiting operations are looked at before a station rather stays idle."""

REFRESH = 32
"""A queue's urgency is worked out anew after every (its length / REFRESH) decisions."""

Waiting = tuple[float, int, int, int]
"""Key, arrival, operation, which of its choices."""


class Dispatch:
    """The state of one pass. Operations and resources are positions, as in Prepared."""

    __slots__ = (
        "booked", "causes", "decide_at", "events", "free", "held", "hopes", "keys", "lasts", "left", "placed",
        "prepared", "queues", "ready", "resources", "stale", "timing", "unplaced", "urgency",
    )  # fmt: skip

    def __init__(self, prepared: Prepared, rule: Rule) -> None:
        problem = prepared.problem
        self.prepared = prepared
        self.resources = problem.resources
        self.timing = Timing(prepared)
        self.keys = rule.keys(prepared) if rule.keys else []
        self.urgency = rule.urgency(prepared) if rule.urgency else None
        self.events: list[tuple[int, int, int, int]] = []
        self.queues: list[list[Waiting]] = [[] for _ in self.resources]
        self.free = [[(problem.now, station) for station in range(row.stations)] for row in self.resources]
        self.held = [[-1] * row.stations for row in self.resources]
        self.booked: Bookings = {}
        self.decide_at = [-1] * len(self.resources)
        self.stale = [0] * len(self.resources)
        self.left = list(prepared.waiting_for)
        self.ready = list(prepared.earliest)
        self.lasts: dict[int, list[tuple[Overlap, int]]] = {}
        self.causes = first_causes(prepared)
        self.hopes = [len(row) for row in prepared.choices]
        self.placed: list[Placed | None] = [None] * len(prepared.choices)
        self.unplaced: dict[int, Unplaced] = dict(prepared.unplaced)

    def run(self) -> tuple[list[Placed], dict[int, Unplaced]]:
        """Place everything that can be placed, in order of time."""
        self._place_fixed()
        for place, count in enumerate(self.left):
            if not count:
                self._arrive(place)
        while self.events:
            instant, kind, first, second = heappop(self.events)
            if kind == ARRIVAL:
                self._queue(first, second, instant)
                continue
            if self.decide_at[first] == instant:
                self.decide_at[first] = -1
            self._decide(first, instant)
        return [placed for placed in self.placed if placed is not None], self.unplaced

    def _place_fixed(self) -> None:
        rows, self.booked = locked(self.prepared)
        for place, row in rows.items():
            self.placed[place] = row
        for place, row in rows.items():
            self._release_following(place, row, None)

    def _release_following(self, place: int, row: Placed, number: int | None) -> None:
        """Those behind it may have it; `number` is its choice, None for fixed work."""
        for after in self.prepared.following[place]:
            self.left[after] -= 1
            available, handed, overlap = self.timing.hands_on(place, row, number, after)
            if overlap is not None:
                self.lasts.setdefault(after, []).append((overlap, handed))
            if available >= self.ready[after]:
                self.ready[after] = available
                self.causes[after] = ("previous", place)
            if not self.left[after]:
                self._arrive(after)

    def _arrive(self, place: int) -> None:
        """All earlier operations are done: come to each possible resource, after its queue time."""
        if self.placed[place] is not None or place in self.unplaced:
            return
        for number in range(len(self.prepared.choices[place])):
            try:
                there = self.timing.arrived(place, number, self.ready[place], self.lasts.get(place, ()))
                heappush(self.events, (self.timing.opened(place, number, there), ARRIVAL, place, number))
            except OutOfTime:
                self._lose_hope(place)

    def _lose_hope(self, place: int) -> None:
        """One choice of an operation has failed; after the last one it is not placed."""
        self.hopes[place] -= 1
        if not self.hopes[place] and self.placed[place] is None:
            operation = self.prepared.problem.operations[place]
            self.unplaced[place] = Unplaced(operation.id, operation.order, "no_time")

    def _queue(self, place: int, number: int, instant: int) -> None:
        if self.placed[place] is not None or place in self.unplaced:
            return
        resource = self.prepared.choices[place][number][0]
        if self.timing.takes_station(place, number):
            key = self.keys[place] if self.urgency is None else self.urgency(place, instant)
            heappush(self.queues[resource], (key, instant, place, number))
            self._plan_decision(resource, instant)
            return
        end = self.timing.end(place, number, instant)
        if end < 0:
            self._lose_hope(place)
        elif not self._sent_elsewhere(place, number, instant, end):
            self._place(place, number, instant, end, 0)

    def _plan_decision(self, resource: int, instant: int) -> None:
        """Decide as soon as a station is free and the resource open, unless that is planned already."""
        planned = self.decide_at[resource]
        try:
            when = self.resources[resource].work.opening(max(instant, self.free[resource][0][0]))
        except OutOfTime:
            waiting, self.queues[resource] = self.queues[resource], []
            for row in waiting:
                self._lose_hope(row[2])
            return
        if planned < 0 or when < planned:
            self.decide_at[resource] = when
            heappush(self.events, (when, DECISION, resource, 0))

    def _decide(self, resource: int, instant: int) -> None:
        """Give every free station its work; a station with nothing that suits it stays idle for now."""
        if self.urgency is not None:
            self._refresh(resource, instant)
        free, queue, idle = self.free[resource], self.queues[resource], []
        changed = False
        while queue and free and free[0][0] <= instant:
            since, station = heappop(free)
            since, until = self._gap(resource, station, since, instant)
            if since > instant:
                heappush(free, (since, station))
                continue
            freed = self._take(resource, station, instant, until)
            if freed >= 0:
                heappush(free, (freed, station))
                changed = True
                continue
            idle.append((since, station))
            if until < NEVER and queue:
                self._decide_after(resource, self.booked[resource, station][-1][1])
        free.extend(idle)
        heapify(free)
        if queue and not idle:
            self._plan_decision(resource, instant)
        for other in self.prepared.sharing[resource] if changed else ():
            if self.queues[other]:
                self._plan_decision(other, instant)

    def _decide_after(self, resource: int, booked_until: int) -> None:
        """Look again once the fixed work is over, whatever else happens."""
        try:
            when = self.resources[resource].work.opening(booked_until)
        except OutOfTime:
            return
        heappush(self.events, (when, DECISION, resource, 0))

    def _refresh(self, resource: int, instant: int) -> None:
        """Work out urgency anew, but in a long queue only after a share of it has gone: else time is squared."""
        urgency, queue = self.urgency, self.queues[resource]
        self.stale[resource] += REFRESH
        if urgency is None or self.stale[resource] < len(queue):
            return
        self.stale[resource] = 0
        queue[:] = [
            (urgency(row[2], instant), row[1], row[2], row[3]) for row in queue if self.placed[row[2]] is None
        ]
        heapify(queue)

    def _gap(self, resource: int, station: int, since: int, instant: int) -> tuple[int, int]:
        """From when the station is free, and until which fixed work it stays so."""
        bookings = self.booked.get((resource, station))
        while bookings and bookings[-1][0] <= instant:
            _, end, place = bookings.pop()
            if end > since:
                since = end
                self.held[resource][station] = place
        return since, bookings[-1][0] if bookings else NEVER

    def _take(self, resource: int, station: int, instant: int, until: int) -> int:
        """Start the most urgent operation that frees the station before `until` and is not better off elsewhere.

        Returns when the station is free again, or -1 if there is none.
        """
        queue = self.queues[resource]
        aside: list[Waiting] = []
        fitting: Waiting | None = None
        taken = -1
        while queue and len(aside) < LOOK:
            row = heappop(queue)
            place, number = row[2], row[3]
            if self.placed[place] is not None or place in self.unplaced:
                continue
            end = self.timing.end(place, number, instant)
            if end < 0:
                self._lose_hope(place)
            elif self.timing.freed(place, number, instant, end) > until:
                aside.append(row)
            elif self._sent_elsewhere(place, number, instant, end):
                aside.append(row)
                fitting = fitting or row
            else:
                taken = self._place(place, number, instant, end, station)
                break
        if taken < 0 and fitting is not None and queue:
            # Not all were looked at, so the others may look at different ones for ever: somebody has to begin.
            end = self.timing.end(fitting[2], fitting[3], instant)
            taken = self._place(fitting[2], fitting[3], instant, end, station)
        for row in aside:
            heappush(queue, row)
        return taken

    def _sent_elsewhere(self, place: int, number: int, instant: int, end: int) -> bool:
        """Whether another resource would finish it earlier, as far as is known; that one then has to look.

        It is sent to the very best, never just to a better one: else two idle resources could point at each
        other for ever, both knowing a third that is better still.
        """
        choices = self.prepared.choices[place]
        if len(choices) == 1:
            return False
        best = (end, instant, number)
        for other, (resource, _, _) in enumerate(choices):
            if other == number:
                continue
            free = self.free[resource] if self.timing.takes_station(place, other) else None
            begin = max(instant, free[0][0]) if free else instant
            try:
                ends = self.timing.end(place, other, self.timing.opened(place, other, begin))
            except OutOfTime:
                continue
            if ends >= 0:
                best = min(best, (ends, begin, other))
        if best[2] == number:
            return False
        self._send(place, best[2], best[1])
        return True

    def _send(self, place: int, number: int, instant: int) -> None:
        resource = self.prepared.choices[place][number][0]
        if self.timing.takes_station(place, number):
            if self.queues[resource] and self.free[resource]:
                self._plan_decision(resource, instant)
            return
        there = self.timing.arrived(place, number, self.ready[place], self.lasts.get(place, ()))
        event = self.timing.opened(place, number, max(there, instant))
        heappush(self.events, (event, ARRIVAL, place, number))

    def _place(self, place: int, number: int, start: int, end: int, station: int) -> int:
        """Returns when the station is free again."""
        problem = self.prepared.problem
        operation = problem.operations[place]
        resource = self.prepared.choices[place][number][0]
        arrived = self.timing.arrived(place, number, self.ready[place], self.lasts.get(place, ()))
        cause, because = self.causes[place]
        if self.timing.takes_station(place, number):
            holder = self.held[resource][station]
            self.held[resource][station] = place
            if holder >= 0 and start > self.resources[resource].work.opening(arrived):
                cause, because = "resource", holder
        usual, at = self.prepared.courses[place] is None, self.resources[resource].id
        freed = self.timing.freed(place, number, start, end)
        row = self.placed[place] = Placed(
            operation.id, operation.order, at, station,
            start, self.timing.set_up(place, number, start), end, arrived, cause,
            problem.operations[because].id if because >= 0 else None,
            None if usual else freed, None if usual else self.timing.handed(place, at, end),
        )  # fmt: skip
        self._release_following(place, row, number)
        return freed
