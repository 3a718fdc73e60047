"""The pick lists of an order on the floor follow a new quantity."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from execution.models import PickLine, PickList
from execution.selectors import pick_lines
from execution.services.by_scan import put_line_back
from execution.services.pick import Picked, pick
from execution.services.release import release
from p2p.core import clock
from p2p.inventory.checking import problems
from p2p.inventory.models import Reservation
from planning.services.order import change_order, create_order
from planning.services.substitute import substitute
from strategies.models import BomAlternate
from tests.factories import (
    make_bom,
    make_item,
    make_location,
    make_locations,
    make_site,
    make_stock,
    make_user,
)

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def floor():
    """Ten boxes on the floor, each of two boards: twelve boards lie there, eight on the pick list have no place."""
    site = make_site("PLANT")
    store = make_locations(site)["STORE"]
    box, board = make_item("BOX", supply="make"), make_item("BOARD")
    make_bom(box, {board: 2})
    make_stock(board, 12, store)
    order = create_order(site=site, item=box, quantity=D(10), due_on=date(2099, 1, 5), by=None)
    release(orders=[order], despite_shortage=True, by=None)
    order.refresh_from_db()
    return order


def listed(order):
    rows = PickLine.objects.filter(pick_list__order=order).order_by("pk")
    return sorted((row.location is not None, int(row.quantity)) for row in rows)


def reserved():
    return sum(int(row.quantity) for row in Reservation.objects.all())


@pytest.mark.parametrize(
    ("quantity", "lines", "kept"),
    [
        (10, [(False, 8), (True, 12)], 12),
        (8, [(False, 4), (True, 12)], 12),
        (5, [(True, 10)], 10),
        (11, [(False, 10), (True, 12)], 12),
    ],
)
def test_the_list_wants_what_the_order_wants(floor, quantity, lines, kept):
    change_order(order=floor, quantity=D(quantity), priority=7, by=None)
    assert (listed(floor), reserved()) == (lines, kept)


def test_it_is_picked_whole_and_grows_by_a_line_without_a_place(floor):
    change_order(order=floor, quantity=D(5), by=None)
    change_order(order=floor, quantity=D(6), by=None)
    assert (listed(floor), reserved()) == ([(False, 2), (True, 10)], 10)
    pick(pick_list=PickList.objects.get(order=floor), by=None)
    assert floor.materials.get().issued_quantity == 12
    change_order(order=floor, priority=9, by=None)
    assert listed(floor) == [(False, 2), (True, 10)]


@pytest.fixture
def picked_and_put_back():
    """Ten boxes of two boards each, twelve from the store and eight from far away; of each some was picked and put
    back. `order`, and who may decide about it."""
    site, by = make_site("PLANT"), make_user("supervisor")
    store = make_locations(site)["STORE"]
    box, board, plank = make_item("BOX", supply="make"), make_item("BOARD"), make_item("PLANK")
    bom = make_bom(box, {board: 2})
    BomAlternate.objects.create(
        line=bom.lines.get(), component=plank, ratio=D(1), approved_by=by, approved_at=clock.now()
    )
    make_stock(board, 12, store)
    make_stock(board, 8, make_location(site, code="FAR"))
    make_stock(plank, 50, store)
    order = create_order(site=site, item=box, quantity=D(10), due_on=date(2099, 1, 5), by=None)
    release(orders=[order], by=None)
    for line in PickLine.objects.order_by("pk"):
        pick(pick_list=line.pick_list, lines=[Picked(line=line, quantity=D(3))], by=None)
        line.refresh_from_db()
        put_line_back(line=line, by=None)
    order.refresh_from_db()
    return order


def shown():
    lines = pick_lines(PickList.objects.get())
    return sorted((row.material.item.number, int(row.quantity)) for row in lines)


def test_a_line_that_was_picked_and_put_back_may_want_nothing_any_more(picked_and_put_back):
    change_order(order=picked_and_put_back, quantity=D(3), by=None)
    assert (shown(), reserved()) == ([("BOARD", 6)], 6)
    pick(pick_list=PickList.objects.get(), by=None)
    assert PickList.objects.get().state == "picked"
    assert problems() == []


def test_an_alternate_takes_the_place_of_what_was_picked_and_put_back(picked_and_put_back):
    material = picked_and_put_back.materials.get()
    substitute(material=material, alternate=BomAlternate.objects.get(), by=None)
    assert (shown(), reserved()) == ([("PLANK", 20)], 20)
    assert problems() == []
