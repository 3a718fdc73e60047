"""Moves that nobody had asked for: whole pallets with their boxes, taken back, and two people at one pallet."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from p2p.core.facts import Refused
from p2p.inventory.models import Balance, HandlingUnit, Move, StockTask, TaskMove
from p2p.inventory.services import task_work
from p2p.inventory.services.ledger import reverse
from tests.factories import make_item, make_location, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


class Yard:
    """A pallet with three bolts loose on it, a box of five in it, and in that a tote of seven nuts."""

    def __init__(self) -> None:
        self.site = make_site("SHOP")
        self.here, self.there, self.far = (make_location(self.site, code=code) for code in ("A", "B", "C"))
        self.pallet = HandlingUnit.objects.create(number="PAL-1", location=self.here)
        self.box = HandlingUnit.objects.create(
            number="BOX-1", kind="box", location=self.here, parent=self.pallet
        )
        self.tote = HandlingUnit.objects.create(
            number="TOTE-1", kind="tote", location=self.here, parent=self.box
        )
        self.bolt, self.nut = make_item("BOLT"), make_item("NUT")
        self.ann, self.bob = make_user("operator", username="ann"), make_user("operator", username="bob")

    def fill(self, **units: Any) -> None:
        for item, quantity, unit in (
            (self.bolt, 3, self.pallet),
            (self.bolt, 5, self.box),
            (self.nut, 7, self.tote),
        ):
            make_stock(item, quantity, self.here, into_unit=unit)

    def stands(self) -> set[str]:
        rows = HandlingUnit.objects.values_list("location__code", flat=True)
        return set(rows)

    def lies(self) -> dict[tuple[str, str], D]:
        rows = Balance.objects.filter(quantity__gt=0, location__site=self.site)
        return {(row.location.code, str(row.handling_unit)): row.quantity for row in rows}


@pytest.fixture
def yard() -> Yard:
    return Yard()


def test_a_pallet_goes_with_its_boxes_and_comes_back_with_them(yard: Yard) -> None:
    yard.fill()
    task = task_work.carry_unit(unit=yard.pallet, target=yard.there, by=yard.ann)
    assert task is not None and (task.state, task.quantity) == ("done", D(8))
    assert yard.lies() == {("B", "PAL-1"): D(3), ("B", "BOX-1"): D(5), ("B", "TOTE-1"): D(7)}
    assert yard.stands() == {"B"}
    task_work.undo(task=task, by=yard.ann)
    assert yard.lies() == {("A", "PAL-1"): D(3), ("A", "BOX-1"): D(5), ("A", "TOTE-1"): D(7)}
    assert yard.stands() == {"A"}


def test_a_pallet_with_nothing_on_it_but_a_full_box_moves_as_a_task_that_can_be_taken_back(
    yard: Yard,
) -> None:
    make_stock(yard.bolt, 5, yard.here, into_unit=yard.box)
    task = task_work.carry_unit(unit=yard.pallet, target=yard.there, by=yard.ann)
    assert task is not None and yard.stands() == {"B"}
    task_work.undo(task=task, by=yard.ann)
    assert yard.stands() == {"A"} and yard.lies() == {("A", "BOX-1"): D(5)}


def test_an_empty_pallet_moves_without_a_task(yard: Yard) -> None:
    assert task_work.carry_unit(unit=yard.pallet, target=yard.there, by=yard.ann) is None
    assert yard.stands() == {"B"} and not StockTask.objects.exists()


def test_what_somebody_else_brought_away_meanwhile_is_named_and_stays(yard: Yard) -> None:
    yard.fill()
    task_work.carry_unit(unit=yard.pallet, target=yard.there, seen_at=yard.here, by=yard.bob)
    with pytest.raises(Refused, match="bob has brought PAL-1 from A to B meanwhile: scan it again"):
        task_work.carry_unit(unit=yard.pallet, target=yard.far, seen_at=yard.here, by=yard.ann)
    assert yard.stands() == {"B"}


def test_an_empty_pallet_that_is_elsewhere_by_now_is_named_without_a_person(yard: Yard) -> None:
    task_work.carry_unit(unit=yard.pallet, target=yard.there, seen_at=yard.here, by=yard.bob)
    with pytest.raises(Refused, match="PAL-1 is not at A any more but at B"):
        task_work.carry_unit(unit=yard.pallet, target=yard.far, seen_at=yard.here, by=yard.ann)


def carried(yard: Yard, **also: Any) -> StockTask:
    make_stock(yard.bolt, 5, yard.here)
    said = {"item": yard.bolt, "quantity": D(5), "source": yard.here, "target": yard.there}
    return task_work.carry_now(**{**said, **also}, by=yard.ann)


def test_a_move_that_nobody_asked_for_leaves_no_open_task_when_it_is_taken_back(yard: Yard) -> None:
    task = carried(yard)
    back = task_work.undo(task=task, by=yard.ann)
    assert (back.state, back.done_quantity) == ("cancelled", D(0))
    assert yard.lies() == {("A", "None"): D(5)}
    with pytest.raises(Refused, match="was taken back before"):
        task_work.undo(task=task, by=yard.ann)


def test_reversed_in_the_ledger_it_is_closed_as_well(yard: Yard) -> None:
    task = carried(yard)
    reverse(moves=[TaskMove.objects.get(task=task).move], by=yard.bob)
    task.refresh_from_db()
    assert task.state == "cancelled"
    assert Move.objects.filter(reference=task.number).count() == 2
