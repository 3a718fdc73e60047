"""From a firm order to components at the line, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from execution.facts import MaterialIssued, Released, Releasing
from execution.models import PickLine, PickList
from execution.services.pick import Picked, pick, unpick
from execution.services.release import release, unrelease
from execution.services.report import report
from p2p.core.facts import heard, listening
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Reservation
from p2p.inventory.selectors import available
from planning.models import Material, Operation
from strategies.models import Site
from tests.execution.conftest import Plant, operations
from tests.factories import make_item, make_lot, make_order, make_stock

pytestmark = pytest.mark.django_db


def test_release_reserves_what_is_picked_and_writes_the_list(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10)
    with heard(Released) as told:
        (pick_list,) = release(orders=[order], by=plant.worker)
    order.refresh_from_db()
    assert (order.state, pick_list.number, len(told)) == ("released", "PK-000001", 1)
    assert {each.state for each in operations(order)} == {"released"}
    lines = PickLine.objects.filter(pick_list=pick_list)
    assert [(line.material.item.number, line.quantity, line.location.code) for line in lines] == [
        ("FRAME", 10, "STORE"),
        ("WHEEL", 20, "STORE"),
        ("PAINT", 1, "STORE"),
    ]
    assert available(plant.site)[plant.wheel.pk] == 80
    assert problems() == []


def test_a_shortage_names_order_and_components_and_changes_nothing(plant: Plant) -> None:
    plant.fill(15)
    order = plant.order(10, number="MO-7")
    with pytest.raises(Refused, match=r"Free stock is short for MO-7: 5 EA WHEEL\."):
        release(orders=[order], by=plant.worker)
    order.refresh_from_db()
    assert order.state == "firm"
    assert not Reservation.objects.exists()


def test_the_urgent_order_gets_the_stock(plant: Plant) -> None:
    plant.fill(30)
    calm, urgent = plant.order(10, number="MO-1"), plant.order(10, number="MO-2", priority=1)
    with pytest.raises(Refused, match="short for MO-1: 10 EA WHEEL"):
        release(orders=[calm, urgent], by=plant.worker)


def test_released_despite_a_shortage_the_missing_line_has_no_place_and_is_picked_later(plant: Plant) -> None:
    plant.fill(15)
    order = plant.order(10)
    (pick_list,) = release(orders=[order], despite_shortage=True, by=plant.worker)
    assert list(PickLine.objects.filter(location=None).values_list("material__item__number", "quantity")) == [
        ("WHEEL", 5)
    ]
    with pytest.raises(Refused, match="free stock lacks 5 EA WHEEL"):
        pick(pick_list=pick_list, by=plant.worker)
    make_stock(plant.wheel, 5, plant.places["LINE"])
    pick(pick_list=pick_list, by=plant.worker)
    assert plant.there(plant.wheel) == plant.there(plant.wheel, "LINE") == 0
    assert problems() == []


def test_flushed_components_are_checked_but_not_reserved(plant: Plant) -> None:
    plant.fill(15)
    order = plant.order(10, flushing="operation")
    with pytest.raises(Refused, match="5 EA WHEEL"):
        release(orders=[order], by=plant.worker)
    make_stock(plant.wheel, 5, plant.places["STORE"])
    assert release(orders=[order], by=plant.worker) == []
    assert not Reservation.objects.exists()


def test_an_objection_from_the_right_stops_the_release(plant: Plant) -> None:
    plant.fill()

    def no(fact: Releasing) -> None:
        raise Refused("The drawing is missing.")

    with listening("ask", Releasing, no), pytest.raises(Refused, match="drawing"):
        release(orders=[plant.order()], by=plant.worker)


def test_nothing_is_released_twice(plant: Plant) -> None:
    plant.fill()
    order = plant.order(number="MO-9")
    release(orders=[order], by=plant.worker)
    with pytest.raises(Refused, match="MO-9 is Released: cannot release."):
        release(orders=[order], by=plant.worker)


def test_picking_issues_the_components_and_lifts_the_promise(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10)
    (pick_list,) = release(orders=[order], by=plant.worker)
    with heard(MaterialIssued) as told:
        pick(pick_list=pick_list, by=plant.worker)
    pick_list.refresh_from_db()
    assert (pick_list.state, pick_list.picked_by) == ("picked", plant.worker)
    assert plant.there(plant.wheel) == 80
    assert list(Material.objects.filter(order=order).values_list("issued_quantity", flat=True)) == [10, 20, 1]
    assert [(fact.order, len(fact.moves), fact.reversed) for fact in told] == [(order, 3, False)]
    assert not Reservation.objects.exists()
    with pytest.raises(Refused, match="is Picked: cannot pick"):
        pick(pick_list=pick_list, by=plant.worker)
    assert problems() == []


def test_a_part_is_picked_and_the_rest_stays_reserved(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10)
    (pick_list,) = release(orders=[order], by=plant.worker)
    line = PickLine.objects.get(material__item=plant.wheel)
    pick(pick_list=pick_list, lines=[Picked(line=line, quantity=Decimal(8))], by=plant.worker)
    pick_list.refresh_from_db()
    assert pick_list.state == "open"
    assert Reservation.objects.get(item=plant.wheel).quantity == 12
    with pytest.raises(Refused, match="13 EA of WHEEL is more than the 12 left"):
        pick(pick_list=pick_list, lines=[Picked(line=line, quantity=Decimal(13))], by=plant.worker)
    pick(pick_list=pick_list, by=plant.worker)
    pick_list.refresh_from_db()
    assert pick_list.state == "picked"
    assert problems() == []


def test_unpicking_brings_everything_back_to_its_place_and_promise(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10)
    (pick_list,) = release(orders=[order], by=plant.worker)
    pick(pick_list=pick_list, by=plant.worker)
    with pytest.raises(Refused, match="take that back first"):
        unrelease(orders=[order], by=plant.worker)
    unpick(pick_list=pick_list, by=plant.worker)
    assert plant.there(plant.wheel) == 100
    assert Reservation.objects.get(item=plant.wheel).quantity == 20
    assert set(Material.objects.filter(order=order).values_list("issued_quantity", flat=True)) == {0}
    unrelease(orders=[order], by=plant.worker)
    order.refresh_from_db()
    assert order.state == "scheduled"
    assert PickList.objects.get().state == "cancelled"
    assert not Reservation.objects.exists()
    assert problems() == []


def test_what_products_contain_is_not_unpicked(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10, operations=[{}])
    (pick_list,) = release(orders=[order], by=plant.worker)
    pick(pick_list=pick_list, by=plant.worker)
    (operation,) = operations(order)
    report(operation=operation, good=Decimal(4), by=plant.worker)
    with pytest.raises(Refused, match="FRAME is already part of what .* has made"):
        unpick(pick_list=pick_list, by=plant.worker)


def test_lots_are_picked_first_expiring_first(plant: Plant) -> None:
    import datetime

    resin = make_item("RESIN", tracking="lot")
    late = make_lot(resin, "LATE", expires_on=datetime.date(2099, 1, 1))
    soon = make_lot(resin, "SOON", expires_on=datetime.date(2098, 1, 1))
    for lot in (late, soon):
        make_stock(resin, 6, plant.places["STORE"], lot=lot)
    order = make_order(plant.product, 10, site=plant.site, materials={resin: 1})
    (pick_list,) = release(orders=[order], by=plant.worker)
    rows = pick(pick_list=pick_list, by=plant.worker)
    assert [(row.move.lot.number, row.move.quantity) for row in rows] == [("SOON", 6), ("LATE", 4)]


def test_fifty_orders_are_released_in_as_many_statements_as_one(
    plant: Plant, django_assert_max_num_queries: Any
) -> None:
    plant.fill(10_000)
    orders = [plant.order(2) for _ in range(50)]
    with django_assert_max_num_queries(60):
        lists = release(orders=orders, by=plant.worker)
    assert len(lists) == 50
    assert Operation.objects.filter(state="released").count() == 100
    assert problems() == []


def test_a_site_below_zero_flushes_without_stock(plant: Plant) -> None:
    Site.objects.filter(pk=plant.site.pk).update(may_go_negative=True)
    order = plant.order(10, flushing="operation", operations=[{}])
    release(orders=[order], despite_shortage=True, by=plant.worker)
    report(operation=operations(order)[0], good=Decimal(10), by=plant.worker)
    assert plant.there(plant.wheel) == -20
    assert problems() == []


def test_below_zero_nothing_is_flushed_that_is_reserved_for_others(plant: Plant) -> None:
    Site.objects.filter(pk=plant.site.pk).update(may_go_negative=True)
    plant.fill(20)
    release(orders=[plant.order(10)], by=plant.worker)
    other = plant.order(2, flushing="operation", operations=[{}])
    release(orders=[other], despite_shortage=True, by=plant.worker)
    with pytest.raises(Refused, match=r"cannot take its components: free stock lacks 4 EA WHEEL\."):
        report(operation=operations(other)[0], good=Decimal(2), by=plant.worker)


def test_what_is_brought_back_makes_good_what_is_owed_and_the_line_waits(plant: Plant) -> None:
    Site.objects.filter(pk=plant.site.pk).update(may_go_negative=True)
    plant.fill(20)
    (pick_list,) = release(orders=[plant.order(10)], by=plant.worker)
    pick(pick_list=pick_list, by=plant.worker)
    other = plant.order(3, flushing="operation", operations=[{}])
    release(orders=[other], despite_shortage=True, by=plant.worker)
    report(operation=operations(other)[0], good=Decimal(3), by=plant.worker)
    assert plant.there(plant.wheel) == -6
    unpick(pick_list=PickList.objects.get(pk=pick_list.pk), by=plant.worker)
    assert plant.there(plant.wheel) == 14
    lines = PickLine.objects.filter(material__item=plant.wheel).order_by("location__code")
    assert list(lines.values_list("location__code", "quantity", "reservation__quantity")) == [
        ("STORE", 14, 14),
        (None, 6, None),
    ]
    assert problems() == []
