"""Tries several dispatch rules on the same problem and keeps the schedule that costs least."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from planning.engine.schedule.dispatch import Dispatch
from planning.engine.schedule.explain import finishes
from planning.engine.schedule.hard import close_gaps
from planning.engine.schedule.model import Gap, Placed, Problem, Schedule, Unplaced
from planning.engine.schedule.prepare import Prepared, prepare
from planning.engine.schedule.rules import RULES, Rule
from planning.engine.schedule.serial import relaid
from strategies.engine.collection import uncollected

GoOn = Callable[[int, int], None]
"""Told (rules tried, rules in all); raises to stop."""


def schedule(problem: Problem, *, rules: Sequence[Rule] = RULES, go_on: GoOn | None = None) -> Schedule:
    """Schedule all operations forward on finite capacity, the best of several dispatch rules.

    Best = least weight x seconds late, then fewest seconds of all order ends together. No operation overlaps
    another on a station, works outside the working time of its resource or starts before the ones it comes
    after; `checker.check` proves that independently. Hard links are kept as far as they can be; gaps that
    remain are listed. What cannot be placed is listed with the reason and does not stop the rest. The same problem
    gives the same schedule. Raises ValueError naming the row for negative times, or ids used twice.
    """
    prepared = prepare(problem)
    best: tuple[tuple[int, int, int], str, list[Placed], dict[int, Unplaced]] | None = None
    by_rule: dict[str, int] = {}
    for tried, rule in enumerate(rules):
        if go_on is not None:
            go_on(tried, len(rules))
        with uncollected():
            placed, unplaced = Dispatch(prepared, rule).run()
        late, ends = _cost(prepared, placed)
        by_rule[rule.name] = late
        cost = (len(unplaced), late, ends)
        if best is None or cost < best[0]:
            best = (cost, rule.name, placed, unplaced)
    if best is None:
        raise ValueError("no dispatch rule to try")
    _, name, placed, unplaced = best
    placed, gaps = _tied(prepared, placed)
    placed.sort(key=lambda row: row.start)
    return Schedule(
        placed=placed,
        unplaced=_all_unplaced(prepared, placed, unplaced),
        finishes=finishes(problem, placed),
        rule=name,
        tardiness=_cost(prepared, placed)[0],
        makespan=max((row.end for row in placed), default=problem.now) - problem.now,
        by_rule=by_rule,
        gaps=gaps,
    )


def _tied(prepared: Prepared, placed: list[Placed]) -> tuple[list[Placed], list[Gap]]:
    """With hard links kept as far as they can be: first without moving anything else, and where gaps remain with
    everything laid down once more, so that whatever has to can wait for its follower's resource."""
    closed, gaps = close_gaps(prepared, placed)
    again = relaid(prepared, placed) if gaps else None
    if again is not None:
        other, fewer = close_gaps(prepared, again)
        if len(fewer) < len(gaps):
            return other, fewer
    return closed, gaps


def _cost(prepared: Prepared, placed: Sequence[Placed]) -> tuple[int, int]:
    ends: dict[int | str, int] = {}
    for row in placed:
        if row.end > ends.get(row.order, 0):
            ends[row.order] = row.end
    orders = prepared.problem.orders
    late = sum(order.weight * max(0, ends[order.id] - order.due) for order in orders if order.id in ends)
    return late, sum(ends.values())


def _all_unplaced(
    prepared: Prepared, placed: Sequence[Placed], unplaced: dict[int, Unplaced]
) -> list[Unplaced]:
    """Also those that wait, perhaps over several steps, for one that could not be placed."""
    operations = prepared.problem.operations
    done = {row.operation for row in placed}
    answer = dict(unplaced)
    waiting = list(unplaced)
    while waiting:
        before = waiting.pop()
        for after in prepared.following[before]:
            if after not in answer and operations[after].id not in done:
                answer[after] = Unplaced(
                    operations[after].id, operations[after].order, "previous", operations[before].id
                )
                waiting.append(after)
    return [answer[place] for place in sorted(answer)]
