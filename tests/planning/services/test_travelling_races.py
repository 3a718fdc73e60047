"""A pallet that travelled is taken back while somebody carries it: one of them is told, nobody waits in a circle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, HandlingUnit
from p2p.inventory.services import task_work
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.units import create_units
from planning.models import ShipmentMove
from planning.services import receipts, shipments, shipping_units
from planning.services.arriving_units import receive_units
from planning.services.replenishment import create_replenishment
from planning.services.shipping_units import ship_units
from tests.factories import make_item, make_location, make_site, make_stock
from tests.inventory.services.test_unit_races import Slow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


class Road:
    """A pallet with four bolts left FAR for HOME."""

    def __init__(self) -> None:
        self.home, far = make_site("HOME"), make_site("FAR")
        self.transit = make_location(self.home, code="ROAD", kind="transit", nettable=False)
        store, bolt = far.locations.get(code="STORE"), make_item("BOLT")
        make_stock(bolt, 4, store)
        (self.pallet,) = create_units(number="PAL", location=store, by=None)
        pack(unit=self.pallet, lines=[Packing(item=bolt)], by=None)
        order = create_replenishment(
            site=self.home,
            item=bolt,
            quantity=Decimal(4),
            due_on=date(2099, 1, 1),
            from_location=store,
            by=None,
        )
        self.left: list[ShipmentMove] = ship_units(units=[self.pallet], order=order, by=None)

    def together(self) -> str:
        """The one place where the pallet stands and its bolts lie."""
        unit = HandlingUnit.objects.get(pk=self.pallet.pk)
        pile = Balance.objects.get(handling_unit=unit, quantity__gt=0)
        assert unit.location is not None and pile.location == unit.location
        return f"{unit.location.site.code} {unit.location.code}"


@pytest.fixture
def road() -> Road:
    return Road()


def done(results: list[Any]) -> list[bool]:
    """Who got through; anything but a refusal fails here."""
    wrong = [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert wrong == []
    return [not isinstance(one, Refused) for one in results]


def test_a_receipt_is_taken_back_while_somebody_carries_the_pallet_on(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = receive_units(units=[road.pallet], by=None)
    other = make_location(road.home, code="OTHER")
    results = Slow(monkeypatch, receipts, "bring_back").race(
        lambda: receipts.take_back(receipts=rows, by=None),
        lambda: task_work.carry_unit(unit=road.pallet, target=other, by=None),
    )
    assert done(results) == [True, False]
    assert road.together() == "HOME ROAD"
    assert problems() == []


def test_a_pallet_is_carried_on_while_somebody_takes_its_receipt_back(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = receive_units(units=[road.pallet], by=None)
    other = make_location(road.home, code="OTHER")
    results = Slow(monkeypatch, task_work, "create").race(
        lambda: task_work.carry_unit(unit=road.pallet, target=other, by=None),
        lambda: receipts.take_back(receipts=rows, by=None),
    )
    assert done(results) == [True, False]
    assert road.together() == "HOME OTHER"
    assert problems() == []


@pytest.mark.parametrize("first", ["take_back", "receive"])
def test_a_shipment_is_taken_back_or_received_but_not_both(
    road: Road, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    jobs: list[Callable[[], Any]] = [
        lambda: shipments.take_back(shipments=road.left, by=None),
        lambda: receive_units(units=[road.pallet], by=None),
    ]
    if first == "receive":
        jobs.reverse()
    module, name = (shipments, "bring_back") if first == "take_back" else (receipts, "book")
    assert done(Slow(monkeypatch, module, name).race(*jobs)) == [True, False]
    assert road.together() == ("FAR STORE" if first == "take_back" else "HOME STORE")
    assert problems() == []


def test_two_people_name_the_same_pallets_in_opposite_order(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One order each, so that the orders do not keep them apart: the pallets alone do."""
    far = road.left[0].order.from_location
    assert far is not None
    third, nut, cap = make_site("THIRD"), make_item("NUT"), make_item("CAP")
    make_location(third, code="ROAD", kind="transit", nettable=False)
    pallets = []
    for item in (nut, cap):
        make_stock(item, 4, far)
        (pallet,) = create_units(location=far, by=None)
        pack(unit=pallet, lines=[Packing(item=item)], by=None)
        pallets.append(pallet)
    orders = [
        create_replenishment(
            site=site, item=item, quantity=Decimal(4), due_on=date(2099, 1, 1), from_location=far, by=None
        )
        for site in (road.home, third)
        for item in (nut, cap)
    ]
    results = Slow(monkeypatch, shipping_units, "_shared").race(
        lambda: ship_units(units=pallets, order=orders[0], by=None),
        lambda: ship_units(units=pallets[::-1], order=orders[2], by=None),
    )
    assert sorted(done(results)) == [False, True]
    assert problems() == []
