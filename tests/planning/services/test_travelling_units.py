"""Pallets travel for transfer orders: they leave, are in transit and arrive as units, whatever stands on them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, HandlingUnit
from p2p.inventory.services.holds import hold
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.reservations import Need, reserve
from p2p.inventory.services.unit_moves import transfer_unit
from p2p.inventory.services.units import create_units, nest
from planning.models import ReplenishmentMove, ReplenishmentOrder, ShipmentMove
from planning.services import receipts, shipments
from planning.services.arriving_units import receive_units
from planning.services.receive import receive
from planning.services.replenishment import create_replenishment
from planning.services.shipping_units import ship_units
from strategies.models import Item, Site
from tests.factories import make_item, make_location, make_lot, make_serial, make_site, make_stock

pytestmark = pytest.mark.django_db


class Yard:
    """On a pallet at FAR: 4 BOLT loose, a box with 6 PAINT of L1, in it a tote with the pumps SN-1 and SN-2."""

    def __init__(self) -> None:
        self.home, self.far = make_site("HOME"), make_site("FAR")
        self.road = make_location(self.home, code="ROAD", kind="transit", nettable=False)
        self.store = self.far.locations.get(code="STORE")
        self.bolt, self.paint = make_item("BOLT"), make_item("PAINT", tracking="lot")
        self.pump = make_item("PUMP", tracking="serial")
        self.lot = make_lot(self.paint, "L1")
        self.pallet, self.box, self.tote = (self._unit(name) for name in ("PALLET", "BOX", "TOTE"))
        nest(unit=self.box, parent=self.pallet, by=None)
        nest(unit=self.tote, parent=self.box, by=None)
        self._put(self.bolt, 4, self.pallet)
        self._put(self.paint, 6, self.box, lot=self.lot)
        for number in ("SN-1", "SN-2"):
            self._put(self.pump, 1, self.tote, serial=make_serial(self.pump, number))
        self.orders = {
            item.number: self.ordered(item, quantity)
            for item, quantity in ((self.bolt, 10), (self.paint, 6), (self.pump, 2))
        }

    def _unit(self, name: str) -> HandlingUnit:
        return create_units(number=name, location=self.store, by=None)[0]

    def _put(self, item: Item, quantity: int, unit: HandlingUnit, **piece: Any) -> None:
        make_stock(item, quantity, self.store, **piece)
        line = MoveLine(
            item=item,
            source=self.store,
            target=self.store,
            quantity=Decimal(quantity),
            kind="regroup",
            into_unit=unit,
            **piece,
        )
        post(lines=[line], by=None)

    def ordered(self, item: Item, quantity: int) -> ReplenishmentOrder:
        return create_replenishment(
            site=self.home,
            item=item,
            quantity=Decimal(quantity),
            due_on=date(2099, 1, 1),
            from_location=self.store,
            by=None,
        )

    def sent(self) -> list[ShipmentMove]:
        return ship_units(units=[self.pallet], order=self.orders["BOLT"], by=None)

    def stands(self) -> set[str]:
        return set(HandlingUnit.objects.values_list("location__site__code", flat=True)) | set(
            HandlingUnit.objects.values_list("location__code", flat=True)
        )

    def told(self) -> dict[str, tuple[int, int]]:
        rows = ReplenishmentOrder.objects.values_list("item__number", "shipped_quantity", "received_quantity")
        return {item: (int(shipped), int(received)) for item, shipped, received in rows}


@pytest.fixture
def yard() -> Yard:
    return Yard()


def content() -> set[tuple[str, str, int]]:
    rows = Balance.objects.filter(quantity__gt=0, handling_unit__isnull=False)
    return {
        (unit, item, int(quantity))
        for unit, item, quantity in rows.values_list("handling_unit__number", "item__number", "quantity")
    }


WHOLE = {("PALLET", "BOLT", 4), ("BOX", "PAINT", 6), ("TOTE", "PUMP", 1)}


def test_a_pallet_leaves_travels_and_arrives_with_all_that_stands_on_it(yard: Yard) -> None:
    rows = yard.sent()
    assert {row.despatch_note for row in rows} == {"DS-000001"}
    assert (yard.stands(), content()) == ({"HOME", "ROAD"}, WHOLE)
    assert yard.told() == {"BOLT": (4, 0), "PAINT": (6, 0), "PUMP": (2, 0)}
    assert problems() == []
    came = receive_units(units=[yard.pallet], delivery_note="CMR-1", by=None)
    assert {row.delivery_note for row in came} == {"CMR-1"}
    assert (yard.stands(), content()) == ({"HOME", "STORE"}, WHOLE)
    assert yard.told() == {"BOLT": (4, 4), "PAINT": (6, 6), "PUMP": (2, 2)}
    states = dict(ReplenishmentOrder.objects.values_list("item__number", "state"))
    assert states == {"BOLT": "sent", "PAINT": "received", "PUMP": "received"}
    tree = dict(HandlingUnit.objects.values_list("number", "parent__number"))
    assert tree == {"PALLET": None, "BOX": "PALLET", "TOTE": "BOX"}
    assert problems() == []
    with pytest.raises(Refused, match="PALLET is not in transit"):
        receive_units(units=[yard.pallet], by=None)


def test_what_no_order_asks_for_keeps_the_pallet_here(yard: Yard) -> None:
    yard._put(yard.bolt, 8, yard.box)
    with pytest.raises(Refused, match="PALLET holds 2 EA of BOLT more than transfers to HOME ask for"):
        yard.sent()
    ReplenishmentOrder.objects.filter(item=yard.bolt).update(quantity=20)
    nut = make_item("NUT")
    yard._put(nut, 3, yard.tote)
    with pytest.raises(Refused, match="PALLET holds 3 EA of NUT more than"):
        yard.sent()
    assert yard.stands() == {"FAR", "STORE"}
    assert not ShipmentMove.objects.exists()


def test_only_whole_units_at_the_sending_site_leave(yard: Yard) -> None:
    order = yard.orders["PAINT"]
    with pytest.raises(Refused, match="BOX stands in PALLET: ship that one"):
        ship_units(units=[yard.box], order=order, by=None)
    empty = create_units(number="EMPTY", location=yard.store, by=None)[0]
    with pytest.raises(Refused, match="EMPTY is empty"):
        ship_units(units=[empty], order=order, by=None)
    away = create_units(number="AWAY", location=yard.home.locations.get(code="STORE"), by=None)[0]
    with pytest.raises(Refused, match="AWAY does not stand at FAR"):
        ship_units(units=[away], order=order, by=None)


def test_held_or_reserved_content_keeps_the_pallet_here(yard: Yard) -> None:
    need = Need(item=yard.bolt, quantity=Decimal(1), site=yard.far, reference="SO-1")
    reserve(needs=[need], by=None)
    with pytest.raises(Refused, match="BOLT"):
        yard.sent()
    hold(item=yard.paint, lot=yard.lot, kind="quality", by=None)
    with pytest.raises(Refused, match="PAINT|BOLT"):
        yard.sent()
    assert yard.stands() == {"FAR", "STORE"}


def test_what_is_reserved_for_the_order_in_a_box_goes_with_it_and_comes_back(yard: Yard) -> None:
    order = yard.orders["PAINT"]
    reserve(
        needs=[Need(item=yard.paint, quantity=Decimal(6), site=yard.far, reference=order.number)], by=None
    )
    rows = yard.sent()
    assert {row.order_id: int(row.reserved) for row in rows}[order.pk] == 6
    shipments.take_back(shipments=rows, by=None)
    assert (yard.stands(), content()) == ({"FAR", "STORE"}, WHOLE)
    assert yard.told() == {"BOLT": (0, 0), "PAINT": (0, 0), "PUMP": (0, 0)}
    assert problems() == []


def test_a_box_taken_back_alone_leaves_its_pallet_and_its_tote(yard: Yard) -> None:
    rows = yard.sent()
    mine = [row for row in rows if row.order.item_id == yard.paint.pk]
    shipments.take_back(shipments=mine, by=None)
    rows = HandlingUnit.objects.values_list("number", "location__code", "parent__number")
    assert set(rows) == {("PALLET", "ROAD", None), ("BOX", "STORE", None), ("TOTE", "ROAD", None)}
    assert problems() == []


def test_of_what_left_in_one_unit_a_row_taken_back_brings_the_others_along(yard: Yard) -> None:
    """A unit cannot stand at both ends: of two pumps in a tote, or of two orders' goods on a pallet."""
    rows = yard.sent()
    one = next(row for row in rows if row.order.item_id == yard.pump.pk)
    back = shipments.take_back(shipments=[one], by=None)
    assert {row.move.serial.number for row in back if row.move.serial} == {"SN-1", "SN-2"} and len(back) == 2
    stands = dict(HandlingUnit.objects.values_list("number", "location__code"))
    assert stands == {"PALLET": "ROAD", "BOX": "ROAD", "TOTE": "STORE"}
    assert (yard.told()["PUMP"], yard.told()["BOLT"]) == ((0, 0), (4, 0))
    assert problems() == []


