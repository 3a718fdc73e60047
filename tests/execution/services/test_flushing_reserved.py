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
from planning.models import ProductionOrder
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
