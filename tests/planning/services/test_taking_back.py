"""What left or came in by mistake is taken back: what stays together, whose it is, and what is kept for whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import HandlingUnit, Move, Reservation
from p2p.inventory.services.reservations import Need, reserve
from p2p.inventory.services.taking import Taken
from planning.models import DemandMove, ReplenishmentMove, ReplenishmentOrder, ShipmentMove
from planning.services import delivered, receipts, shipments
from planning.services.delivery import DeliveryLine, deliver
from planning.services.demand import create_customer, create_demand
from planning.services.give_back import give_back
from planning.services.receive import receive
from planning.services.replenishment import create_replenishment
from planning.services.transfer import ShipLine, ship
from tests.factories import make_item, make_location, make_site, make_stock, make_user, make_vendor
from tests.planning.services.test_travelling_units import Yard

pytestmark = pytest.mark.django_db


def test_of_what_left_on_a_pallet_no_part_is_taken_back_so_that_the_pallet_stands_at_one_place() -> None:
    yard = Yard()
    (row,) = [row for row in yard.sent() if row.move.item == yard.bolt]
    with pytest.raises(Refused, match="BOLT left in PALLET: take all 4 EA of it back"):
        shipments.take_back(shipments=[row], quantity=Decimal(1), by=None)
    assert set(HandlingUnit.objects.values_list("location", flat=True)) == {yard.road.pk}
    shipments.take_back(shipments=[row], quantity=Decimal(4), by=None)
    assert HandlingUnit.objects.get(number="PALLET").location == yard.store
    assert problems() == []


def test_part_of_an_over_delivery_is_kept_for_the_line_only_when_it_waits_again() -> None:
    site, item = make_site("MAIN"), make_item("BOLT")
    make_stock(item, 200, site.locations.get(code="STORE"))
    acme = create_customer(number="C", name="C", over_delivery_fraction=Decimal("0.1"), by=None)
    demand = create_demand(
        number="SO-1", site=site, item=item, quantity=Decimal(100), due_on=date(2099, 1, 1), customer=acme, by=None
    )  # fmt: skip
    reserve(needs=[Need(item=item, quantity=Decimal(100), site=site, reference=str(demand))], by=None)
    deliver(lines=[DeliveryLine(demand=demand, quantity=Decimal(110))], by=None)
    sent = list(DemandMove.objects.order_by("pk"))
    delivered.take_back(
        deliveries=[max(sent, key=lambda row: row.move.quantity)], quantity=Decimal(5), by=None
    )
    demand.refresh_from_db()
    assert (demand.state, demand.delivered_quantity) == ("delivered", 105)
    assert not Reservation.objects.exists()
    assert problems() == []
    rest = list(DemandMove.objects.filter(move__reverses=None, move__reversed_by=None))
    delivered.take_back(deliveries=rest, by=None)
    demand.refresh_from_db()
    assert demand.state == "open"
    assert sum(Reservation.objects.values_list("quantity", flat=True)) == 95
    assert problems() == []


def test_who_takes_back_what_came_straight_from_another_site_works_there_too() -> None:
    home, far = make_site("HOME"), make_site("FAR")
    item, store = make_item("BOLT"), far.locations.get(code="STORE")
    make_stock(item, 10, store)
    order = create_replenishment(
        site=home, item=item, quantity=Decimal(10), due_on=date(2099, 1, 1), from_location=store, by=None
    )
    receive(order=order, quantity=Decimal(10), by=None)
    came = list(ReplenishmentMove.objects.all())
    with pytest.raises(PermissionDenied):
        receipts.take_back(receipts=came, by=make_user("supervisor", site=home))
    assert not Move.objects.exclude(reverses=None).exists()
    receipts.take_back(receipts=came, by=make_user("supervisor", site=far))
    assert problems() == []


def test_two_lines_of_one_transfer_do_not_ship_more_than_it_asks_for() -> None:
    home, far = make_site("HOME"), make_site("FAR")
    make_location(home, code="ROAD", kind="transit", nettable=False)
    item, store = make_item("BOLT"), far.locations.get(code="STORE")
    make_stock(item, 20, store)
    order = create_replenishment(
        site=home, item=item, quantity=Decimal(10), due_on=date(2099, 1, 1), from_location=store, by=None
    )
    with pytest.raises(Refused, match="10 EA of BOLT are still to leave, not 16"):
        ship(lines=[ShipLine(order=order, quantity=Decimal(8))] * 2, by=None)
    assert not ShipmentMove.objects.exists()
    ship(lines=[ShipLine(order=order, quantity=Decimal(5))] * 2, by=None)
    order.refresh_from_db()
    assert order.shipped_quantity == 10


def test_no_more_goes_back_to_the_vendor_than_came_with_or_without_replacement() -> None:
    site, item = make_site("MAIN"), make_item("BOLT")
    store = site.locations.get(code="STORE")
    make_stock(item, 50, store)
    order = create_replenishment(
        site=site, item=item, quantity=Decimal(10), due_on=date(2099, 1, 1), vendor=make_vendor(), by=None
    )
    receive(order=order, quantity=Decimal(10), by=None)

    def back(quantity: int, *, sent_again: bool = False) -> None:
        give_back(order=order, pieces=[Taken(store, Decimal(quantity))], sent_again=sent_again, by=None)

    back(4)
    back(3, sent_again=True)
    with pytest.raises(Refused, match="3 EA have come and not gone back yet: 4 cannot go back"):
        back(4)
    back(3)
    with pytest.raises(Refused, match="0 EA have come and not gone back yet: 1 cannot go back"):
        back(1, sent_again=True)


def test_what_the_vendor_sends_again_is_no_finding_but_more_or_less_than_that_is() -> None:
    site, item = make_site("MAIN"), make_item("BOLT")
    order = create_replenishment(
        site=site, item=item, quantity=Decimal(10), due_on=date(2099, 1, 1), vendor=make_vendor(), number="PO-1",
        by=None,
    )  # fmt: skip
    store = site.locations.get(code="STORE")
    receive(order=order, quantity=Decimal(10), location=store, by=None)
    give_back(order=order, pieces=[Taken(store, Decimal(3))], sent_again=True, by=None)
    assert problems() == []
    receive(order=order, quantity=Decimal(2), location=store, by=None)
    assert problems() == []
    for wrong in (8, 13):
        ReplenishmentOrder.objects.update(received_quantity=wrong)
        assert [found.sentence for found in problems()] == [f"PO-1: has {wrong}, should be 9 to 12"]
