"""Numbers the rows, finds what cannot be scheduled, and works out urgency; once for all rules."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from planning.engine.schedule.model import (
    Alternative,
    Cause,
    Key,
    Operation,
    Overlap,
    Problem,
    Resource,
    Unplaced,
)
from strategies.engine.course import Course, course_of
from strategies.engine.phases import USUAL, runs_as_usual

Choice = tuple[int, int, int]
"""Resource position, setup seconds, all seconds; efficiency already in it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The problem by position. Lists run over operations unless they say otherwise."""

    problem: Problem
    choices: list[list[Choice]]
    courses: list[list[Course] | None]
    """By choice; None where every part of the operation is as usual."""
    overlaps: dict[tuple[int, int], Overlap]
    """By the operation before and the one after."""
    following: list[list[int]]
    waiting_for: list[int]
    earliest: list[int]
    shortest: list[int]
    latest_end: list[int]
    order_of: list[int]
    sharing: list[list[int]]
    """By resource: others that can do some of the same operations."""
    unplaced: dict[int, Unplaced]


def slowed(seconds: int, efficiency: Fraction) -> int:
    """Seconds / efficiency, rounded up to a whole second (Dynamics 365: time x 100 / e)."""
    return -(-seconds * efficiency.denominator // efficiency.numerator)


def prepare(problem: Problem) -> Prepared:
    """Positions, choices, precedence and urgency. Raises ValueError naming the row for nonsense."""
    position = {operation.id: place for place, operation in enumerate(problem.operations)}
    if len(position) != len(problem.operations):
        raise ValueError("two operations share an id")
    orders = {order.id: place for place, order in enumerate(problem.orders)}
    resources = {resource.id: place for place, resource in enumerate(problem.resources)}
    _check_resources(problem.resources)
    unplaced: dict[int, Unplaced] = {}
    choices: list[list[Choice]] = []
    for place, operation in enumerate(problem.operations):
        choices.append(_choices(operation, resources, problem.resources))
        if operation.order not in orders:
            unplaced[place] = Unplaced(operation.id, operation.order, "unknown_order")
        elif not choices[-1] and operation.fixed is None:
            unplaced[place] = Unplaced(operation.id, operation.order, "no_resource")
    following: list[list[int]] = [[] for _ in problem.operations]
    waiting_for = [0] * len(problem.operations)
    for place, operation in enumerate(problem.operations):
        for before in dict.fromkeys(operation.after):
            if before in position:
                following[position[before]].append(place)
                waiting_for[place] += 1
    sequence = in_order(following, waiting_for)
    for place in set(range(len(problem.operations))) - set(sequence) - set(unplaced):
        unplaced[place] = Unplaced(problem.operations[place].id, problem.operations[place].order, "loop")
    shortest = [min((choice[2] for choice in row), default=0) for row in choices]
    order_of = [orders.get(operation.order, -1) for operation in problem.operations]
    return Prepared(
        problem=problem,
        choices=choices,
        courses=[_courses(row, choices[place]) for place, row in enumerate(problem.operations)],
        overlaps=_overlaps(problem, position),
        following=following,
        waiting_for=waiting_for,
        earliest=_earliest(problem, order_of),
        shortest=shortest,
        latest_end=_latest_ends(problem, order_of, following, sequence, shortest),
        order_of=order_of,
        sharing=_sharing(choices, len(resources)),
        unplaced=unplaced,
    )


def _check_resources(resources: Sequence[Resource]) -> None:
    for resource in resources:
        if resource.stations < 0 or resource.efficiency <= 0 or resource.setup_efficiency <= 0:
            raise ValueError(f"resource {resource.id}: stations and efficiency must make sense")


def _choices(operation: Operation, resources: dict[Key, int], rows: Sequence[Resource]) -> list[Choice]:
    found = []
    for alternative in operation.alternatives:
        _check(operation, alternative)
        place = resources.get(alternative.resource)
        if place is None or (rows[place].finite and not rows[place].stations):
            continue
        setup = slowed(alternative.setup, rows[place].setup_efficiency)
        found.append((place, setup, setup + slowed(alternative.run, rows[place].efficiency)))
    return found


def unusual(operation: Operation, setup: int, run: int) -> Course | None:
    """The course of an operation with these seconds of setup and run; None where every part is as usual."""
    if operation.phases == USUAL:
        return None
    seconds = (operation.queue, setup, run, operation.rest, operation.transit)
    return course_of(operation.phases, seconds)


def _courses(operation: Operation, choices: Sequence[Choice]) -> list[Course] | None:
    found = [unusual(operation, setup, whole - setup) for _resource, setup, whole in choices]
    return [course for course in found if course is not None] or None


def _overlaps(problem: Problem, position: dict[Key, int]) -> dict[tuple[int, int], Overlap]:
    found = {}
    for place, operation in enumerate(problem.operations):
        for overlap in operation.overlaps:
            if overlap.before in position and overlap.before in operation.after:
                found[position[overlap.before], place] = overlap
    for pair, overlap in found.items():
        if not runs_as_usual(*(problem.operations[place].phases for place in pair)):
            raise ValueError(f"operation {overlap.before}: it overlaps only where setup and run are as usual")
    return found


def _check(operation: Operation, alternative: Alternative) -> None:
    waits = (operation.queue, operation.rest, operation.transit)
    if min(alternative.setup, alternative.run, *waits) < 0:
        raise ValueError(f"operation {operation.id}: times cannot be negative")


def in_order(following: Sequence[Sequence[int]], waiting_for: Sequence[int]) -> list[int]:
    """Operations with all earlier ones before them; those on or behind a loop are missing."""
    left = list(waiting_for)
    ready = deque(place for place, count in enumerate(left) if not count)
    sequence = []
    while ready:
        place = ready.popleft()
        sequence.append(place)
        for after in following[place]:
            left[after] -= 1
            if not left[after]:
                ready.append(after)
    return sequence


def _earliest(problem: Problem, order_of: Sequence[int]) -> list[int]:
    return [
        max(
            problem.now,
            operation.earliest,
            problem.orders[order_of[place]].release if order_of[place] >= 0 else 0,
        )
        for place, operation in enumerate(problem.operations)
    ]


def _latest_ends(
    problem: Problem,
    order_of: Sequence[int],
    following: Sequence[Sequence[int]],
    sequence: Sequence[int],
    shortest: Sequence[int],
) -> list[int]:
    """End of each operation that would still let every order behind it be in time, ignoring capacity."""
    latest = [problem.orders[order].due if order >= 0 else 0 for order in order_of]
    for place in reversed(sequence):
        transit = problem.operations[place].transit + problem.operations[place].rest
        for after in following[place]:
            latest[place] = min(latest[place], latest[after] - shortest[after] - transit)
    return latest


def _sharing(choices: Sequence[Sequence[Choice]], resources: int) -> list[list[int]]:
    shared: list[set[int]] = [set() for _ in range(resources)]
    for row in choices:
        if len(row) > 1:
            together = {choice[0] for choice in row}
            for resource in together:
                shared[resource] |= together - {resource}
    return [sorted(others) for others in shared]


def first_causes(prepared: Prepared) -> list[tuple[Cause, int]]:
    """What holds an operation back before any other has been placed."""
    causes: list[tuple[Cause, int]] = []
    for operation, earliest in zip(prepared.problem.operations, prepared.earliest, strict=True):
        if earliest == prepared.problem.now:
            causes.append(("now", -1))
        else:
            causes.append(("material" if earliest == operation.earliest else "release", -1))
    return causes
