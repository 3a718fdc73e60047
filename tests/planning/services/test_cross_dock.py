"""Goods that a customer waits for go from receiving straight to shipping."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest

from p2p.core.clock import now
from p2p.inventory.models import Balance, Lot, Reservation, SoftReservation, StockTask
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import reserve
from p2p.inventory.services.task_work import do, undo
from planning.models import Demand
from planning.services.delivery import DeliveryLine, deliver
from strategies.models import UnitConversion
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_lot,
    make_site,
    make_stock,
    make_unit,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("days", "stock", "kind", "straight"),
    [(0, 0, "sales", 6), (1, 4, "sales", 2), (0, 9, "sales", 0), (2, 0, "sales", 0), (0, 0, "forecast", 0)],
)
def test_what_free_stock_does_not_cover_of_demand_due_by_tomorrow_goes_to_shipping(
    days: int, stock: int, kind: str, straight: int
) -> None:
    site = make_site("MAIN")
    places = make_locations(site)
    dock, door = (
        make_location(site, code="DOCK", kind="receiving"),
        make_location(site, code="DOOR", kind="shipping"),
    )
    item = make_item("BOLT")
    if stock:
        make_stock(item, stock, places["STORE"])
    today = now().date()
    Demand.objects.create(
        number="SO-1", kind=kind, site=site, item=item, unit=item.unit, quantity=D(8), delivered_quantity=D(2),
        ordered_on=today, due_on=today + timedelta(days=days),
    )  # fmt: skip
    line = MoveLine(item=item, source=places["SUPPLIER"], target=dock, quantity=D(10), kind="receipt")
    post(lines=[line], by=None)
    found = {task.target: (task.quantity, task.reference) for task in StockTask.objects.all()}
    expected = {door: (D(straight), "SO-1/1")} if straight else {}
    assert found == {**expected, places["STORE"]: (D(10 - straight), "")}


@pytest.fixture
def brought():
    """Eight are wanted of what has just come in; an older lot lies in the store since."""
    site = make_site("MAIN")
    places = make_locations(site)
    dock = make_location(site, code="DOCK", kind="receiving")
    make_location(site, code="DOOR", kind="shipping")
    item = make_item("PAINT", tracking="lot")
    old, new = make_lot(item, "OLD"), make_lot(item, "NEW")
    today = now().date()
    demand = Demand.objects.create(
        number="SO-1",
        kind="sales",
        site=site,
        item=item,
        unit=item.unit,
        quantity=D(8),
        ordered_on=today,
        due_on=today,
    )
    line = MoveLine(
        item=item, source=places["SUPPLIER"], target=dock, quantity=D(20), kind="receipt", lot=new
    )
    post(lines=[line], by=None)
    make_stock(item, 30, places["STORE"], lot=old)
    return demand, StockTask.objects.get(reference="SO-1/1")


def kept():
    return list(Reservation.objects.values_list("location__code", "lot__number", "quantity", "reference"))


def test_what_was_brought_to_shipping_for_a_line_is_what_its_delivery_takes(brought):
    demand, task = brought
    do(task=task, quantity=D(5), by=None)
    assert kept() == [("DOOR", "NEW", 5, "SO-1/1")]
    do(task=task, by=None)
    assert sum(row[2] for row in kept()) == 8
    gone = deliver(lines=[DeliveryLine(demand=demand, quantity=D(8))], by=None)
    assert {row.move.lot.number for row in gone} == {"NEW"} and kept() == []
    assert not Balance.objects.filter(location__code="DOOR", quantity__gt=0).exists()


def test_what_was_brought_is_taken_back_with_what_was_kept_of_it_and_no_more(brought):
    _demand, task = brought
    do(task=task, quantity=D(5), by=None)
    do(task=task, quantity=D(3), by=None)
    undo(task=task, by=None)
    assert sum(row[2] for row in kept()) == 5
    undo(task=task, by=None)
    assert kept() == [] and Balance.objects.get(location__code="DOCK").quantity == 20


def test_a_line_keeps_no_more_than_it_still_wants(brought):
    demand, task = brought
    Demand.objects.filter(pk=demand.pk).update(delivered_quantity=6)
    do(task=task, by=None)
    assert kept() == [("DOOR", "NEW", 2, "SO-1/1")]


@pytest.mark.parametrize(
    ("lot", "claimed", "left"),
    [(None, 42, 8), (None, 45, 5), (None, 60, 0), ("NEW", 12, 8), ("NEW", 15, 5), ("OLD", 30, 8)],
)
def test_what_others_have_claimed_of_it_lies_there_free(brought, lot, claimed, left):
    """Twenty of the new lot came, thirty of the old one lie there."""
    demand, task = brought
    SoftReservation.objects.create(
        item=demand.item,
        site=demand.site,
        lot=Lot.objects.get(number=lot) if lot else None,
        quantity=D(claimed),
        reference="OTHER",
    )
    do(task=task, by=None)
    assert sum(row[2] for row in kept()) == left


def test_what_the_line_has_claimed_itself_becomes_what_is_kept(brought):
    demand, task = brought
    claim = {"item": demand.item, "site": demand.site, "reference": demand.reference}
    SoftReservation.objects.create(quantity=D(3), **claim)
    SoftReservation.objects.create(quantity=D(4), lot=Lot.objects.get(number="NEW"), **claim)
    do(task=task, quantity=D(5), by=None)
    assert kept() == [("DOOR", "NEW", 5, "SO-1/1")]
    assert [(row.lot, row.quantity) for row in SoftReservation.objects.all()] == [(None, 2)]


def test_what_is_on_hold_or_past_its_day_is_brought_and_not_kept(brought):
    demand, task = brought
    do(task=task, quantity=D(2), by=None)
    Lot.objects.filter(number="NEW").update(expires_on=now().date() - timedelta(days=1))
    do(task=task, by=None)
    assert sum(row[2] for row in kept()) == 2


def test_what_is_kept_for_a_line_in_whatever_unit_is_not_brought_again() -> None:
    """Two dozen are wanted, fifteen pieces of them are kept in the store."""
    site = make_site("MAIN")
    places = make_locations(site)
    dock = make_location(site, code="DOCK", kind="receiving")
    door = make_location(site, code="DOOR", kind="shipping")
    item, today = make_item("BOLT"), now().date()
    dozen = make_unit("DOZ")
    UnitConversion.objects.create(source=dozen, target=item.unit, numerator=12, denominator=1)
    Demand.objects.create(
        number="SO-1",
        kind="sales",
        site=site,
        item=item,
        unit=dozen,
        quantity=D(2),
        ordered_on=today,
        due_on=today,
    )
    make_stock(item, 15, places["STORE"])
    reserve(needs=[Need(item=item, quantity=D(15), site=site, reference="SO-1/1")], by=None)
    post(
        lines=[MoveLine(item=item, source=places["SUPPLIER"], target=dock, quantity=D(20), kind="receipt")],
        by=None,
    )
    found = {task.target: (task.quantity, task.reference) for task in StockTask.objects.all()}
    assert found == {door: (D(9), "SO-1/1"), places["STORE"]: (D(11), "")}
