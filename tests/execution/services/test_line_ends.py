"""A bill line that its first issue ends: the rest is not wanted any more, until that issue is taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from execution.models import GivenUp, PickLine, PickList
from execution.services.pick import Picked, pick, unpick
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.inventory.checking import problems
from p2p.inventory.models import Reservation
from planning.models import Material, ProductionOrder
from planning.services.order import create_order
from tests.execution.conftest import Plant, operations
from tests.factories import make_bom, make_item, make_route

pytestmark = pytest.mark.django_db
D = Decimal


def wants(order: ProductionOrder) -> dict[str, Decimal]:
    return dict(Material.objects.filter(order=order).values_list("item__number", "quantity"))


def released(plant: Plant, flushing: str = "manual") -> tuple[ProductionOrder, PickList | None]:
    plant.fill(100)
    order = plant.order(10, number="MO-1", flushing=flushing)
    Material.objects.filter(order=order, item=plant.wheel).update(ends=True)
    lists = release(orders=[order], by=plant.worker)
    return order, lists[0] if lists else None


def test_an_order_takes_it_from_the_line_of_its_bill(plant: Plant) -> None:
    kit, bolt, nut = make_item("KIT", supply="make"), make_item("BOLT"), make_item("NUT")
    make_bom(kit, {bolt: {"quantity": D(4), "ends": True}, nut: 4})
    make_route(kit, [{"group": plant.groups[0]}])
    order = create_order(site=plant.site, item=kit, quantity=D(2), due_on=date(2026, 12, 20), by=plant.worker)
    assert dict(Material.objects.filter(order=order).values_list("item__number", "ends")) == {
        "BOLT": True,
        "NUT": False,
    }


def test_a_first_pick_ends_its_line_and_frees_what_was_reserved(plant: Plant) -> None:
    order, listed = released(plant)
    line = PickLine.objects.get(pick_list=listed, material__item=plant.wheel)
    pick(pick_list=listed, lines=[Picked(line=line, quantity=D(12))], by=plant.worker)
    assert wants(order) == {"FRAME": 10, "WHEEL": 12, "PAINT": 1}
    (given,) = GivenUp.objects.all()
    assert (given.material.item, given.quantity, given.report) == (plant.wheel, 8, None)
    assert set(Reservation.objects.values_list("item__number", flat=True)) == {"FRAME", "PAINT"}
    pick(pick_list=PickList.objects.get(pk=listed.pk), by=plant.worker)
    assert (plant.there(plant.wheel), plant.there(plant.frame)) == (88, 90)
    assert problems() == []


def test_the_pick_taken_back_wants_the_rest_again(plant: Plant) -> None:
    order, listed = released(plant)
    line = PickLine.objects.get(pick_list=listed, material__item=plant.wheel)
    pick(pick_list=listed, lines=[Picked(line=line, quantity=D(12))], by=plant.worker)
    unpick(pick_list=PickList.objects.get(pk=listed.pk), by=plant.worker)
    assert wants(order) == {"FRAME": 10, "WHEEL": 20, "PAINT": 1}
    open_lines = PickLine.objects.filter(pick_list__state="open", material__item=plant.wheel)
    assert sum(open_lines.values_list("quantity", flat=True)) == 20
    pick(pick_list=PickList.objects.get(pk=listed.pk), by=plant.worker)
    assert wants(order)["WHEEL"] == 12, "the next first issue ends it again"
    assert not PickList.objects.filter(state="open").exists()
    assert problems() == []


def test_what_flows_with_the_first_report_is_all_that_is_taken(plant: Plant) -> None:
    order, _none = released(plant, flushing="operation")
    cut, _weld = operations(order)
    first = report(operation=cut, good=D(3), scrap=D(0), by=plant.worker)
    assert wants(order) == {"FRAME": 10, "WHEEL": 6, "PAINT": 1}
    second = report(operation=cut, good=D(7), scrap=D(0), by=plant.worker)
    assert (plant.there(plant.wheel), plant.there(plant.frame)) == (94, 90)
    for row in (second, first):
        undo(report=row, by=plant.worker)
    assert wants(order) == {"FRAME": 10, "WHEEL": 20, "PAINT": 1}
    assert (plant.there(plant.wheel), plant.there(plant.frame)) == (100, 100)
    assert problems() == []


def test_a_line_that_does_not_end_is_wanted_whole(plant: Plant) -> None:
    order, listed = released(plant)
    line = PickLine.objects.get(pick_list=listed, material__item=plant.frame)
    pick(pick_list=listed, lines=[Picked(line=line, quantity=D(4))], by=plant.worker)
    assert wants(order)["FRAME"] == 10 and not GivenUp.objects.exists()
