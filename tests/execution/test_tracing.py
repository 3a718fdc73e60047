"""What the floor knows of traced moves: orders in process, pieces at vendors, machines, workers and shifts; and how a
recall keeps its orders still."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from execution.models import Clocking, WipMove
from execution.services import wip
from execution.services.finish import finish
from execution.services.release import release
from execution.services.report import report
from p2p.core.clock import now
from p2p.core.refusal import Refused
from p2p.inventory.models import Hold, Lot
from p2p.inventory.selectors import describe, key_of, keys_of, trace
from p2p.inventory.selectors import recall as reads
from p2p.inventory.selectors.starts import Suspicion, began
from p2p.inventory.services import recall as service
from p2p.inventory.views.trace import readings
from planning.models import Block, Material
from tests.execution.conftest import Plant, operations
from tests.factories import (
    make_item,
    make_location,
    make_lot,
    make_order,
    make_stock,
    make_vendor,
    make_worker,
)

pytestmark = pytest.mark.django_db


class Shop:
    """Ten pieces of a product by lot, welded then painted, of a steel by lot, one steel a piece."""

    def __init__(self, plant: Plant) -> None:
        self.plant, self.site, self.user = plant, plant.site, plant.worker
        self.steel = make_lot(make_item("STEEL", tracking="lot"), "HEAT-1")
        self.product = make_item("TUBE", tracking="lot")
        make_stock(self.steel.item, 100, plant.places["STORE"], lot=self.steel)

    def order(self, number="MO-1", quantity=10):
        order = make_order(
            self.product,
            quantity,
            site=self.site,
            number=number,
            operations=[{"group": group, "name": "Weld"} for group in self.plant.groups],
            materials={self.steel.item: 1},
        )
        Material.objects.filter(order=order).update(flushing="operation")
        release(orders=[order], by=self.user)
        return order

    def say(self, order, step, good, **also):
        return report(operation=operations(order)[step], good=Decimal(good), by=self.user, **also)

    def spots(self, piece):
        node = describe(trace(keys_of([piece])))[key_of(piece)]
        return {(spot.where, spot.document, spot.party): spot.quantity for spot in node.spots}


@pytest.fixture
def shop(plant):
    return Shop(plant)


def test_what_is_issued_and_in_no_product_yet_is_in_process_of_its_order(shop):
    order = shop.order()
    shop.say(order, 0, 6)
    assert shop.spots(shop.steel) == {("stock", "", ""): 94, ("process", "MO-1", ""): 6}
    shop.say(order, 1, 4)
    found = shop.spots(shop.steel)
    assert found["process", "MO-1", ""] == 2 and found["consumed", "MO-1", ""] == 4
    node = describe(trace(keys_of([shop.steel])))[key_of(shop.steel)]
    (spot,) = [spot for spot in node.spots if spot.where == "process"]
    assert spot.note == "2 behind operation 10"


def test_pieces_between_operations_at_a_vendors_place_are_at_the_vendor(shop):
    order = shop.order()
    shop.say(order, 0, 6)
    vendor = make_vendor(name="Zinc Bros")
    place = make_location(shop.site, code="V-ZINC", kind="vendor", vendor=vendor)
    wip.carry(
        operation=operations(order)[0],
        quantity=Decimal(6),
        source=None,
        target=place,
        kind=WipMove.Kind.DISPATCHED,
        by=shop.user,
    )
    assert shop.spots(shop.steel)["vendor", "MO-1", "Zinc Bros"] == 6


def test_what_stayed_in_a_finished_order_counts_as_consumed(shop):
    order = shop.order()
    shop.say(order, 0, 6)
    shop.say(order, 1, 4)
    finish(orders=[order], by=shop.user)
    found = describe(trace(keys_of([shop.steel])))[key_of(shop.steel)]
    assert found.amount("consumed") == 6 and found.amount("process") == 0


def test_reports_stand_along_the_way_with_machine_and_worker(shop):
    order = shop.order()
    worker = make_worker(shop.site, name="Ann Welder")
    machine = shop.plant.groups[0].resources.first()
    shop.say(order, 0, 6, resource=machine, worker=worker)
    shop.say(order, 1, 6)
    lot = Lot.objects.get(number="MO-1")
    found = readings([key_of(lot)])
    assert {one.kind for one in found} == {"report"} and len(found) == 2
    assert any(
        "6 good" in one.said and machine.code in one.said and "Ann Welder" in one.said for one in found
    )


def test_a_machine_and_a_time_name_what_came_through_it(shop):
    machine = shop.plant.groups[0].resources.first()
    first, second, third = (shop.order(number) for number in ("MO-1", "MO-2", "MO-3"))
    hour = now() - timedelta(hours=5)
    shop.say(first, 0, 6, resource=machine, at=hour)
    shop.say(first, 1, 6, at=hour + timedelta(minutes=5))
    shop.say(second, 0, 6, resource=machine, at=hour + timedelta(hours=3))
    shop.say(second, 1, 6, at=hour + timedelta(hours=3))
    shop.say(third, 0, 5, resource=machine, at=hour)
    asked = Suspicion(resource=machine, since=hour - timedelta(hours=1), until=hour + timedelta(hours=1))
    found = began(asked)
    assert found.keys == (key_of(Lot.objects.get(number="MO-1")),)
    touched = reads.scope(asked)
    assert {(line.where, line.document) for line in touched.lines} == {("stock", ""), ("process", "MO-3")}
    assert len(touched.issues) == 1
    everything = began(Suspicion(resource=machine)).keys
    assert set(everything) == {key_of(lot) for lot in Lot.objects.filter(item=shop.product)}


def test_a_worker_is_found_by_reports_and_by_the_clock(shop):
    order, other = shop.order("MO-1"), shop.order("MO-2")
    shop.say(order, 0, 3)
    shop.say(order, 1, 3)
    worker = make_worker(shop.site, user=shop.user)
    assert began(Suspicion(worker=worker)).keys == (key_of(Lot.objects.get(number="MO-1")),)
    stranger = make_worker(shop.site)
    with pytest.raises(Refused, match="Nothing was found that this touches"):
        began(Suspicion(worker=stranger))
    report(operation=operations(other)[0], good=Decimal(2), worker=stranger, by=None)
    report(operation=operations(other)[1], good=Decimal(2), worker=stranger, by=None)
    Clocking.objects.create(operation=operations(order)[0], by=shop.user, began_at=now())
    assert began(Suspicion(worker=stranger)).keys == (key_of(Lot.objects.get(number="MO-2")),)


def test_a_whole_shift_is_everything_reported_at_the_site_in_its_hours(shop):
    order = shop.order()
    shop.say(order, 0, 3)
    shop.say(order, 1, 3)
    moment = now()
    shift = Suspicion(site=shop.site, since=moment - timedelta(hours=8), until=moment + timedelta(minutes=1))
    assert began(shift).keys == (key_of(Lot.objects.get(number="MO-1")),)
    before = Suspicion(site=shop.site, since=moment - timedelta(hours=9), until=moment - timedelta(hours=8))
    with pytest.raises(Refused):
        began(before)


def test_an_order_is_traced_by_its_products_or_else_by_its_issues(shop, client):
    order = shop.order()
    client.force_login(shop.user)
    panel = reverse("execution:order-trace", args=[order.pk])
    assert "Nothing to trace yet" in client.get(panel).content.decode()
    shop.say(order, 0, 3)
    assert "HEAT-1" in client.get(panel).content.decode()
    shop.say(order, 1, 3)
    shown = client.get(panel).content.decode()
    assert "MO-1" in shown and "HEAT-1" in shown and "It is in no product" in shown
    assert "MO-1" in client.get(reverse("inventory:trace"), {"order": "mo-1"}).content.decode()


def test_a_recall_blocks_the_orders_that_have_it_in_process_and_lets_them_go(shop):
    order, other = shop.order("MO-1"), shop.order("MO-2", 5)
    shop.say(order, 0, 6)
    recall = service.draw_up(title="Cracks", suspicion=Suspicion(pieces=(shop.steel,)), by=shop.user)
    recall = service.hold_all(recall=recall, by=shop.user)
    blocks = Block.objects.filter(source="recall", reference=recall.number, closed_at=None)
    assert {block.operation for block in blocks} == set(operations(order))
    with pytest.raises(Refused, match=f"is blocked: Recalled by {recall.number}: Cracks"):
        shop.say(order, 1, 2)
    with pytest.raises(Refused, match="cannot take its components: free stock lacks 1 EA STEEL"):
        shop.say(other, 0, 1)
    service.lift_all(recall=recall, by=shop.user)
    assert not Block.objects.filter(source="recall", closed_at=None).exists()
    shop.say(order, 1, 6)
    assert not Hold.objects.filter(released_at=None).exists()


def test_what_a_running_order_brings_of_recalled_stock_is_held_as_it_comes(shop):
    order = shop.order()
    shop.say(order, 0, 6)
    recall = service.draw_up(title="Cracks", suspicion=Suspicion(pieces=(shop.steel,)), by=shop.user)
    service.hold_all(recall=recall, by=shop.user)
    Block.objects.filter(source="recall").delete()
    shop.say(order, 1, 6)
    lot = Lot.objects.get(number="MO-1")
    assert Hold.objects.get(lot=lot, released_at=None).reference == recall.number
