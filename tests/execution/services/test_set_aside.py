"""What is made or bought for one order is kept for it as it comes in, and given back when that is taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from execution.models import PickLine
from execution.services.pick import pick
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from execution.shortages import shortages
from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Reservation
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.ledger import MoveLine, post
from planning.models import Operation, PlanRun, ProductionOrder, Proposal, ReplenishmentOrder
from planning.services import mrp
from planning.services.demand import cancel_demand, create_demand
from planning.services.firm import firm, unfirm
from planning.services.order import cancel_order, change_order
from planning.services.receipts import take_back
from planning.services.receive import receive
from strategies.models import Item, ItemPolicy, Location, Site
from tests.factories import make_bom, make_item, make_site, make_stock, make_vendor

pytestmark = pytest.mark.django_db
FIRST, DUE = date(2026, 3, 2), date(2026, 3, 27)
D = Decimal


class Shop:
    """Three presses, each with a frame that is welded for it of two tubes that are bought for that frame."""

    def __init__(self, inline):
        self.site, vendor = make_site("PLANT"), make_vendor("V1")
        self.press = make_item("PRESS", supply="make", policy={"lead_time_days": 2})
        self.frame = make_item("FRAME", supply="make", policy={"lead_time_days": 3})
        self.tube = make_item("TUBE", supply="buy", policy={"lead_time_days": 4, "vendor": vendor})
        make_bom(self.press, {self.frame: {"quantity": 1, "kind": "pegged"}})
        make_bom(self.frame, {self.tube: {"quantity": 2, "kind": "pegged"}})
        self.inline = inline

    def want(self, number, quantity, item=None):
        return create_demand(
            number=number, site=self.site, item=item or self.press, quantity=D(quantity),
            ordered_on=FIRST, due_on=DUE, by=None,
        )  # fmt: skip

    def plan(self):
        with self.inline():
            run = mrp.plan(site=self.site, from_date=FIRST, to_date=FIRST + timedelta(days=60), by=None)
        return PlanRun.objects.get(pk=run.pk)

    @property
    def store(self):
        return Location.objects.get(site=self.site, kind="store")


@pytest.fixture
def shop(inline):
    found = Shop(inline)
    found.want("SO-1", 3)
    firm(run=found.plan(), by=None)
    return found


@pytest.fixture
def inline(settings, django_capture_on_commit_callbacks):
    settings.RUNS = "inline"
    return lambda: django_capture_on_commit_callbacks(execute=True)


def order_of(item):
    return ProductionOrder.objects.get(item=item)


def made(item, quantity):
    return report(operation=Operation.objects.get(order__item=item), good=D(quantity), by=None)


def kept():
    return sorted(
        (row.item.number, row.reference, int(row.quantity))
        for row in Reservation.objects.select_related("item")
    )


def bring(shop, quantity):
    return receive(order=ReplenishmentOrder.objects.get(), quantity=D(quantity), by=None)


def started(shop, item):
    """Released although its parts are not there; flushed parts would ask for them."""
    release(orders=[order_of(item)], despite_shortage=True, by=None)


def test_goods_bought_for_one_order_are_kept_for_it_in_parts_(shop):
    frame = order_of(shop.frame).number
    bring(shop, 4)
    assert kept() == [("TUBE", frame, 4)]
    bring(shop, 2)
    assert sum(row[2] for row in kept()) == 6


def test_a_receipt_taken_back_gives_the_reservation_back(shop):
    order = bring(shop, 4)
    take_back(receipts=list(order.receipts.all()), by=None)
    assert kept() == []


def test_what_is_reported_is_kept_for_the_parent_which_picks_it(shop):
    press, frame = order_of(shop.press), order_of(shop.frame)
    bring(shop, 6)
    (tubes,) = release(orders=[frame], by=None)
    pick(pick_list=tubes, by=None)
    made(shop.frame, 2)
    assert kept() == [("FRAME", press.number, 2)]
    made(shop.frame, 1)
    (frames,) = release(orders=[press], by=None)
    assert [int(line.quantity) for line in PickLine.objects.filter(pick_list=frames)] == [2, 1]
    pick(pick_list=frames, by=None)
    assert kept() == []
    assert made(shop.press, 3).good == 3


def test_a_report_taken_back_gives_the_reservation_back(shop):
    started(shop, shop.frame)
    first, second = made(shop.frame, 2), made(shop.frame, 1)
    undo(report=second, by=None)
    assert [row[2] for row in kept()] == [2]
    undo(report=first, by=None)
    assert kept() == []


def test_free_stock_is_not_reserved_for_a_pegged_line_when_the_order_is_released(shop):
    make_stock(shop.frame, 50, shop.store)
    press = order_of(shop.press)
    assert [str(one) for one in shortages([press])[press.pk]] == ["3 EA FRAME"]
    with pytest.raises(Refused, match="short for MO-000001: 3 EA FRAME"):
        release(orders=[press], by=None)
    (frames,) = release(orders=[press], despite_shortage=True, by=None)
    assert kept() == []
    assert [(line.location, int(line.quantity)) for line in PickLine.objects.filter(pick_list=frames)] == [
        (None, 3)
    ]


def test_an_order_lacks_nothing_once_what_is_made_for_it_is_kept_for_it(shop):
    press = order_of(shop.press)
    started(shop, shop.frame)
    made(shop.frame, 2)
    assert [str(one) for one in shortages([press])[press.pk]] == ["1 EA FRAME"]
    made(shop.frame, 1)
    assert shortages([press]) == {press.pk: []}
    release(orders=[press], by=None)


def test_what_comes_after_the_release_goes_onto_the_open_pick_list(shop):
    press = order_of(shop.press)
    (frames,) = release(orders=[press], despite_shortage=True, by=None)
    started(shop, shop.frame)
    report_of = made(shop.frame, 2)
    lines = PickLine.objects.filter(pick_list=frames).order_by("pk")
    assert sorted((line.location_id == shop.store.pk, int(line.quantity)) for line in lines) == [
        (False, 1), (True, 2),
    ]  # fmt: skip
    with pytest.raises(Refused, match=f"FRAME is on pick list {frames.number} of {press.number}"):
        undo(report=report_of, by=None)
    made(shop.frame, 1)
    pick(pick_list=frames, by=None)
    press_line = press.materials.get()
    assert press_line.issued_quantity == 3


def test_what_is_made_to_order_is_kept_for_its_customer(shop):
    ItemPolicy.objects.filter(item=shop.frame).update(strategy="mto")
    line = shop.want("SO-9", 5, shop.frame)
    run = shop.plan()
    chosen = Proposal.objects.get(run=run, item=shop.frame, for_demand=line)
    (order,) = firm(proposals=[chosen], by=None).orders
    release(orders=[order], despite_shortage=True, by=None)
    report(operation=order.operations.get(), good=D(5), by=None)
    assert kept() == [("FRAME", "SO-9/1", 5)]
    assert [row.item.number for row in Proposal.objects.filter(run=shop.plan(), item=shop.frame)] == []
    cancel_demand(demands=[line], by=None)
    assert kept() == []


def test_a_cancelled_order_sets_free_what_is_made_for_it_and_says_so(shop):
    press, frame = order_of(shop.press), order_of(shop.frame)
    started(shop, shop.frame)
    made(shop.frame, 1)
    cancel_order(orders=[press], by=None)
    frame.refresh_from_db()
    assert (frame.made_for, kept()) == (None, [])
    said = Journal.objects.get(fact__endswith="SetFree")
    assert (said.record_id, said.payload) == (frame.pk, {"was_for": f"{press.number}, 10"})
    made(shop.frame, 2)
    assert kept() == []


def test_an_order_that_becomes_a_proposal_again_takes_those_along_that_are_made_for_it(shop):
    unfirm(orders=[order_of(shop.press)], by=None)
    assert not ProductionOrder.objects.exists()
    assert ReplenishmentOrder.objects.get().made_for is None
    press = Proposal.objects.get(item=shop.press)
    made = firm(proposals=[press], by=None)
    assert {one.item: one.for_material is not None for one in made.orders} == {
        shop.press: False,
        shop.frame: True,
    }


def test_lots_are_kept_as_they_come_and_the_one_taken_back_is_given_back(shop):
    Item.objects.filter(pk=shop.tube.pk).update(tracking="lot")
    order = ReplenishmentOrder.objects.get()
    for lot, quantity in (("L1", 4), ("L2", 1)):
        receive(order=order, quantity=D(quantity), lot=lot, by=None)
    rows = Reservation.objects.order_by("pk")
    assert [(row.lot.number, int(row.quantity)) for row in rows] == [("L1", 4), ("L2", 1)]
    take_back(receipts=list(order.receipts.filter(move__lot__number="L1")), by=None)
    assert [row.lot.number for row in Reservation.objects.all()] == ["L2"]


def test_more_than_is_wanted_is_everybodys(shop):
    press, frame = order_of(shop.press), order_of(shop.frame)
    change_order(order=press, quantity=D(2), by=None)
    started(shop, shop.frame)
    made(shop.frame, 3)
    assert kept() == [("FRAME", press.number, 2)]
    assert shop.plan().summary["messages"].get("cancel") is None
    frame.refresh_from_db()
    assert frame.made_for == press.materials.get()


def test_what_comes_makes_good_what_is_owed_before_it_is_kept(shop):
    Site.objects.filter(pk=shop.site.pk).update(may_go_negative=True)
    places = {place.kind: place for place in Location.objects.filter(site=shop.site)}
    door = Doors([shop.site]).receiving(shop.site)
    gone = MoveLine(item=shop.tube, source=door, target=places["production"], quantity=D(4), kind="issue")
    post(lines=[gone], by=None)
    bring(shop, 6)
    assert kept() == [("TUBE", order_of(shop.frame).number, 2)]
    assert problems() == []
