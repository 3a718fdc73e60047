"""Changes of the clock, night shifts, leap days and turns of the year: every shift has its true length."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies.engine.calendar import (
    Calendar,
    Exceptional,
    Slot,
    WeekSlot,
    add_working_time,
    collide,
    seconds,
    wall_seconds,
    work_time,
)
from strategies.engine.setups import most_exact, setup_seconds
from strategies.engine.worktime import WorkTime

ZONES = ("Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
clocks = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
zones = st.sampled_from(ZONES)
days = st.dates(date(2023, 12, 20), date(2028, 3, 10))


def counted(zone: str, day: date, start: time, end: time) -> int:
    """Seconds a clock on the wall shows between two times, by walking through the instants minute by minute:
    the first instant at or after the start, to the first at or after the end."""
    ends_on = day if end > start else day + timedelta(days=1)
    first = first_showing(zone, datetime.combine(day, start))
    return first_showing(zone, datetime.combine(ends_on, end)) - first


def first_showing(zone: str, wall: datetime) -> int:
    """The first instant at which the wall clock shows this time or a later one."""
    here = ZoneInfo(zone)
    instant = int(wall.replace(tzinfo=UTC).timestamp()) - 15 * 3600
    while datetime.fromtimestamp(instant, here).replace(tzinfo=None) < wall:
        instant += 900
    return instant


@given(zones, days, clocks, clocks)
@settings(max_examples=150, deadline=None)
def test_a_shift_is_as_long_as_the_clock_on_the_wall_says(
    zone: str, day: date, start: time, end: time
) -> None:
    laid_out = work_time(Calendar(days=((Slot(start, end),),), zone=zone), day, day)
    assert laid_out.total == counted(zone, day, start, end)


@pytest.mark.parametrize(
    ("zone", "day", "start", "end", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", "01:00", "05:00", 3),
        ("Europe/Berlin", "2026-10-25", "01:00", "05:00", 5),
        ("America/Los_Angeles", "2026-03-08", "00:00", "08:00", 7),
        ("America/Los_Angeles", "2026-11-01", "00:00", "08:00", 9),
        ("Europe/Berlin", "2026-03-29", "02:00", "03:00", 0),
        ("Australia/Lord_Howe", "2026-04-05", "00:00", "06:00", 6.5),
        ("UTC", "2028-02-29", "22:00", "06:00", 8),
        ("Europe/Berlin", "2026-12-31", "22:00", "06:00", 8),
    ],
)
def test_hours_over_a_change_of_the_clock(zone: str, day: str, start: str, end: str, hours: float) -> None:
    slot = Slot(time.fromisoformat(start), time.fromisoformat(end))
    when = date.fromisoformat(day)
    assert work_time(Calendar(days=((slot,),), zone=zone), when, when).total == hours * 3600


@given(zones, days, clocks, clocks, st.integers(1, 40 * 3600), st.sampled_from(["1", "0.5", "1.25", "0.9"]))
@settings(max_examples=150, deadline=None)
def test_adding_working_time_and_taking_it_away_again_come_back(
    zone: str, day: date, start: time, end: time, amount: int, rate: str
) -> None:
    calendar = Calendar(days=((Slot(start, end, Fraction(rate)),),), zone=zone)
    # the shortest shift, a quarter of an hour at half speed, needs 320 days for 40 hours
    laid_out = work_time(calendar, day - timedelta(days=400), day + timedelta(days=400))
    begin = laid_out.opening(seconds(datetime(day.year, day.month, day.day, tzinfo=UTC)))
    after = laid_out.add(begin, amount)
    assert laid_out.between(begin, after) >= amount
    assert laid_out.between(begin, after - 1) < amount
    back = laid_out.add(after, -amount)
    assert laid_out.between(back, after) >= amount
    if rate == "1":
        assert back == begin


@given(zones, days, clocks, clocks)
@settings(max_examples=80, deadline=None)
def test_nothing_is_worked_at_a_time_the_wall_never_shows(
    zone: str, day: date, start: time, end: time
) -> None:
    laid_out = work_time(Calendar(days=((Slot(start, end),),), zone=zone), day, day)
    here = ZoneInfo(zone)
    for begin, stop in laid_out.pieces(0, 2**40):
        for instant in (begin, stop):
            shown = datetime.fromtimestamp(instant, here)
            assert shown.astimezone(UTC).astimezone(here) == shown
            assert wall_seconds(shown.replace(fold=0)) <= instant


def test_half_the_efficiency_takes_twice_the_time_and_ends_are_never_too_early() -> None:
    slow = WorkTime([(0, 100, Fraction(1, 2)), (100, 200, Fraction(1)), (300, 400, Fraction(5, 4))])
    assert (slow.total, slow.position(50), slow.position(150)) == (275, 25, 100)
    assert slow.add(0, 25) == 50
    assert slow.add(0, 60) == 110
    assert slow.add(0, 151) == 301
    assert slow.add(200, -100) == 100
    assert slow.add(200, -125) == 50
    assert slow.without([(100, 200)]).total == 175


def test_an_exception_has_an_efficiency_and_a_slot_its_property() -> None:
    paint = Slot(time(8), time(12), property="PAINT")
    calendar = Calendar(
        days=((paint, Slot(time(12), time(16))),),
        exceptions=(
            Exceptional(date(2026, 1, 2), date(2026, 1, 2), (Slot(time(8), time(16), Fraction(1, 2)),)),
        ),
    )
    assert work_time(calendar, date(2026, 1, 1), date(2026, 1, 1)).total == 4 * 3600
    assert work_time(calendar, date(2026, 1, 1), date(2026, 1, 1), property="PAINT").total == 4 * 3600
    assert work_time(calendar, date(2026, 1, 2), date(2026, 1, 2), property="PAINT").total == 0
    assert work_time(calendar, date(2026, 1, 2), date(2026, 1, 2)).total == 4 * 3600
    end = add_working_time(calendar, datetime(2026, 1, 2, 8, tzinfo=UTC), timedelta(hours=2))
    assert end == datetime(2026, 1, 2, 12, tzinfo=UTC)


def test_where_slots_of_two_properties_meet_the_one_that_began_first_keeps_the_time() -> None:
    night = Slot(time(22), time(6), property="PAINT")
    calendar = Calendar(
        days=((night,),),
        exceptions=(Exceptional(date(2026, 1, 2), date(2026, 1, 2), (Slot(time(4), time(10)),)),),
    )
    days = date(2026, 1, 1), date(2026, 1, 2)
    plain, paint = work_time(calendar, *days), work_time(calendar, *days, property="PAINT")
    assert (plain.total, paint.total) == (4 * 3600, 8 * 3600)
    assert plain.starts == paint.ends


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        ((0, "06:00", "14:00"), (0, "14:00", "22:00"), False),
        ((0, "06:00", "14:00"), (0, "13:59", "22:00"), True),
        ((6, "22:00", "06:00"), (0, "05:00", "14:00"), True),
        ((6, "22:00", "06:00"), (0, "06:00", "14:00"), False),
        ((2, "00:00", "00:00"), (2, "12:00", "13:00"), True),
        ((0, "06:00", "14:00"), (1, "06:00", "14:00"), False),
    ],
)
def test_shifts_of_a_week_meet_or_do_not(one, other, meets: bool) -> None:
    first, second = (
        WeekSlot(day, time.fromisoformat(start), time.fromisoformat(end)) for day, start, end in (one, other)
    )
    assert collide(first, second) is collide(second, first) is meets


def test_shifts_of_different_times_do_not_meet() -> None:
    summer = WeekSlot(0, time(6), time(14), date(2026, 4, 1), date(2026, 9, 30))
    winter = WeekSlot(0, time(7), time(15), date(2026, 10, 1), None)
    assert not collide(summer, winter)
    assert collide(summer, WeekSlot(0, time(7), time(15), date(2026, 9, 30), None))


def test_the_most_exact_change_over_holds() -> None:
    matrix = {("A", "B"): 10, ("A", None): 20, (None, "B"): 30, (None, None): 40}
    asked = [("A", "B"), ("A", "C"), ("C", "B"), ("C", "D"), (None, None), ("A", "A")]
    assert [setup_seconds(matrix, *pair) for pair in asked] == [10, 20, 30, 40, 40, 0]
    assert setup_seconds({("A", "A"): 5}, "A", "A") == 5
    assert setup_seconds({}, "A", "B", 99) == 99
    assert most_exact({}, "A", "B") is None
