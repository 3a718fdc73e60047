from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Consumed, Hold, Lot
from p2p.inventory.selectors import trace
from p2p.inventory.services.holds import hold
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.regroup import merge, split
from p2p.inventory.services.reservations import Need, reserve
from p2p.inventory.services.units import create_units
from tests.factories import make_item, make_location, make_lot, make_site, make_stock, make_vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site("BOT")


@pytest.fixture
def store(site):
    return site.locations.get(code="STORE")


@pytest.fixture
def milk():
    return make_item("MILK", tracking="lot")


@pytest.fixture
def lot(milk, store):
    row = make_lot(
        milk,
        "L1",
        expires_on=date(2030, 1, 1),
        retest_on=date(2029, 1, 1),
        attributes={"FAT": "3"},
        vendor=make_vendor("V"),
        vendor_lot="A",
    )
    make_stock(milk, 10, store, lot=row)
    return row


def there(lot):
    return sum(Balance.objects.filter(lot=lot).values_list("quantity", flat=True))


def test_a_part_becomes_a_lot_of_its_own_with_all_that_is_known(lot, store):
    new = split(lot=lot, location=store, quantity=Decimal(4), by=None)
    assert (new.number, there(lot), there(new)) == ("L1-A", 6, 4)
    for name in ("expires_on", "retest_on", "attributes", "vendor_id", "vendor_lot"):
        assert getattr(new, name) == getattr(lot, name)
    assert split(lot=lot, location=store, quantity=Decimal(1), by=None).number == "L1-B"
    assert split(lot=lot, location=store, quantity=Decimal(1), number="X", by=None).number == "X"
    assert problems() == []


def test_a_trace_passes_through_a_split_and_a_merge_both_ways(lot, store, site, milk):
    new = split(lot=lot, location=store, quantity=Decimal(4), by=None)
    other = make_lot(milk, "L2")
    make_stock(milk, 5, store, lot=other)
    merge(lots=[other, new], by=None)
    assert (there(other), there(new)) == (9, 0)
    assert ("lot", other.pk) in trace([("lot", lot.pk)]).up.reaches
    down = trace([("lot", other.pk)]).down.reaches
    assert down["lot", lot.pk].quantity == 4
    assert problems() == []


def test_a_held_lots_part_stays_held_and_what_is_merged_with_it_too(lot, store, milk):
    hold(item=milk, kind="quality", lot=lot, note="Smells", by=None)
    new = split(lot=lot, location=store, quantity=Decimal(4), by=None)
    assert Hold.objects.filter(lot=new, note="Smells", released_at=None).count() == 1
    good = make_lot(milk, "GOOD")
    make_stock(milk, 5, store, lot=good)
    merge(lots=[good, new], by=None)
    assert Hold.objects.filter(lot=good, note="Smells", released_at=None).count() == 1
    with pytest.raises(Refused, match="on hold"):
        outside = store.site.locations.get(code="CUSTOMER")
        line = MoveLine(
            item=milk, source=store, target=outside, quantity=Decimal(1), kind="delivery", lot=good
        )
        post(lines=[line], by=None)


def test_a_merged_lot_ends_when_the_first_would_and_keeps_what_agrees(lot, store, milk):
    other = make_lot(milk, "L2", expires_on=date(2028, 5, 5), attributes={"FAT": "3", "SALT": "1"})
    make_stock(milk, 5, store, lot=other)
    new = merge(lots=[lot, other], number="M", by=None)
    assert (new.number, there(new), there(lot), there(other)) == ("M", 15, 0, 0)
    assert (new.expires_on, new.retest_on) == (date(2028, 5, 5), date(2029, 1, 1))
    assert (new.attributes, new.vendor, new.vendor_lot) == ({"FAT": "3"}, None, "")


def test_stock_stays_in_its_handling_unit(lot, store, milk, site):
    (unit,) = create_units(location=store, by=None)
    line = MoveLine(
        item=milk, source=store, target=store, quantity=Decimal(6), kind="transfer", lot=lot, into_unit=unit
    )
    post(lines=[line], by=None)
    new = split(lot=lot, location=store, unit=unit, quantity=Decimal(2), by=None)
    assert Balance.objects.get(lot=new).handling_unit == unit
    other = make_location(site)
    make_stock(milk, 3, other, lot=lot)
    merge(lots=[new, lot], location=store, by=None)
    assert Balance.objects.get(lot=lot, quantity__gt=0).location == other
    assert {row.handling_unit: row.quantity for row in Balance.objects.filter(lot=new)} == {None: 4, unit: 6}
    assert problems() == []


def test_what_is_not_there_or_not_free_is_not_split_off(lot, store, milk, site):
    with pytest.raises(Refused, match="nothing would be left"):
        split(lot=lot, location=store, quantity=Decimal(10), by=None)
    with pytest.raises(Refused, match="Only 10 EA of MILK L1 at STORE"):
        split(lot=lot, location=store, quantity=Decimal(11), by=None)
    with pytest.raises(Refused, match="more digits"):
        split(lot=lot, location=store, quantity=Decimal("1.5"), by=None)
    with pytest.raises(Refused, match="MILK has a lot L1 already"):
        split(lot=lot, location=store, quantity=Decimal(1), number="L1", by=None)
    reserve(needs=[Need(item=milk, quantity=Decimal(8), site=site)], by=None)
    with pytest.raises(Refused, match="8 of it reserved"):
        split(lot=lot, location=store, quantity=Decimal(3), by=None)
    assert (Lot.objects.count(), Consumed.objects.count()) == (1, 0)


def test_only_lots_of_one_item_that_lie_somewhere_are_merged(lot, milk):
    stranger = make_lot(make_item("TEA", tracking="lot"), "T1")
    with pytest.raises(Refused, match="L1 is a lot of MILK and T1 one of TEA"):
        merge(lots=[lot, stranger], by=None)
    with pytest.raises(Refused, match="two lots at least"):
        merge(lots=[lot, lot], by=None)
    with pytest.raises(Refused, match="Nothing lies there"):
        merge(lots=[lot, make_lot(milk, "EMPTY")], by=None)
