"""One pass through time: whenever a station is free and open, it takes the most urgent operation there."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from planning.engine.schedule.locks import Bookings, locked
from planning.engine.schedule.model import Placed, Unplaced
from planning.engine.schedule.prepare import Prepared, first_causes
from planning.engine.schedule.rules import Rule
from strategies.engine.worktime import OutOfTime

ARRIVAL, DECISION = 0, 1
NEVER = 1 << 62
LOOK = 32
"""So many waiting operations are looked at before a station rather stays idle."""

REFRESH = 32
"""A queue's urgency is worked out anew after every (its length / REFRESH) decisions."""

Waiting = tuple[float, int, int, int]
"""Key, arrival, operation, which of its choices."""


class Dispatch:
    """The state of one pass. Operations and resources are positions, as in Prepared."""

    __slots__ = (
        "booked", "causes", "decide_at", "events", "free", "held", "hopes", "keys", "left", "placed",
        "prepared", "queues", "ready", "resources", "stale", "unplaced", "urgency",
    )  # fmt: skip

    def __init__(self, prepared: Prepared, rule: Rule) -> None:
        problem = prepared.problem
        self.prepared = prepared
        self.resources = problem.resources
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
            self._release_following(place, row.end)

    def _end(self, resource: int, start: int, seconds: int) -> int:
        """End of work that begins then, or -1 if the working time laid out ends before."""
        try:
            return self.resources[resource].work.add(start, seconds)
        except OutOfTime:
            return -1

    def _release_following(self, place: int, end: int) -> None:
        available = end + self.prepared.problem.operations[place].transit
        for after in self.prepared.following[place]:
            self.left[after] -= 1
            if available >= self.ready[after]:
                self.ready[after] = available
                self.causes[after] = ("previous", place)
            if not self.left[after]:
                self._arrive(after)

    def _arrive(self, place: int) -> None:
        """All earlier operations are done: come to each possible resource, after its queue time."""
        if self.placed[place] is not None or place in self.unplaced:
            return
        queue = self.prepared.problem.operations[place].queue
        for number, choice in enumerate(self.prepared.choices[place]):
            try:
                work = self.resources[choice[0]].work
                available = work.add(self.ready[place], queue)
                heappush(self.events, (work.opening(available), ARRIVAL, place, number))
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
        resource, _, seconds = self.prepared.choices[place][number]
        if self.resources[resource].finite:
            key = self.keys[place] if self.urgency is None else self.urgency(place, instant)
            heappush(self.queues[resource], (key, instant, place, number))
            self._plan_decision(resource, instant)
            return
        end = self._end(resource, instant, seconds)
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
            end = self._take(resource, station, instant, until)
            if end >= 0:
                heappush(free, (end, station))
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
        """Start the most urgent operation that ends before `until` and is not better off elsewhere.

        Returns its end, or -1 if there is none.
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
            end = self._end(resource, instant, self.prepared.choices[place][number][2])
            if end < 0:
                self._lose_hope(place)
            elif end > until:
                aside.append(row)
            elif self._sent_elsewhere(place, number, instant, end):
                aside.append(row)
                fitting = fitting or row
            else:
                self._place(place, number, instant, end, station)
                taken = end
                break
        if taken < 0 and fitting is not None and queue:
            # Not all were looked at, so the others may look at different ones for ever: somebody has to begin.
            taken = self._end(resource, instant, self.prepared.choices[fitting[2]][fitting[3]][2])
            self._place(fitting[2], fitting[3], instant, taken, station)
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
        for other, (resource, _, seconds) in enumerate(choices):
            row = self.resources[resource]
            if other == number:
                continue
            begin = max(instant, self.free[resource][0][0]) if row.finite and self.free[resource] else instant
            try:
                best = min(best, (row.work.add(row.work.opening(begin), seconds), begin, other))
            except OutOfTime:
                continue
        if best[2] == number:
            return False
        self._send(place, best[2], best[1])
        return True

    def _send(self, place: int, number: int, instant: int) -> None:
        resource = self.prepared.choices[place][number][0]
        row = self.resources[resource]
        if row.finite:
            if self.queues[resource] and self.free[resource]:
                self._plan_decision(resource, instant)
            return
        there = row.work.add(self.ready[place], self.prepared.problem.operations[place].queue)
        heappush(self.events, (row.work.opening(max(there, instant)), ARRIVAL, place, number))

    def _place(self, place: int, number: int, start: int, end: int, station: int) -> None:
        problem = self.prepared.problem
        operation = problem.operations[place]
        resource, setup, _ = self.prepared.choices[place][number]
        work = self.resources[resource].work
        arrived = work.add(self.ready[place], operation.queue)
        cause, because = self.causes[place]
        if self.resources[resource].finite:
            holder = self.held[resource][station]
            self.held[resource][station] = place
            if holder >= 0 and start > work.opening(arrived):
                cause, because = "resource", holder
        self.placed[place] = Placed(
            operation.id, operation.order, self.resources[resource].id, station,
            start, work.add(start, setup), end, arrived, cause,
            problem.operations[because].id if because >= 0 else None,
        )  # fmt: skip
        self._release_following(place, end)
