"""Finite forward scheduling: hand-made cases, then random plants that the checker must find clean."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.engine.schedule import (
    RULES,
    Alternative,
    Fixed,
    Operation,
    Order,
    Placed,
    Problem,
    Resource,
    Schedule,
    check,
    loads,
    schedule,
)
from strategies.engine.worktime import WorkTime

ALWAYS = WorkTime([(0, 10**9)])
DAYS = WorkTime([(day * 24, day * 24 + 8) for day in range(200)])


def operation(key: str, *ways: tuple[str, int], **more: Any) -> Operation:
    order = more.pop("order", key.split("/", maxsplit=1)[0])
    ways_in = tuple(Alternative(resource, 0, run) for resource, run in ways)
    return Operation(id=key, order=order, alternatives=ways_in, **more)


def problem(*operations: Operation, resources: list[Resource], due: dict[str, int] | None = None) -> Problem:
    orders = [
        Order(id=key, due=(due or {}).get(str(key), 10**6))
        for key in dict.fromkeys(row.order for row in operations)
    ]
    return Problem(orders=orders, operations=operations, resources=resources, now=0)


def where(answer: Schedule) -> dict[Any, tuple[Any, int, int]]:
    return {row.operation: (row.resource, row.start, row.end) for row in answer.placed}


def test_the_more_urgent_order_goes_first_and_the_other_waits_for_the_station() -> None:
    given_problem = problem(
        operation("late", ("M", 5)), operation("soon", ("M", 5)),
        resources=[Resource(id="M", work=ALWAYS)], due={"late": 100, "soon": 5},
    )  # fmt: skip
    answer = schedule(given_problem, rules=[RULES[0]])
    assert where(answer) == {"soon": ("M", 0, 5), "late": ("M", 5, 10)}
    waiting = next(row for row in answer.placed if row.operation == "late")
    assert (waiting.cause, waiting.because) == ("resource", "soon")
    assert answer.tardiness == 0
    assert check(given_problem, answer) == []


def test_two_stations_work_side_by_side_and_no_third_one() -> None:
    given_problem = problem(
        *(operation(name, ("M", 4)) for name in "abc"), resources=[Resource(id="M", work=ALWAYS, stations=2)]
    )
    answer = schedule(given_problem)
    assert sorted(row.start for row in answer.placed) == [0, 0, 4]
    assert {row.station for row in answer.placed} == {0, 1}


def test_work_pauses_over_closed_hours_and_starts_only_while_open() -> None:
    given_problem = problem(
        operation("a/1", ("M", 6)), operation("a/2", ("M", 4), after=("a/1",)),
        resources=[Resource(id="M", work=DAYS)],
    )  # fmt: skip
    assert where(schedule(given_problem)) == {"a/1": ("M", 0, 6), "a/2": ("M", 6, 26)}


def test_queue_is_working_time_and_transit_is_elapsed_time() -> None:
    given_problem = problem(
        operation("a/1", ("M", 6), transit=3), operation("a/2", ("M", 1), after=("a/1",), queue=2),
        resources=[Resource(id="M", work=DAYS)],
    )  # fmt: skip
    assert where(schedule(given_problem))["a/2"] == ("M", 26, 27)


def test_branches_run_side_by_side_and_a_join_waits_for_both() -> None:
    given_problem = problem(
        operation("o/10", ("A", 2)), operation("o/20", ("B", 5), after=("o/10",)),
        operation("o/30", ("C", 3), after=("o/10",)), operation("o/40", ("A", 1), after=("o/20", "o/30")),
        resources=[Resource(id=key, work=ALWAYS) for key in "ABC"],
    )  # fmt: skip
    places = where(schedule(given_problem))
    assert (places["o/20"][1], places["o/30"][1], places["o/40"][1]) == (2, 2, 7)


def test_efficiency_stretches_the_run_and_setup_has_its_own() -> None:
    slow = Resource(id="M", work=ALWAYS, efficiency=Fraction(80, 100))
    work = Operation(id="a", order="a", alternatives=(Alternative("M", 10, 100),))
    row = schedule(problem(work, resources=[slow])).placed[0]
    assert (row.setup_end, row.end) == (10, 135)


def test_work_goes_to_the_alternative_that_finishes_first() -> None:
    given_problem = problem(
        *(operation(name, ("FAST", 4), ("SLOW", 6)) for name in "abc"),
        resources=[Resource(id="FAST", work=ALWAYS), Resource(id="SLOW", work=ALWAYS)],
    )
    answer = schedule(given_problem, rules=[RULES[0]])
    assert [row.resource for row in answer.placed] == ["FAST", "SLOW", "FAST"]
    assert answer.makespan == 8


def test_two_idle_resources_do_not_point_at_each_other_for_ever() -> None:
    given_problem = problem(
        operation("first", ("FAST", 10)),
        operation("x", ("ONE", 90), ("TWO", 80), ("FAST", 20)),
        operation("y", ("TWO", 90), ("ONE", 80), ("FAST", 20)),
        resources=[Resource(id=key, work=ALWAYS) for key in ("ONE", "TWO", "FAST")],
        due={"first": 1},
    )
    answer = schedule(given_problem, rules=[RULES[1]])
    assert where(answer) == {"first": ("FAST", 0, 10), "x": ("FAST", 10, 30), "y": ("FAST", 30, 50)}


def test_fixed_work_stays_and_others_go_round_it() -> None:
    given_problem = problem(
        operation("locked", ("M", 5), fixed=Fixed("M", 0, 4, 9)),
        operation("long", ("M", 5)), operation("short", ("M", 3)),
        resources=[Resource(id="M", work=ALWAYS)],
    )  # fmt: skip
    answer = schedule(given_problem)
    assert where(answer) == {"locked": ("M", 4, 9), "short": ("M", 0, 3), "long": ("M", 9, 14)}
    assert check(given_problem, answer) == []


def test_contradictory_locks_are_kept_and_named_as_locks() -> None:
    given_problem = problem(
        operation("a/1", ("M", 5), fixed=Fixed("M", 0, 4, 9)),
        operation("a/2", ("M", 5), after=("a/1",), fixed=Fixed("M", 0, 6, 11)),
        operation("a/3", ("M", 1), after=("a/2",)),
        resources=[Resource(id="M", work=ALWAYS)],
    )  # fmt: skip
    answer = schedule(given_problem)
    assert where(answer)["a/3"] == ("M", 11, 12)
    assert {(one.rule, one.operation, one.other, one.locked) for one in check(given_problem, answer)} == {
        ("previous", "a/2", "a/1", True), ("overlap", "a/2", "a/1", True),
    }  # fmt: skip


def test_a_vendor_takes_everything_at_once() -> None:
    given_problem = problem(
        *(operation(name, ("V", 40)) for name in "abcd"),
        resources=[Resource(id="V", work=ALWAYS, finite=False, stations=0)],
    )
    assert {row.start for row in schedule(given_problem).placed} == {0}


def test_what_cannot_be_placed_is_named_and_the_rest_is_scheduled() -> None:
    short = Resource(id="S", work=WorkTime([(0, 8)]))
    given_problem = problem(
        operation("nobody", ("X", 1)), operation("too long", ("S", 9)),
        operation("loop/1", ("M", 1), after=("loop/2",)), operation("loop/2", ("M", 1), after=("loop/1",)),
        operation("after/2", ("M", 1), after=("nobody",)), operation("fine", ("M", 1)),
        resources=[Resource(id="M", work=ALWAYS), short, Resource(id="Z", work=ALWAYS, stations=0)],
    )  # fmt: skip
    answer = schedule(given_problem)
    assert {row.operation: row.reason for row in answer.unplaced} == {
        "nobody": "no_resource", "too long": "no_time", "loop/1": "loop", "loop/2": "loop",
        "after/2": "previous",
    }  # fmt: skip
    assert [row.operation for row in answer.placed] == ["fine"]
    assert check(given_problem, answer) == []


def test_a_late_order_says_what_it_waited_for() -> None:
    given_problem = problem(
        operation("big", ("M", 6)), operation("o/1", ("M", 2), earliest=3),
        operation("o/2", ("M", 2), after=("o/1",)),
        resources=[Resource(id="M", work=DAYS)], due={"big": 6, "o": 8},
    )  # fmt: skip
    finish = next(row for row in schedule(given_problem, rules=[RULES[0]]).finishes if row.order == "o")
    assert finish.end == 26
    assert [(wait.kind, wait.subject, wait.seconds) for wait in finish.waits] == [
        ("closed", "M", 16), ("resource", "M", 3), ("material", "o/1", 3),
    ]  # fmt: skip


def test_load_is_booked_where_the_work_is_done() -> None:
    given_problem = problem(operation("a", ("M", 12)), resources=[Resource(id="M", work=DAYS, stations=2)])
    rows = loads(given_problem, schedule(given_problem).placed, [0, 24, 48, 72])
    assert [(row.booked, row.offered) for row in rows] == [(8, 16), (4, 16), (0, 16)]


def test_nonsense_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="operation a: times"):
        schedule(problem(operation("a", ("M", -1)), resources=[Resource(id="M", work=ALWAYS)]))
    with pytest.raises(ValueError, match="two operations"):
        schedule(problem(operation("a"), operation("a"), resources=[]))
    with pytest.raises(ValueError, match="resource M"):
        schedule(problem(resources=[Resource(id="M", work=ALWAYS, efficiency=Fraction(0))]))


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("previous", {"start": 1, "setup_end": 1, "end": 4}),
        ("closed", {"start": 9, "setup_end": 9, "end": 27}),
        ("duration", {"end": 7}),
        ("station", {"station": 3}),
        ("resource", {"resource": "N"}),
        ("overlap", {"start": 4, "setup_end": 4, "end": 7}),
    ],
)
def test_the_checker_sees_every_kind_of_mistake(rule: str, change: dict[str, Any]) -> None:
    given_problem = problem(
        operation("a/1", ("M", 5)), operation("a/2", ("M", 3), after=("a/1",)),
        resources=[Resource(id="M", work=DAYS), Resource(id="N", work=DAYS)],
    )  # fmt: skip
    answer = schedule(given_problem)
    wrong: list[Placed] = [row._replace(**change) if row.operation == "a/2" else row for row in answer.placed]
    spoiled = Schedule(placed=wrong, unplaced=[], finishes=[], rule="", tardiness=0, makespan=0)
    assert rule in {violation.rule for violation in check(given_problem, spoiled)}
    assert check(given_problem, answer) == []


def test_the_checker_sees_what_is_missing_or_twice_there() -> None:
    given_problem = problem(operation("a", ("M", 1)), resources=[Resource(id="M", work=ALWAYS)])
    answer = schedule(given_problem)
    for rows in ([], answer.placed * 2):
        spoiled = Schedule(placed=rows, unplaced=[], finishes=[], rule="", tardiness=0, makespan=0)
        assert "once" in {violation.rule for violation in check(given_problem, spoiled)}


@st.composite
def plants(draw: st.DrawFn) -> Problem:
    numbers = st.integers
    shifts = draw(st.lists(st.tuples(numbers(0, 20), numbers(3, 12)), min_size=1, max_size=3))
    week = [(day * 30 + at, day * 30 + at + long) for day in range(150) for at, long in shifts]
    calendars = [WorkTime(week), ALWAYS]
    resources = [
        Resource(
            id=f"R{place}", work=draw(st.sampled_from(calendars)), stations=draw(numbers(1, 3)),
            finite=draw(numbers(0, 4)) > 0, efficiency=Fraction(draw(numbers(3, 12)), 10),
        )
        for place in range(draw(numbers(1, 4)))
    ]  # fmt: skip
    names = [resource.id for resource in resources]
    orders, operations = [], []
    for number in range(draw(numbers(1, 6))):
        orders.append(
            Order(
                id=number, due=draw(numbers(0, 300)), release=draw(numbers(0, 40)), weight=draw(numbers(1, 5))
            )
        )
        for step in range(draw(numbers(1, 5))):
            names_here = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
            ways = tuple(Alternative(name, draw(numbers(0, 3)), draw(numbers(0, 9))) for name in names_here)
            before = [row.id for row in operations]
            operations.append(
                Operation(
                    id=f"{number}/{step}", order=number,
                    alternatives=ways,
                    after=tuple(draw(st.lists(st.sampled_from(before), max_size=2))) if before else (),
                    earliest=draw(numbers(0, 60)), queue=draw(numbers(0, 3)), transit=draw(numbers(0, 9)),
                    fixed=_locked(draw, resources) if draw(numbers(0, 9)) == 0 else None,
                )
            )  # fmt: skip
    return Problem(orders=orders, operations=operations, resources=resources, now=draw(numbers(0, 30)))


def _locked(draw: st.DrawFn, resources: list[Resource]) -> Fixed:
    resource = draw(st.sampled_from(resources))
    start = draw(st.integers(0, 80))
    station = draw(st.integers(0, max(0, resource.stations - 1)))
    return Fixed(resource.id, station, start, start + draw(st.integers(1, 10)))


@settings(max_examples=150, deadline=None)
@given(plants())
def test_the_checker_finds_nothing_in_random_plants(plant: Problem) -> None:
    answer = schedule(plant)
    assert [violation for violation in check(plant, answer) if not violation.locked] == []
    assert len(answer.placed) + len(answer.unplaced) == len(plant.operations)
    assert {row.reason for row in answer.unplaced} <= {"no_time", "previous"}
    assert schedule(plant) == answer


@settings(max_examples=60, deadline=None)
@given(plants())
def test_every_rule_alone_gives_a_clean_schedule_and_none_beats_the_best(plant: Problem) -> None:
    best = schedule(plant)
    for rule in RULES:
        alone = schedule(plant, rules=[rule])
        assert [violation for violation in check(plant, alone) if not violation.locked] == []
        assert alone.tardiness >= best.tardiness
