"""What the route designer says of a route and where a schedule lays an order of it, with nobody in its way: the same,
although each reckons by itself."""

from __future__ import annotations

import random
from fractions import Fraction
from math import ceil
from typing import Any

import pytest

from planning.engine.schedule import (
    Alternative,
    Operation,
    Order,
    Overlap,
    Problem,
    Resource,
    check,
    schedule,
)
from strategies.engine.laying import Place, lay
from strategies.engine.phases import PARTS, USUAL, Phases, runs_as_usual
from strategies.engine.routing import Join, Step, run_time
from strategies.engine.worktime import WorkTime

HALF = Fraction(1, 2)


class Route:
    """A few operations in a row, with forks and joins, each at a place with shifts of its own."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.pieces, self.begins = Fraction(self.dice.randint(1, 12)), self.dice.randint(0, 30)
        self.steps = [self.step(10 * place) for place in range(1, self.dice.randint(2, 5) + 1)]
        self.joins = list(self.links())
        self.works = {step.number: self.shifts() for step in self.steps}

    def some(self, most: int) -> int:
        return self.dice.choice([0, self.dice.randint(0, most)])

    def step(self, number: int) -> Step:
        return Step(
            number=number,
            setup=self.some(6),
            run=Fraction(self.dice.randint(0, 5)),
            queue=self.some(9),
            queue_after=self.some(9),
            transit=self.some(9),
            transfer=Fraction(self.dice.randint(1, 12)) if self.dice.random() < 0.6 else None,
            phases=self.phases(),
        )

    def phases(self) -> Phases:
        if self.dice.random() < 0.6:
            return USUAL
        clock = {part for part in PARTS if self.dice.random() < 0.4}
        return Phases(frozenset(clock), frozenset({one for one in PARTS if self.dice.random() < 0.5} - clock))

    def links(self) -> Any:
        numbers = [step.number for step in self.steps]
        followed = set()
        for place, number in enumerate(numbers[1:], 1):
            before = self.dice.sample(numbers[:place], self.dice.randint(1, min(2, place)))
            followed |= set(before)
            yield from (Join(one, number) for one in before)
        yield from (Join(one, numbers[-1]) for one in numbers[:-1] if one not in followed)

    def shifts(self) -> WorkTime:
        slots, day = [], self.dice.randint(0, 20)
        while day < 4000:
            ends = day + self.dice.randint(3, 12)
            slots.append((day, ends, Fraction(self.dice.choice([1, 1, 1, HALF, 2]))))
            day = ends + self.dice.randint(0, 14)
        return WorkTime(slots)

    def laid(self) -> dict[int, tuple[int, int]]:
        places = {number: [Place(work)] for number, work in self.works.items()}
        found = lay(self.steps, self.joins, places, self.pieces, self.begins)
        return {number: (one.start, one.end) for number, one in found.items()}

    def scheduled(self) -> dict[Any, tuple[int, int]]:
        problem = Problem(
            orders=[Order(id="MO", due=10**6)],
            operations=[self.operation(step) for step in self.steps],
            resources=[Resource(id=f"M{number}", work=work) for number, work in self.works.items()],
            now=self.begins,
        )
        answer = schedule(problem)
        assert check(problem, answer) == []
        return {row.operation: (row.start, row.end) for row in answer.placed}

    def operation(self, step: Step) -> Operation:
        after = [join.before for join in self.joins if join.after == step.number]
        known = {one.number: one for one in self.steps}
        return Operation(
            id=step.number,
            order="MO",
            alternatives=(Alternative(f"M{step.number}", step.setup, ceil(run_time(step, self.pieces))),),
            after=tuple(after),
            queue=step.queue,
            rest=step.queue_after,
            transit=step.transit,
            phases=step.phases,
            overlaps=tuple(one for key in after for one in self.overlap(known[key], step)),
        )

    def overlap(self, before: Step, step: Step) -> list[Overlap]:
        transfer = before.transfer
        if transfer is None or transfer >= self.pieces or not runs_as_usual(before.phases, step.phases):
            return []
        last = (self.pieces % transfer or transfer) / self.pieces
        return [Overlap(before.number, transfer / self.pieces, last)]


@pytest.mark.parametrize("seed", [0, 1000, 2000])
def test_a_route_lies_where_a_schedule_lays_it_when_nobody_is_in_its_way(seed: int) -> None:
    for one in range(seed, seed + 150):
        route = Route(one)
        assert route.laid() == route.scheduled(), (one, route.steps, route.joins)
