"""Links without a gap: what has to be followed at once is put off until it can be, and what cannot is said."""

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
    Gap,
    Operation,
    Order,
    Overlap,
    Problem,
    Resource,
    Schedule,
    check,
    schedule,
)
from planning.engine.schedule.serial import _Laying
from strategies.engine.worktime import WorkTime
from tests.planning.engine.test_schedule_phases import DAYS, operation, problem, routes


def solved(*operations: Operation, **also: Any) -> tuple[dict[Any, tuple[int, int]], list[Gap]]:
    asked = problem(*operations, **also)
    answer = schedule(asked)
    assert check(asked, answer) == []
    return {row.operation: (row.start, row.end) for row in answer.placed}, list(answer.gaps)


def busy(resource: str, start: int, end: int) -> Operation:
    return operation(f"x{resource}{start}", resource, 0, end - start, fixed=Fixed(resource, 0, start, end))


def hard(key: str, resource: str, run: int, before: str, **more: Any) -> Operation:
    return operation(key, resource, 0, run, after=(before,), hard=(before,), **more)


def test_the_earlier_one_is_put_off_until_the_later_one_can_follow_at_once() -> None:
    steps = (busy("N", 0, 6), operation("a1", "M", 0, 2), hard("a2", "N", 2, "a1"))
    assert solved(*steps) == ({"xN0": (0, 6), "a1": (4, 6), "a2": (6, 8)}, [])
    soft = (*steps[:2], replace(steps[2], hard=()))
    assert solved(*soft)[0]["a1"] == (0, 2)


def test_transit_and_queue_are_no_gap_and_a_night_is_none() -> None:
    steps = (
        busy("N", 0, 7), operation("a1", "M", 0, 2, transit=1), hard("a2", "N", 2, "a1", queue=1)
    )  # fmt: skip
    assert solved(*steps)[0] == {"xN0": (0, 7), "a1": (3, 5), "a2": (7, 25)}
    steps = (busy("N", 0, 8), operation("a1", "M", 0, 2), hard("a2", "N", 2, "a1"))
    assert solved(*steps)[0] == {"xN0": (0, 8), "a1": (6, 8), "a2": (24, 26)}


def test_a_chain_is_put_off_from_its_end() -> None:
    steps = (
        busy("O", 0, 8), operation("a1", "M", 0, 2), hard("a2", "N", 3, "a1"), hard("a3", "O", 1, "a2"),
    )  # fmt: skip
    assert solved(*steps)[0] == {"xO0": (0, 8), "a1": (3, 5), "a2": (5, 8), "a3": (24, 25)}


def test_it_goes_to_another_station_where_its_own_is_taken() -> None:
    other = operation("a1", "M", 0, 2)
    other = replace(other, alternatives=(*other.alternatives, Alternative("P", 0, 2)))
    found, gaps = solved(busy("N", 0, 6), busy("M", 3, 8), other, hard("a2", "N", 2, "a1"))
    assert (found["a1"], gaps) == ((4, 6), [])


def test_where_no_station_is_free_in_time_both_wait_and_say_for_whom() -> None:
    steps = (busy("N", 0, 6), busy("M", 3, 8), operation("a1", "M", 0, 2), hard("a2", "N", 2, "a1"))
    found, gaps = solved(*steps)
    assert (found["a1"], found["a2"], gaps) == ((24, 26), (26, 28), [])
    full = (*steps, busy("N", 24, 31))
    asked = replace(problem(*full), orders=[Order(id="a", due=4), Order(id="x", due=99)])
    answer = schedule(asked)
    assert check(asked, answer) == []
    row = next(row for row in answer.placed if row.operation == "a1")
    assert (row.start, row.end, row.cause, row.because) == (29, 31, "hard", "a2")
    late = next(one for one in answer.finishes if one.order == "a")
    assert late.waits == (("resource", "N", 29),)


def test_what_is_laid_down_once_more_says_what_held_it_back_as_at_first() -> None:
    tied = (busy("N", 0, 6), busy("M", 3, 8), operation("a1", "M", 0, 2), hard("a2", "N", 2, "a1"))
    others = (
        operation("b1", "P", 0, 1), operation("c1", "Q", 0, 1, earliest=3),
        operation("d1", "R", 0, 1, transit=2), operation("d2", "S", 0, 1, after=("d1",)),
    )  # fmt: skip
    asked = problem(*tied, busy("N", 24, 31), *others)
    asked = replace(asked, orders=[replace(row, release=2 if row.id == "b" else 0) for row in asked.orders])
    found = {row.operation: (row.cause, row.because) for row in proved(asked).placed}
    assert found["a1"] == ("hard", "a2")
    assert (found["b1"], found["c1"]) == (("release", None), ("material", None))
    assert (found["d1"], found["d2"]) == (("now", None), ("previous", "d1"))


