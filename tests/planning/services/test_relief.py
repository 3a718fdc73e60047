"""Schedules that send operations of late orders to the vendor of their policy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from p2p.core import clock
from p2p.core.facts import heard
from planning.facts import SentOut
from planning.models import Operation, ScheduleRun
from planning.services import schedule as schedules
from planning.services.order import change_order, create_order
from planning.services.outside import bring_back
from planning.services.schedule import schedule
from planning.words import overflow
from strategies.models import OutsourcingPolicy, ResourceGroup
from tests.factories import (
    make_calendar,
    make_group,
    make_item,
    make_route,
    make_site,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make_site("PLANT", calendar=make_calendar("WEEK"))


@pytest.fixture
def frame(site):
    """Painted on one machine, an hour a piece, and by a painter outside in three days."""
    frame = make_item("FRAME", supply="make")
    make_route(frame, [{"group": make_group(site, "M-PAINT"), "run_seconds": 3600}])
    make_vendor_price(make_vendor("V-PAINT"), frame, 7, operation_number=10, lead_time_days=3)
    return frame


@pytest.fixture
def late(site, frame):
    """Three orders of 30 hours for a week of 40."""
    return [
        create_order(
            site=site, item=frame, quantity=Decimal(30), start_on=MONDAY, due_on=MONDAY + timedelta(days=days),
            number=f"MO-{days}", by=None,
        )
        for days in (4, 7, 12)
    ]  # fmt: skip


def policy(site, frame, vendor=None, **also):
    values = {"rule": "overflow", "operation_number": 10, "overflow_load": Decimal("1.5"),
              "vendor": vendor or frame.vendor_prices.get().vendor, "valid_from": date(2026, 1, 1)}  # fmt: skip
    return OutsourcingPolicy.objects.create(site=site, item=frame, **{**values, **also})


@pytest.fixture
def scheduled(inline, site):
    def make():
        with inline():
            run = schedule(site=site, starts_at=NOW, by=None)
        return ScheduleRun.objects.get(pk=run.pk)

    return make


def outside():
    rows = Operation.objects.filter(outside=True).order_by("order__number")
    return list(rows.values_list("order__number", "vendor__number", "vendor_days"))


def test_a_late_order_goes_out_and_as_few_as_the_limit_asks_for(site, frame, late, scheduled, client):
    assert scheduled().summary["late"] == 2
    policy(site, frame)
    with heard(SentOut) as said:
        run = scheduled()
    assert outside() == [("MO-7", "V-PAINT", 3)]
    assert [each.operations[0].order.number for each in said] == ["MO-7"]
    assert run.summary["late"] == 0
    assert [(row["order"], row["number"]) for row in run.summary["sent_out"]] == [("MO-7", 10)]
    operation = Operation.objects.get(order__number="MO-7")
    assert overflow(operation.overflow) == (
        "outside at V-PAINT: M-PAINT is loaded to 175 % in week 10/2026, the policy says 150 %, "
        "and the order would be late."
    )
    assert operation.ends_at == NOW + timedelta(days=3)
    client.force_login(make_user("planner"))
    page = client.get(f"/planning/schedule/{run.pk}/").content.decode()
    assert "Sent to vendors" in page
    assert "Outside at V-PAINT: M-PAINT is loaded to 175 %" in page


def test_without_overflow_or_below_its_load_all_stay(site, frame, late, scheduled):
    rule = policy(site, frame, overflow_load=Decimal(3))
    scheduled()
    assert outside() == []
    rule.rule = "make"
    rule.save()
    scheduled()
    assert outside() == []


def test_what_comes_home_no_earlier_stays_inside_and_says_so(site, frame, late, scheduled, client):
    policy(site, frame, lead_time_days=90)
    run = scheduled()
    assert (outside(), run.summary["sent_out"], run.summary["late"]) == ([], [], 2)
    kept = Operation.objects.get(order__number="MO-7")
    assert overflow(kept.overflow) == (
        "stays inside although M-PAINT is loaded to 175 % in week 10/2026, the policy says 150 %, and the order "
        "would be late: at V-PAINT, 90 days away, it would bring its order home no earlier."
    )
    assert [[each["number"] for each in row["kept"]] for row in run.summary["late_orders"]] == [[10], [10]]
    client.force_login(make_user("planner"))
    page = client.get(f"/planning/schedule/{run.pk}/").content.decode()
    assert "Operation 10 stays inside although M-PAINT is loaded to 175 %" in page


def test_what_helps_goes_although_the_rest_does_not(site, frame, late, scheduled, client):
    """Both operations of one order: the first gains nothing at its vendor, and takes the second's gain along."""
    bike = make_item("BIKE", supply="make")
    paint = ResourceGroup.objects.get(code="M-PAINT")
    make_route(
        bike,
        [{"group": make_group(site, "M-WELD"), "run_seconds": 900}, {"group": paint, "run_seconds": 3600}],
    )
    slow, fast = make_vendor("V-SLOW"), make_vendor("V-FAST")
    make_vendor_price(slow, bike, 7, operation_number=10, lead_time_days=40)
    make_vendor_price(fast, bike, 7, operation_number=20, lead_time_days=1)
    for number, vendor in ((10, slow), (20, fast)):
        policy(site, bike, operation_number=number, vendor=vendor, overflow_load=Decimal("0.01"))
    for number in (1, 2):
        create_order(
            site=site,
            item=bike,
            quantity=Decimal(20),
            start_on=MONDAY,
            due_on=MONDAY,
            number=f"MO-B{number}",
            by=None,
        )
    Operation.objects.filter(order__number__startswith="MO-B").update(outside=False, vendor=None, overflow={})
    run = scheduled()
    sent = {(row["order"], row["number"]): row for row in run.summary["sent_out"]}
    assert set(sent) == {("MO-B1", 20), ("MO-B2", 20)}
    assert all(0 < row["late"] < row["was"] for row in sent.values())
    kept = {row["order"]: row["kept"] for row in run.summary["late_orders"]}
    assert [each["kept"] for each in kept["MO-B2"]] == ["no_help"]
    client.force_login(make_user("planner"))
    page = client.get(f"/planning/schedule/{run.pk}/").content.decode()
    assert "Late now" in page


