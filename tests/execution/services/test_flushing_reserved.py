"""Components that are flushed use up what is reserved for their own order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from execution.models import PickLine
from execution.services import release as module
from execution.services.release import release
from execution.services.report import report
from execution.services.reserve import free_standing
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Reservation
from p2p.inventory.services.allocation import allocate
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import unreserve
from planning.models import Material, ProductionOrder
from tests.execution.conftest import Plant, operations
from tests.factories import make_stock

pytestmark = pytest.mark.django_db


def hold_all(plant: Plant, order: ProductionOrder) -> None:
    """The whole stock is reserved for the order."""
    for item, quantity in ((plant.frame, 10), (plant.wheel, 20), (plant.paint, 10)):
        need = Need(item=item, quantity=Decimal(quantity), site=plant.site, reference=order.number)
        allocate(needs=[need], by=None)


def reserved(order: ProductionOrder) -> list[tuple[str, Decimal]]:
    rows = Reservation.objects.filter(reference=order.number).order_by("item__number")
    return list(rows.values_list("item__number", "quantity"))


def stocked(plant: Plant) -> ProductionOrder:
    plant.fill(10)
    order = plant.order(10, flushing="operation")
    make_stock(plant.wheel, 10, plant.places["STORE"])
    hold_all(plant, order)
    return order


def test_what_is_reserved_for_the_order_serves_what_it_flushes_and_a_surplus_is_free(plant: Plant) -> None:
    order = stocked(plant)
    release(orders=[order], by=plant.worker)
    assert reserved(order) == [("FRAME", 10), ("PAINT", 1), ("WHEEL", 20)]
    cut, weld = operations(order)
    report(operation=cut, good=Decimal(4), by=plant.worker)
    assert reserved(order) == [("FRAME", 6), ("PAINT", 1), ("WHEEL", 12)]
    report(operation=cut, good=Decimal(6), by=plant.worker)
    report(operation=weld, good=Decimal(10), by=plant.worker)
    assert reserved(order) == []
    assert (plant.there(plant.frame), plant.there(plant.wheel), plant.there(plant.paint)) == (0, 0, 9)
    assert problems() == []


def test_what_is_reserved_for_another_order_is_left_to_it(plant: Plant) -> None:
    order = stocked(plant)
    other = plant.order(10, flushing="operation")
    release(orders=[other], despite_shortage=True, by=plant.worker)
    with pytest.raises(Refused, match="10 EA FRAME"):
        report(operation=operations(other)[0], good=Decimal(10), by=plant.worker)
    assert reserved(order)[0] == ("FRAME", 10)


def test_release_looks_at_reservations_only_once_the_stock_is_locked(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody gives a reservation back while the release waits for the stock."""
    plant.fill(100)
    order = plant.order(10)
    hold_all(plant, order)
    share_out = module.share_out

    def meanwhile(**asked: object) -> object:
        unreserve(reservations=list(free_standing([order.number])), by=None)
        return share_out(**asked)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "share_out", meanwhile)
    (found,) = release(orders=[order], by=plant.worker)
    held = Reservation.objects.filter(pk__in=PickLine.objects.filter(pick_list=found).values("reservation"))
    assert held.count() == 3
    assert reserved(order) == [("FRAME", 10), ("PAINT", 1), ("WHEEL", 20)]


def named_place(plant: Plant, order: ProductionOrder, code: str = "LINE") -> None:
    Material.objects.filter(order=order, item=plant.frame).update(location=plant.places[code])


def at(plant: Plant, order: ProductionOrder) -> list[tuple[str, Decimal]]:
    rows = Reservation.objects.filter(reference=order.number, item=plant.frame).order_by("location__code")
    return list(rows.values_list("location__code", "quantity"))


def frames(plant: Plant, order: ProductionOrder, quantity: int, code: str) -> None:
    place = plant.places[code]
    need = Need(
        item=plant.frame, quantity=Decimal(quantity), site=plant.site, location=place, reference=order.number
    )
    allocate(needs=[need], by=None)


def test_a_named_place_serves_the_report_and_the_reservation_elsewhere_is_free_once_nobody_wants_it(
    plant: Plant,
) -> None:
    plant.fill(100)
    order = plant.order(10, flushing="operation")
    make_stock(plant.frame, 10, plant.places["LINE"])
    frames(plant, order, 8, "STORE")
    named_place(plant, order)
    release(orders=[order], by=plant.worker)
    (cut, _weld) = operations(order)
    report(operation=cut, good=Decimal(1), by=plant.worker)
    assert at(plant, order) == [("STORE", 8)], "nine are still wanted"
    report(operation=cut, good=Decimal(6), by=plant.worker)
    assert at(plant, order) == [("STORE", 3)], "three are still wanted"
    assert plant.there(plant.frame, "LINE") == 3
    report(operation=cut, good=Decimal(3), by=plant.worker)
    assert at(plant, order) == []
    assert (plant.there(plant.frame, "LINE"), plant.there(plant.frame)) == (0, 100)
    assert problems() == []


def test_an_empty_named_place_is_told_with_the_place_where_the_reservation_lies(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10, flushing="operation")
    make_stock(plant.frame, 10, plant.places["LINE"])
    frames(plant, order, 8, "STORE")
    named_place(plant, order)
    release(orders=[order], by=plant.worker)
    other = plant.order(10)
    frames(plant, other, 9, "LINE")
    with pytest.raises(Refused) as told:
        report(operation=operations(order)[0], good=Decimal(4), by=plant.worker)
    assert str(told.value) == (
        f"3 EA of FRAME are reserved for {order.number} at STORE, but are taken from LINE, where too little is free:"
        " bring them there, or give the reservation back."
    )
    assert (at(plant, order), at(plant, other)) == ([("STORE", 8)], [("LINE", 9)])


def test_what_is_reserved_at_the_named_place_goes_before_what_is_reserved_elsewhere(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10, flushing="operation")
    frames(plant, order, 10, "STORE")
    make_stock(plant.frame, 10, plant.places["LINE"])
    frames(plant, order, 10, "LINE")
    named_place(plant, order)
    release(orders=[order], despite_shortage=True, by=plant.worker)
    report(operation=operations(order)[0], good=Decimal(4), by=plant.worker)
    assert ("LINE", 6) in at(plant, order)
    assert plant.there(plant.frame, "LINE") == 6