def test_others_fill_the_time_in_which_a_machine_waits_for_its_link() -> None:
    steps = (
        busy("N", 0, 6), busy("M", 7, 8), operation("a1", "M", 0, 2), hard("a2", "N", 2, "a1"),
        operation("b1", "M", 0, 4),
    )  # fmt: skip
    found, gaps = solved(*steps)
    assert (found["a1"], found["a2"], found["b1"], gaps) == ((4, 6), (6, 8), (0, 4), [])


def test_who_follows_two_is_met_by_both_and_a_soft_follower_is_not_made_late() -> None:
    both = (
        busy("O", 0, 6), operation("a1", "M", 0, 2), operation("a2", "N", 0, 5),
        operation("a3", "O", 0, 1, after=("a1", "a2"), hard=("a1", "a2")),
    )  # fmt: skip
    assert solved(*both)[0] == {"xO0": (0, 6), "a1": (4, 6), "a2": (1, 6), "a3": (6, 7)}
    soft = (*both[:2], operation("a4", "P", 0, 1, after=("a1",)), hard("a3", "O", 1, "a1"))
    found, gaps = solved(*soft)
    assert (found["a1"], found["a4"], gaps) == ((4, 6), (6, 7), [])


def test_links_that_contradict_each_other_are_kept_as_far_as_they_can_be() -> None:
    steps = (
        operation("a1", "M", 0, 1), hard("a2", "N", 2, "a1"),
        operation("a3", "O", 0, 1, after=("a1", "a2"), hard=("a1", "a2")),
    )  # fmt: skip
    assert solved(*steps) == ({"a1": (0, 1), "a2": (1, 3), "a3": (3, 4)}, [Gap("a3", "a", "a1", 2)])


def test_started_work_stays_and_the_gap_behind_it_is_said() -> None:
    begun = operation("a1", "M", 0, 2, fixed=Fixed("M", 0, 0, 2))
    found, gaps = solved(busy("N", 0, 6), begun, hard("a2", "N", 2, "a1"))
    assert (found["a1"], gaps) == ((0, 2), [Gap("a2", "a", "a1", 4)])


def test_a_locked_follower_pulls_what_is_before_it() -> None:
    locked = hard("a2", "N", 2, "a1", fixed=Fixed("N", 0, 6, 8))
    assert solved(operation("a1", "M", 0, 2), locked) == ({"a1": (4, 6), "a2": (6, 8)}, [])


def test_an_order_is_as_late_as_without_and_says_the_same_of_why() -> None:
    steps = (busy("N", 0, 6), operation("a1", "M", 0, 2), hard("a2", "N", 2, "a1"))
    asked = replace(problem(*steps), orders=[Order(id="a", due=4), Order(id="x", due=99)])
    soft = replace(asked, operations=(*steps[:2], replace(steps[2], hard=())))
    one, other = schedule(asked), schedule(soft)
    assert one.finishes == other.finishes
    assert (one.tardiness, one.makespan) == (other.tardiness, other.makespan)


def test_the_checker_sees_a_gap_that_nobody_said_and_one_that_is_none() -> None:
    steps = (busy("N", 0, 6), operation("a1", "M", 0, 2), hard("a2", "N", 2, "a1"))
    asked = problem(*steps)
    answer = schedule(asked)

    def found(start: int, gaps: list[Gap]) -> list[Any]:
        rows = [
            row._replace(start=start, setup_end=start, end=start + 2) if row.operation == "a1" else row
            for row in answer.placed
        ]
        return [(one.rule, one.operation) for one in check(asked, replace(answer, placed=rows, gaps=gaps))]

    said = [Gap("a2", "a", "a1", 1)]
    assert found(4, []) == []
    assert found(3, []) == found(4, said) == [("gap", "a2")]
    assert found(3, said) == []


def test_of_two_that_have_to_follow_at_once_at_one_machine_one_does_and_the_other_is_said() -> None:
    steps = (busy("M", 3, 8), operation("a1", "O", 0, 2), hard("a2", "M", 2, "a1"), hard("a3", "M", 3, "a1"))
    found, gaps = solved(*steps)
    assert [found["a2"], found["a3"]] in ([(24, 26), (26, 29)], [(27, 29), (24, 27)])
    assert [(gap.before, gap.seconds) for gap in gaps] in ([("a1", 2)], [("a1", 3)])