def test_a_schedule_that_says_the_same_again_changes_nothing(site, frame, late, scheduled):
    policy(site, frame, lead_time_days=90)
    scheduled()
    before = dict(Operation.objects.values_list("pk", "revision"))
    assert Operation.objects.exclude(overflow={}).exists()
    scheduled()
    assert dict(Operation.objects.values_list("pk", "revision")) == before


def test_what_is_late_no_more_no_longer_says_that_it_stays(site, frame, late, scheduled):
    policy(site, frame, lead_time_days=90)
    scheduled()
    assert Operation.objects.get(order__number="MO-7").overflow["kept"] == "no_help"
    for order in late:
        change_order(order=order, due_on=MONDAY + timedelta(days=60), by=None)
    scheduled()
    assert list(Operation.objects.exclude(overflow={})) == []


def test_what_changes_while_the_schedule_thinks_is_not_mixed_into_its_reasons(
    site, frame, late, scheduled, monkeypatch
):
    policy(site, frame)
    think = schedules._think

    def change(*given):
        found = think(*given)
        OutsourcingPolicy.objects.update(overflow_load=Decimal(9))
        frame.vendor_prices.all().delete()
        return found

    monkeypatch.setattr(schedules, "_think", change)
    scheduled()
    assert outside() == [("MO-7", "V-PAINT", 3)]
    assert Operation.objects.get(outside=True).overflow["limit"] == "150"


def test_an_order_in_time_stays_however_full_the_week_is(site, frame, scheduled):
    policy(site, frame, overflow_load=Decimal("0.1"), valid_from=MONDAY + timedelta(days=30))
    for number in range(2):
        create_order(
            site=site, item=frame, quantity=Decimal(15), start_on=MONDAY, due_on=MONDAY + timedelta(days=4),
            number=f"MO-{number}", by=None,
        )  # fmt: skip
    OutsourcingPolicy.objects.update(valid_from=date(2026, 1, 1))
    assert scheduled().summary["late"] == 0
    assert outside() == []


def test_what_was_brought_back_by_hand_stays(site, frame, late, scheduled):
    policy(site, frame)
    scheduled()
    bring_back(operation=Operation.objects.get(outside=True), by=make_user("planner"))
    scheduled()
    assert [number for number, _vendor, _days in outside()] == ["MO-12"]


def test_what_the_vendor_cannot_take_stays_and_says_so(site, frame, late, scheduled):
    policy(site, frame)
    frame.vendor_prices.update(order_minimum=Decimal(31))
    scheduled()
    assert outside() == []
    kept = Operation.objects.get(order__number="MO-7")
    assert overflow(kept.overflow).endswith("V-PAINT takes no fewer than 31.")
