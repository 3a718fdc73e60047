"""Shipments of transfers: taken back whole or in part, and lost on the way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Reservation
from p2p.inventory.services.reservations import Need, reserve
from planning.models import ReplenishmentOrder, ShipmentMove
from planning.services.receive import receive
from planning.services.replenishment import close, create_replenishment
from planning.services.shipments import lose, take_back
from planning.services.transfer import ShipLine, ship
from strategies.models import Site
from tests.factories import make_item, make_location, make_lot, make_reason, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    found = make_site("MAIN")
    make_location(found, code="ROAD", kind="transit", nettable=False)
    return found


@pytest.fixture
def far(site: Site) -> Any:
    return make_location(make_site("OTHER"), code="FAR")


def ordered(site: Site, far: Any, item: Any, quantity: int = 10) -> ReplenishmentOrder:
    return create_replenishment(
        site=site,
        item=item,
        quantity=Decimal(quantity),
        due_on=date(2099, 1, 1),
        from_location=far,
        by=None,
    )


def shipped(order: ReplenishmentOrder, quantity: int, **also: Any) -> list[ShipmentMove]:
    known = set(ShipmentMove.objects.values_list("pk", flat=True))
    ship(lines=[ShipLine(order=order, quantity=Decimal(quantity), **also)], by=None)
    return list(ShipmentMove.objects.exclude(pk__in=known))


def lying(item: Any) -> dict[str, Decimal]:
    rows = Balance.objects.filter(item=item, quantity__gt=0)
    return dict(rows.values_list("location__code", "quantity"))


def test_all_lines_of_a_shipment_travel_on_one_despatch_note(site: Site, far: Any) -> None:
    bolt, nut = make_item("BOLT"), make_item("NUT")
    for item in (bolt, nut):
        make_stock(item, 10, far)
    orders = [ordered(site, far, item) for item in (bolt, nut)]
    ship(lines=[ShipLine(order=order, quantity=Decimal(4)) for order in orders], by=None)
    ship(lines=[ShipLine(order=orders[0], quantity=Decimal(4))], despatch_note=" CMR-7 ", by=None)
    notes = ShipmentMove.objects.values_list("order__item__number", "despatch_note")
    assert list(notes) == [("BOLT", "DS-000001"), ("NUT", "DS-000001"), ("BOLT", "CMR-7")]


def test_a_shipment_taken_back_lies_in_its_lot_again_and_is_kept_for_its_order(site: Site, far: Any) -> None:
    paint = make_item("PAINT", tracking="lot")
    lots = [make_lot(paint, number) for number in ("L1", "L2")]
    for lot in lots:
        make_stock(paint, 6, far, lot=lot)
    order = ordered(site, far, paint)
    need = Need(item=paint, quantity=Decimal(4), site=far.site, lot=lots[1], reference=order.number)
    reserve(needs=[need], by=None)
    rows = shipped(order, 8)
    assert sum(row.reserved for row in rows) == 4
    assert not Reservation.objects.exists()
    take_back(shipments=rows, by=None)
    order.refresh_from_db()
    assert order.shipped_quantity == 0
    back = Balance.objects.filter(quantity__gt=0).values_list("location__code", "lot__number", "quantity")
    assert set(back) == {("FAR", "L1", 6), ("FAR", "L2", 6)}
    kept = Reservation.objects.values_list("reference", "lot__number", "quantity")
    assert list(kept) == [(order.number, "L2", 4)]
    assert problems() == []
    with pytest.raises(Refused, match="already reversed"):
        take_back(shipments=rows, by=None)


def test_a_part_is_taken_back_and_the_rest_travels_on(site: Site, far: Any) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, far)
    order = ordered(site, far, bolt)
    reserve(needs=[Need(item=bolt, quantity=Decimal(8), site=far.site, reference=order.number)], by=None)
    rows = shipped(order, 8)
    with pytest.raises(Refused, match="8 EA of BOLT went: 9 cannot be taken back"):
        take_back(shipments=rows, quantity=Decimal(9), by=None)
    left = take_back(shipments=rows, quantity=Decimal(3), by=None)
    order.refresh_from_db()
    assert (order.shipped_quantity, lying(bolt)) == (5, {"FAR": 5, "ROAD": 5})
    assert Reservation.objects.get().quantity == 3
    take_back(shipments=[left[-1]], by=None)
    order.refresh_from_db()
    assert (order.shipped_quantity, lying(bolt)) == (0, {"FAR": 10})
    assert sum(Reservation.objects.values_list("quantity", flat=True)) == 8
    assert problems() == []


def test_what_was_received_is_taken_back_first(site: Site, far: Any) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, far)
    order = ordered(site, far, bolt)
    rows = shipped(order, 8)
    receive(order=order, quantity=Decimal(3), by=None)
    for part in (None, Decimal(2)):
        with pytest.raises(Refused, match="of 8 EA of BOLT that left, 5 are still in transit"):
            take_back(shipments=rows, quantity=part, by=None)
    order.refresh_from_db()
    assert (order.shipped_quantity, lying(bolt)) == (8, {"FAR": 2, "ROAD": 5, "STORE": 3})


def test_what_is_lost_on_the_way_may_be_shipped_again(site: Site, far: Any) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 20, far)
    order = ordered(site, far, bolt)
    shipped(order, 10)
    reason = make_reason("FELL", kind="scrap")
    with pytest.raises(Refused, match="10 EA of BOLT are in transit, not 11"):
        lose(order=order, quantity=Decimal(11), reason=reason, by=None)
    with pytest.raises(Refused, match="no reason for a loss"):
        lose(order=order, quantity=Decimal(1), reason=make_reason(kind="return"), by=None)
    rows = lose(order=order, quantity=Decimal(4), reason=reason, by=None)
    order.refresh_from_db()
    assert (order.shipped_quantity, lying(bolt)) == (6, {"FAR": 10, "ROAD": 6})
    shipped(order, 4)
    take_back(shipments=rows, by=None)
    order.refresh_from_db()
    assert (order.shipped_quantity, lying(bolt)) == (14, {"FAR": 6, "ROAD": 14})
    lose(order=order, quantity=Decimal(4), reason=reason, by=None)
    receive(order=order, quantity=Decimal(10), by=None)
    order.refresh_from_db()
    assert (order.state, order.shipped_quantity, order.received_quantity) == ("received", 10, 10)
    assert problems() == []


def test_an_order_whose_shipment_was_taken_back_may_be_closed(site: Site, far: Any) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, far)
    order = ordered(site, far, bolt)
    rows = shipped(order, 8)
    with pytest.raises(Refused, match="in transit"):
        close(orders=[order], by=None)
    take_back(shipments=rows, by=None)
    close(orders=[order], by=None)
    order.refresh_from_db()
    assert order.state == "closed"


def test_who_takes_a_shipment_back_works_at_the_place_it_came_from(site: Site, far: Any) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, far)
    rows = shipped(ordered(site, far, bolt), 4)
    with pytest.raises(PermissionDenied):
        take_back(shipments=rows, by=make_user("operator", site=site))
    take_back(shipments=rows, by=make_user("operator", site=far.site))
    assert lying(bolt) == {"FAR": 10}
