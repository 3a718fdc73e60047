"""Which operations go to a vendor because the work centre that should do them is too full or does not work.

Instants are whole seconds since the epoch, loads exact seconds of work by week. Nothing here knows of other work on
the way than what it is given: orders are laid out one operation after the other, as if nobody waited for a machine.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Literal, TypeAlias

from strategies.engine.ration import WHOLE, day_by_day
from strategies.engine.worktime import OutOfTime, WorkTime

Key: TypeAlias = int | str
Cause: TypeAlias = Literal["load", "downtime", "late"]


@dataclass(frozen=True, slots=True)
class Limit:
    """When an operation goes out: above `load` of what its place offers in the week (1 = all of it), and, with
    `on_downtime`, when the place is shut for all of its time. kept: nobody could take it, so that it stays and the
    answer says it would have gone. away: elapsed seconds at the vendor."""

    load: Fraction
    on_downtime: bool = True
    kept: bool = False
    away: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An operation: working seconds of waiting (`queue`) and of work at its place, elapsed seconds behind it. machine:
    the only one of its place that does it."""

    key: Key
    place: Key | None
    machine: Key | None = None
    seconds: int
    queue: int = 0
    transit: int = 0
    away: int = 0
    after: tuple[Key, ...] = ()
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """An order: its steps, none of which begins before `release`."""

    release: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A work centre: how it works in an ordinary week, when any of it really works, and the part of each day that one
    job gets, by machine."""

    usual: WorkTime
    work: WorkTime
    shares: Mapping[Key, Fraction] = field(default_factory=dict)

    def share(self, machine: Key | None) -> Fraction:
        """Of a day's working time, what one job gets at a machine, or at the one that gives it most."""
        return self.shares.get(machine or 0) or max(self.shares.values(), default=WHOLE)


def together(works: Iterable[WorkTime]) -> WorkTime:
    """The time in which any of them works, at the speed of the fastest one that does."""
    apart = list({id(work): work for work in works}.values())
    if len(apart) == 1:
        return apart[0]
    edges: dict[int, Counter[Fraction]] = defaultdict(Counter)
    for work in apart:
        for start, end, rate in work.triples():
            edges[start][rate] += 1
            edges[end][rate] -= 1
    running: Counter[Fraction] = Counter()
    found: list[tuple[int, int, Fraction]] = []
    instants = sorted(edges)
    for start, end in pairwise(instants):
        running += edges[start]  # drops what has ended
        if running:
            found.append((start, end, max(running)))
    return WorkTime(found)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a step goes out (or would, when `kept`): the share of its place's week that would be taken with it."""

    cause: Cause
    week: int
    load: Fraction
    limit: Limit
    start: int

    @property
    def kept(self) -> bool:
        return self.limit.kept


@dataclass(slots=True)
class Loads:
    """`edges` cut the weeks, `midnights` the days; offered and booked seconds of a place by week. What stays inside is
    booked on top."""

    edges: Sequence[int]
    offered: Mapping[Key, Sequence[Fraction]]
    booked: dict[Key, list[Fraction]] = field(default_factory=dict)
    midnights: Sequence[int] = ()

    def week(self, instant: int) -> int | None:
        """Which week an instant is in; None outside of all."""
        inside = self.edges[0] <= instant < self.edges[-1]
        return bisect_right(self.edges, instant) - 1 if inside else None

    def parts(self, usual: WorkTime, start: int, end: int, seconds: int) -> dict[int, Fraction]:
        """Work from start to end shared out over its weeks by the working time in each; by the clock where there is
        none at all."""
        whole = usual.between(start, end)
        found: dict[int, Fraction] = {}
        at, week = start, self.week(start)
        while at < end and week is not None:
            until = min(end, self.edges[week + 1])
            inside = usual.between(at, until) if whole else until - at
            found[week] = Fraction(seconds * inside, whole or end - start)
            at, week = until, self.week(until)
        return found

    def laid(
        self, usual: WorkTime, start: int, seconds: int, share: Fraction
    ) -> tuple[int, Mapping[int, Fraction]]:
        """When work that begins then ends that gets a share of each day, and what of it is done in which week. Raises
        OutOfTime."""
        if share >= WHOLE:
            end = usual.add(start, seconds)
            return end, self.parts(usual, start, end, seconds)
        end, days = day_by_day(usual, start, ((seconds, False),), share, self.midnights)
        found: dict[int, Fraction] = defaultdict(Fraction)
        for instant, done in days:
            found[bisect_right(self.edges, instant) - 1] += done
        return end, found

    def book(self, place: Key, parts: Mapping[int, Fraction]) -> None:
        """Put work onto a place."""
        taken = self.booked.setdefault(place, [Fraction(0)] * (len(self.edges) - 1))
        for week, seconds in parts.items():
            taken[week] += seconds

    def share(self, place: Key, week: int, more: Fraction) -> Fraction | None:
        """How much of a week would be taken with so much more; None where nothing is offered or it has no end."""
        offered = self.offered.get(place)
        if offered is None or not offered[week]:
            return None
        taken = self.booked.get(place)
        return ((taken[week] if taken else 0) + more) / offered[week]


