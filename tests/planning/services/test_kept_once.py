"""What comes for one need at the same moment, in lots of its own, is kept for it once: no more than it wants."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum

from p2p.core.clock import now
from p2p.core.models import OutboxRow
from p2p.core.outbox import deliver
from p2p.inventory.checking import problems
from p2p.inventory.models import Reservation, StockTask
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.task_work import do
from planning.models import Demand, Material, ReplenishmentOrder
from planning.services.demand import create_demand
from planning.services.receipts import take_back
from planning.services.receive import receive
from planning.services.replenishment import create_replenishment
from strategies.models import Item, Site
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_lot,
    make_order,
    make_site,
    make_vendor,
)
from tests.inventory.services.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
D, DAY = Decimal, date(2026, 3, 2)


def want(site: Site, item: Item, quantity: int) -> Demand:
    today = now().date()
    return create_demand(
        number="SO-1", site=site, item=item, quantity=D(quantity), ordered_on=today, due_on=today, by=None
    )


class Bought:
    """An order for three presses takes six tubes; two purchases of five each are for it."""

    def __init__(self) -> None:
        self.site, self.vendor = make_site("PLANT"), make_vendor("V1")
        self.tube = make_item("TUBE", tracking="lot", supply="buy", policy={"vendor": self.vendor})
        self.press = make_order(make_item("PRESS"), 3, site=self.site, materials={self.tube: 2})
        self.need = {"for_material": Material.objects.get(order=self.press)}

    def purchase(self) -> ReplenishmentOrder:
        order = create_replenishment(
            site=self.site, item=self.tube, quantity=D(5), due_on=DAY, vendor=self.vendor, by=None
        )
        ReplenishmentOrder.objects.filter(pk=order.pk).update(**self.need)
        return order

    def kept(self) -> Decimal:
        return Reservation.objects.aggregate(total=Sum("quantity", default=D(0)))["total"]


def come_together(bought: Bought) -> None:
    """The first is not through when the second comes, which does not wait for it."""
    first, second = bought.purchase(), bought.purchase()
    begun, done = threading.Event(), threading.Event()

    def one() -> None:
        with transaction.atomic():
            receive(order=first, quantity=D(5), lot="A", by=None)
            begun.set()
            assert done.wait(60)

    def other() -> None:
        assert begun.wait(60)
        receive(order=second, quantity=D(5), lot="B", by=None)
        done.set()

    assert at_once([one, other]) == [None, None]


def test_two_lots_that_come_at_once_for_an_order_are_kept_up_to_what_it_takes() -> None:
    bought = Bought()
    come_together(bought)
    assert bought.kept() == 5
    deliver()
    assert bought.kept() == 6
    assert set(Reservation.objects.values_list("reference", flat=True)) == {bought.press.number}
    assert problems() == []


def test_for_a_line_of_demand_it_is_the_same() -> None:
    bought = Bought()
    line = want(bought.site, bought.tube, 6)
    bought.need = {"for_demand": line}
    come_together(bought)
    deliver()
    assert bought.kept() == 6
    assert set(Reservation.objects.values_list("reference", flat=True)) == {line.reference}


def test_many_at_once_keep_what_is_wanted_whoever_is_first() -> None:
    bought = Bought()
    orders = [bought.purchase() for _ in range(4)]
    answers = at_once(
        [
            lambda order=order: receive(order=order, quantity=D(5), lot=f"L{order.pk}", by=None)
            for order in orders
        ]
    )
    assert [type(one).__name__ for one in answers] == ["ReplenishmentOrder"] * 4
    assert bought.kept() <= 6
    deliver()
    assert bought.kept() == 6
    assert problems() == []


def test_what_was_taken_back_meanwhile_is_not_kept_later() -> None:
    bought = Bought()
    order = bought.purchase()
    with transaction.atomic():
        type(bought.press).objects.select_for_update().get(pk=bought.press.pk)
        at_once([lambda: receive(order=order, quantity=D(5), lot="A", by=None)])
    assert (bought.kept(), OutboxRow.objects.filter(listener__contains="later").count()) == (0, 1)
    take_back(receipts=list(order.receipts.all()), by=None)
    deliver()
    assert bought.kept() == 0
    assert problems() == []


def test_what_is_brought_while_somebody_has_its_line_in_hand_is_kept_afterwards() -> None:
    site = make_site("MAIN")
    places = make_locations(site)
    dock = make_location(site, code="DOCK", kind="receiving")
    make_location(site, code="DOOR", kind="shipping")
    item = make_item("PAINT", tracking="lot")
    line = want(site, item, 8)
    came = MoveLine(
        item=item,
        source=places["SUPPLIER"],
        target=dock,
        quantity=D(20),
        kind="receipt",
        lot=make_lot(item, "NEW"),
    )
    post(lines=[came], by=None)
    task = StockTask.objects.get(reference="SO-1/1")
    with transaction.atomic():
        Demand.objects.select_for_update().get(pk=line.pk)
        assert [type(one).__name__ for one in at_once([lambda: do(task=task, by=None)])] == ["StockTask"]
    assert not Reservation.objects.exists()
    deliver()
    (kept,) = Reservation.objects.select_related("location")
    assert (kept.location.code, kept.quantity, kept.reference) == ("DOOR", 8, "SO-1/1")
    assert problems() == []
