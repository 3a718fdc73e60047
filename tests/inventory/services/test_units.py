from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.engine.scan import has_check_digit
from p2p.inventory.models import Balance, HandlingUnit, Reservation
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.packing import Packing, pack, unpack
from p2p.inventory.services.reservations import Need, reserve
from p2p.inventory.services.units import (
    close_unit,
    create_units,
    move_unit,
    nest,
    open_unit,
    retire_unit,
    reuse_unit,
    take_out,
)
from tests.factories import make_item, make_location, make_lot, make_site, make_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site("BOT")


@pytest.fixture
def store(site):
    return site.locations.get(code="STORE")


@pytest.fixture
def nut(store):
    item = make_item("NUT")
    make_stock(item, 100, store)
    return item


def unit_at(place, kind="pallet"):
    return create_units(location=place, kind=kind, by=None)[0]


def inside(unit):
    return {
        row.item.number: row.quantity for row in Balance.objects.filter(handling_unit=unit, quantity__gt=0)
    }


def test_units_are_numbered_and_get_a_shipping_code_below_the_companys_prefix(settings, store):
    assert [unit.number for unit in create_units(count=2, location=store, by=None)] == [
        "HU-000001",
        "HU-000002",
    ]
    assert set(HandlingUnit.objects.values_list("sscc", flat=True)) == {""}
    settings.GS1_PREFIX = "4012345"
    first, second = create_units(count=2, kind="box", by=None)
    assert (first.sscc[:8], len(first.sscc), has_check_digit(first.sscc)) == ("04012345", 18, True)
    assert first.sscc != second.sscc
    assert (first.kind, first.location) == ("box", None)
    settings.GS1_PREFIX = "12"
    with pytest.raises(Refused, match="company prefix 12"):
        create_units(by=None)


def test_a_number_is_given_once_and_to_one_unit(store):
    create_units(number="P-1", by=None)
    with pytest.raises(Refused, match="a handling unit P-1 already"):
        create_units(number="P-1", by=None)
    with pytest.raises(Refused, match="cannot be given to 2 units"):
        create_units(number="P-2", count=2, by=None)
    with pytest.raises(Refused, match="Between 1 and 1000"):
        create_units(count=0, by=None)


def test_stock_is_packed_and_unpacked_where_the_unit_stands(store, nut):
    unit = unit_at(store)
    pack(unit=unit, lines=[Packing(item=nut, quantity=Decimal(30))], by=None)
    assert inside(unit) == {"NUT": 30}
    with pytest.raises(Refused, match="Only 70 EA of NUT lie loose at STORE: 71 EA cannot be packed"):
        pack(unit=unit, lines=[Packing(item=nut, quantity=Decimal(71))], by=None)
    unpack(unit=unit, lines=[Packing(item=nut, quantity=Decimal(10))], by=None)
    assert inside(unit) == {"NUT": 20}
    unpack(unit=unit, by=None)
    assert inside(unit) == {}
    with pytest.raises(Refused, match="is empty"):
        unpack(unit=unit, by=None)
    steps = [
        row.payload["step"] for row in Journal.objects.filter(fact="inventory.UnitsHandled").order_by("id")
    ]
    assert steps == ["created", "packed", "unpacked", "unpacked"]
    assert problems() == []


def test_a_unit_that_stands_nowhere_is_said_to_be_empty_when_it_is_unpacked():
    (unit,) = create_units(by=None)
    with pytest.raises(Refused, match=f"{unit.number} is empty"):
        unpack(unit=unit, by=None)


def test_reserved_stock_is_packed_with_its_reservation(store, nut, site):
    unit = unit_at(store)
    reserve(needs=[Need(item=nut, quantity=Decimal(100), site=site)], by=None)
    pack(unit=unit, lines=[Packing(item=nut)], by=None)
    assert Reservation.objects.get().handling_unit == unit
    assert problems() == []


def test_the_lot_that_expires_first_is_packed_first(store):
    milk = make_item("MILK", tracking="lot")
    late, soon = (
        make_lot(milk, "LATE", expires_on="2030-01-01"),
        make_lot(milk, "SOON", expires_on="2029-01-01"),
    )
    for lot in (late, soon):
        make_stock(milk, 5, store, lot=lot)
    unit = unit_at(store)
    pack(unit=unit, lines=[Packing(item=milk, quantity=Decimal(6))], by=None)
    packed = {row.lot: row.quantity for row in Balance.objects.filter(handling_unit=unit)}
    assert packed == {soon: 5, late: 1}


def test_a_closed_unit_is_neither_packed_nor_unpacked(store, nut):
    unit = unit_at(store)
    with pytest.raises(Refused, match="is empty"):
        close_unit(unit=unit, by=None)
    pack(unit=unit, lines=[Packing(item=nut, quantity=Decimal(1))], by=None)
    assert close_unit(unit=unit, gross_weight=Decimal("12.5"), by=None).gross_weight == Decimal("12.5")
    for act in (pack, unpack):
        with pytest.raises(Refused, match="is Closed: open it first"):
            act(unit=unit, lines=[Packing(item=nut, quantity=Decimal(1))], by=None)
    open_unit(unit=unit, by=None)
    unpack(unit=unit, by=None)


