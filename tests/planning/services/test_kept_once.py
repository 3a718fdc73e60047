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
from p2p.inventory.models import Balance, HandlingUnit, Lot, Reservation, StockTask
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.needs import Need
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.reservations import reserve
from p2p.inventory.services.task_work import carry_now, do, undo
from planning.models import Demand, Material, ReplenishmentOrder
from planning.services import brought
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
    make_stock,
    make_vendor,
)
from tests.inventory.services.test_races import at_once
from tests.inventory.services.test_unit_races import Slow

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


def brought_unkept() -> Item:
    """Eight are brought to the door for a line that somebody has in hand."""
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
    return item


def test_what_is_brought_while_somebody_has_its_line_in_hand_is_kept_afterwards() -> None:
    brought_unkept()
    deliver()
    (kept,) = Reservation.objects.select_related("location")
    assert (kept.location.code, kept.quantity, kept.reference) == ("DOOR", 8, "SO-1/1")
    assert problems() == []


def test_what_was_brought_on_before_its_line_could_keep_it_is_kept_there() -> None:
    item = brought_unkept()
    door = Balance.objects.get(item=item, location__code="DOOR")
    truck = make_location(door.location.site, code="TRUCK", kind="shipping")
    carry_now(item=item, quantity=D(5), source=door.location, target=truck, lot=door.lot, by=None)
    deliver()
    rows = Reservation.objects.order_by("location__code").values_list(
        "location__code", "quantity", "reference"
    )
    assert list(rows) == [("DOOR", 3, "SO-1/1"), ("TRUCK", 5, "SO-1/1")]
    assert problems() == []


def came_unkept(bought: Bought) -> ReplenishmentOrder:
    """Five of lot A come while somebody has the press in hand."""
    order = bought.purchase()
    with transaction.atomic():
        type(bought.press).objects.select_for_update().get(pk=bought.press.pk)
        at_once([lambda: receive(order=order, quantity=D(5), lot="A", by=None)])
    assert bought.kept() == 0
    return order


def test_what_was_carried_on_before_it_could_be_kept_is_kept_where_it_lies_now() -> None:
    bought = Bought()
    came_unkept(bought)
    store = Balance.objects.get(item=bought.tube, quantity__gt=0).location
    near, far = make_location(bought.site, code="NEAR"), make_location(bought.site, code="FAR")
    lot = Lot.objects.get(number="A")
    carry_now(item=bought.tube, quantity=D(3), source=store, target=near, lot=lot, by=None)
    carry_now(item=bought.tube, quantity=D(2), source=near, target=far, lot=lot, by=None)
    pallet = HandlingUnit.objects.create(number="PAL-1", location=far)
    pack(unit=pallet, lines=(Packing(item=bought.tube, quantity=D(1)),), by=None)
    deliver()
    kept = Reservation.objects.order_by("location__code", "handling_unit")
    rows = kept.values_list("location__code", "handling_unit__number", "quantity")
    assert sorted(rows, key=str) == sorted(
        [(store.code, None, D(2)), ("NEAR", None, D(1)), ("FAR", None, D(1)), ("FAR", "PAL-1", D(1))], key=str
    )
    assert problems() == []


def test_what_somebody_took_of_it_meanwhile_is_not_kept_and_never_more_than_came() -> None:
    bought = Bought()
    came_unkept(bought)
    row = Balance.objects.get(item=bought.tube, quantity__gt=0)
    near = make_location(bought.site, code="NEAR")
    make_stock(bought.tube, 9, row.location, lot=row.lot)  # the same lot from elsewhere: the pile is one
    carry_now(item=bought.tube, quantity=D(12), source=row.location, target=near, lot=row.lot, by=None)
    need = Need(item=bought.tube, quantity=D(10), site=bought.site, location=near, reference="OTHER")
    reserve(needs=[need], by=None)
    deliver()
    mine = Reservation.objects.filter(reference=bought.press.number)
    assert sorted(mine.values_list("location__code", "quantity")) == sorted(
        [(row.location.code, D(2)), ("NEAR", D(2))]
    )
    assert problems() == []


def test_a_carry_that_was_taken_back_is_not_followed() -> None:
    bought = Bought()
    came_unkept(bought)
    row = Balance.objects.get(item=bought.tube, quantity__gt=0)
    near = make_location(bought.site, code="NEAR")
    task = carry_now(item=bought.tube, quantity=D(5), source=row.location, target=near, lot=row.lot, by=None)
    undo(task=task, by=None)
    make_stock(bought.tube, 7, near, lot=row.lot)
    deliver()
    assert list(Reservation.objects.values_list("location__code", "quantity")) == [(row.location.code, D(5))]


def test_two_who_bring_lots_of_one_item_keep_each_his_own_and_wait_in_no_circle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who has brought goods holds them: he must not wait for those that somebody else has just brought."""
    site = make_site("MAIN")
    places = make_locations(site)
    dock = make_location(site, code="DOCK", kind="receiving")
    make_location(site, code="DOOR", kind="shipping")
    item, today = make_item("PAINT", tracking="lot"), now().date()
    said = {"source": places["SUPPLIER"], "target": dock, "kind": "receipt"}
    for name in ("1", "2"):
        create_demand(
            number=f"SO-{name}", site=site, item=item, quantity=D(8), ordered_on=today, due_on=today, by=None
        )
        post(lines=[MoveLine(item=item, quantity=D(20), lot=make_lot(item, name), **said)], by=None)
    first, second = (StockTask.objects.get(reference=f"SO-{name}/1", lot__number=name) for name in ("1", "2"))
    done = Slow(monkeypatch, brought, "_keep").race(
        lambda: do(task=first, by=None), lambda: do(task=second, by=None)
    )
    assert [type(one).__name__ for one in done] == ["StockTask", "StockTask"]
    rows = Reservation.objects.order_by("lot__number").values_list("reference", "lot__number", "quantity")
    assert list(rows) == [("SO-1/1", "1", 8), ("SO-2/1", "2", 8)]
    assert problems() == []