def decide(jobs: Iterable[Job], places: Mapping[Key, Place], loads: Loads) -> dict[Key, Verdict]:
    """Step -> why it goes out. Orders of which nothing may go out are booked first, then the others in the order
    given: whoever comes first stays inside, so that the same orders give the same answer."""
    rows = list(jobs)
    said: dict[Key, Verdict] = {}
    for free in (False, True):
        for job in rows:
            if any(step.limit for step in job.steps) is free:
                said |= _walk(job, places, loads)
    return said


def _walk(job: Job, places: Mapping[Key, Place], loads: Loads) -> dict[Key, Verdict]:
    said: dict[Key, Verdict] = {}
    free_at: dict[Key, int] = {}
    for step in _in_order(job.steps):
        arrival = max((free_at[one] for one in step.after if one in free_at), default=job.release)
        try:
            start, end, verdict = _lay(step, arrival, places.get(step.place or 0), loads)
        except OutOfTime:
            return said  # farther ahead than anybody looks
        if verdict is not None:
            said[step.key] = verdict
            if not verdict.kept:
                end = start + verdict.limit.away
        free_at[step.key] = end + step.transit
    return said


def _lay(step: Step, arrival: int, place: Place | None, loads: Loads) -> tuple[int, int, Verdict | None]:
    """(start, end, why it goes out); what stays is booked."""
    if step.away or place is None or step.place is None:
        return arrival, arrival + (step.away or step.queue + step.seconds), None
    start = place.usual.opening(place.usual.add(arrival, step.queue))
    end, parts = loads.laid(place.usual, start, step.seconds, place.share(step.machine))
    verdict = judged(step, place, loads, start, end, parts)
    if verdict is None or verdict.kept:
        loads.book(step.place, parts)
    return start, end, verdict


def judged(
    step: Step, place: Place, loads: Loads, start: int, end: int, parts: Mapping[int, Fraction]
) -> Verdict | None:
    """Why a step that would lie there goes out; by the load of the week in which it starts."""
    week = loads.week(start)
    if step.limit is None or step.place is None or week is None or not step.seconds:
        return None
    load = loads.share(step.place, week, parts.get(week, Fraction(0)))
    if not place.work.between(start, end):
        cause: Cause = "downtime"
        return (
            Verdict(cause, week, load or Fraction(0), step.limit, start) if step.limit.on_downtime else None
        )
    if load is None or load <= step.limit.load:
        return None
    return Verdict("load", week, load, step.limit, start)


def _in_order(steps: Sequence[Step]) -> Collection[Step]:
    """Every step after those it waits for; as given where they wait in a circle."""
    known = {step.key: step for step in steps}
    graph = {step.key: [one for one in step.after if one in known] for step in steps}
    try:
        return [known[key] for key in TopologicalSorter(graph).static_order()]
    except CycleError:
        return steps