def test_a_unit_that_stands_nowhere_comes_to_where_it_is_packed(store, nut, site):
    (unit,) = create_units(by=None)
    line = [Packing(item=nut, quantity=Decimal(1))]
    with pytest.raises(Refused, match="stands nowhere yet"):
        pack(unit=unit, lines=line, by=None)
    pack(unit=unit, lines=line, location=store, by=None)
    unit.refresh_from_db()
    assert unit.location == store
    with pytest.raises(Refused, match="stands at STORE, not at ELSE"):
        pack(unit=unit, lines=line, location=make_location(site, code="ELSE"), by=None)


def test_a_unit_moves_with_the_units_and_the_stock_in_it(store, nut, site):
    pallet, box = unit_at(store), unit_at(store, "box")
    pack(unit=pallet, lines=[Packing(item=nut, quantity=Decimal(10))], by=None)
    pack(unit=box, lines=[Packing(item=nut, quantity=Decimal(5))], by=None)
    nest(unit=box, parent=pallet, by=None)
    dock = make_location(site, code="DOCK", kind="shipping")
    moves = move_unit(unit=pallet, location=dock, by=None)
    assert [move.quantity for move in moves] == [10, 5]
    assert {row.handling_unit: row.quantity for row in Balance.objects.filter(location=dock)} == {
        pallet: 10,
        box: 5,
    }
    assert set(HandlingUnit.objects.values_list("location", flat=True)) == {dock.pk}
    with pytest.raises(Refused, match="stands in"):
        move_unit(unit=box, location=store, by=None)
    take_out(unit=box, by=None)
    move_unit(unit=box, location=store, by=None)
    assert inside(box) == {"NUT": 5}
    assert problems() == []


def test_a_unit_cannot_stand_in_itself_however_deep(store):
    one, two, three = (unit_at(store) for _ in range(3))
    nest(unit=two, parent=one, by=None)
    nest(unit=three, parent=two, by=None)
    for unit, parent in ((one, three), (one, one)):
        with pytest.raises(Refused, match="cannot stand in"):
            nest(unit=unit, parent=parent, by=None)
    with pytest.raises(IntegrityError, match="would lie in itself"), transaction.atomic():
        HandlingUnit.objects.filter(pk=one.pk).update(parent=three)


def test_units_at_two_places_are_brought_together_first(store, site):
    other = unit_at(make_location(site, code="B"))
    with pytest.raises(Refused, match="stands at B and .* at STORE"):
        nest(unit=other, parent=unit_at(store), by=None)
    (nowhere,) = create_units(by=None)
    assert nest(unit=nowhere, parent=other, by=None).location == other.location


def test_only_an_empty_unit_is_retired_and_used_again(store, nut):
    pallet, box = unit_at(store), unit_at(store, "box")
    nest(unit=box, parent=pallet, by=None)
    with pytest.raises(Refused, match=f"{box.number} stands in {pallet.number}"):
        retire_unit(unit=pallet, by=None)
    pack(unit=box, lines=[Packing(item=nut, quantity=Decimal(3))], by=None)
    with pytest.raises(Refused, match="3 EA of NUT are in"):
        retire_unit(unit=box, by=None)
    unpack(unit=box, by=None)
    assert retire_unit(unit=box, by=None).parent is None
    with pytest.raises(Refused, match="is Retired"):
        pack(unit=box, lines=[Packing(item=nut, quantity=Decimal(3))], by=None)
    assert reuse_unit(unit=box, by=None).state == "open"


def test_content_that_lies_elsewhere_than_its_unit_is_found(store, nut, site):
    unit = unit_at(store)
    pack(unit=unit, lines=[Packing(item=nut, quantity=Decimal(3))], by=None)
    assert problems() == []
    HandlingUnit.objects.filter(pk=unit.pk).update(location=make_location(site, code="B"))
    (finding,) = problems()
    assert finding.rule == "what is in a handling unit lies where it stands"
    assert unit.number in finding.sentence


def test_a_line_that_goes_into_a_unit_elsewhere_is_refused(store, nut, site):
    unit = unit_at(make_location(site, code="B"))
    line = MoveLine(
        item=nut, source=store, target=store, quantity=Decimal(1), kind="transfer", into_unit=unit
    )
    with pytest.raises(Refused, match="stands at B"):
        post(lines=[line], by=None)


def test_nothing_is_put_into_a_closed_unit_but_it_moves_whole(store, nut, site):
    pallet = unit_at(store)
    pack(unit=pallet, lines=[Packing(item=nut, quantity=Decimal(5))], by=None)
    close_unit(unit=pallet, by=None)
    supplier = site.locations.get(code="SUPPLIER")
    said = {"item": nut, "quantity": Decimal(1), "target": store, "into_unit": pallet}
    for source, kind in ((supplier, "receipt"), (store, "transfer")):
        with pytest.raises(Refused, match="Closed: open it first"):
            post(lines=[MoveLine(source=source, kind=kind, **said)], by=None)
    assert inside(pallet) == {"NUT": 5}
    move_unit(unit=pallet, location=make_location(site, code="SHELF"), by=None)
    assert inside(pallet) == {"NUT": 5}
