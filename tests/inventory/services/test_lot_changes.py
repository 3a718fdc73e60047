from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from p2p.core import clock
from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.inventory.models import AttributeRule, Hold
from p2p.inventory.selectors.attributes import standings
from p2p.inventory.services.lot_changes import change_lot, change_serial, retest
from strategies.models import Characteristic, ItemGroup
from tests.factories import make_item, make_lot, make_serial, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def fat():
    return Characteristic.objects.create(code="FAT", name="Fat", lower_limit=3, upper_limit=4, unit=None)


@pytest.fixture
def milk():
    group = ItemGroup.objects.create(code="DAIRY", name="Dairy")
    return make_item("MILK", tracking="lot", group=group)


def set_to(lot, **values):
    return change_lot(lot=lot, attributes=values, by=make_user("supervisor")).attributes


def test_a_value_is_kept_as_a_plain_number_and_the_journal_keeps_before_and_after(milk, fat):
    lot = make_lot(milk, attributes={"FAT": "3.2"})
    assert set_to(lot, FAT="3,50") == {"FAT": "3.5"}
    said = Journal.objects.get(fact="inventory.LotChanged").payload
    assert said["changes"]["attributes"] == [{"FAT": "3.2"}, {"FAT": "3.5"}]


def test_a_required_characteristic_stays_within_its_limits(milk, fat):
    AttributeRule.objects.create(group=milk.group, characteristic=fat, required=True)
    lot = make_lot(milk)
    with pytest.raises(Refused, match="Fat of MILK is at most 4: 4.1 is not allowed"):
        set_to(lot, FAT="4.1")
    with pytest.raises(Refused, match="at least 3"):
        set_to(lot, FAT=2)
    assert set_to(lot, FAT=4) == {"FAT": "4"}
    with pytest.raises(Refused, match="Fat of MILK is required"):
        set_to(lot, FAT="")


def test_one_that_is_not_required_is_kept_outside_its_limits_and_shown_so(milk, fat):
    AttributeRule.objects.create(group=milk.group, characteristic=fat)
    lot = make_lot(milk)
    set_to(lot, FAT="4.5")
    lot.refresh_from_db()
    (standing,) = standings(lot)
    assert (standing.said, standing.outside, standing.place) == ("4.5", True, 1.5)


def test_the_items_own_limits_outrank_its_groups_and_those_the_characteristics(milk, fat):
    AttributeRule.objects.create(group=milk.group, characteristic=fat, required=True, upper_limit=5)
    assert set_to(make_lot(milk), FAT=5) == {"FAT": "5"}
    AttributeRule.objects.create(item=milk, characteristic=fat, required=True, upper_limit=6)
    assert set_to(make_lot(milk), FAT=6) == {"FAT": "6"}


def test_what_cannot_be_is_named(milk, fat):
    Characteristic.objects.create(code="TASTE", name="Taste", kind="attribute")
    lot = make_lot(milk)
    for values, sentence in (
        ({"FAT": "much"}, "Fat is measured: much is no number"),
        ({"TASTE": "so"}, "Taste is passed or failed, not so"),
        ({"SALT": 1}, "There is no characteristic SALT"),
    ):
        with pytest.raises(Refused, match=sentence):
            set_to(lot, **values)
    assert set_to(lot, TASTE="Yes") == {"TASTE": "pass"}


def test_a_missing_required_value_is_shown_as_missing(milk, fat):
    AttributeRule.objects.create(item=milk, characteristic=fat, required=True)
    assert [one.missing for one in standings(make_lot(milk))] == [True]


def test_days_that_contradict_and_a_change_meanwhile_are_refused(milk):
    lot = make_lot(milk, made_on=date(2026, 3, 1))
    with pytest.raises(Refused, match="would expire before it was made"):
        change_lot(lot=lot, expires_on=date(2026, 2, 1), by=None)
    change_lot(lot=lot, vendor_lot="A", revision=1, by=None)
    with pytest.raises(Refused, match="changed by somebody else"):
        change_lot(lot=lot, vendor_lot="B", revision=1, by=None)
    lot.refresh_from_db()
    assert (lot.vendor_lot, lot.revision) == ("A", 2)


def test_a_serial_number_is_described_likewise(fat):
    serial = make_serial(make_item(tracking="serial"))
    changed = change_serial(serial=serial, vendor_serial="X", attributes={"FAT": 3}, by=None)
    assert (changed.vendor_serial, changed.attributes) == ("X", {"FAT": "3"})


def test_a_lot_that_passed_its_retest_may_be_used_longer_but_not_beyond_its_end():
    today = clock.now().date()
    item = make_item(tracking="lot", retest_days=30)
    lot = make_lot(item, retest_on=today, expires_on=today + timedelta(days=20))
    assert retest(lot=lot, passed=True, by=None).retest_on == today + timedelta(days=20)
    with pytest.raises(Refused, match="cannot be good beyond"):
        retest(lot=lot, passed=True, until=today + timedelta(days=21), by=None)
    with pytest.raises(Refused, match="which is past"):
        retest(lot=lot, passed=True, until=today - timedelta(days=1), by=None)
    assert not Hold.objects.exists()


def test_a_lot_that_failed_goes_on_hold_and_keeps_its_day(fat):
    today = clock.now().date()
    lot = make_lot(make_item(tracking="lot"), retest_on=today)
    with pytest.raises(Refused, match="has no retest days"):
        retest(lot=lot, passed=True, by=None)
    after = retest(lot=lot, passed=False, note="Sour", attributes={"FAT": Decimal(9)}, by=None)
    assert (after.retest_on, after.attributes) == (today, {"FAT": "9"})
    assert Hold.objects.values_list("lot", "kind", "note").get() == (lot.pk, "quality", "Sour")
    assert Journal.objects.filter(fact="inventory.LotRetested").count() == 1


def test_a_mistyped_number_is_put_right_but_a_lot_stays_of_its_item(milk):
    lot, other = make_lot(milk, "L1"), make_lot(milk, "L2")
    assert change_lot(lot=lot, number="L3", by=None).number == "L3"
    with pytest.raises(Refused, match="MILK has a L2 already"):
        change_lot(lot=lot, number="L2", by=None)
    with pytest.raises(Refused, match="L2 stays of MILK"):
        change_lot(lot=other, item=make_item("TEA"), by=None)
