"""A recall holds everything while the plant goes on: whatever leaves, leaves before; nothing slips through."""

from __future__ import annotations

import threading
import time
from decimal import Decimal

import pytest
from django.db import connection, transaction

from execution.services.release import release
from execution.services.report import report
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Hold, Lot, Move, Recall
from p2p.inventory.selectors import keys_of, trace
from p2p.inventory.selectors.starts import Suspicion
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.recall import draw_up, hold_all
from planning.models import Block, Material, Operation
from tests.factories import make_item, make_locations, make_lot, make_order, make_site, make_stock
from tests.inventory.services.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


class Running:
    """A site whose orders take steel from a lot and make tubes by lot."""

    def __init__(self) -> None:
        self.site = make_site("MAIN")
        self.places = make_locations(self.site, "STORE", "SHELF")
        self.steel = make_lot(make_item("STEEL", tracking="lot"), "HEAT-1")
        make_stock(self.steel.item, 2000, self.places["STORE"], lot=self.steel)
        self.tube = make_item("TUBE", tracking="lot")

    def order(self, number: str) -> list[Operation]:
        order = make_order(
            self.tube, 400, site=self.site, number=number, operations=({}, {}), materials={self.steel.item: 1}
        )
        Material.objects.filter(order=order).update(flushing="operation")
        release(orders=[order], by=None)
        return list(Operation.objects.filter(order=order).select_related("order").order_by("number"))

    def move(self, kind: str, source: str, target: str) -> None:
        line = MoveLine(
            item=self.steel.item,
            lot=self.steel,
            source=self.places[source],
            target=self.places[target],
            quantity=Decimal(1),
            kind=kind,
        )
        post(lines=[line], by=None)

    def recall(self) -> Recall:
        return draw_up(title="Cracks", suspicion=Suspicion(pieces=(self.steel,)), by=None)


def until_refused(act, moved):
    """Go on until a hold or block stops it; when each success had begun."""
    for _ in range(300):
        began = time.monotonic()
        try:
            act()
        except Refused as no:
            assert "hold" in str(no) or "blocked" in str(no) or "lacks" in str(no), no
            return
        moved.append(began)
    raise AssertionError("nothing stopped it")


def test_nothing_slips_through_while_everything_is_being_held() -> None:
    shop = Running()
    steps = [shop.order(f"MO-{number}") for number in range(3)]
    recall = shop.recall()
    moved: list[float] = []

    def work(first: Operation, last: Operation) -> None:
        report(operation=first, good=Decimal(1), by=None)
        report(operation=last, good=Decimal(1), by=None)

    def hold() -> float:
        end = time.monotonic() + 30
        while len(moved) < 5 and time.monotonic() < end:
            time.sleep(0.02)
        hold_all(recall=recall, by=None)
        return time.monotonic()

    jobs = [lambda one=one: until_refused(lambda: work(*one), moved) for one in steps]
    jobs += [
        lambda: until_refused(lambda: shop.move("delivery", "STORE", "CUSTOMER"), moved),
        lambda: until_refused(lambda: shop.move("transfer", "STORE", "SHELF"), moved),
    ]
    results = at_once([*jobs, hold])
    assert [one for one in results[:-1] if one is not None] == []
    held_at = results[-1]
    assert isinstance(held_at, float), held_at
    # What had begun may end; what begins when everything is held is refused.
    assert moved and max(moved) < held_at

    recall.refresh_from_db()
    touched = {key for key in trace(keys_of([shop.steel])).up.reaches if key[0] == "lot"}
    held = set(Hold.objects.filter(reference=recall.number, released_at=None).values_list("lot", flat=True))
    assert {number for _kind, number in touched} == held
    lying = Balance.objects.filter(quantity__gt=0).values_list("lot", flat=True)
    assert set(lying) <= held
    for one in steps:
        blocked = Block.objects.filter(operation__order=one[0].order, closed_at=None).exists()
        assert blocked or _nothing_between(one)
    assert problems() == []


def _nothing_between(steps: list[Operation]) -> bool:
    """Whether all that was issued to the order is in products: then nothing of it has to be kept still."""
    reference = steps[0].order.number
    issued = sum(move.quantity for move in Move.objects.filter(reference=reference, kind="issue"))
    came = sum(move.quantity for move in Move.objects.filter(reference=reference, kind="output"))
    return issued == came


def test_a_delivery_under_way_ends_first_and_the_recall_knows_it_went() -> None:
    shop = Running()
    recall = shop.recall()
    posted, go_on = threading.Event(), threading.Event()

    def deliver() -> None:
        with transaction.atomic():
            shop.move("delivery", "STORE", "CUSTOMER")
            posted.set()
            go_on.wait(30)

    def hold() -> None:
        assert posted.wait(30)
        threading.Timer(0.4, go_on.set).start()
        hold_all(recall=recall, by=None)

    assert at_once([deliver, hold]) == [None, None]
    shipped = recall.lines.get(where="shipped")
    assert shipped.quantity == 1 and recall.lines.get(where="stock").quantity == 1999


def test_two_people_hold_the_same_recall_at_once_and_each_lot_is_held_once() -> None:
    shop = Running()
    recall = shop.recall()
    results = at_once([lambda: hold_all(recall=recall, by=None)] * 4)
    assert all(isinstance(one, Recall) for one in results), results
    assert Hold.objects.filter(reference=recall.number).count() == 1
    connection.close()
    assert Lot.objects.count() == 1
