"""Schedules know where a resource works on which day, and by which calendar with which efficiency."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from planning.models import Operation
from planning.selectors.gantt import gantt, minute
from planning.selectors.load import booked
from planning.services.schedule import why
from strategies.facts import GroupLoad
from strategies.models import Calendar, CalendarException, ResourceCalendar, ResourceMembership
from strategies.selectors.capacity import members_of, pooled
from strategies.selectors.worktimes import Dated, split
from tests.factories import make_calendar, make_group, make_item, make_order, make_resource, make_site
from tests.planning.laid import HOUR, MONDAY, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site("ONE", calendar=make_calendar("DAY"))


def placed(order):
    row = order.operations.get()
    return row.resource.code if row.resource else None, row.starts_at, row.ends_at


def test_a_lent_resource_works_where_it_is_lent_and_nowhere_else(scheduled, site):
    saw, paint = make_group(site, "50"), make_group(site, "60", resources=0)
    stay = {"valid_from": date(2026, 3, 3), "valid_to": date(2026, 3, 4)}
    ResourceMembership.objects.create(resource=saw.resources.get(), group=paint, **stay)
    away, home = work(site, paint, 10), work(site, saw, 16)
    run = scheduled(site, MONDAY)
    assert run.summary["unplaced_count"] == 0
    assert placed(away) == ("50-1", MONDAY + 32 * HOUR, MONDAY + 58 * HOUR)
    # Begun on Monday, it pauses on the two days it is lent, and goes on on Thursday.
    assert placed(home) == ("50-1", MONDAY + 8 * HOUR, MONDAY + 88 * HOUR)
    assert Operation.objects.get(pk=away.operations.get().pk).station == 0


def test_two_places_of_one_resource_never_work_at_the_same_time(scheduled, site):
    saw, paint = make_group(site, "50", resources=2), make_group(site, "60")
    ResourceMembership.objects.create(
        resource=saw.resources.get(code="50-1"), group=paint, valid_from=date(2026, 3, 4)
    )
    orders = [work(site, group, 6, due_on=date(2026, 3, 6)) for group in (saw, paint) for _each in range(6)]
    scheduled(site, MONDAY)
    spans = sorted(placed(order) for order in orders)
    for (code, _start, end), (other, start, _end) in zip(spans, spans[1:], strict=False):
        assert code != other or end <= start
    assert {code for code, _start, _end in spans} == {"50-1", "50-2", "60-1"}


def test_a_calendar_for_a_time_closes_and_opens_again(scheduled, site):
    group = make_group(site, "50")
    late = make_calendar("LATE", shifts=(("16:00", "20:00"),))
    ResourceCalendar.objects.create(
        group=group, calendar=late, valid_from=date(2026, 3, 2), valid_to=date(2026, 3, 3)
    )
    order = work(site, group, 10)
    scheduled(site, MONDAY)
    assert placed(order)[1:] == (MONDAY + 16 * HOUR, MONDAY + 58 * HOUR)


def test_the_own_calendar_of_a_resource_outranks_that_of_its_work_centre(scheduled, site):
    group = make_group(site, "50")
    group.resources.update(calendar=make_calendar("NIGHT", shifts=(("22:00", "06:00"),)))
    ResourceCalendar.objects.create(group=group, calendar=make_calendar("LATE", shifts=(("16:00", "20:00"),)))
    order = work(site, group, 2)
    scheduled(site, MONDAY)
    assert placed(order)[1] == MONDAY + 22 * HOUR


def test_what_the_base_calendar_closes_is_closed_unless_the_own_one_says_otherwise(scheduled, site):
    base = make_calendar("BASE")
    CalendarException.objects.bulk_create(
        CalendarException(calendar=base, day=date(2026, 3, day)) for day in (2, 3)
    )
    Calendar.objects.filter(code="DAY").update(base=base)
    CalendarException.objects.create(
        calendar=site.calendar,
        day=date(2026, 3, 3),
        working=True,
        starts=time(10),
        ends=time(12),
        efficiency=Decimal("0.5"),
    )
    order = work(site, make_group(site, "50"), 2)
    scheduled(site, MONDAY)
    # Monday is closed; Tuesday has two hours at half the speed: the second hour is done on Wednesday.
    assert placed(order)[1:] == (MONDAY + 34 * HOUR, MONDAY + 57 * HOUR)


def test_a_slow_shift_takes_longer_to_the_second_and_the_checker_agrees(scheduled, site):
    site.calendar.shifts.update(efficiency=Decimal("0.9"))
    order = make_order(
        make_item(),
        site=site,
        operations=[{"group": make_group(site, "50"), "setup_seconds": 1000, "run_seconds": 2501}],
    )
    scheduled(site, MONDAY)
    assert (placed(order)[2] - placed(order)[1]).total_seconds() == 3890


def test_a_calendar_without_working_time_is_named_and_nothing_loops(scheduled, site):
    group = make_group(site, "50", calendar=make_calendar("EMPTY", shifts=()))
    order = work(site, group, 2)
    run = scheduled(site, MONDAY)
    [row] = run.summary["unplaced"]
    assert (row["order"], row["calendar"]) == (order.number, "EMPTY")
    assert why(row["reason"], row["calendar"]) == "the calendar EMPTY of its work centre has no working time"


def test_the_gantt_shades_the_days_of_a_calendar_for_a_time(site):
    group = make_group(site, "50")
    make_resource(group, "50-2")
    late = make_calendar("LATE", shifts=(("16:00", "20:00"),))
    ResourceCalendar.objects.create(resource=group.resources.get(code="50-2"), calendar=late)
    begin = minute(MONDAY)
    shown = gantt(site, first=begin, last=begin + 1440)
    closed = {row["code"]: shown["calendars"][row["calendar"]] for row in shown["rows"]}
    assert closed["50-1"][:2] == [begin, begin + 480]
    assert closed["50-2"][:2] == [begin, begin + 960]


def test_members_and_pooled_hours_follow_the_day(site):
    saw, paint = make_group(site, "50", stations=2), make_group(site, "60")
    lent = saw.resources.get()
    ResourceMembership.objects.create(
        resource=lent, group=paint, valid_from=date(2026, 3, 4), valid_to=date(2026, 3, 5)
    )
    assert [one.code for one in members_of(paint, date(2026, 3, 3))] == ["60-1"]
    assert [one.code for one in members_of(paint, date(2026, 3, 4))] == ["50-1", "60-1"]
    assert members_of(saw, date(2026, 3, 5)) == []
    found = pooled(site, [(date(2026, 3, 2), date(2026, 3, 8))])
    assert {key: rows[0].hours for key, rows in found.items()} == {saw.pk: Decimal(48), paint.pk: Decimal(72)}
    lent.schedule_fraction = Decimal("0.5")
    lent.save()
    again = pooled(site, [(date(2026, 3, 2), date(2026, 3, 8))])
    assert again[saw.pk][0].hours == Decimal(24)


def test_planned_hours_are_shared_out_over_the_weeks_an_operation_lies_in(site):
    group = make_group(site, "50")
    start = MONDAY + timedelta(days=6)
    make_order(
        make_item(),
        site=site,
        operations=[
            {
                "group": group,
                "setup_seconds": 3600,
                "run_seconds": 3 * 3600,
                "starts_at": start,
                "ends_at": start + timedelta(days=2),
            }
        ],
    )
    week = 7 * 86_400
    first = int(MONDAY.timestamp())
    found = booked(GroupLoad(site=site, bounds=[(first, first + week), (first + week, first + 2 * week)]))
    assert found[group.pk] == [Decimal(2), Decimal(2)]


def test_days_are_cut_where_another_value_holds():
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    cut = split(
        first, last, [Dated(date(2026, 3, 10), date(2026, 3, 12), 7), Dated(date(2026, 3, 20), None, 8)], 1
    )
    assert [(one.day, other.day, value) for one, other, value in cut] == [
        (1, 9, 1),
        (10, 12, 7),
        (13, 19, 1),
        (20, 31, 8),
    ]
    assert split(first, last, [], 1) == [(first, last, 1)]
    assert split(first, last, [Dated(None, None, 5)], 1) == [(first, last, 5)]
