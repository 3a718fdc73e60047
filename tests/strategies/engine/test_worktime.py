"""Arithmetic on working intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.engine.worktime import OutOfTime, WorkTime

DAY = WorkTime([(8, 12), (13, 17), (32, 36), (37, 41)])


def test_work_ends_where_a_window_ends_and_begins_where_one_begins() -> None:
    assert DAY.add(8, 4) == 12
    assert DAY.add(8, 5) == 14
    assert DAY.add(13, -4) == 8
    assert DAY.add(14, -5) == 8
    assert DAY.add(5, 1) == 9
    assert DAY.add(12, 0) == 12


def test_the_next_opening_is_the_instant_itself_inside_a_window_and_the_next_start_outside() -> None:
    assert DAY.opening(9) == 9
    assert DAY.opening(12) == 13
    assert DAY.opening(0) == 8


def test_time_that_is_not_laid_out_is_refused() -> None:
    for question in (lambda: DAY.add(8, 17), lambda: DAY.add(9, -2), lambda: DAY.opening(41)):
        with pytest.raises(OutOfTime):
            question()


def test_touching_and_overlapping_intervals_are_one() -> None:
    merged = WorkTime([(5, 9), (0, 5), (8, 12), (20, 20)])
    assert (merged.starts, merged.ends, merged.total) == ([0], [12], 12)


def test_downtime_takes_working_time_away() -> None:
    down = DAY.without([(10, 14), (36, 37)])
    assert down.pieces(0, 100) == [(8, 10), (14, 17), (32, 36), (37, 41)]


intervals = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 20)), min_size=1, max_size=12).map(
    lambda pairs: [(start, start + length) for start, length in pairs]
)


@given(intervals, st.integers(-5, 260), st.integers(-120, 120))
def test_counting_second_by_second_gives_the_same(
    pairs: list[tuple[int, int]], instant: int, amount: int
) -> None:
    working = {second for start, end in pairs for second in range(start, end)}
    laid_out = WorkTime(pairs)
    assert laid_out.total == len(working)
    assert laid_out.position(instant) == sum(second < instant for second in working)
    ahead = sorted(second for second in working if second >= instant)
    behind = sorted((second for second in working if second < instant), reverse=True)
    if amount > 0 and amount <= len(ahead):
        assert laid_out.add(instant, amount) == ahead[amount - 1] + 1
    elif amount < 0 and -amount <= len(behind):
        assert laid_out.add(instant, amount) == behind[-amount - 1]
    elif amount:
        with pytest.raises(OutOfTime):
            laid_out.add(instant, amount)


@given(intervals, intervals)
def test_taking_time_out_leaves_exactly_the_seconds_that_were_not_taken(
    pairs: list[tuple[int, int]], closed: list[tuple[int, int]]
) -> None:
    working = {second for start, end in pairs for second in range(start, end)}
    gone = {second for start, end in closed for second in range(start, end)}
    left = WorkTime(pairs).without(closed)
    assert {second for start, end in left.pieces(-10, 500) for second in range(start, end)} == working - gone
