"""What is kept for one order or line stays kept, once and no longer, whatever is picked, taken back or changed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection

from execution.models import PickLine
from execution.services.pick import Picked, pick, unpick
from execution.services.release import release, unrelease
from execution.services.report import report
from execution.services.reserve import reserve_materials
from execution.services.undo import undo
from p2p.core import clock
from p2p.core.refusal import Refused
from p2p.inventory.models import Reservation
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import reserve
from p2p.inventory.services.taking import Taken
from planning.models import (
    Demand,
    Material,
    Operation,
    PlanRun,
    ProductionOrder,
    Proposal,
    ReplenishmentOrder,
)
from planning.services import mrp
from planning.services.demand import change_demand, create_demand
from planning.services.demand_bulk import DemandRow, put_demand
from planning.services.firm import firm, unfirm
from planning.services.give_back import give_back
from planning.services.order import cancel_order, change_order, create_order
from planning.services.receive import receive
from planning.services.substitute import substitute
from strategies.models import BomAlternate, ItemPolicy, Location, UnitConversion
from tests.factories import make_bom, make_item, make_site, make_stock, make_unit, make_user, make_vendor

pytestmark = pytest.mark.django_db
FIRST, DUE = date(2026, 3, 2), date(2026, 3, 27)
D = Decimal
FILL = import_module("execution.migrations.0009_kept_for_orders").FILL


class Shop:
    """Three presses, each with a frame that is welded for it of two tubes that are bought for that frame; the frames
    are released. A customer can order frames, which are made to order then."""

    def __init__(self, inline):
        self.site, vendor = make_site("PLANT"), make_vendor("V1")
        self.press = make_item("PRESS", supply="make", policy={"lead_time_days": 2})
        self.frame = make_item("FRAME", supply="make", policy={"lead_time_days": 3})
        self.tube = make_item("TUBE", supply="buy", policy={"lead_time_days": 4, "vendor": vendor})
        make_bom(self.press, {self.frame: {"quantity": 1, "kind": "pegged"}})
        make_bom(self.frame, {self.tube: {"quantity": 2, "kind": "pegged"}})
        self.inline = inline
        self.want("SO-1", 3, self.press)
        firm(run=self.plan(), by=None)

    def want(self, number, quantity, item, **also):
        return create_demand(
            number=number, site=self.site, item=item, quantity=D(quantity), ordered_on=FIRST, due_on=DUE,
            by=None, **also,
        )  # fmt: skip

    def plan(self):
        with self.inline():
            run = mrp.plan(site=self.site, from_date=FIRST, to_date=FIRST + timedelta(days=60), by=None)
        return PlanRun.objects.get(pk=run.pk)

    def frames_proposed(self):
        return [int(row.quantity) for row in Proposal.objects.filter(run=self.plan(), item=self.frame)]

    def order(self, item):
        return ProductionOrder.objects.get(item=item)

    def make(self, quantity, order=None):
        chosen = order or self.order(self.frame)
        if chosen.state in ("firm", "scheduled"):
            release(orders=[chosen], despite_shortage=True, by=None)
            chosen.refresh_from_db()
        return report(operation=Operation.objects.get(order=chosen), good=D(quantity), by=None)

    def ordered_by_a_customer(self, quantity, **also):
        ItemPolicy.objects.filter(item=self.frame).update(strategy="mto")
        line = self.want("SO-9", quantity, self.frame, **also)
        chosen = Proposal.objects.get(run=self.plan(), item=self.frame, for_demand=line)
        return line, firm(proposals=[chosen], by=None).orders[0]

    @property
    def store(self):
        return Location.objects.get(site=self.site, kind="store")


@pytest.fixture
def inline(settings, django_capture_on_commit_callbacks):
    settings.RUNS = "inline"
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def shop(inline):
    return Shop(inline)


def kept(item):
    rows = Reservation.objects.filter(item=item).order_by("reference", "pk")
    return [(row.reference, int(row.quantity)) for row in rows]


def test_what_is_left_of_a_line_picked_in_part_is_kept_for_the_order_still(shop):
    press = shop.order(shop.press)
    change_order(order=shop.order(shop.frame), quantity=D(6), by=None)
    shop.make(3)
    (frames,) = release(orders=[press], by=None)
    pick(
        pick_list=frames, lines=[Picked(line=PickLine.objects.get(pick_list=frames), quantity=D(1))], by=None
    )
    assert (kept(shop.frame), shop.frames_proposed()) == ([(press.number, 2)], [])
    shop.make(3)
    assert kept(shop.frame) == [(press.number, 2)]


def test_what_is_put_back_from_the_line_is_kept_for_the_order_again(shop):
    press = shop.order(shop.press)
    shop.make(3)
    (frames,) = release(orders=[press], by=None)
    pick(pick_list=frames, by=None)
    unpick(pick_list=frames, by=None)
    assert (kept(shop.frame), shop.frames_proposed()) == ([(press.number, 3)], [])


def test_an_order_taken_back_from_the_floor_keeps_what_was_made_for_it(shop):
    press = shop.order(shop.press)
    shop.make(3)
    release(orders=[press], by=None)
    unrelease(orders=[press], by=None)
    assert (kept(shop.frame), shop.frames_proposed()) == ([(press.number, 3)], [])
    release(orders=[press], by=None)
    assert kept(shop.frame) == [(press.number, 3)]


@pytest.mark.parametrize("end", [unfirm, cancel_order])
def test_an_order_that_is_no_more_keeps_nothing(shop, end):
    shop.make(2)
    end(orders=[shop.order(shop.press)], by=None)
    assert kept(shop.frame) == []


def test_a_proposal_for_an_order_that_is_a_proposal_again_is_for_that_one(shop):
    press = shop.order(shop.press)
    cancel_order(orders=[shop.order(shop.frame)], by=None)
    frame = Proposal.objects.get(run=shop.plan(), item=shop.frame)
    assert frame.for_material.order == press
    unfirm(orders=[press], by=None)
    frame.refresh_from_db()
    assert (frame.for_material, frame.for_proposal) == (None, press.proposal)


def test_an_order_that_shrinks_keeps_what_it_wants_still(shop):
    press = shop.order(shop.press)
    shop.make(3)
    change_order(order=press, priority=10, by=None)
    assert kept(shop.frame) == [(press.number, 3)]
    change_order(order=press, quantity=D(1), by=None)
    assert kept(shop.frame) == [(press.number, 1)]


def test_an_order_that_takes_an_alternate_keeps_nothing_of_what_it_wanted_before(shop):
    press, other = shop.order(shop.press), make_item("OTHER")
    shop.make(3)
    line = press.materials.get().bom_line
    approved = BomAlternate.objects.create(
        line=line, component=other, approved_by=make_user("engineer"), approved_at=clock.now()
    )
    substitute(material=press.materials.get(), alternate=approved, by=None)
    assert kept(shop.frame) == []


def test_a_line_that_shrinks_keeps_what_it_wants_still(shop):
    line, order = shop.ordered_by_a_customer(5)
    shop.make(2, order)
    shop.make(3, order)
    change_demand(demand=line, due_on=DUE + timedelta(days=1), by=None)
    assert kept(shop.frame) == [("SO-9/1", 2), ("SO-9/1", 3)]
    change_demand(demand=line, quantity=D(4), by=None)
    assert kept(shop.frame) == [("SO-9/1", 2), ("SO-9/1", 2)]


def _again(line, **also):
    row = DemandRow(
        number=line.number, site=line.site_id, item=line.item_id, unit=line.unit_id, quantity=line.quantity,
        ordered_on=line.ordered_on, due_on=line.due_on,
    )  # fmt: skip
    for name, value in also.items():
        object.__setattr__(row, name, value)
    put_demand(rows=[row], by=None)


def test_an_import_that_wants_less_gives_the_rest_back(shop):
    line, order = shop.ordered_by_a_customer(5)
    shop.make(5, order)
    _again(line)
    assert kept(shop.frame) == [("SO-9/1", 5)]
    _again(line, quantity=D(2))
    order.refresh_from_db()
    assert (kept(shop.frame), order.for_demand) == ([("SO-9/1", 2)], line)


def test_an_import_that_wants_another_item_sets_free_what_is_made_and_kept(shop):
    line, order = shop.ordered_by_a_customer(5)
    shop.make(3, order)
    _again(line, item=shop.press.pk)
    order.refresh_from_db()
    assert (kept(shop.frame), order.for_demand) == ([], None)


def test_only_what_is_not_free_beside_it_is_given_back_with_a_report(shop):
    """Of five frames, three are kept; two that are taken back were free."""
    press = shop.order(shop.press)
    change_order(order=shop.order(shop.frame), quantity=D(6), by=None)
    shop.make(3)
    second = shop.make(2)
    undo(report=second, by=None)
    assert kept(shop.frame) == [(press.number, 3)]


def test_a_report_taken_back_leaves_nothing_reserved_of_other_peoples_stock(shop):
    press = shop.order(shop.press)
    make_stock(shop.frame, 50, shop.store)
    first, second = shop.make(2), shop.make(1)
    undo(report=first, by=None)
    assert kept(shop.frame) == [(press.number, 1)]
    undo(report=second, by=None)
    assert kept(shop.frame) == []


def test_what_goes_back_to_its_vendor_is_no_other_peoples_stock(shop):
    frame, tubes = shop.order(shop.frame), ReplenishmentOrder.objects.get()
    make_stock(shop.tube, 50, shop.store)
    receive(order=tubes, quantity=D(6), by=None)
    for quantity, left in ((2, 4), (3, 1)):
        give_back(order=tubes, pieces=[Taken(shop.store, D(quantity))], sent_again=True, by=None)
        assert kept(shop.tube) == [(frame.number, left)]


def test_what_was_bought_for_one_order_goes_back_to_its_vendor(shop):
    frame, tubes = shop.order(shop.frame), ReplenishmentOrder.objects.get()
    receive(order=tubes, quantity=D(6), by=None)
    give_back(order=tubes, pieces=[Taken(shop.store, D(2))], sent_again=True, by=None)
    assert kept(shop.tube) == [(frame.number, 4)]
    receive(order=tubes, quantity=D(2), by=None)
    assert sum(quantity for _number, quantity in kept(shop.tube)) == 6


def test_rework_of_what_was_made_for_one_order_is_for_that_order(shop):
    frame = shop.order(shop.frame)
    also = {
        "site": shop.site,
        "item": shop.frame,
        "quantity": D(1),
        "due_on": DUE,
        "parent": frame,
        "by": None,
    }
    assert create_order(kind="rework", **also).for_material == Material.objects.get(item=shop.frame)
    assert create_order(**also).made_for is None


def test_goods_come_in_although_the_unit_of_their_line_converts_no_more(shop):
    dozen = make_unit("DOZ", digits=3)
    UnitConversion.objects.create(source=dozen, target=shop.frame.unit, numerator=12, denominator=1)
    _line, order = shop.ordered_by_a_customer("1.5", unit=dozen)
    shop.make(10, order)
    assert kept(shop.frame) == [("SO-9/1", 10)]
    UnitConversion.objects.all().delete()
    shop.make(8, order)
    assert kept(shop.frame) == [("SO-9/1", 10)]
    assert Demand.objects.get(number="SO-9").state == "open"


def test_what_was_picked_of_a_line_stays_picked_when_its_own_supply_comes(shop):
    """A line picked in part from free stock keeps what was picked of it."""
    press = shop.order(shop.press)
    (frames,) = release(orders=[press], despite_shortage=True, by=None)
    make_stock(shop.frame, 1, shop.store)
    line = PickLine.objects.get(pick_list=frames)
    pick(pick_list=frames, lines=[Picked(line=line, quantity=D(1), location=shop.store)], by=None)
    shop.make(3)
    lines = PickLine.objects.filter(pick_list=frames).order_by("pk")
    assert [(int(row.quantity), int(row.picked_quantity)) for row in lines] == [(1, 1), (2, 0)]
    assert kept(shop.frame) == [(press.number, 2)]


def test_a_line_that_waits_for_what_is_made_for_its_order_takes_no_free_stock_unasked(shop):
    press = shop.order(shop.press)
    make_stock(shop.frame, 50, shop.store)
    (frames,) = release(orders=[press], despite_shortage=True, by=None)
    said = f"3 EA of FRAME are still to be made or bought for {press.number}: reserve free stock for it"
    with pytest.raises(Refused, match=said):
        pick(pick_list=frames, by=None)
    shop.make(2)
    with pytest.raises(Refused, match="1 EA of FRAME are still to be made"):
        pick(pick_list=frames, by=None)
    assert kept(shop.frame) == [(press.number, 2)]
    reserve_materials(order=press, by=None)
    pick(pick_list=frames, by=None)
    assert press.materials.get().issued_quantity == 3


def test_what_was_reserved_for_a_list_before_is_reserved_for_its_order(shop):
    press = shop.order(shop.press)
    shop.make(3)
    (frames,) = release(orders=[press], by=None)
    Reservation.objects.filter(item=shop.frame).update(reference=frames.number)
    make_stock(shop.tube, 2, shop.store)
    reserve(needs=[Need(item=shop.tube, quantity=D(2), site=shop.site, reference=frames.number)], by=None)
    with connection.cursor() as cursor:
        cursor.execute(FILL)
    assert (kept(shop.frame), kept(shop.tube)) == ([(press.number, 3)], [(frames.number, 2)])
