"""Goods of orders come in, in parts, several lines at once, with what is known of them; and go back when wrong."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from p2p.core import clock
from p2p.core.facts import heard
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, HandlingUnit, Lot, Move, StockRule
from p2p.inventory.selectors import available, on_hand
from p2p.inventory.services.holds import hold
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.reservations import Need, reserve
from planning.facts import Replenished
from planning.models import ReplenishmentMove, ReplenishmentOrder
from planning.selectors.goods import free_stock
from planning.services.receipts import take_back
from planning.services.receive import ReceiptLine, receive, receive_lines
from planning.services.replenishment import cancel_replenishment, close, create_replenishment
from planning.services.transfer import ShipLine, ship
from strategies.models import Site
from tests.factories import (
    make_item,
    make_location,
    make_lot,
    make_reason,
    make_serial,
    make_site,
    make_stock,
    make_user,
    make_vendor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


def bought(site: Site, item: Any = None, quantity: Any = 10, **also: Any) -> ReplenishmentOrder:
    return create_replenishment(
        site=site,
        item=item or make_item(),
        quantity=Decimal(quantity),
        due_on=date(2099, 1, 1),
        vendor=also.pop("vendor", None) or make_vendor(),
        by=None,
        **also,
    )


def line(order: ReplenishmentOrder, quantity: Any, **also: Any) -> ReceiptLine:
    return ReceiptLine(order=order, quantity=Decimal(quantity), **also)


def test_several_lines_come_on_one_delivery_note(site: Site) -> None:
    dock = make_location(site, code="DOCK", kind="receiving")
    acme = make_vendor("ACME")
    bolts = bought(site, make_item("BOLT"), 100, vendor=acme, price=Decimal("0.25"))
    paint = bought(site, make_item("PAINT", tracking="lot", shelf_life_days=90), 20, vendor=acme)
    pump = bought(site, make_item("PUMP", tracking="serial"), 3, vendor=acme)
    box = HandlingUnit.objects.create(number="BOX-1", location=dock)
    with heard(Replenished) as said:
        rows = receive_lines(
            lines=[
                line(bolts, 60, into_unit=box),
                line(paint, 5, lot="P-1", vendor_lot="V77", expires_on=date(2099, 5, 1), price=Decimal(9)),
                line(paint, 7, lot="P-2"),
                line(pump, 2, serials=["SN-1", "SN-2"]),
            ],
            delivery_note="DN-1",
            by=None,
        )
    assert [str(row.move.quantity) for row in rows] == ["60", "5", "7", "1", "1"]
    assert {row.delivery_note for row in rows} == {"DN-1"}
    assert {row.move.target_id for row in rows} == {dock.pk}
    assert [row.price for row in rows] == [Decimal("0.25"), 9, None, None, None]
    lot = Lot.objects.get(number="P-1")
    assert (lot.vendor, lot.vendor_lot, lot.expires_on) == (acme, "V77", date(2099, 5, 1))
    assert Balance.objects.get(item=bolts.item).handling_unit == box
    states = [(one.received_quantity, one.state) for one in ReplenishmentOrder.objects.order_by("pk")]
    assert states == [(60, "firm"), (12, "firm"), (2, "firm")]
    assert [(fact.order, fact.price, len(fact.moves)) for fact in said] == [
        (bolts, Decimal("0.25"), 1), (paint, 9, 1), (paint, None, 1), (pump, None, 2)
    ]  # fmt: skip
    assert problems() == []


def test_a_lot_of_its_own_for_each_receipt_and_numbers_for_each_piece(site: Site) -> None:
    paint = bought(site, make_item("PAINT", tracking="lot"))
    pump = bought(site, make_item("PUMP", tracking="serial"), 2)
    for _time in range(2):
        receive(order=paint, quantity=Decimal(3), by=None)
    receive(order=pump, quantity=Decimal(2), by=None)
    assert Lot.objects.filter(item=paint.item).count() == 2
    assert list(Balance.objects.filter(item=pump.item).values_list("quantity", flat=True)) == [1, 1]


def test_one_refused_line_of_ten_leaves_nothing_behind(site: Site) -> None:
    orders = [bought(site, make_item(tracking="lot")) for _ in range(10)]
    lines = [line(order, 10) for order in orders[:9]] + [line(orders[9], 11)]
    with pytest.raises(Refused, match="at most 10 more are taken in, not 11") as no:
        receive_lines(lines=lines, delivery_note="DN", by=None)
    assert no.value.about == orders[9]
    with pytest.raises(Refused, match="has more digits than EA allows"):
        receive_lines(lines=[*lines[:9], line(orders[9], "1.5")], by=None)
    assert (Move.objects.count(), Lot.objects.count(), ReplenishmentMove.objects.count()) == (0, 0, 0)
    assert {one.state for one in ReplenishmentOrder.objects.all()} == {"firm"}


def test_more_than_ordered_comes_in_as_far_as_the_rule_tolerates(site: Site) -> None:
    order = bought(site)
    StockRule.objects.create(over_receipt_fraction=Decimal("0.1"))
    with pytest.raises(Refused, match="0 of 10 EA .* have come, at most 11 more are taken in, not 12"):
        receive_lines(lines=[line(order, 6), line(order, 6)], by=None)
    receive(order=order, quantity=Decimal(11), by=None)
    order.refresh_from_db()
    assert (order.received_quantity, order.state) == (11, "received")


def test_a_tolerance_of_half_a_piece_takes_no_piece_in_and_promises_none(site: Site) -> None:
    order = bought(site)
    StockRule.objects.create(over_receipt_fraction=Decimal("0.25"))
    with pytest.raises(Refused, match="at most 12 more are taken in, not 13"):
        receive(order=order, quantity=Decimal(13), by=None)
    receive(order=order, quantity=Decimal(12), by=None)


def test_goods_with_too_little_shelf_life_left_are_not_taken_in(site: Site) -> None:
    order = bought(site, make_item("PAINT", tracking="lot"))
    StockRule.objects.create(receipt_days=30)
    today = clock.now().date()
    for days, sentence in ((20, "at least 30 must be left"), (-3, "expired on .*: it is not taken in")):
        with pytest.raises(Refused, match=sentence) as no:
            receive(order=order, quantity=Decimal(1), expires_on=today + timedelta(days), by=None)
        assert no.value.field == "expires_on"


def test_a_place_of_another_site_or_outside_is_refused(site: Site) -> None:
    order = bought(site)
    with pytest.raises(Refused, match="is for MAIN: ELSEWHERE is not there"):
        receive(order=order, quantity=Decimal(1), location=make_location(code="ELSEWHERE"), by=None)
    with pytest.raises(Refused, match="SCRAP holds no stock"):
        receive(order=order, quantity=Decimal(1), location=site.locations.get(code="SCRAP"), by=None)


def test_a_serial_number_comes_in_once(site: Site) -> None:
    order = bought(site, make_item("PUMP", tracking="serial"), 4)
    receive(order=order, quantity=Decimal(1), serials=["SN-1"], by=None)
    with pytest.raises(Refused, match="SN-1 of PUMP came in before"):
        receive(order=order, quantity=Decimal(1), serials=["SN-1"], by=None)
    with pytest.raises(Refused, match="SN-2 of PUMP is named twice"):
        receive(order=order, quantity=Decimal(2), serials=["SN-2", "SN-2"], by=None)


def test_a_receipt_is_taken_back_with_its_quantities_and_its_price(site: Site) -> None:
    order = bought(site, price=Decimal(2))
    first = receive_lines(lines=[line(order, 4)], by=None)
    second = receive_lines(lines=[line(order, 6, price=Decimal(3))], delivery_note="DN-2", by=None)
    reason = make_reason("WRONG", kind="reversal")
    with heard(Replenished) as said:
        (back,) = take_back(receipts=second, reason=reason, by=None)
    order.refresh_from_db()
    assert (order.received_quantity, order.state) == (4, "confirmed")
    assert (back.move.reverses, back.move.reason, back.price, back.delivery_note) == (
        second[0].move, reason, 3, "DN-2"
    )  # fmt: skip
    assert [(fact.price, fact.says(None)["quantity"]) for fact in said] == [(3, "-6")]
    assert on_hand(site) == {order.item_id: 4}
    with pytest.raises(Refused, match="already reversed"):
        take_back(receipts=second, by=None)
    take_back(receipts=first, by=None)
    receive(order=order, quantity=Decimal(10), by=None)
    assert problems() == []


def test_a_closed_order_stays_closed_when_a_receipt_is_taken_back(site: Site) -> None:
    order = bought(site)
    rows = receive_lines(lines=[line(order, 4)], by=None)
    close(orders=[order], by=None)
    take_back(receipts=rows, by=None)
    order.refresh_from_db()
    assert (order.received_quantity, order.state) == (0, "closed")


def test_what_is_no_longer_there_cannot_be_taken_back(site: Site) -> None:
    order = bought(site)
    rows = receive_lines(lines=[line(order, 4)], by=None)
    store, gone = site.locations.get(code="STORE"), site.locations.get(code="SCRAP")
    post(
        lines=[MoveLine(item=order.item, source=store, target=gone, quantity=Decimal(1), kind="scrap")],
        by=None,
    )
    with pytest.raises(Refused, match="Only 3 EA"):
        take_back(receipts=rows, by=None)
    order.refresh_from_db()
    assert order.received_quantity == 4


def test_an_order_that_is_received_takes_nothing_more(site: Site) -> None:
    order = bought(site)
    receive(order=order, quantity=Decimal(10), by=None)
    with pytest.raises(Refused, match="is Received"):
        receive(order=order, quantity=Decimal(1), by=None)
    with pytest.raises(Refused, match="Name what came"):
        receive_lines(lines=[], by=None)


# ---- transfers


def moved(site: Site, item: Any, quantity: Any = 10) -> tuple[ReplenishmentOrder, Any]:
    store = make_location(make_site("OTHER"), code="FAR")
    order = create_replenishment(
        site=site,
        item=item,
        quantity=Decimal(quantity),
        due_on=date(2099, 1, 1),
        from_location=store,
        by=None,
    )
    return order, store


def test_a_transfer_travels_and_arrives_with_its_lots(site: Site) -> None:
    road = make_location(site, code="ROAD", kind="transit", nettable=False)
    paint = make_item("PAINT", tracking="lot")
    order, far = moved(site, paint)
    old, new = (
        make_lot(paint, number, expires_on=date(2099, day, 1)) for number, day in (("OLD", 1), ("NEW", 2))
    )
    make_stock(paint, 6, far, lot=new)
    make_stock(paint, 6, far, lot=old)
    StockRule.objects.create(item=paint, picking="fefo")
    ship(lines=[ShipLine(order=order, quantity=Decimal(8))], by=None)
    order.refresh_from_db()
    assert (order.shipped_quantity, order.received_quantity, order.state) == (8, 0, "sent")
    road_stock = Balance.objects.filter(location=road, quantity__gt=0)
    there = dict(road_stock.values_list("lot__number", "quantity"))
    assert there == {"OLD": 6, "NEW": 2}
    receive(order=order, quantity=Decimal(7), by=None)
    receive(order=order, quantity=Decimal(3), by=None)
    order.refresh_from_db()
    assert (order.shipped_quantity, order.received_quantity, order.state) == (10, 10, "received")
    store = site.locations.get(code="STORE")
    here = dict(Balance.objects.filter(location=store, quantity__gt=0).values_list("lot__number", "quantity"))
    assert here == {"OLD": 6, "NEW": 4}
    assert not Balance.objects.filter(location=road, quantity__gt=0).exists()
    assert problems() == []


def test_a_transfer_ships_the_pieces_that_are_named(site: Site) -> None:
    make_location(site, code="ROAD", kind="transit")
    pump = make_item("PUMP", tracking="serial")
    order, far = moved(site, pump, 2)
    for number in ("SN-1", "SN-2", "SN-3"):
        make_stock(pump, 1, far, serial=make_serial(pump, number))
    ship(lines=[ShipLine(order=order, quantity=Decimal(1), serials=["SN-3"])], by=None)
    with pytest.raises(Refused, match="PUMP has no SN-9"):
        receive(order=order, quantity=Decimal(1), serials=["SN-9"], by=None)
    receive(order=order, quantity=Decimal(2), serials=["SN-3", "SN-2"], by=None)
    store = site.locations.get(code="STORE")
    found = Balance.objects.filter(location=store, quantity=1).values_list("serial__number", flat=True)
    assert set(found) == {"SN-2", "SN-3"}


@pytest.mark.parametrize(
    ("quantity", "sentence"), [(11, "10 EA of BOLT are still to leave, not 11"), (9, "short of: 4 EA BOLT")]
)
def test_a_transfer_ships_no_more_than_is_wanted_or_there(site: Site, quantity: int, sentence: str) -> None:
    make_location(site, code="ROAD", kind="transit")
    bolt = make_item("BOLT", tracking="lot")
    order, far = moved(site, bolt)
    make_stock(bolt, 5, far, lot=make_lot(bolt))
    with pytest.raises(Refused, match=sentence):
        ship(lines=[ShipLine(order=order, quantity=Decimal(quantity))], by=None)


def test_purchases_are_not_shipped_and_transfers_need_a_road(site: Site) -> None:
    order, far = moved(site, make_item("BOLT"))
    make_stock(order.item, 10, far)
    with pytest.raises(Refused, match="MAIN has no place for goods in transit"):
        ship(lines=[ShipLine(order=order, quantity=Decimal(1))], by=None)
    with pytest.raises(Refused, match="is a purchase"):
        ship(lines=[ShipLine(order=bought(site), quantity=Decimal(1))], by=None)


def test_what_is_on_hold_at_the_other_place_stays_there(site: Site) -> None:
    paint = make_item("PAINT", tracking="lot")
    order, far = moved(site, paint)
    lot = make_lot(paint, "L1")
    make_stock(paint, 10, far, lot=lot)
    hold(item=paint, lot=lot, kind="quality", by=None)
    with pytest.raises(Refused, match="on hold"):
        receive(order=order, quantity=Decimal(5), lot="L1", by=None)
    assert on_hand(site) == {}


def test_goods_in_transit_are_free_for_nobody_whatever_their_place_says(site: Site) -> None:
    make_location(site, code="ROAD", kind="transit", nettable=True)
    order, far = moved(site, make_item("BOLT"))
    make_stock(order.item, 10, far)
    ship(lines=[ShipLine(order=order, quantity=Decimal(4))], by=None)
    assert (on_hand(site), available(site), free_stock()) == ({}, {}, {(order.item_id, far.site_id): 6})
    with pytest.raises(Refused, match="short of|Only"):
        reserve(needs=[Need(item=order.item, quantity=Decimal(1), site=site)], by=None)


@pytest.mark.parametrize("end", [close, cancel_replenishment])
def test_an_order_with_goods_in_transit_is_neither_closed_nor_cancelled(site: Site, end: Any) -> None:
    make_location(site, code="ROAD", kind="transit", nettable=False)
    order, far = moved(site, make_item("BOLT"))
    make_stock(order.item, 10, far)
    ship(lines=[ShipLine(order=order, quantity=Decimal(4))], by=None)
    with pytest.raises(Refused, match="has 4 EA in transit: receive them first"):
        end(orders=[order], by=None)
    receive(order=order, quantity=Decimal(4), by=None)
    close(orders=[order], by=None)
    order.refresh_from_db()
    assert order.state == "closed"


def test_who_takes_goods_from_another_site_has_a_role_there(site: Site) -> None:
    make_location(site, code="ROAD", kind="transit", nettable=False)
    order, far = moved(site, make_item("BOLT"))
    make_stock(order.item, 10, far)
    here, there = make_user("operator", site=site), make_user("operator", site=far.site)
    with pytest.raises(PermissionDenied, match="at OTHER"):
        ship(lines=[ShipLine(order=order, quantity=Decimal(4))], by=here)
    with pytest.raises(PermissionDenied, match="at OTHER"):
        receive(order=order, quantity=Decimal(4), by=here)
    ship(lines=[ShipLine(order=order, quantity=Decimal(4))], by=there)
    receive(order=order, quantity=Decimal(4), by=here)
    order.refresh_from_db()
    assert (order.shipped_quantity, order.received_quantity) == (4, 4)
