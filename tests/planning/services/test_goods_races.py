"""Several people at one delivery: what comes counts once, what goes goes once, and nobody waits in a circle."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Lot, Move
from p2p.inventory.services.reservations import Need, reserve
from planning.models import Demand, DemandMove, ReplenishmentMove, ReplenishmentOrder
from planning.services.delivery import DeliveryLine, deliver
from planning.services.demand import create_demand
from planning.services.receipts import take_back
from planning.services.receive import ReceiptLine, receive, receive_lines
from planning.services.replenishment import create_replenishment
from planning.services.transfer import ShipLine, ship
from strategies.models import Site
from tests.factories import make_item, make_location, make_site, make_stock, make_user, make_vendor
from tests.inventory.services.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def refused(results: list[Any]) -> list[str]:
    """The sentences of those that were refused; anything else that went wrong fails here."""
    wrong = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, Refused) for one in wrong), wrong
    return [str(one) for one in wrong]


def bought(site: Site, item: Any, quantity: int = 10) -> ReplenishmentOrder:
    return create_replenishment(
        site=site,
        item=item,
        quantity=Decimal(quantity),
        due_on=date(2099, 1, 1),
        vendor=make_vendor(),
        by=None,
    )


def wanted(site: Site, item: Any, number: str, quantity: int = 10) -> Demand:
    return create_demand(
        number=number, site=site, item=item, quantity=Decimal(quantity), due_on=date(2099, 1, 1), by=None
    )


def test_two_people_receive_the_same_order_and_it_comes_in_once() -> None:
    order = bought(make_site("MAIN"), make_item("PAINT", tracking="lot"))
    results = at_once([lambda: receive(order=order, quantity=Decimal(10), by=None)] * 2)
    assert len(refused(results)) == 1
    order.refresh_from_db()
    assert (order.received_quantity, order.state) == (10, "received")
    assert (ReplenishmentMove.objects.count(), Lot.objects.count()) == (1, 1)
    assert problems() == []


def test_parts_that_come_together_all_count() -> None:
    order = bought(make_site("MAIN"), make_item("PAINT", tracking="lot"))
    results = at_once([lambda: receive(order=order, quantity=Decimal(2), by=None)] * 6)
    assert len(refused(results)) == 1
    order.refresh_from_db()
    assert (order.received_quantity, order.state) == (10, "received")
    assert len(set(Lot.objects.values_list("number", flat=True))) == 5


def test_the_same_lines_in_another_order_wait_in_no_circle() -> None:
    site = make_site("MAIN")
    orders = [bought(site, make_item(tracking="lot"), 40) for _ in range(8)]
    lines = [ReceiptLine(order=order, quantity=Decimal(5)) for order in orders]
    ways = [lines, lines[::-1], lines[::2] + lines[1::2], lines[4:] + lines[:4]]
    results = at_once([lambda way=way: receive_lines(lines=way, by=None) for way in ways])
    assert refused(results) == []
    assert set(ReplenishmentOrder.objects.values_list("received_quantity", flat=True)) == {20}
    assert problems() == []


def test_a_receipt_is_taken_back_by_one_of_two() -> None:
    order = bought(make_site("MAIN"), make_item("BOLT"))
    rows = receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(10))], by=None)
    results = at_once([lambda: take_back(receipts=rows, by=None)] * 2)
    assert refused(results) == ["One of these moves was already reversed."]
    order.refresh_from_db()
    assert order.received_quantity == 0
    assert problems() == []


def test_two_people_deliver_the_same_line_and_it_goes_once() -> None:
    site, bolt = make_site("MAIN"), make_item("BOLT")
    make_stock(bolt, 100, site.locations.get(code="STORE"))
    demand = wanted(site, bolt, "SO-1")
    results = at_once(
        [lambda: deliver(lines=[DeliveryLine(demand=demand, quantity=Decimal(10))], by=None)] * 2
    )
    assert len(refused(results)) == 1
    demand.refresh_from_db()
    assert (demand.delivered_quantity, demand.state) == (10, "delivered")
    assert Balance.objects.get().quantity == 90


def test_eight_customers_after_the_stock_of_five_and_five_get_it() -> None:
    site, bolt, nut = make_site("MAIN"), make_item("BOLT"), make_item("NUT")
    store = site.locations.get(code="STORE")
    make_stock(bolt, 50, store)
    make_stock(nut, 50, store)
    pairs = [(wanted(site, bolt, f"SO-{n}"), wanted(site, nut, f"SX-{n}")) for n in range(8)]
    reserve(needs=[Need(item=bolt, quantity=Decimal(10), site=site, reference=str(pairs[7][0]))], by=None)

    def go(index: int) -> Any:
        lines = [DeliveryLine(demand=one, quantity=Decimal(10)) for one in pairs[index]]
        return deliver(lines=lines if index % 2 else lines[::-1], by=None)

    results = at_once([lambda index=index: go(index) for index in range(8)])
    assert len(refused(results)) == 3
    assert DemandMove.objects.count() == 10
    assert not Balance.objects.filter(quantity__gt=0).exists()
    assert problems() == []


def test_a_double_click_receives_once() -> None:
    order = bought(make_site("MAIN"), make_item("BOLT"), 100)
    user = make_user("operator")
    where = reverse("planning:replenishment-receive", args=[order.pk])

    def click() -> int:
        client = Client()
        client.force_login(user)
        return client.post(where, {"key": "one-click", f"{order.pk}-0-quantity": "10"}).status_code

    assert at_once([click] * 4) == [303] * 4
    assert Move.objects.filter(kind="receipt").count() == 1
    order.refresh_from_db()
    assert order.received_quantity == 10


def test_what_travels_and_what_comes_from_stock_is_locked_with_the_place_it_goes_to() -> None:
    """One order takes in what travels for it, another one has its goods still in the other store."""
    here, far = make_site("MAIN").locations.get(code="STORE"), make_site("OTHER")
    make_location(here.site, code="ROAD", kind="transit", nettable=False)
    there = make_location(far, code="FAR")
    for turn in range(12):
        bolt = make_item(f"BOLT-{turn}")
        make_stock(bolt, 30, there)
        orders = [
            create_replenishment(
                site=here.site,
                item=bolt,
                quantity=Decimal(10),
                due_on=date(2099, 1, 1),
                from_location=there,
                by=None,
            )
            for _one in range(2)
        ]
        ship(lines=[ShipLine(order=orders[0], quantity=Decimal(10))], by=None)
        results = at_once(
            [lambda order=order: receive(order=order, quantity=Decimal(10), by=None) for order in orders]
        )
        assert refused(results) == []
        assert Balance.objects.get(item=bolt, location=here).quantity == 20
    assert problems() == []
