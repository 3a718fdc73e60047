"""What one job gets of a place whose days it has to share."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from strategies.engine.ration import at_a_station, rationed
from strategies.engine.worktime import OutOfTime, WorkTime

MIDNIGHTS = [day * 24 for day in range(31)]
"""A second stands for an hour."""
DAYS = WorkTime([(midnight + 8, midnight + 16) for midnight in MIDNIGHTS[:-1]])
HALF = Fraction(1, 2)


def done(seconds: int, begins: int = 8, share: Fraction = HALF) -> int:
    return rationed(DAYS, begins, ((seconds, False),), share, MIDNIGHTS)


def test_a_job_has_its_share_of_each_day_from_when_it_begins() -> None:
    assert done(8) == 24 + 12  # four hours of each of two days
    assert done(3) == 8 + 3  # less than its share of the day needs no second one
    assert done(4) == 8 + 4
    assert done(8, begins=14) == 2 * 24 + 10  # two hours are left of the first day, then four, then two
    assert done(4, begins=20) == 24 + 12
    assert done(8, share=Fraction(1)) == 16


def test_setup_and_run_share_one_day_and_what_passes_by_the_clock_takes_nothing_of_it() -> None:
    assert rationed(DAYS, 8, ((3, False), (2, True), (3, False)), HALF, MIDNIGHTS) == 24 + 10
    assert rationed(DAYS, 8, ((4, False), (20, True), (4, False)), HALF, MIDNIGHTS) == 24 + 8 + 4


def test_the_share_is_one_of_all_stations_and_a_job_is_at_one_of_them() -> None:
    assert at_a_station(Fraction(1, 4), 1) == Fraction(1, 4)
    assert at_a_station(Fraction(1, 4), 2) == HALF
    assert at_a_station(Fraction(1, 4), 5) == 1


def test_work_that_outlasts_the_days_laid_out_is_out_of_time_and_so_is_a_share_of_nothing() -> None:
    assert done(4 * 30) == 29 * 24 + 12
    for seconds, share in ((4 * 30 + 1, HALF), (1, Fraction(1, 100))):
        with pytest.raises(OutOfTime):
            done(seconds, share=share)


@given(
    some.lists(some.tuples(some.integers(0, 12), some.booleans()), max_size=4),
    some.integers(0, 60),
    some.fractions(Fraction(1, 8), 1),
)
def test_second_by_second_it_comes_to_the_same(
    stretches: list[tuple[int, bool]], begins: int, share: Fraction
) -> None:
    try:
        found = rationed(DAYS, begins, tuple(stretches), share, MIDNIGHTS)
    except OutOfTime:
        return
    at, had, spent = begins, dict.fromkeys(range(30), 0), begins
    for seconds, by_clock in stretches:
        left = seconds
        while left:
            free = by_clock or (8 <= at % 24 < 16 and had[at // 24] < int(8 * share))
            had[at // 24] += free and not by_clock
            left, at = left - free, at + 1
            spent = at if free else spent
        at = spent
    assert found == spent