def test_of_what_came_in_one_unit_a_receipt_taken_back_takes_the_others_along(yard: Yard) -> None:
    yard.sent()
    came = receive_units(units=[yard.pallet], by=None)
    one = next(row for row in came if row.order.item_id == yard.pump.pk)
    assert len(receipts.take_back(receipts=[one], by=None)) == 2
    assert dict(HandlingUnit.objects.values_list("number", "location__code"))["TOTE"] == "ROAD"
    assert problems() == []


def test_a_unit_that_was_given_something_on_the_road_does_not_come_back_without_it(yard: Yard) -> None:
    rows = yard.sent()
    make_stock(yard.bolt, 3, yard.road)
    line = MoveLine(
        item=yard.bolt, source=yard.road, target=yard.road, quantity=Decimal(3), kind="regroup",
        into_unit=yard.pallet,
    )  # fmt: skip
    post(lines=[line], by=None)
    with pytest.raises(Refused, match="PALLET holds something that did not go with it"), transaction.atomic():
        shipments.take_back(shipments=rows, by=None)
    assert yard.told()["BOLT"] == (4, 0)
    assert problems() == []


def test_an_opened_pallet_arrives_in_parts(yard: Yard) -> None:
    yard.sent()
    receive(order=yard.orders["PAINT"], quantity=Decimal(2), by=None)
    assert content() == {("PALLET", "BOLT", 4), ("BOX", "PAINT", 4), ("TOTE", "PUMP", 1)}
    receive_units(units=[yard.pallet], by=None)
    assert yard.told()["PAINT"] == (6, 6)
    assert yard.stands() == {"HOME", "STORE"}
    assert problems() == []


