"""Shift patterns, exceptions and changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from strategies.engine.calendar import (
    Calendar,
    Exceptional,
    Slot,
    add_working_time,
    around_the_clock,
    seconds,
    week,
    work_time,
    working_day,
)
from strategies.engine.worktime import OutOfTime

NIGHT = Slot(time(22), time(6))
EARLY, LATE = Slot(time(6), time(14)), Slot(time(14), time(22))


def hours(calendar: Calendar, first: date, last: date) -> float:
    return work_time(calendar, first, last).total / 3600


def test_a_night_shift_belongs_to_the_day_it_starts_on() -> None:
    calendar = week("Europe/Berlin", workdays=1, shifts=(NIGHT,))
    laid_out = work_time(calendar, date(2026, 1, 5), date(2026, 1, 11))
    berlin_ten = datetime(2026, 1, 5, 21, tzinfo=UTC)
    assert laid_out.pieces(0, 2**40) == [(seconds(berlin_ten), seconds(berlin_ten + timedelta(hours=8)))]


def test_a_night_over_the_change_of_clocks_is_an_hour_shorter_or_longer() -> None:
    nights = Calendar(days=((NIGHT,),), zone="Europe/Berlin")
    assert hours(nights, date(2026, 3, 28), date(2026, 3, 28)) == 7
    assert hours(nights, date(2026, 10, 24), date(2026, 10, 24)) == 9
    assert hours(nights, date(2026, 6, 1), date(2026, 6, 1)) == 8


def test_three_shifts_leave_no_gap_and_no_overlap_over_the_change_of_clocks() -> None:
    always = Calendar(days=((EARLY, LATE, NIGHT),), zone="Europe/Berlin")
    laid_out = work_time(always, date(2026, 10, 24), date(2026, 10, 26))
    assert len(laid_out.starts) == 1
    assert laid_out.total == 73 * 3600


def test_a_wall_time_that_does_not_exist_is_the_end_of_the_gap() -> None:
    calendar = Calendar(days=((Slot(time(2, 30), time(4)),),), zone="Europe/Berlin")
    assert hours(calendar, date(2026, 3, 29), date(2026, 3, 29)) == 1
    gone = Calendar(days=((Slot(time(2, 15), time(2, 45)),),), zone="Europe/Berlin")
    assert hours(gone, date(2026, 3, 29), date(2026, 3, 29)) == 0


def test_the_later_exception_wins_and_an_empty_one_closes() -> None:
    calendar = Calendar(
        days=week(shifts=(EARLY,)).days,
        exceptions=(
            Exceptional(date(2026, 1, 5), date(2026, 1, 9)),
            Exceptional(date(2026, 1, 7), date(2026, 1, 7), (LATE, NIGHT)),
        ),
    )
    assert [hours(calendar, date(2026, 1, day), date(2026, 1, day)) for day in (5, 7, 12, 17)] == [
        0,
        16,
        8,
        0,
    ]


def test_a_cycle_that_is_not_a_week_counts_from_its_anchor() -> None:
    calendar = Calendar(days=((EARLY,), (LATE,), (), ()), anchor=date(2026, 1, 3))
    assert [bool(calendar.slots_on(date(2026, 1, day))) for day in range(1, 9)] == [
        False, False, True, True, False, False, True, True,
    ]  # fmt: skip


def test_a_calendar_holds_only_while_it_is_valid() -> None:
    calendar = Calendar(days=((EARLY,),), valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 3))
    assert hours(calendar, date(2026, 1, 1), date(2026, 1, 31)) == 16


def test_a_calendar_without_hours_says_so() -> None:
    closed = Calendar(days=((),) * 7)
    assert closed.never_works
    assert not around_the_clock().never_works
    with pytest.raises(OutOfTime):
        add_working_time(closed, datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1))


def test_working_time_is_found_months_away() -> None:
    calendar = Calendar(
        days=((),) * 7, exceptions=(Exceptional(date(2026, 9, 1), date(2026, 9, 1), (EARLY,)),)
    )
    after = add_working_time(calendar, datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1))
    assert after == datetime(2026, 9, 1, 7, tzinfo=UTC)


def test_working_days_are_counted_from_the_day_before_or_after() -> None:
    calendar = week(shifts=(EARLY,))
    monday = date(2026, 1, 12)
    assert working_day(calendar, monday, -1) == date(2026, 1, 9)
    assert working_day(calendar, monday, 5) == date(2026, 1, 19)
    assert working_day(calendar, date(2026, 1, 10), 0) == monday
    assert working_day(calendar, date(2026, 1, 10), -1) == date(2026, 1, 8)
