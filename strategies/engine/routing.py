"""A route as a graph of operations: what each has to start with, how long the whole takes, what decides that.

All figures are exact: quantities in the item's unit, times in seconds of working time, from the moment the first
operation could begin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Literal, TypeAlias

from p2p.core.numbers import ScrapRule
from strategies.engine.levels import low_level_codes
from strategies.engine.need import through_route
from strategies.engine.phases import USUAL, Phases

Basis: TypeAlias = Literal["piece", "batch", "order", "capacity", "resource_batch"]
HOUR, MINUTE = 3600, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An operation: `run` seconds per `per` pieces, batch or order, as `basis` says.

    capacity: pieces an hour of its resource; batch: pieces in one run of it; transfer: after so many pieces the
    next operation may start; scrap: share lost; lost: pieces lost once. phases: which parts go on by
    the clock, and which take capacity.
    """

    number: int
    setup: int = 0
    run: Fraction = Fraction(0)
    per: Fraction = Fraction(1)
    basis: Basis = "piece"
    capacity: Fraction | None = None
    batch: Fraction | None = None
    queue: int = 0
    queue_after: int = 0
    transit: int = 0
    transfer: Fraction | None = None
    scrap: Fraction = Fraction(0)
    lost: Fraction = Fraction(0)
    phases: Phases = USUAL


