"""Goods go out to customers for demand lines, come back, and are taken back when it was a mistake."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from p2p.core.facts import heard
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Lot, Move, Reservation, SoftReservation, StockRule
from p2p.inventory.selectors import on_hand
from p2p.inventory.services.claims import claim
from p2p.inventory.services.holds import hold
from p2p.inventory.services.reservations import Need, reserve
from planning.facts import ClosedShort, Delivered, Returned
from planning.models import Customer, Demand, DemandMove
from planning.services.delivered import take_back, with_customer
from planning.services.delivery import DeliveryLine, deliver
from planning.services.demand import create_customer, create_demand
from planning.services.returns import ReturnLine, return_goods
from planning.services.short import close_short
from strategies.models import Item, Site
from tests.factories import (
    make_conversion,
    make_item,
    make_location,
    make_lot,
    make_reason,
    make_serial,
    make_site,
    make_stock,
    make_unit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    found = make_site("MAIN")
    make_location(found, code="QUAR", kind="quarantine", nettable=False)
    return found


@pytest.fixture
def acme() -> Customer:
    return create_customer(number="C1", name="Acme", by=None)


def wanted(site: Site, item: Item, quantity: Any = 10, **also: Any) -> Demand:
    also.setdefault("number", f"SO-{Demand.objects.count() + 1}")
    return create_demand(
        site=site, item=item, quantity=Decimal(quantity), due_on=date(2099, 1, 1), by=None, **also
    )


def line(demand: Demand, quantity: Any, **also: Any) -> DeliveryLine:
    return DeliveryLine(demand=demand, quantity=Decimal(quantity), **also)


def store_of(site: Site) -> Any:
    return site.locations.get(code="STORE")


def test_several_lines_go_on_one_delivery_note_in_parts(site: Site, acme: Customer) -> None:
    bolt, paint = make_item("BOLT"), make_item("PAINT", tracking="lot", shelf_life_days=90)
    make_stock(bolt, 50, store_of(site))
    for number, day in (("NEW", 20), ("OLD", 10)):
        make_stock(paint, 6, store_of(site), lot=make_lot(paint, number, expires_on=date(2099, 1, day)))
    first, second = wanted(site, bolt, customer=acme), wanted(site, paint, 8, customer=acme)
    with heard(Delivered) as said:
        rows = deliver(lines=[line(first, 4), line(second, 8)], by=None)
    assert len({row.delivery_note for row in rows}) == 1
    assert rows[0].delivery_note.startswith("DN-")
    assert [(row.move.lot and row.move.lot.number, row.move.quantity) for row in rows] == [
        (None, 4), ("OLD", 6), ("NEW", 2)
    ]  # fmt: skip
    states = [(one.delivered_quantity, one.state) for one in Demand.objects.order_by("pk")]
    assert states == [(4, "open"), (8, "delivered")]
    (fact,) = said
    assert fact.demands == (first, second)
    assert [fact.says(one)["quantity"] for one in fact.demands] == ["4", "8"]
    deliver(lines=[line(first, 6)], delivery_note="OWN-7", by=None)
    first.refresh_from_db()
    assert (first.delivered_quantity, first.state) == (10, "delivered")
    assert on_hand(site) == {bolt.pk: 40, paint.pk: 4}
    assert problems() == []


def test_what_is_reserved_for_the_line_goes_first_and_the_rest_stays_reserved(site: Site) -> None:
    bolt = make_item("BOLT")
    far = make_location(site, code="FAR")
    make_stock(bolt, 3, store_of(site))
    make_stock(bolt, 10, far)
    demand, other = wanted(site, bolt, 12), wanted(site, bolt, 3)
    reserve(
        needs=[Need(item=bolt, quantity=Decimal(9), site=site, location=far, reference=str(demand))], by=None
    )
    reserve(needs=[Need(item=bolt, quantity=Decimal(3), site=site, reference=str(other))], by=None)
    deliver(lines=[line(demand, 4)], by=None)
    left = Reservation.objects.filter(reference=str(demand)).values_list("location__code", "quantity")
    assert list(left) == [("FAR", 5)]
    with pytest.raises(Refused, match="short of: 1 EA BOLT"):
        deliver(lines=[line(demand, 7)], by=None)
    deliver(lines=[line(demand, 6)], by=None)
    assert not Reservation.objects.filter(reference=str(demand)).exists()
    assert Reservation.objects.get().reference == str(other)
    assert problems() == []


def test_the_lot_the_pieces_and_the_place_that_are_named_go_out(site: Site) -> None:
    pump, paint = make_item("PUMP", tracking="serial"), make_item("PAINT", tracking="lot")
    pieces = [make_serial(pump, f"SN-{n}") for n in (1, 2, 3)]
    for piece in pieces:
        make_stock(pump, 1, store_of(site), serial=piece)
    lots = [make_lot(paint, number) for number in ("L1", "L2")]
    for lot in lots:
        make_stock(paint, 5, store_of(site), lot=lot)
    rows = deliver(
        lines=[
            line(wanted(site, pump, 2), 2, serials=[pieces[2], pieces[0]]),
            line(wanted(site, paint, 5), 5, lot=lots[1], location=store_of(site)),
        ],
        by=None,
    )
    assert [row.move.serial.number for row in rows if row.move.serial] == ["SN-3", "SN-1"]
    assert rows[2].move.lot == lots[1]
    with pytest.raises(Refused, match="PUMP SN-1 is not in stock"):
        deliver(lines=[line(wanted(site, pump, 1), 1, serials=[pieces[0]])], by=None)
    with pytest.raises(Refused, match="2 pieces of PUMP need 2 serial numbers, not 1"):
        deliver(lines=[line(wanted(site, pump, 2), 2, serials=[pieces[1]])], by=None)


def test_the_piece_that_is_reserved_for_the_line_may_be_named_and_is_reserved_no_more(site: Site) -> None:
    pump = make_item("PUMP", tracking="serial")
    pieces = [make_serial(pump, f"SN-{n}") for n in (1, 2, 3)]
    for piece in pieces:
        make_stock(pump, 1, store_of(site), serial=piece)
    demand = wanted(site, pump, 3)
    needs = [Need(item=pump, quantity=Decimal(2), site=site, reference=str(demand))]
    mine = {row.serial for row in reserve(needs=needs, by=None)}
    claim(needs=[Need(item=pump, quantity=Decimal(1), site=site, reference=str(demand))], by=None)
    named = next(piece for piece in pieces if piece in mine)
    free = next(piece for piece in pieces if piece not in mine)
    rows = deliver(lines=[line(demand, 2, serials=[named, free])], by=None)
    assert {row.move.serial for row in rows} == {named, free}
    assert {row.serial for row in Reservation.objects.all()} == mine - {named}
    assert not SoftReservation.objects.exists()
    assert problems() == []


def test_a_refused_line_leaves_the_others_undelivered(site: Site) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 12, store_of(site))
    demands = [wanted(site, bolt, 10) for _ in range(2)]
    with pytest.raises(Refused, match="short of: 8 EA BOLT"):
        deliver(lines=[line(demand, 10) for demand in demands], by=None)
    with pytest.raises(Refused, match="10 EA of BOLT are still to deliver, not 11") as no:
        deliver(lines=[line(demands[0], 1), line(demands[1], 11)], by=None)
    assert no.value.about == demands[1]
    assert not DemandMove.objects.exists()
    assert not Move.objects.filter(kind="delivery").exists()


def test_a_dozen_is_delivered_piece_by_piece(site: Site) -> None:
    make_conversion("DZ", "EA", 12)
    bolt = make_item("BOLT")
    make_stock(bolt, 30, store_of(site))
    demand = wanted(site, bolt, 2, unit=make_unit("DZ"))
    for quantity in (1, 1, 1, 20):
        deliver(lines=[line(demand, quantity)], by=None)
    with pytest.raises(Refused, match="1 EA of BOLT are still to deliver, not 2"):
        deliver(lines=[line(demand, 2)], by=None)
    deliver(lines=[line(demand, 1)], by=None)
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (2, "delivered")


def test_a_delivery_note_is_for_one_customer(site: Site, acme: Customer) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 30, store_of(site))
    other = create_customer(number="C2", name="Bolts and more", by=None)
    ours, theirs = wanted(site, bolt, customer=acme), wanted(site, bolt, customer=other)
    with pytest.raises(Refused, match="DN-9 would be for several customers: Acme, Bolts and more"):
        deliver(lines=[line(ours, 1), line(theirs, 1)], delivery_note="DN-9", by=None)
    deliver(lines=[line(ours, 1)], delivery_note="DN-9", by=None)
    with pytest.raises(Refused, match="DN-9 would be for several customers"):
        deliver(lines=[line(theirs, 1)], delivery_note="DN-9", by=None)
    rows = deliver(lines=[line(ours, 1), line(theirs, 1)], by=None)
    assert len({row.delivery_note for row in rows}) == 2


def test_held_old_and_short_lived_stock_is_not_delivered(site: Site) -> None:
    paint = make_item("PAINT", tracking="lot")
    lot = make_lot(paint, "L1", expires_on=date(2099, 1, 1))
    make_stock(paint, 5, store_of(site), lot=lot)
    demand = wanted(site, paint, 5)
    rule = StockRule.objects.create(item=paint, minimum_days=36500)
    with pytest.raises(Refused, match="too little shelf life left"):
        deliver(lines=[line(demand, 5, lot=lot)], by=None)
    rule.delete()
    Lot.objects.update(expires_on=date(2020, 1, 1))
    with pytest.raises(Refused, match="has expired") as no:
        deliver(lines=[line(demand, 5)], by=None)
    assert no.value.code == "expired"
    Lot.objects.update(expires_on=None)
    hold(item=paint, lot=lot, kind="customer", by=None)
    with pytest.raises(Refused, match="on hold"):
        deliver(lines=[line(demand, 5)], by=None)
    assert on_hand(site) == {paint.pk: 5}


def test_forecasts_and_cancelled_lines_get_nothing(site: Site) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 30, store_of(site))
    with pytest.raises(Refused, match="is a forecast"):
        deliver(lines=[line(wanted(site, bolt, kind="forecast"), 1)], by=None)
    demand = wanted(site, bolt)
    deliver(lines=[line(demand, 9, final=True)], by=None)
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (9, "delivered")
    with pytest.raises(Refused, match="is Delivered"):
        deliver(lines=[line(demand, 1)], by=None)


# ---- back again


def test_a_delivery_is_taken_back_to_where_it_lay(site: Site) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, store_of(site))
    demand = wanted(site, bolt)
    rows = deliver(lines=[line(demand, 10)], by=None)
    with heard(Delivered) as said:
        take_back(deliveries=rows, reason=make_reason("WRONG", kind="reversal"), by=None)
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (0, "open")
    assert on_hand(site) == {bolt.pk: 10}
    assert [fact.says(demand)["quantity"] for fact in said] == ["-10"]
    with pytest.raises(Refused, match="already reversed"):
        take_back(deliveries=rows, by=None)
    assert problems() == []


def returned(demand: Demand, quantity: Any, **also: Any) -> list[DemandMove]:
    names = ("lot", "serial", "location")
    named = {name: also.pop(name) for name in names if name in also}
    reason = make_reason(kind="return")
    return return_goods(
        lines=[ReturnLine(demand=demand, quantity=Decimal(quantity), **named)], reason=reason, by=None, **also
    )


def test_the_lot_that_was_delivered_comes_back_into_quarantine(site: Site) -> None:
    paint = make_item("PAINT", tracking="lot")
    sent, other = make_lot(paint, "L1"), make_lot(paint, "L2")
    make_stock(paint, 10, store_of(site), lot=sent)
    demand = wanted(site, paint)
    rows = deliver(lines=[line(demand, 10)], by=None)
    with pytest.raises(Refused, match="the customer has 0 EA of PAINT L2, so 1 cannot come back"):
        returned(demand, 1, lot=other)
    with heard(Returned) as said:
        (back,) = returned(demand, 3, lot=sent, delivery_note="RMA-1")
    with pytest.raises(Refused, match="the customer has 7 EA of PAINT L1, so 8 cannot come back"):
        returned(demand, 8, lot=sent)
    assert (back.move.kind, back.move.target.code, back.delivery_note) == ("return", "QUAR", "RMA-1")
    assert [fact.reason for fact in said] == [back.move.reason.code]
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (10, "delivered")
    assert Balance.objects.get(location__code="QUAR").quantity == 3
    with pytest.raises(Refused, match="3 EA of PAINT .* came back already"):
        take_back(deliveries=rows, by=None)
    take_back(deliveries=[back], by=None)
    take_back(deliveries=rows, by=None)
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (0, "open")
    assert problems() == []


def test_goods_that_are_delivered_again_open_the_demand(site: Site) -> None:
    pump = make_item("PUMP", tracking="serial")
    piece = make_serial(pump, "SN-1")
    make_stock(pump, 1, store_of(site), serial=piece)
    demand = wanted(site, pump, 1)
    deliver(lines=[line(demand, 1)], by=None)
    (back,) = returned(demand, 1, serial=piece, replace=True, location=store_of(site))
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (0, "open")
    take_back(deliveries=[back], by=None)
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (1, "delivered")
    returned(demand, 1, serial=piece, replace=True, location=store_of(site))
    deliver(lines=[line(demand, 1)], by=None)
    demand.refresh_from_db()
    assert demand.state == "delivered"


def test_a_return_says_why(site: Site) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 1, store_of(site))
    demand = wanted(site, bolt, 1)
    deliver(lines=[line(demand, 1)], by=None)
    with pytest.raises(Refused, match="is no reason for a return"):
        return_goods(
            lines=[ReturnLine(demand=demand, quantity=Decimal(1))], reason=make_reason(kind="scrap"), by=None
        )


def test_what_was_reserved_for_the_line_is_kept_for_it_again(site: Site) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 20, store_of(site))
    demand = wanted(site, bolt)
    reserve(needs=[Need(item=bolt, quantity=Decimal(6), site=site, reference=str(demand))], by=None)
    rows = deliver(lines=[line(demand, 10)], by=None)
    assert not Reservation.objects.exists()
    take_back(deliveries=rows, by=None)
    kept = Reservation.objects.values_list("reference", "quantity")
    assert list(kept) == [(str(demand), 6)]
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (0, "open")
    assert problems() == []


def test_a_part_of_a_delivery_is_taken_back_and_the_rest_stays_on_its_note(site: Site) -> None:
    paint = make_item("PAINT", tracking="lot")
    lot = make_lot(paint, "L1")
    make_stock(paint, 20, store_of(site), lot=lot)
    demand = wanted(site, paint)
    (row,) = deliver(lines=[line(demand, 10)], by=None)
    with heard(Delivered) as said:
        take_back(deliveries=[row], quantity=Decimal(4), by=None)
    assert [fact.says(demand)["quantity"] for fact in said] == ["-4"]
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (6, "open")
    assert Balance.objects.get(lot=lot, quantity__gt=0).quantity == 14
    notes = DemandMove.objects.order_by("pk").values_list("delivery_note", "move__quantity")
    assert list(notes) == [(row.delivery_note, 10), (row.delivery_note, 10), (row.delivery_note, 6)]
    assert with_customer([demand.pk]) == {(demand.pk, lot.pk, None): 6}
    returned(demand, 3, lot=lot)
    last = DemandMove.objects.get(move__quantity=6)
    with pytest.raises(Refused, match="1 EA of PAINT for SO-1/1 came back already"):
        take_back(deliveries=[last], quantity=Decimal(4), by=None)
    assert problems() == []


# ---- more or less than ordered


def test_a_customer_takes_a_little_more_and_does_without_a_little(site: Site) -> None:
    easy = create_customer(
        number="EASY",
        name="Easy",
        over_delivery_fraction=Decimal("0.15"),
        under_delivery_fraction=Decimal("0.05"),
        by=None,
    )
    bolt = make_item("BOLT")
    make_stock(bolt, 100, store_of(site))
    more, less = wanted(site, bolt, customer=easy), wanted(site, bolt, 40, customer=easy)
    sentence = "10 EA of BOLT are still to deliver and the customer takes at most 11, not 12"
    with pytest.raises(Refused, match=sentence):
        deliver(lines=[line(more, 12)], by=None)
    deliver(lines=[line(more, 11)], by=None)
    deliver(lines=[line(less, 37)], by=None)
    less.refresh_from_db()
    assert less.state == "open"
    deliver(lines=[line(less, 1)], by=None)
    for demand in (more, less):
        demand.refresh_from_db()
    assert [(one.state, one.delivered_quantity) for one in (more, less)] == [
        ("delivered", 11),
        ("delivered", 38),
    ]
    with pytest.raises(Refused, match="tolerance is 0 or more"):
        create_customer(number="NONE", name="None", under_delivery_fraction=Decimal(1), by=None)


def test_a_line_is_closed_with_less_and_says_why(site: Site) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 20, store_of(site))
    demand, untouched = wanted(site, bolt), wanted(site, bolt)
    rows = deliver(lines=[line(demand, 4)], by=None)
    reserve(needs=[Need(item=bolt, quantity=Decimal(6), site=site, reference=str(demand))], by=None)
    with pytest.raises(Refused, match="Say why"):
        close_short(demands=[demand], reason="  ", by=None)
    with pytest.raises(Refused, match="Nothing was delivered for .*: cancel it instead"):
        close_short(demands=[demand, untouched], reason="sold out", by=None)
    demand.refresh_from_db()
    assert demand.state == "open"
    with heard(ClosedShort) as said:
        close_short(demands=[demand], reason=" sold out ", by=None)
    demand.refresh_from_db()
    assert (demand.state, demand.short_reason, demand.delivered_quantity) == ("delivered", "sold out", 4)
    assert not Reservation.objects.exists()
    assert [fact.says(demand)["reason"] for fact in said] == ["sold out"]
    with pytest.raises(Refused, match="is Delivered"):
        close_short(demands=[demand], reason="again", by=None)
    take_back(deliveries=rows, by=None)
    demand.refresh_from_db()
    assert (demand.state, demand.short_reason) == ("open", "")
