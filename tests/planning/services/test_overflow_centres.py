"""When a work centre of several machines works: overflow counts all of them, each on the days it is there."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from p2p.core import clock
from planning.models import Operation
from planning.services.order import create_order
from planning.words import overflow
from strategies.models import (
    OutsourcingPolicy,
    Resource,
    ResourceCalendar,
    ResourceMembership,
    RouteOperation,
)
from tests.factories import (
    make_calendar,
    make_group,
    make_item,
    make_resource,
    make_route,
    make_site,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
TUESDAY, SUNDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=6)
HOUR = 3600


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 2, 6, tzinfo=UTC))
    return make_site("PLANT", calendar=make_calendar("EARLY"))


@pytest.fixture
def paint(site):
    """Two machines, Monday to Friday from 8 to 16."""
    return make_group(site, "M-PAINT", resources=2)


@pytest.fixture
def order(site, paint):
    """Of frames of an hour each, which go to a painter when the week is full above `load`."""

    def make(quantity, *, load="9", day=MONDAY, **also):
        frame = make_item(supply="make")
        make_route(frame, [{"group": paint, "run_seconds": HOUR}])
        painter = make_vendor()
        make_vendor_price(painter, frame, 7, operation_number=10)
        OutsourcingPolicy.objects.create(
            site=site, item=frame, rule="overflow", vendor=painter, lead_time_days=6,
            overflow_load=Decimal(load), valid_from=date(2026, 1, 1), **also,
        )  # fmt: skip
        made = create_order(
            site=site, item=frame, quantity=Decimal(quantity), start_on=day, due_on=day, by=None
        )
        return made.operations.get()

    return make


def lend(resource, to, first, last=None):
    ResourceMembership.objects.create(resource=resource, group=to, valid_from=first, valid_to=last)


def machines(paint):
    return list(Resource.objects.filter(group=paint).order_by("pk"))


def test_a_machine_lent_away_leaves_the_others_and_their_hours(site, paint, order):
    lend(machines(paint)[0], make_group(site, "M-WELD", resources=0), MONDAY, SUNDAY)
    kept = order(8, load="1")
    assert (kept.outside, kept.overflow) == (False, {})
    gone = order(33, load="1")
    assert (gone.outside, gone.overflow["start"], gone.overflow["load"]) == (True, "2026-03-02", 103)


def test_the_first_machine_that_left_for_good_does_not_take_the_work_of_the_centre_along(site, paint, order):
    lend(machines(paint)[0], make_group(site, "M-WELD", resources=0), date(2020, 1, 1))
    assert not order(36, load="0.9").outside
    operation = order(1, load="0.9")
    assert (operation.outside, operation.overflow["cause"], operation.overflow["load"]) == (True, "load", 93)


def test_a_centre_whose_machines_are_all_lent_away_does_not_work(site, paint, order):
    weld = make_group(site, "M-WELD", resources=0)
    for machine in machines(paint):
        lend(machine, weld, MONDAY, TUESDAY)
    operation = order(8)
    assert overflow(operation.overflow).endswith("M-PAINT does not work on 2 March 2026, when it would run.")
    assert not order(30).outside  # it could begin on Wednesday
    assert not order(8, overflow_on_downtime=False).outside


def test_a_machine_that_is_yet_to_come_does_no_work_before(site, paint, order):
    away = make_group(site, "M-WELD", resources=0)
    for machine in machines(paint):
        lend(machine, away, date(2020, 1, 1), SUNDAY)
    assert order(8).overflow["cause"] == "downtime"
    assert not order(8, day=MONDAY + timedelta(weeks=1)).outside


def test_a_second_shift_of_another_machine_is_working_time_of_the_centre(site, paint, order):
    first, second = machines(paint)
    late = make_calendar("LATE", shifts=(("16:00", "00:00"),))
    ResourceCalendar.objects.create(resource=first, calendar=late, valid_from=date(2020, 1, 1))
    order(60)  # 16 hours a day: done before Friday
    operation = order(4, load="0")
    assert (operation.overflow["start"], operation.overflow["load"]) == ("2026-03-02", 80)  # 64 of 80 hours
    alone = make_resource(paint, "M-NIGHT", calendar=make_calendar("SUN", days=(6,)))
    assert not order(4, load="1", day=SUNDAY).outside
    alone.active = False
    alone.save()
    # Without it the centre has closed on Sunday: the work begins on Monday.
    assert order(4, load="0", day=SUNDAY).overflow["start"] == "2026-03-09"


def test_the_calendar_of_the_centre_for_some_days_counts(site, paint, order):
    week = make_calendar("WEEKEND", days=(5, 6), shifts=(("06:00", "18:00"),))
    ResourceCalendar.objects.create(group=paint, calendar=week, valid_from=MONDAY, valid_to=SUNDAY)
    operation = order(12, load="0")
    assert operation.overflow["start"] == "2026-03-07"
    assert operation.overflow["load"] == 25  # 12 of 2 machines x 2 days x 12 hours


def test_scheduled_work_over_a_closed_weekend_counts_in_the_weeks_it_is_done_in(site, paint, order):
    booked = order(8)
    at = datetime.combine(MONDAY + timedelta(days=4), time(12), UTC)
    Operation.objects.filter(pk=booked.pk).update(starts_at=at, ends_at=at + timedelta(days=3))
    # Four hours on Friday, four on Monday.
    operation = order(4, load="0", day=MONDAY)
    assert operation.overflow["load"] == 10


def test_a_job_that_gets_half_of_each_day_fills_half_of_each_week_and_goes_on_in_the_next(site, paint, order):
    assert order(36, load="0.3").overflow["load"] == 45  # of the 80 hours of two machines
    Resource.objects.filter(group=paint).update(job_fraction=Decimal("0.5"))
    assert not order(36, load="0.3").outside  # 20 of them in the first week
    after = order(4, load="0", day=MONDAY + timedelta(weeks=1))
    assert (after.overflow["start"], after.overflow["load"]) == ("2026-03-09", 25)  # 16 and 4 of 80


def test_whoever_names_no_machine_goes_by_the_one_that_gives_a_job_most(site, paint, order):
    stingy, generous = machines(paint)
    Resource.objects.filter(pk=stingy.pk).update(job_fraction=Decimal("0.5"))
    assert order(36, load="0.3").outside
    Resource.objects.filter(pk=generous.pk).update(job_fraction=Decimal("0.25"))
    assert not order(36, load="0.3").outside
    # Half of two stations is all of the one a job is at, and an endless place has no share to give.
    Resource.objects.filter(pk=stingy.pk).update(stations=2)
    assert order(36, load="0.3").outside
    Resource.objects.filter(pk=stingy.pk).update(stations=1, finite=False)
    assert order(36, load="0.3").outside


def test_an_operation_of_one_machine_gets_its_share_also_while_it_waits_to_be_scheduled(site, paint, order):
    stingy, _generous = machines(paint)
    Resource.objects.filter(pk=stingy.pk).update(job_fraction=Decimal("0.5"))
    named = order(36, load="9")
    named.route_operation.resource = stingy
    named.route_operation.save()
    assert order(4, load="0").overflow["load"] == 30  # 20 and 4 of 80
    RouteOperation.objects.update(resource=stingy)
    item, due = named.order.item, MONDAY
    OutsourcingPolicy.objects.filter(item=item).update(overflow_load=Decimal("0.5"))
    again = create_order(
        site=site, item=item, quantity=Decimal(36), start_on=due, due_on=due, by=None
    ).operations.get()
    assert not again.outside  # 20 and 20 of 80
    Resource.objects.filter(pk=stingy.pk).update(job_fraction=1)
    assert create_order(
        site=site, item=item, quantity=Decimal(36), start_on=due, due_on=due, by=None
    ).operations.get().outside  # fmt: skip