@dataclass(frozen=True, slots=True)
class Join:
    """`after` may start when `before` is done; with `hard` it starts at once."""

    before: int
    after: int
    hard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When an operation's setup can begin, must begin, and its run ends, in seconds; `quantity` goes in."""

    number: int
    quantity: Fraction
    run: Fraction
    start: Fraction
    end: Fraction
    latest: Fraction

    @property
    def slack(self) -> Fraction:
        """By how much it may be late before the whole is."""
        return self.latest - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All operations by number, the time the whole takes, and the chain that decides it."""

    lead: Fraction
    steps: Mapping[int, Timing]
    critical: tuple[int, ...]


class CannotJoin(ValueError):
    """Hard links that cannot all hold; `number` is an operation that would have to start at two times."""

    def __init__(self, number: int) -> None:
        super().__init__(f"operation {number} would have to start at two times")
        self.number = number


def chain(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """(before, after) of operations that follow each other by number."""
    return list(pairwise(sorted(numbers)))


def loop(links: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """A loop as a path from an operation back to itself, or () if there is none."""
    below: dict[int, list[int]] = defaultdict(list)
    for before, after in links:
        below[before].append(after)
    loops = low_level_codes((), below).loops
    return loops[0] if loops else ()


def ends(numbers: Iterable[int], links: Iterable[tuple[int, int]]) -> list[int]:
    """Operations that nothing follows."""
    followed = {before for before, _after in links}
    return sorted(set(numbers) - followed)


def spoken(seconds: Fraction | Decimal | int) -> str:
    """A length of time exact to the second, below a minute to the hundredth: 1 h 30 min, 2 min 30 s, 0.5 s."""
    if seconds < MINUTE:
        return f"{round(float(seconds), 2):g} s"
    left, words = round(seconds), []
    for size, unit in ((HOUR, "h"), (MINUTE, "min"), (1, "s")):
        count, left = divmod(left, size)
        words += [f"{count} {unit}"] if count else []
    return " ".join(words)


def run_time(step: Step, quantity: Fraction) -> Fraction:
    """Seconds of running for `quantity` pieces.

    piece: run x quantity / per; batch: run x started batches of `per`; order: run; capacity: quantity / pieces an
    hour; resource batch: run x started batches of the resource's size (Dynamics 365, "run-time formula"). Where
    the resource says neither capacity nor size, `per` stands for it.
    """
    if step.basis == "order":
        return step.run
    if step.basis == "capacity" and step.capacity:
        return quantity * HOUR / step.capacity
    if step.basis == "batch":
        return step.run * ceil(quantity / step.per)
    if step.basis == "resource_batch":
        return step.run * ceil(quantity / (step.batch or step.per))
    return step.run * quantity / step.per


def inputs(
    steps: Sequence[Step], joins: Sequence[Join], output: Fraction, *, divide: bool = True
) -> dict[int, Fraction]:
    """Pieces each operation has to start with so that `output` leaves the end of the route."""
    losses = {step.number: (step.scrap, step.lost) for step in steps}
    rule = ScrapRule.DIVISOR if divide else ScrapRule.MARKUP
    found = through_route(losses, ((join.before, join.after) for join in joins), rule)
    return {number: through.of(output) for number, through in found.items()}


def timeline(
    steps: Sequence[Step], joins: Sequence[Join], output: Fraction, *, divide: bool = True
) -> Timeline:
    """When everything can begin and end, so that `output` good pieces come out: the longest path.

    A transfer quantity lets the next operation start after the first pieces; it runs without a break, so it does
    not start so early that it would wait for the last of them. Raises CannotJoin where hard links contradict
    each other. O(steps + joins) without hard links, else as often as delays travel back.
    """
    known = {step.number: step for step in steps}
    went = inputs(steps, joins, output, divide=divide)
    gaps = [
        (join, _gap(known[join.before], known[join.after], went[join.before], went[join.after]))
        for join in _ordered(known, joins)
    ]
    long = {step.number: step.setup + run_time(step, went[step.number]) for step in steps}
    rest = {step.number: long[step.number] + step.queue_after + step.transit for step in steps}
    start = _settle({step.number: Fraction(step.queue) for step in steps}, gaps)
    lead = max((start[number] + rest[number] for number in known), default=Fraction(0))
    # Backwards in time the same rules hold with the links turned round.
    turned = [(Join(join.after, join.before, join.hard), gap) for join, gap in reversed(gaps)]
    tail = _settle({number: Fraction(seconds) for number, seconds in rest.items()}, turned)
    timings = {
        number: Timing(
            number=number,
            quantity=went[number],
            run=long[number] - known[number].setup,
            start=start[number],
            end=start[number] + long[number],
            latest=lead - tail[number],
        )
        for number in sorted(known)
    }
    return Timeline(lead=lead, steps=timings, critical=_deciding(timings, gaps))


def _ordered(known: Mapping[int, Step], joins: Sequence[Join]) -> list[Join]:
    below: dict[int, list[int]] = defaultdict(list)
    for join in joins:
        below[join.before].append(join.after)
    rank = low_level_codes(sorted(known), below).codes
    return sorted(joins, key=lambda join: (rank[join.before], join.before, join.after))


def _gap(before: Step, after: Step, made: Fraction, taken: Fraction) -> Fraction:
    """Seconds from the start of one operation to the start of the next."""
    pause = before.queue_after + before.transit + after.queue
    whole = before.setup + run_time(before, made) + pause
    if before.transfer is None or before.transfer >= made:
        return whole
    first = before.setup + run_time(before, before.transfer) + pause
    rest = taken % before.transfer or before.transfer
    last = whole + run_time(after, min(rest, taken)) - after.setup - run_time(after, taken)
    return max(first, last)


def _settle(earliest: dict[int, Fraction], gaps: Sequence[tuple[Join, Fraction]]) -> dict[int, Fraction]:
    """The least starts that keep every gap, and hard ones exactly."""
    starts = dict(earliest)
    moved = 0
    for _turn in range(len(starts) + 2):
        moved = 0
        for join, gap in gaps:
            if starts[join.after] < starts[join.before] + gap:
                starts[join.after] = starts[join.before] + gap
                moved = join.after
            elif join.hard and starts[join.before] < starts[join.after] - gap:
                starts[join.before] = starts[join.after] - gap
                moved = join.before
        if not moved:
            return starts
    raise CannotJoin(moved)


def _deciding(timings: Mapping[int, Timing], gaps: Sequence[tuple[Join, Fraction]]) -> tuple[int, ...]:
    """From a start without slack along links without slack to the end."""
    tight: dict[int, list[int]] = defaultdict(list)
    reached = set()
    for join, gap in gaps:
        one, other = timings[join.before], timings[join.after]
        if not one.slack and not other.slack and one.start + gap == other.start:
            tight[join.before].append(join.after)
            reached.add(join.after)
    path = [number for number, one in timings.items() if not one.slack and number not in reached][:1]
    while path and tight.get(path[-1]):
        path.append(min(tight[path[-1]]))
    return tuple(path)
