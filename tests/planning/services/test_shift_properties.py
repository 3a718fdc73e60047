"""A shift of a property serves the operations that ask for it and no others; they run in no other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from p2p.core.refusal import Refused
from planning.services.order import create_order
from planning.services.schedule import reschedule, why
from strategies.selectors.capacity import pooled
from strategies.selectors.worktimes import Calendars
from strategies.services.routechecks import route_is_whole
from strategies.services.routes import TimesInput, check_times
from tests.factories import make_calendar, make_group, make_item, make_route, make_site
from tests.planning.laid import HOUR, MONDAY, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    """Paint from 6 to 10, anything else from 10 to 18."""
    calendar = make_calendar("DAY", shifts=(("06:00", "10:00"), ("10:00", "18:00")))
    calendar.shifts.filter(starts="06:00").update(property="PAINT")
    return make_site("ONE", calendar=calendar)


def placed(order):
    row = order.operations.get()
    return row.resource and row.resource.code, (row.starts_at - MONDAY) / HOUR, (row.ends_at - MONDAY) / HOUR


def test_each_operation_waits_for_its_own_shifts_and_pauses_in_those_of_others(scheduled, site):
    booth = make_group(site, "60")
    paint, other = work(site, booth, 6, "PAINT"), work(site, booth, 10)
    run = scheduled(site, MONDAY)
    assert run.summary["unplaced_count"] == 0
    assert placed(paint) == ("60-1", 6, 24 + 8)
    assert placed(other) == ("60-1", 10, 24 + 12)


def test_work_of_one_property_still_takes_turns_on_the_machine(scheduled, site):
    booth = make_group(site, "60")
    orders = [work(site, booth, 3, "PAINT") for _each in range(3)]
    scheduled(site, MONDAY)
    spans = sorted(placed(order)[1:] for order in orders)
    assert spans == [(6, 9), (9, 24 + 8), (24 + 8, 48 + 7)]


def test_of_a_work_centre_only_the_machine_with_such_shifts_takes_it(scheduled, site):
    group = make_group(site, "60", resources=2)
    group.resources.filter(code="60-1").update(calendar=make_calendar("PLAIN"))
    order = work(site, group, 2, "PAINT")
    scheduled(site, MONDAY)
    assert placed(order) == ("60-2", 6, 8)


def test_started_and_locked_work_stays_in_the_shifts_of_its_property(scheduled, site):
    booth = make_group(site, "60")
    first = work(site, booth, 2, "PAINT")
    scheduled(site, MONDAY)
    first.operations.update(state="started", locked=True)
    second, other = work(site, booth, 2, "PAINT"), work(site, booth, 8)
    scheduled(site, MONDAY)
    assert (placed(first), placed(second), placed(other)) == (
        ("60-1", 6, 8),
        ("60-1", 8, 10),
        ("60-1", 10, 18),
    )


def test_a_property_that_no_shift_there_has_is_named_with_the_work_centre(scheduled, site):
    booth = make_group(site, "60", name="Booth")
    order = work(site, booth, 2, "VARNISH")
    [row] = scheduled(site, MONDAY).summary["unplaced"]
    said = "no calendar of Booth has a shift of the property VARNISH"
    assert why(row["reason"], row["calendar"], row["property"], row["group"]) == said
    with pytest.raises(Refused, match=said):
        reschedule(orders=[order], starts_at=MONDAY, by=None)


def test_work_without_a_property_says_so_where_all_shifts_have_one(scheduled, site):
    site.calendar.shifts.update(property="PAINT")
    work(site, make_group(site, "60", name="Booth"), 2)
    [row] = scheduled(site, MONDAY).summary["unplaced"]
    said = why(row["reason"], row["calendar"], row["property"], row["group"])
    assert said == "every shift of the calendar DAY of Booth is for work of a property"


def test_work_without_a_place_follows_the_shifts_of_the_site(scheduled, site):
    order = work(site, None, 2, "PAINT")
    scheduled(site, MONDAY)
    assert placed(order) == (None, 6, 8)


def test_boards_and_overflow_count_the_shifts_of_all_properties(site):
    group = make_group(site, "60")
    monday = date(2026, 3, 2)
    assert pooled(site, [(monday, monday)])[group.pk][0].hours == 12
    laid = Calendars(monday, monday)
    assert laid.work(site.calendar_id).total == 8 * 3600
    assert laid.work(site.calendar_id, "PAINT").total == 4 * 3600
    assert laid.whole(((monday, monday, site.calendar_id),)).total == 12 * 3600


def test_an_order_takes_the_property_of_its_route_along(site):
    bike = make_item("BIKE", supply="make")
    make_route(bike, [{"group": make_group(site, "60"), "property": "PAINT"}])
    order = create_order(site=site, item=bike, quantity=Decimal(1), due_on=date(2026, 12, 20), by=None)
    assert order.operations.get().property == "PAINT"


def test_a_route_that_asks_for_a_shift_its_work_centre_never_has_is_not_submitted(site):
    booth = make_group(site, "60", name="Booth", calendar=make_calendar("PLAIN"))
    route = make_route(make_item("BIKE", supply="make"), [{"group": booth, "property": "PAINT"}])
    with pytest.raises(Refused, match="runs only in shifts of PAINT, and no calendar of Booth has one"):
        route_is_whole(route)
    booth.resources.update(calendar=site.calendar)
    route_is_whole(route)


def test_a_property_that_no_calendar_knows_is_refused_where_it_is_typed(site):
    check_times(TimesInput(name="Paint", property="PAINT"), "Operation 10")
    with pytest.raises(Refused, match="Operation 10: no shift of any calendar has the property PIANT"):
        check_times(TimesInput(name="Paint", property="PIANT"), "Operation 10")


def test_nothing_of_a_property_runs_around_the_clock_without_a_calendar(scheduled):
    plain = make_site("TWO", calendar=None)
    order = work(plain, make_group(plain, "60"), 2, "PAINT")
    run = scheduled(plain, MONDAY)
    assert (run.summary["unplaced_count"], order.operations.get().starts_at) == (1, None)
