"""When materials are reserved: at firming, scheduling, release, start or by hand, as site, item or order say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from execution.models import PickLine
from execution.services.pick import pick
from execution.services.release import release, unrelease
from execution.services.report import report
from execution.services.reserve import reserve_materials
from execution.services.start import start
from execution.shortages import shortages
from p2p.core.facts import tell
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import HandlingUnit, Reservation, SoftReservation
from p2p.inventory.selectors import available
from p2p.inventory.services.allocation import allocate
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import give_back
from planning.facts import Firmed
from planning.models import ProductionOrder
from planning.services.order import cancel_order, change_order
from planning.services.schedule import reschedule
from strategies.models import Item, Site
from tests.execution.conftest import Plant, operations
from tests.factories import make_policy

pytestmark = pytest.mark.django_db


def claimed(order: ProductionOrder) -> dict[str, Decimal]:
    rows = SoftReservation.objects.filter(reference=order.number)
    return dict(rows.order_by("item__number").values_list("item__number", "quantity"))


def reserved(order: ProductionOrder) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in Reservation.objects.filter(reference=order.number).select_related("item").order_by("item"):
        found[row.item.number] = found.get(row.item.number, Decimal(0)) + row.quantity
    return found


def says(plant: Plant, when: str) -> None:
    Site.objects.filter(pk=plant.site.pk).update(reserve_at=when)
    plant.site.reserve_at = when


def firmed(plant: Plant, quantity: Any = 10, **also: Any) -> ProductionOrder:
    """An order of the plant as firming leaves it."""
    order = plant.order(quantity, **also)
    with transaction.atomic():
        tell(Firmed(orders=(order,)))
    return order


ALL = {"FRAME": 10, "PAINT": 1, "WHEEL": 20}


def test_nothing_is_claimed_before_release_unless_somebody_says_so(plant: Plant) -> None:
    plant.fill(100)
    assert claimed(firmed(plant)) == {}


def test_a_site_that_reserves_at_firming_claims_softly_and_release_makes_it_hard(plant: Plant) -> None:
    plant.fill(20)
    says(plant, "firming")
    order, other = firmed(plant), firmed(plant)
    assert claimed(order) == ALL
    assert claimed(other) == {"FRAME": 10, "PAINT": 1}
    with pytest.raises(Refused, match="20 EA WHEEL"), transaction.atomic():
        release(orders=[other], by=plant.worker)
    release(orders=[order], by=plant.worker)
    assert (claimed(order), reserved(order)) == ({}, ALL)
    assert claimed(other) == {"FRAME": 10, "PAINT": 1}
    assert problems() == []


def test_the_order_says_more_than_the_item_and_the_item_more_than_the_site(plant: Plant) -> None:
    plant.fill(100)
    says(plant, "firming")
    make_policy(plant.wheel, site=plant.site, reserve_at="release")
    assert claimed(firmed(plant)) == {"FRAME": 10, "PAINT": 1}
    assert claimed(firmed(plant, reserve_at="release")) == {}
    says(plant, "release")
    make_policy(plant.paint, reserve_at="firming")
    assert claimed(firmed(plant)) == {"PAINT": 1}
    assert claimed(firmed(plant, reserve_at="firming")) == ALL


def test_what_an_order_has_claimed_lacks_to_the_others_only(plant: Plant) -> None:
    plant.fill(20)
    says(plant, "firming")
    order, other = firmed(plant), firmed(plant, priority=1)
    allocate(claims=SoftReservation.objects.filter(reference=order.number, item=plant.wheel), by=None)
    lacking = shortages([order, other])
    assert lacking[order.pk] == []
    assert [str(one) for one in lacking[other.pk]] == ["20 EA WHEEL"]


def test_scheduling_claims_what_is_reserved_then_and_follows_the_schedule(plant: Plant) -> None:
    from tests.factories import make_resource

    for group in plant.groups:
        make_resource(group)
    plant.fill(100)
    says(plant, "scheduling")
    order = firmed(plant)
    assert claimed(order) == {}
    reschedule(orders=[order], by=plant.worker)
    order.refresh_from_db()
    assert (order.state, claimed(order)) == ("scheduled", ALL)
    assert {row.needed_at for row in SoftReservation.objects.all()} == {order.starts_at}


def test_a_claim_follows_the_quantity_of_the_order(plant: Plant) -> None:
    plant.fill(50)
    says(plant, "firming")
    order = firmed(plant)
    change_order(order=order, quantity=Decimal(30), by=plant.worker)
    assert claimed(order)["WHEEL"] == 50
    change_order(order=order, quantity=Decimal(5), by=plant.worker)
    assert claimed(order)["WHEEL"] == 10


def test_cancelled_orders_give_back_what_they_claimed_and_reserved(plant: Plant) -> None:
    plant.fill(100)
    says(plant, "firming")
    order = firmed(plant)
    allocate(claims=SoftReservation.objects.filter(item=plant.wheel), by=plant.worker)
    assert reserved(order) == {"WHEEL": 20}
    cancel_order(orders=[order], by=plant.worker)
    assert (claimed(order), reserved(order)) == ({}, {})
    assert available(plant.site)[plant.wheel.pk] == 100


def test_an_order_taken_back_from_the_floor_claims_again(plant: Plant) -> None:
    plant.fill(20)
    says(plant, "firming")
    order = firmed(plant)
    release(orders=[order], by=plant.worker)
    unrelease(orders=[order], by=plant.worker)
    assert (claimed(order), reserved(order)) == (ALL, {})
    says(plant, "release")
    release(orders=[order], by=plant.worker)
    SoftReservation.objects.all().delete()
    unrelease(orders=[order], by=plant.worker)
    assert (claimed(order), reserved(order)) == ({}, {})


def test_what_was_allocated_before_is_on_the_pick_list_from_the_same_place_and_no_more(plant: Plant) -> None:
    plant.fill(100)
    says(plant, "firming")
    line = MoveLine(
        item=plant.wheel, source=plant.places["STORE"], target=plant.places["LINE"], quantity=Decimal(30),
        kind="transfer",
    )  # fmt: skip
    post(lines=[line], by=None)
    order = firmed(plant)
    allocate(
        needs=[
            Need(
                item=plant.wheel, quantity=Decimal(25), site=plant.site, reference=order.number,
                location=plant.places["LINE"],
            )
        ],
        by=None,
    )  # fmt: skip
    release(orders=[order], by=plant.worker)
    rows = PickLine.objects.filter(material__item=plant.wheel)
    assert [(row.location.code, row.quantity, row.reservation.quantity) for row in rows] == [("LINE", 20, 20)]
    assert reserved(order) == ALL
    assert problems() == []


def test_what_is_reserved_at_the_start_has_no_place_on_the_list_before(plant: Plant) -> None:
    plant.fill(100)
    says(plant, "start")
    order = firmed(plant)
    release(orders=[order], by=plant.worker)
    assert reserved(order) == {}
    assert {row.location for row in PickLine.objects.all()} == {None}
    start(operation=operations(order)[0], by=plant.worker)
    assert reserved(order) == ALL
    assert {row.location.code for row in PickLine.objects.all()} == {"STORE"}
    assert problems() == []


def test_a_first_report_is_a_start_too(plant: Plant) -> None:
    plant.fill(100)
    order = firmed(plant, reserve_at="start")
    release(orders=[order], by=plant.worker)
    report(operation=operations(order)[0], good=Decimal(1), by=plant.worker)
    assert reserved(order) == ALL


def test_materials_are_reserved_by_hand_softly_on_paper_and_hard_on_the_floor(plant: Plant) -> None:
    plant.fill(25)
    says(plant, "manual")
    order, late = firmed(plant), firmed(plant)
    assert reserve_materials(order=order, by=plant.worker) == 3
    assert claimed(order) == ALL
    assert reserve_materials(order=late, by=plant.worker) == 3
    assert claimed(late)["WHEEL"] == 5
    with pytest.raises(Refused, match="short for"), transaction.atomic():
        release(orders=[late], by=plant.worker)
    release(orders=[late, order], despite_shortage=True, by=plant.worker)
    assert (reserved(order), reserved(late)["WHEEL"]) == (ALL, 5)
    with pytest.raises(Refused, match="Nothing more of what"), transaction.atomic():
        reserve_materials(order=order, by=plant.worker)
    plant.fill(10)
    assert reserve_materials(order=late, by=plant.worker) == 1
    assert reserved(late)["WHEEL"] == 15
    homeless = PickLine.objects.get(location=None)
    assert (homeless.material.item, homeless.quantity) == (plant.wheel, 5)
    assert problems() == []


def test_by_hand_means_nothing_is_reserved_at_release(plant: Plant) -> None:
    plant.fill(100)
    says(plant, "manual")
    order = firmed(plant)
    release(orders=[order], by=plant.worker)
    assert reserved(order) == {}
    (pick_list,) = {row.pick_list for row in PickLine.objects.select_related("pick_list")}
    pick(pick_list=pick_list, by=plant.worker)
    assert plant.there(plant.wheel) == 80
    assert problems() == []


def test_flushed_components_use_up_the_claim_of_their_order(plant: Plant) -> None:
    plant.fill(20)
    says(plant, "firming")
    order, other = firmed(plant, flushing="operation"), firmed(plant, flushing="operation")
    assert claimed(other) == {"FRAME": 10, "PAINT": 1}
    release(orders=[order], by=plant.worker)
    report(operation=operations(order)[0], good=Decimal(4), by=plant.worker)
    assert claimed(order) == {"FRAME": 6, "PAINT": 1, "WHEEL": 12}
    assert claimed(other) == {"FRAME": 10, "PAINT": 1}


def test_stock_in_a_handling_unit_is_picked_out_of_it(plant: Plant) -> None:
    box = HandlingUnit.objects.create(number="BOX-1", kind="box", location=plant.places["STORE"])
    plant.fill(20)
    pack = [
        MoveLine(
            item=item, source=plant.places["STORE"], target=plant.places["STORE"], quantity=Decimal(20),
            kind="transfer", into_unit=box,
        )
        for item in (plant.frame, plant.wheel)
    ]  # fmt: skip
    post(lines=pack, by=None)
    order = firmed(plant)
    (pick_list,) = release(orders=[order], by=plant.worker)
    boxed: list[Item] = [
        row.material.item
        for row in PickLine.objects.filter(handling_unit=box).select_related("material__item")
    ]
    assert {item.number for item in boxed} == {"FRAME", "WHEEL"}
    pick(pick_list=pick_list, by=plant.worker)
    assert problems() == []
    flushed = firmed(plant, 5, flushing="operation")
    release(orders=[flushed], despite_shortage=True, by=plant.worker)


def test_what_is_on_a_pick_list_is_not_given_back_behind_its_back(plant: Plant) -> None:
    plant.fill(100)
    order = firmed(plant)
    (pick_list,) = release(orders=[order], by=plant.worker)
    with pytest.raises(Refused, match=f"is on pick list {pick_list.number} of {order.number}"):
        give_back(reservations=list(Reservation.objects.all()), by=plant.worker)