def lapping(key: str, before: str) -> Operation:
    return hard(key, "M", 4, before, overlaps=(Overlap(before, Fraction(1, 4), Fraction(1, 4)),))


def test_who_may_begin_with_the_first_pieces_follows_at_the_same_machine_when_it_is_free() -> None:
    found, gaps = solved(operation("a1", "M", 0, 4), lapping("a2", "a1"))
    assert (found, gaps) == ({"a1": (0, 4), "a2": (4, 8)}, [])


def test_who_is_in_the_way_of_its_own_is_not_tried_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    follow, tried = _Laying._follow, []

    def counted(laying: Any, unit: Any, spots: Any) -> Any:
        tried.append(unit[0])
        return follow(laying, unit, spots)

    monkeypatch.setattr(_Laying, "_follow", counted)
    steps = []
    for number in range(30):
        first, two = f"a{number}", (f"b{number}", f"c{number}")
        steps += [operation(first, "M", 0, 1), *(hard(key, "M", 1, first) for key in two)]
    asked = problem(*(replace(one, order="a") for one in steps))
    assert len(proved(asked).gaps) >= 30
    assert 30 <= len(tried) <= 60


@st.composite
def linked(draw: st.DrawFn, *, branches: bool = True) -> Problem:
    """Random routes of which many links, also of branches, are hard."""
    plant = draw(routes())
    rows: list[Operation] = []
    for row in plant.operations:
        mine = [one.id for one in rows if one.order == row.order]
        more = (draw(st.sampled_from(mine)),) if branches and mine and draw(st.booleans()) else ()
        after = tuple(dict.fromkeys((*row.after, *more)))
        rows.append(replace(row, after=after, hard=tuple(key for key in after if draw(st.booleans()))))
    return replace(plant, operations=rows)


def proved(plant: Problem) -> Schedule:
    answer = schedule(plant)
    assert [one for one in check(plant, answer) if not one.locked] == []
    return answer


@settings(deadline=None, max_examples=400)
@given(linked())
def test_in_random_plants_all_gaps_are_said_and_the_same_gives_the_same(plant: Problem) -> None:
    answer = proved(plant)
    soft = proved(replace(plant, operations=[replace(row, hard=()) for row in plant.operations]))
    assert answer.unplaced == soft.unplaced
    again = proved(plant)
    assert (again.placed, again.gaps) == (answer.placed, answer.gaps)
    led = {key for row in plant.operations for key in row.hard}
    was = {row.operation: row for row in soft.placed}
    if not led:
        assert {row.operation: row for row in answer.placed} == was


@st.composite
def crowded(draw: st.DrawFn) -> Problem:
    """Routes that fork, with two machines for all, so that those who have to follow one want the same machine."""
    plant = draw(routes())
    few = st.lists(st.sampled_from([one.id for one in plant.resources[:2]]), min_size=1, unique=True)
    rows: list[Operation] = []
    for row in plant.operations:
        mine = [one.id for one in rows if one.order == row.order]
        after = (draw(st.sampled_from(mine)),) if mine else ()
        choices = tuple(Alternative(name, 0, draw(st.integers(0, 9))) for name in draw(few))
        links = {"after": after, "hard": after if draw(st.booleans()) else (), "overlaps": ()}
        rows.append(replace(row, alternatives=choices, fixed=None, **links))
    return replace(plant, operations=rows)


@settings(deadline=None, max_examples=400)
@given(crowded())
def test_where_the_tied_want_one_machine_the_schedule_is_right_all_the_same(plant: Problem) -> None:
    proved(plant)


@settings(deadline=None, max_examples=400)
@given(linked(branches=False))
def test_in_random_chains_in_which_nothing_is_fixed_no_gap_is_left(plant: Problem) -> None:
    free = replace(plant, operations=[replace(row, fixed=None) for row in plant.operations])
    assert proved(free).gaps == []


def test_with_one_machine_for_each_and_no_other_work_no_gap_is_left() -> None:
    works = [DAYS, WorkTime([(d * 24 + 3, d * 24 + 15) for d in range(300)])]
    resources = [Resource(id=name, work=works[place % 2]) for place, name in enumerate("MNOP")]
    steps = [operation("a1", "M", 1, 5)] + [
        hard(f"a{place}", name, 3 * place, f"a{place - 1}", queue=place, transit=2)
        for place, name in ((2, "N"), (3, "O"), (4, "P"))
    ]
    asked = Problem(orders=[Order(id="a", due=0)], operations=steps, resources=resources, now=0)
    assert proved(asked).gaps == []