def by_hand(yard: Yard) -> list[ReplenishmentMove]:
    """Everything on the pallet is received in parts: what came last goes to DOCK."""
    dock = make_location(yard.home, code="DOCK", kind="receiving")
    for item, quantity in (("BOLT", 4), ("PAINT", 6)):
        receive(order=yard.orders[item], quantity=Decimal(quantity), by=None)
    assert yard.stands() == {"HOME", "ROAD"}
    receive(order=yard.orders["PUMP"], quantity=Decimal(2), location=dock, by=None)
    return list(ReplenishmentMove.objects.order_by("pk"))


def test_an_opened_pallet_stands_where_the_last_of_it_was_taken_off(yard: Yard) -> None:
    yard.sent()
    by_hand(yard)
    assert (content(), yard.stands()) == (set(), {"HOME", "DOCK"})
    tree = dict(HandlingUnit.objects.values_list("number", "parent__number"))
    assert tree == {"PALLET": None, "BOX": "PALLET", "TOTE": "BOX"}
    assert problems() == []


def test_the_emptied_pallet_travels_again_when_what_was_on_it_was_received_by_mistake(yard: Yard) -> None:
    yard.sent()
    came = by_hand(yard)
    receipts.take_back(receipts=came, by=None)
    assert (yard.stands(), content()) == ({"HOME", "ROAD"}, WHOLE)
    assert problems() == []


def test_an_emptied_pallet_that_carries_other_goods_now_does_not_travel_again(yard: Yard) -> None:
    yard.sent()
    came = by_hand(yard)
    dock = yard.home.locations.get(code="DOCK")
    make_stock(yard.bolt, 3, dock)
    line = MoveLine(
        item=yard.bolt, source=dock, target=dock, quantity=Decimal(3), kind="regroup", into_unit=yard.pallet
    )
    post(lines=[line], by=None)
    with pytest.raises(Refused, match="PALLET is used elsewhere by now"):
        receipts.take_back(receipts=came[:1], by=None)
    assert yard.told()["BOLT"] == (4, 4)


def test_a_pallet_received_by_mistake_is_in_transit_again(yard: Yard) -> None:
    yard.sent()
    came = receive_units(units=[yard.pallet], by=None)
    receipts.take_back(receipts=came, by=None)
    assert (yard.stands(), content()) == ({"HOME", "ROAD"}, WHOLE)
    assert yard.told()["PUMP"] == (2, 0)
    assert problems() == []
    receive_units(units=[yard.pallet], by=None)
    assert ReplenishmentMove.objects.count() == 12


def test_nobody_takes_what_travels_past_its_order(yard: Yard) -> None:
    yard.sent()
    home: Site = yard.home
    with pytest.raises(Refused, match="travels for a transfer order"):
        transfer_unit(unit=yard.pallet, target=home.locations.get(code="STORE"), by=None)
    scrap = home.locations.get(code="SCRAP")
    with pytest.raises(Refused, match="travels for a transfer order"):
        line = MoveLine(
            item=yard.bolt,
            source=yard.road,
            target=scrap,
            quantity=Decimal(1),
            kind="scrap",
            handling_unit=yard.pallet,
        )
        post(lines=[line], by=None)
