from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from p2p.core.refusal import Refused
from planning.services.demand import create_demand
from strategies.models import Item, ItemGroup
from strategies.services import calendars, items, items_bulk, settings
from strategies.services.calendars import ShiftInput
from strategies.services.items import PolicyInput
from tests.factories import (
    make_bom,
    make_calendar,
    make_conversion,
    make_item,
    make_location,
    make_site,
    make_stock,
    make_unit,
    make_user,
    make_vendor,
    make_vendor_price,
)

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
    bom.lines.update(valid_to=date(2099, 12, 31))
    with pytest.raises(Refused, match="WHEEL goes into BIKE: end that line first"):
        items.retire_item(item=wheel, by=engineer)
    bom.lines.update(valid_to=date(2026, 1, 31))
    assert not items.retire_item(item=wheel, by=engineer).active
    assert items.restore_item(item=wheel, by=engineer).active


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"kind": "service", "tracking": "lot"}, "cannot be tracked"),
        ({"kind": "service", "phantom": True}, "cannot be a phantom"),
        ({"shelf_life_days": 30}, "track SALT by lot or serial number first"),
        (
            {"tracking": "lot", "shelf_life_days": 30, "retest_days": 31},
            "only after its shelf life has ended",
        ),
        ({"number": "  "}, "number is empty"),
    ],
)
def test_an_item_that_contradicts_itself_is_refused(engineer, given, sentence):
    with pytest.raises(Refused, match=sentence):
        items.create_item(**{"number": "SALT", "name": "Salt", "unit": make_unit(), **given}, by=engineer)
    assert not Item.objects.exists()


def test_variants_have_one_model_and_differ_from_each_other(engineer):
    bike, unit = make_item("BIKE"), make_unit()
    red = items.create_item(
        number="RED",
        name="Red",
        unit=unit,
        variant_of=bike,
        attributes={"colour": "red", "size": 62},
        by=engineer,
    )
    assert red.attributes == {"colour": "red", "size": "62"}
    for number, model, look, sentence in (
        (
            "TWIN",
            bike,
            {"colour": "red", "size": "62"},
            "RED is the variant of BIKE with these attributes already",
        ),
        ("BARE", bike, {}, "by which attributes BARE differs"),
        ("DEEP", red, {"colour": "blue"}, "RED is a variant itself"),
    ):
        with pytest.raises(Refused, match=sentence):
            items.create_item(
                number=number, name="X", unit=unit, variant_of=model, attributes=look, by=engineer
            )
    with pytest.raises(Refused, match="BIKE has variants of its own"):
        items.change_item(item=bike, variant_of=make_item("OTHER"), attributes={"a": "b"}, by=engineer)


def test_none_takes_a_value_away_and_the_later_of_two_is_told(engineer):
    group = ItemGroup.objects.create(code="BIKES", name="Bicycles")
    item = make_item("BIKE", group=group)
    assert items.change_item(item=item, group=None, revision=1, by=engineer).group is None
    with pytest.raises(Refused, match="BIKE was changed by somebody else"):
        items.change_item(item=item, group=group, revision=1, by=engineer)
    unchanged = items.change_item(item=item, name="BIKE", by=engineer)
    assert unchanged.revision == 2


def test_another_unit_is_taken_until_something_is_counted_or_could_not_follow(engineer):
    item, box = make_item("SPOKE"), make_unit("BOX")
    make_vendor_price(make_vendor("ACME"), item, 1)
    with pytest.raises(Refused, match="SPOKE is used by ACME in EA, and nothing says how many BOX one EA is"):
        items.change_item(item=item, unit=box, by=engineer)
    make_conversion("BOX", "EA", 10)
    assert items.change_item(item=item, unit=box, by=engineer).unit == box
    make_stock(item, 1, make_location(make_site()))
    for given in ({"unit": make_unit("EA")}, {"tracking": "lot"}):
        with pytest.raises(Refused, match="SPOKE has stock moves"):
            items.change_item(item=item, **given, by=engineer)


def test_an_item_on_open_demand_is_neither_retired_nor_recounted(engineer):
    item, site = make_item("BIKE"), make_site()
    create_demand(
        number="SO-7", site=site, item=item, quantity=Decimal(1), due_on=date(2099, 1, 1), by=engineer
    )
    with pytest.raises(Refused, match="BIKE is still wanted by demand SO-7"):
        items.retire_item(item=item, by=engineer)
    with pytest.raises(Refused, match="BIKE is counted by demand SO-7"):
        items.change_item(item=item, unit=make_unit("BOX"), by=engineer)
    assert Item.objects.get().active


def test_settings_of_variants_need_a_rank_and_stand_beside_the_others(engineer):
    item = make_item("BIKE")
    items.set_policy(item=item, policy=PolicyInput(supply="buy"), by=engineer)
    with pytest.raises(Refused, match="need a rank above 0"):
        items.set_policy(item=item, policy=PolicyInput(supply="make"), variant={"colour": "red"}, by=engineer)
    row = items.set_policy(
        item=item, policy=PolicyInput(supply="make"), rank=5, variant={"colour": "red"}, by=engineer
    )
    assert (item.policies.count(), row.variant) == (2, {"colour": "red"})
    settings.remove_policy(item_policy=row, by=engineer)
    assert item.policies.get().supply == "buy"


def test_many_items_are_changed_in_a_fixed_number_of_statements(engineer, django_assert_max_num_queries):
    group = ItemGroup.objects.create(code="OLD", name="Old")
    for place in range(30):
        make_item(f"N{place}", supply="buy" if place % 2 else "")
    wanted, rows = items_bulk.Wanted(group=group), Item.objects.all()
    seen = items_bulk.preview_items(items=rows, wanted=wanted)
    assert (seen.chosen, seen.items) == (30, 30)
    assert not Item.objects.filter(group=group).exists()
    with django_assert_max_num_queries(9):
        assert items_bulk.change_items(items=rows, wanted=wanted, by=engineer).items == 30
    assert Item.objects.filter(group=group, revision=2).count() == 30
    assert items_bulk.preview_items(items=rows, wanted=wanted).items == 0


def test_many_items_are_not_put_out_of_use_while_one_is_in_a_bill(engineer):
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    make_bom(bike, {wheel: 2})
    with pytest.raises(Refused, match="WHEEL goes into BIKE"):
        items_bulk.change_items(items=Item.objects.all(), wanted=items_bulk.Wanted(active=False), by=engineer)
    with pytest.raises(Refused, match="Say what is to change"):
        items_bulk.change_items(items=Item.objects.all(), wanted=items_bulk.Wanted(), by=engineer)
    assert Item.objects.filter(active=True).count() == 2


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
        (PolicyInput(supply="buy", yield_fraction=Decimal(2)), "The yield is above 0"),
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
