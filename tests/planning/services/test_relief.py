"""Schedules that send operations of late orders to the vendor of their policy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from p2p.core import clock
from p2p.core.facts import heard
from planning.facts import SentOut
from planning.models import Operation, ScheduleRun
from planning.services.order import create_order
from planning.services.outside import bring_back
from planning.services.schedule import schedule
from planning.words import overflow
from strategies.models import OutsourcingPolicy
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


def policy(site, frame, **also):
    values = {"rule": "overflow", "operation_number": 10, "overflow_load": Decimal("1.5"),
              "vendor": frame.vendor_prices.get().vendor, "valid_from": date(2026, 1, 1)}  # fmt: skip
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


def test_what_comes_home_no_earlier_stays_inside(site, frame, late, scheduled):
    policy(site, frame, lead_time_days=90)
    run = scheduled()
    assert (outside(), run.summary["sent_out"], run.summary["late"]) == ([], [], 2)


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
