from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.engine.consumption import gross
from strategies.engine.routing import (
    CannotJoin,
    Join,
    Step,
    chain,
    ends,
    inputs,
    loop,
    run_time,
    spoken,
    timeline,
)


def step(number: int, run: int = 0, **also) -> Step:
    return Step(number=number, run=Fraction(run), **also)


FORK = [Join(10, 20), Join(10, 30), Join(20, 40), Join(30, 40)]


def test_the_longer_of_two_branches_decides_when_they_join():
    found = timeline([step(10, 10), step(20, 20), step(30, 5), step(40, 1)], FORK, Fraction(10))
    starts = {number: one.start for number, one in found.steps.items()}
    assert starts == {10: 0, 20: 100, 30: 100, 40: 300}
    assert (found.lead, found.critical) == (310, (10, 20, 40))
    assert {number: one.slack for number, one in found.steps.items()} == {10: 0, 20: 0, 30: 150, 40: 0}


def test_several_starts_wait_for_each_other_where_they_join():
    found = timeline([step(10, 5), step(20, 50), step(30, 1)], [Join(10, 30), Join(20, 30)], Fraction(1))
    assert (found.steps[30].start, found.steps[10].slack, found.critical) == (50, 45, (20, 30))


def test_queues_and_transit_lie_between_operations():
    first = step(10, 100, setup=60, queue=30, queue_after=20, transit=10)
    found = timeline([first, step(20, 1, queue=5)], [Join(10, 20)], Fraction(1))
    assert (found.steps[10].start, found.steps[10].end) == (30, 190)
    assert (found.steps[20].start, found.lead) == (225, 226)


def test_transit_after_the_last_operation_counts():
    assert timeline([step(10, 100, transit=40, queue_after=3)], [], Fraction(2)).lead == 243


def test_a_transfer_quantity_lets_the_next_start_after_the_first_pieces():
    early = step(10, 10, transfer=Fraction(2))
    found = timeline([early, step(20, 20)], [Join(10, 20)], Fraction(10))
    assert (found.steps[20].start, found.lead) == (20, 220)


def test_a_faster_follower_starts_late_enough_not_to_wait_for_the_last_pieces():
    early = step(10, 10, transfer=Fraction(2))
    found = timeline([early, step(20, 5)], [Join(10, 20)], Fraction(10))
    # The last two pieces come at 100 and take 10: an unbroken run of 50 starts at 60.
    assert (found.steps[20].start, found.lead) == (60, 110)


def test_a_hard_link_pulls_the_earlier_operation_towards_the_later_one():
    joins = [Join(10, 30, hard=True), Join(20, 30)]
    found = timeline([step(10, 5), step(20, 50), step(30, 1)], joins, Fraction(1))
    assert {number: one.start for number, one in found.steps.items()} == {10: 45, 20: 0, 30: 50}


def test_hard_links_that_contradict_each_other_are_named():
    joins = [Join(join.before, join.after, hard=True) for join in FORK]
    with pytest.raises(CannotJoin):
        timeline([step(10, 1), step(20, 2), step(30, 3), step(40, 1)], joins, Fraction(1))


@pytest.mark.parametrize(
    ("made", "seconds"),
    [
        (step(10, 6, per=Fraction(4)), 15),
        (step(10, 6, per=Fraction(4), basis="batch"), 18),
        (step(10, 6, basis="order"), 6),
        (step(10, 6, basis="capacity", capacity=Fraction(100)), 360),
        (step(10, 6, basis="resource_batch", batch=Fraction(3)), 24),
        (step(10, 6, per=Fraction(5), basis="resource_batch"), 12),
    ],
)
def test_run_time_by_each_basis(made, seconds):
    assert run_time(made, Fraction(10)) == seconds


def test_scrap_accumulates_backwards_over_a_fork_and_the_hungriest_branch_decides():
    half, none = Fraction(1, 2), Fraction(0)
    steps = [step(10, scrap=half), step(20, scrap=half), step(30, lost=Fraction(3)), step(40, scrap=none)]
    assert inputs(steps, FORK, Fraction(10)) == {40: 10, 30: 13, 20: 20, 10: 40}


@given(st.lists(st.tuples(st.fractions(0, Fraction(9, 10)), st.fractions(0, 5)), min_size=1, max_size=6))
def test_a_chain_takes_what_the_published_formula_says(losses):
    steps = [step(10 * place, scrap=scrap, lost=lost) for place, (scrap, lost) in enumerate(losses, start=1)]
    joins = [Join(one, other) for one, other in pairwise(each.number for each in steps)]
    went = inputs(steps, joins, Fraction(7), divide=False)
    wanted = Fraction(7)
    for number, (scrap, lost) in reversed([*zip(sorted(went), losses, strict=True)]):
        wanted = gross(wanted, scrap=scrap, constant_scrap=lost, divide=False)
        assert went[number] == wanted


@given(
    st.integers(2, 9).flatmap(
        lambda size: st.tuples(
            st.lists(st.integers(0, 50), min_size=size, max_size=size),
            st.sets(
                st.tuples(st.integers(1, size), st.integers(1, size)).filter(lambda pair: pair[0] < pair[1])
            ),
        )
    )
)
def test_the_time_of_the_whole_is_the_longest_path_and_nothing_starts_before_what_it_waits_for(graph):
    runs, pairs = graph
    steps = [step(number, run) for number, run in enumerate(runs, start=1)]
    found = timeline(steps, [Join(*pair) for pair in sorted(pairs)], Fraction(1))
    longest: dict[int, int] = {}
    for one in reversed(steps):
        longest[one.number] = int(one.run) + max(
            (longest[after] for before, after in pairs if before == one.number), default=0
        )
    assert found.lead == max(longest.values())
    assert all(found.steps[before].end <= found.steps[after].start for before, after in pairs)
    assert all(one.slack >= 0 for one in found.steps.values())
    assert sum(runs[number - 1] for number in found.critical) == found.lead


def test_loops_are_paths_and_ends_are_what_nothing_follows():
    assert loop([(10, 20), (20, 30), (30, 10)]) == (10, 20, 30, 10)
    assert loop([(10, 20)]) == ()
    assert ends([10, 20, 30], [(10, 20)]) == [20, 30]
    assert chain([30, 10, 20]) == [(10, 20), (20, 30)]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (Fraction(1, 2), "0.5 s"), (150, "2 min 30 s"), (5400, "1 h 30 min"), (3601, "1 h 1 s")],
)
def test_times_are_said_exactly(seconds, words):
    assert spoken(seconds) == words
