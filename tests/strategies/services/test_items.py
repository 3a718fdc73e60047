from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from p2p.core.refusal import Refused
from strategies.services import calendars, items
from strategies.services.calendars import ShiftInput
from strategies.services.items import PolicyInput
from tests.factories import make_bom, make_calendar, make_item, make_location, make_site, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer():
    return make_user("engineer")


def test_an_items_number_is_taken_once(engineer):
    items.create_item(number="BIKE", name="Bicycle", unit=make_unit(), by=engineer)
    with pytest.raises(Refused, match="There is an item BIKE already"):
        items.create_item(number="BIKE", name="Another", unit=make_unit(), by=engineer)


def test_what_is_not_given_stays(engineer):
    item = make_item("BIKE", name="Bicycle", list_price=Decimal("99"))
    changed = items.change_item(item=item, name="Racing bicycle", by=engineer)
    assert (changed.name, changed.list_price, changed.revision) == ("Racing bicycle", Decimal("99"), 2)


def test_an_item_that_goes_into_an_active_bill_is_not_retired(engineer):
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    bom = make_bom(bike, {wheel: 2})
    with pytest.raises(Refused, match="WHEEL goes into BIKE: end that line first"):
        items.retire_item(item=wheel, by=engineer)
    bom.lines.update(valid_to=date(2026, 1, 31))
    assert not items.retire_item(item=wheel, by=engineer).active
    assert items.restore_item(item=wheel, by=engineer).active


def test_a_policy_of_a_site_stands_beside_the_one_for_all(engineer):
    item, site = make_item(), make_site()
    items.set_policy(item=item, policy=PolicyInput(supply="buy"), by=engineer)
    items.set_policy(item=item, policy=PolicyInput(supply="make", lead_time_days=4), site=site, by=engineer)
    items.set_policy(item=item, policy=PolicyInput(supply="make", lead_time_days=5), site=site, by=engineer)
    assert sorted(item.policies.values_list("supply", "lead_time_days")) == [("buy", 0), ("make", 5)]


def test_order_settings_that_contradict_each_other_are_refused(engineer):
    item, site, other = make_item(), make_site("ONE"), make_site("TWO")
    for policy, sentence in (
        (
            PolicyInput(supply="buy", minimum_quantity=Decimal(5), maximum_quantity=Decimal(4)),
            "maximum is below",
        ),
        (PolicyInput(supply="buy", lot_policy="fixed"), "A fixed lot needs its quantity"),
        (PolicyInput(supply="buy", safety_stock=Decimal(-1)), "A quantity is below 0"),
        (PolicyInput(supply="buy", yield_fraction=Decimal(2)), "contradict each other"),
        (PolicyInput(supply="buy", location=make_location(other, code="FAR")), "FAR is at another site"),
    ):
        with pytest.raises(Refused, match=sentence):
            items.set_policy(item=item, policy=policy, site=site, by=engineer)
    assert not item.policies.exists()


def test_a_week_needs_working_time_and_shifts_that_begin_apart(engineer):
    calendar = make_calendar("WEEK")
    day = ShiftInput(name="Day", weekday=0, starts=time(7), ends=time(15))
    with pytest.raises(Refused, match="would have no working time"):
        calendars.set_shifts(calendar=calendar, shifts=[], by=engineer)
    with pytest.raises(Refused, match="overlap"):
        calendars.set_shifts(calendar=calendar, shifts=[day, day], by=engineer)
    calendars.set_shifts(calendar=calendar, shifts=[day], by=engineer)
    assert calendar.shifts.count() == 1


def test_a_closed_day_replaces_its_hours_and_is_forgotten_again(engineer):
    calendar, day = make_calendar(), date(2026, 12, 24)
    calendars.except_day(calendar=calendar, day=day, working=True, starts=time(8), ends=time(12), by=engineer)
    calendars.except_day(calendar=calendar, day=day, reason="Christmas Eve", by=engineer)
    assert list(calendar.exceptions.values_list("working", "reason")) == [(False, "Christmas Eve")]
    calendars.follow_week(calendar=calendar, day=day, by=engineer)
    assert not calendar.exceptions.exists()
    with pytest.raises(Refused, match="follows the week already"):
        calendars.follow_week(calendar=calendar, day=day, by=engineer)
    with pytest.raises(Refused, match="hours from and to"):
        calendars.except_day(calendar=calendar, day=day, working=True, by=engineer)
