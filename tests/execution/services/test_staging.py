"""Raw material comes to the line: for flushed components at release, for what was short when it arrives."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from execution.models import PickLine
from execution.services.pick import pick
from execution.services.release import release
from p2p.inventory.models import Move, Reservation, StockTask
from p2p.inventory.services import task_work
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.packing import Packing, pack, unpack
from p2p.inventory.services.units import create_units
from planning.models import Material
from tests.execution.conftest import Plant
from tests.factories import make_location, make_stock


def at_line(plant: Plant) -> None:
    """The first work centre takes its components from LINE."""
    plant.groups[0].input_location = plant.places["LINE"]
    plant.groups[0].save()


def test_release_stages_flushed_components_that_lack_at_their_line(plant: Plant) -> None:
    at_line(plant)
    plant.fill()
    make_stock(plant.frame, 4, plant.places["LINE"])
    order = plant.order(10, flushing="operation", number="MO-1")
    Material.objects.filter(order=order, item=plant.frame).update(location=plant.places["LINE"])
    release(orders=[order], by=plant.worker)
    task = StockTask.objects.get()
    assert (task.kind, task.item, task.quantity, task.reference) == ("supply", plant.frame, D(6), "MO-1")
    assert (task.source, task.target) == (plant.places["STORE"], plant.places["LINE"])
    task_work.do(task=task, by=plant.worker)
    assert plant.there(plant.frame, "LINE") == 10


def test_components_taken_from_anywhere_or_picked_are_not_staged(plant: Plant) -> None:
    at_line(plant)
    plant.fill()
    release(orders=[plant.order(10, flushing="operation"), plant.order(10)], by=plant.worker)
    assert not StockTask.objects.exists()


def test_what_a_pick_list_lacks_goes_from_receiving_straight_to_its_line(plant: Plant) -> None:
    at_line(plant)
    dock = make_location(plant.site, code="DOCK", kind="receiving")
    order = plant.order(10, number="MO-1")
    release(orders=[order], despite_shortage=True, by=plant.worker)
    line = MoveLine(
        item=plant.frame, source=plant.places["SUPPLIER"], target=dock, quantity=D(25), kind="receipt"
    )
    post(lines=[line], by=None)
    first, rest = StockTask.objects.filter(item=plant.frame).order_by("pk")
    assert (first.target, first.quantity, first.reference) == (plant.places["LINE"], D(10), "MO-1")
    assert first.priority < rest.priority and rest.quantity == 15


@pytest.mark.django_db(transaction=True)
def test_a_pick_line_follows_reserved_stock_to_its_new_place_and_is_picked_there(plant: Plant) -> None:
    plant.fill(10)
    shelf = make_location(plant.site, code="SHELF")
    order = plant.order(5)
    (picks,) = release(orders=[order], by=plant.worker)
    wheels = PickLine.objects.get(material__item=plant.wheel)
    task_work.carry_now(
        item=plant.wheel, quantity=D(10), source=plant.places["STORE"], target=shelf, by=plant.worker
    )
    wheels.refresh_from_db()
    assert wheels.location == shelf and Reservation.objects.get(pk=wheels.reservation_id).location == shelf
    pick(pick_list=picks, by=plant.worker)
    assert Move.objects.get(kind="issue", item=plant.wheel).source == shelf


@pytest.mark.django_db(transaction=True)
def test_reserved_stock_that_was_packed_or_unpacked_is_picked_all_the_same(plant: Plant) -> None:
    plant.fill(10)
    (picks,) = release(orders=[plant.order(5)], by=plant.worker)
    lines = {row.material.item: row for row in PickLine.objects.select_related("material__item")}
    pallet, box = create_units(location=plant.places["STORE"], count=2, by=None)
    pack(unit=pallet, lines=[Packing(item=plant.wheel)], by=None)
    pack(unit=box, lines=[Packing(item=plant.frame)], by=None)
    unpack(unit=box, by=None)
    for item, unit in ((plant.wheel, pallet), (plant.frame, None)):
        lines[item].refresh_from_db()
        assert lines[item].handling_unit == unit
    pick(pick_list=picks, by=plant.worker)
    moves = Move.objects.filter(kind="issue").exclude(item=plant.paint)
    assert {move.item: move.handling_unit for move in moves} == {plant.wheel: pallet, plant.frame: None}
