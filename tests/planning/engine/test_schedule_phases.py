"""Parts by the clock, parts that keep the station, and operations that begin with the first pieces."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.engine.schedule import (
    Alternative,
    Fixed,
    Operation,
    Order,
    Overlap,
    Problem,
    Resource,
    Schedule,
    check,
    loads,
    schedule,
)
from strategies.engine.phases import PARTS, USUAL, Phases
from strategies.engine.worktime import WorkTime

DAYS = WorkTime([(day * 24, day * 24 + 8) for day in range(200)])
"""From midnight to 8, every day; a second stands for an hour."""
ALWAYS = WorkTime([(0, 10**6)])
CAPACITY = frozenset({"setup", "run"})


def operation(key: str, resource: str, setup: int, run: int, **more: Any) -> Operation:
    return Operation(id=key, order=key[0], alternatives=(Alternative(resource, setup, run),), **more)


def problem(*operations: Operation, work: WorkTime = DAYS, stations: int = 1) -> Problem:
    names = dict.fromkeys(way.resource for row in operations for way in row.alternatives)
    orders = [Order(id=key, due=10**6) for key in dict.fromkeys(row.order for row in operations)]
    resources = [Resource(id=name, work=work, stations=stations) for name in names]
    return Problem(orders=orders, operations=operations, resources=resources, now=0)


def solved(*operations: Operation, **also: Any) -> dict[Any, tuple[int, int]]:
    asked = problem(*operations, **also)
    answer = schedule(asked)
    assert check(asked, answer) == []
    assert not answer.unplaced
    return {row.operation: (row.start, row.end) for row in answer.placed}


def by_clock(*parts: str, holds: frozenset[str] = CAPACITY) -> Phases:
    return Phases(frozenset(parts), holds)


def test_cooling_goes_on_over_night_by_the_clock_and_waits_for_the_morning_in_working_time() -> None:
    def chain(phases: Phases) -> dict[Any, tuple[int, int]]:
        return solved(
            operation("a1", "M", 0, 6, rest=10, phases=phases), operation("a2", "N", 0, 2, after=("a1",))
        )

    assert chain(USUAL)["a2"] == (24, 26)
    assert chain(by_clock("transit"))["a2"] == (32 + 16, 50), "2 today, 8 tomorrow, so the day after"


def test_transit_in_working_time_comes_after_the_waiting() -> None:
    steps = (
        operation("a1", "M", 0, 7, rest=2, transit=3, phases=by_clock("queue_after")),
        operation("a2", "N", 0, 1, after=("a1",)),
    )
    assert solved(*steps)["a2"] == (27, 28)


def test_waiting_before_by_the_clock_is_over_in_the_morning() -> None:
    steps = (
        operation("a1", "M", 0, 6),
        operation("a2", "M", 0, 2, queue=12, after=("a1",), phases=by_clock("queue_before")),
    )
    assert solved(*steps)["a2"] == (24, 26)


def test_a_queue_that_takes_capacity_keeps_the_machine_from_others() -> None:
    holds = CAPACITY | {"queue_before", "queue_after"}
    steps = (
        operation("a1", "M", 0, 2, queue=1, rest=2, phases=Phases(frozenset({"transit"}), holds)),
        operation("b1", "M", 0, 3),
    )
    found = solved(*steps)
    assert sorted(found.values()) in ([(0, 3), (3, 8)], [(0, 5), (5, 8)])
    assert found["a1"][1] - found["a1"][0] == 5, "it lies there from its queue on until it is cool"


def test_a_run_that_takes_no_capacity_leaves_the_machine_after_the_setup() -> None:
    drying = Phases(USUAL.by_clock | {"run"}, frozenset({"setup"}))
    found = solved(operation("a1", "M", 1, 30, phases=drying), operation("b1", "M", 1, 30, phases=drying))
    assert sorted(found.values()) == [(0, 31), (1, 32)]


def test_what_takes_no_capacity_at_all_goes_on_beside_anything_and_by_the_clock_begins_at_night() -> None:
    curing = Phases(USUAL.by_clock | {"setup", "run"}, frozenset())
    steps = (
        operation("a1", "M", 0, 8),
        operation("a2", "M", 0, 10, after=("a1",), phases=curing),
        operation("b1", "M", 0, 8),
        operation("b2", "M", 0, 8, after=("b1",)),
    )
    found = solved(*steps)
    assert found["a2"] == (found["a1"][1], found["a1"][1] + 10)
    assert {found["a1"], found["b1"], found["b2"]} == {(0, 8), (24, 32), (48, 56)}


def test_load_counts_only_the_time_in_which_the_station_is_kept() -> None:
    drying = Phases(USUAL.by_clock | {"run"}, frozenset({"setup"}))
    asked = problem(operation("a1", "M", 2, 30, phases=drying))
    assert loads(asked, schedule(asked).placed, [0, 24])[0].booked == 2


def test_started_work_keeps_its_station_only_as_long_as_its_parts_do() -> None:
    drying = Phases(USUAL.by_clock | {"run"}, frozenset({"setup"}))
    begun = operation("a1", "M", 2, 30, phases=drying, fixed=Fixed("M", 0, 0, 32))
    assert solved(begun, operation("b1", "M", 0, 3))["b1"] == (2, 5)


def overlapping(
    before: int, after: int, first: Fraction, last: Fraction, **also: Any
) -> tuple[Operation, ...]:
    return (
        operation("a1", "M", 1, before),
        operation("a2", "N", 0, after, after=("a1",), overlaps=(Overlap("a1", first, last),), **also),
    )


def test_a_slower_follower_starts_with_the_first_pieces() -> None:
    quarter = Fraction(1, 4)
    assert solved(*overlapping(8, 20, quarter, quarter), work=ALWAYS)["a2"] == (3, 23)


def test_a_faster_follower_starts_late_enough_not_to_wait_for_the_last_pieces() -> None:
    quarter = Fraction(1, 4)
    assert solved(*overlapping(40, 8, quarter, quarter), work=ALWAYS)["a2"] == (35, 43)


def test_an_overlap_pauses_with_the_shifts_and_waits_for_the_way_there() -> None:
    half = Fraction(1, 2)
    first, second = overlapping(6, 6, half, half)
    found = solved(replace(first, transit=1), second)
    assert found == {"a1": (0, 7), "a2": (5, 5 + 6 + 16)}


def test_an_overlap_with_started_work_reckons_with_even_progress() -> None:
    half = Fraction(1, 2)
    first, second = overlapping(10, 10, half, half)
    found = solved(replace(first, fixed=Fixed("M", 0, 0, 11)), second, work=ALWAYS)
    assert found["a2"] == (6, 16)


def test_on_one_machine_the_follower_waits_for_the_end_all_the_same() -> None:
    first, second = overlapping(4, 4, Fraction(1, 4), Fraction(1, 4))
    second = replace(second, alternatives=(Alternative("M", 0, 4),))
    assert solved(first, second) == {"a1": (0, 5), "a2": (5, 5 + 4 + 16)}


def test_an_overlap_of_parts_that_are_not_as_usual_is_refused() -> None:
    first, second = overlapping(
        4, 4, Fraction(1, 4), Fraction(1, 4), phases=by_clock("run", holds=frozenset())
    )
    with pytest.raises(ValueError, match="a1: it overlaps only where setup and run are as usual"):
        schedule(problem(first, second))


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("duration", {"end": 60}),
        ("duration", {"freed": 9}),
        ("duration", {"handed": 70}),
        ("closed", {"start": 9, "setup_end": 10, "freed": 25, "end": 58, "handed": 58}),
    ],
)
def test_the_checker_sees_what_is_wrong_about_parts(rule: str, change: dict[str, int]) -> None:
    drying = Phases(USUAL.by_clock | {"run"}, frozenset({"setup"}))
    asked = problem(operation("a1", "M", 1, 33, phases=drying))
    answer = schedule(asked)
    wrong = replace(answer, placed=[answer.placed[0]._replace(**change)])
    assert rule in {one.rule for one in check(asked, wrong)}


def test_the_checker_sees_a_start_before_the_first_pieces_and_an_end_before_the_last() -> None:
    quarter = Fraction(1, 4)

    def moved(before: int, after: int, start: int) -> set[str]:
        asked = problem(*overlapping(before, after, quarter, quarter), work=ALWAYS)
        answer = schedule(asked)
        rows = [
            row._replace(start=start, setup_end=start, end=start + after) if row.operation == "a2" else row
            for row in answer.placed
        ]
        return {one.rule for one in check(asked, replace(answer, placed=rows))}

    assert moved(8, 20, 2) == {"previous"}
    assert moved(40, 8, 34) == {"last pieces"}


SHARES = st.builds(Fraction, st.integers(1, 4), st.just(4))
PHASES = st.builds(
    lambda clock, holds: Phases(frozenset(clock), frozenset(holds) - frozenset(clock)),
    st.sets(st.sampled_from(PARTS)),
    st.sets(st.sampled_from(PARTS)),
)


@st.composite
def routes(draw: st.DrawFn) -> Problem:
    """A few orders, each a chain over two or three machines with odd parts, overlaps and speeds."""
    works = [DAYS, ALWAYS, WorkTime([(d * 24 + 3, d * 24 + 15, Fraction(9, 10)) for d in range(300)])]
    resources = [
        Resource(
            id=name, work=draw(st.sampled_from(works)), stations=draw(st.integers(1, 2)),
            finite=draw(st.integers(0, 4)) > 0, efficiency=draw(st.sampled_from([Fraction(1), Fraction(4, 5)])),
        )
        for name in "MNO"
    ]  # fmt: skip
    steps: list[Operation] = []
    small = st.integers(0, 12)
    for order in range(draw(st.integers(1, 4))):
        chain: list[Operation] = []
        for number in range(draw(st.integers(1, 5))):
            odd = draw(st.booleans())
            names = draw(st.lists(st.sampled_from("MNO"), min_size=1, max_size=2, unique=True))
            setup, run = draw(small), draw(small)
            lapping = not odd and chain and chain[-1].phases == USUAL and draw(st.booleans())
            chain.append(
                Operation(
                    id=f"{order}/{number}", order=order,
                    alternatives=tuple(Alternative(name, setup, run) for name in names),
                    after=(chain[-1].id,) if chain else (),
                    queue=draw(small), rest=draw(small), transit=draw(small),
                    phases=draw(PHASES) if odd else USUAL,
                    overlaps=(Overlap(chain[-1].id, draw(SHARES), draw(SHARES)),) if lapping else (),
                    fixed=Fixed("M", 0, 5, 5 + setup + run) if draw(st.integers(0, 30)) == 0 else None,
                )
            )  # fmt: skip
        steps += chain
    orders = [
        Order(id=key, due=draw(st.integers(0, 200))) for key in dict.fromkeys(row.order for row in steps)
    ]
    return Problem(orders=orders, operations=steps, resources=resources, now=draw(st.integers(0, 30)))


def clean(plant: Problem) -> Schedule:
    answer = schedule(plant)
    assert [one for one in check(plant, answer) if not one.locked] == []
    return answer


@settings(deadline=None, max_examples=300)
@given(routes())
def test_the_checker_finds_nothing_in_random_routes_and_all_is_placed(plant: Problem) -> None:
    assert clean(plant).unplaced == []
