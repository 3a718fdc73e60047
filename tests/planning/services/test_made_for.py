"""Supply that is made or bought for one need: planned, firmed and planned again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from p2p.core.refusal import Refused
from p2p.inventory.services.needs import Need
from p2p.inventory.services.reservations import reserve
from planning.models import Material, Peg, PlanRun, ProductionOrder, Proposal, ReplenishmentOrder
from planning.services.demand import change_demand, create_demand
from planning.services.firm import firm, move_proposals
from strategies.models import BomLine, BomVersion, Item, ItemPolicy, Location, Site
from tests.factories import make_bom, make_item, make_site, make_stock, make_vendor

pytestmark = pytest.mark.django_db
FIRST, DUE = date(2026, 3, 2), date(2026, 3, 27)
D = Decimal


@dataclass
class Shop:
    """A press takes a frame that is welded for it, of a tube that is bought for that frame, and four screws."""

    site: Site
    press: Item
    frame: Item
    tube: Item
    screw: Item

    def want(self, number, quantity, **also):
        return create_demand(
            number=number, site=self.site, item=also.pop("item", self.press), quantity=D(quantity),
            ordered_on=FIRST, due_on=also.pop("due_on", DUE), by=None, **also,
        )  # fmt: skip

    @property
    def store(self):
        return Location.objects.get(site=self.site, kind="store")


@pytest.fixture
def shop():
    site, vendor = make_site("PLANT"), make_vendor("V1")
    press = make_item("PRESS", supply="make", policy={"lead_time_days": 2})
    frame = make_item("FRAME", supply="make", policy={"lead_time_days": 3})
    tube = make_item("TUBE", supply="buy", policy={"lead_time_days": 4, "vendor": vendor})
    screw = make_item("SCREW", supply="buy", policy={"lead_time_days": 1, "vendor": vendor})
    make_bom(press, {frame: {"quantity": 1, "kind": "pegged"}, screw: 4})
    make_bom(frame, {tube: {"quantity": 2, "kind": "pegged"}})
    return Shop(site, press, frame, tube, screw)


@pytest.fixture
def plan(planned, shop):
    return partial(planned, shop.site)


def proposed(run):
    rows = Proposal.objects.filter(run=run).select_related("item").order_by("number")
    return sorted((row.item.number, int(row.quantity)) for row in rows)


def of(run, number):
    return Proposal.objects.get(run=run, item__number=number)


def order_of(number):
    return ProductionOrder.objects.get(item__number=number)


def test_a_pegged_line_is_planned_for_its_order_although_stock_is_free(shop, plan):
    make_stock(shop.frame, 9, shop.store)
    make_stock(shop.screw, 100, shop.store)
    shop.want("SO-1", 3)
    shop.want("SO-2", 2, due_on=DUE + timedelta(days=7))
    run = plan()
    frames = Proposal.objects.filter(run=run, item=shop.frame).order_by("number")
    presses = list(Proposal.objects.filter(run=run, item=shop.press).order_by("number"))
    assert proposed(run) == [
        ("FRAME", 2), ("FRAME", 3), ("PRESS", 2), ("PRESS", 3), ("TUBE", 4), ("TUBE", 6),
    ]  # fmt: skip
    assert [row.for_proposal for row in frames] == presses
    assert {row.for_proposal_id for row in presses} == {None}


def test_all_orders_of_a_tree_are_firmed_together_and_know_what_they_are_for(shop, plan):
    shop.want("SO-1", 3)
    shop.want("SO-2", 2, due_on=DUE + timedelta(days=7))
    run = plan()
    first = Proposal.objects.filter(run=run, item=shop.frame).order_by("number")[0]
    made = firm(proposals=[first], by=None)
    assert [(one.item.number, int(one.quantity)) for one in made.orders] == [("PRESS", 3), ("FRAME", 3)]
    press, frame = made.orders
    assert frame.for_material == Material.objects.get(order=press, item=shop.frame)
    (tube,) = made.replenishments
    assert ReplenishmentOrder.objects.get(pk=tube.pk).for_material == Material.objects.get(order=frame)
    assert press.made_for is None


def test_a_second_plan_proposes_nothing_and_takes_supply_from_nobody(shop, plan):
    make_stock(shop.screw, 100, shop.store)
    shop.want("SO-1", 3)
    shop.want("SO-2", 2, due_on=DUE + timedelta(days=7))
    firm(run=plan(), by=None)
    again = plan()
    assert proposed(again) == []
    pegs = Peg.objects.filter(run=again, item=shop.frame).select_related("supply_order__for_material")
    assert {(peg.supply_order.for_material_id, peg.quantity) for peg in pegs} == {
        (peg.need_material_id, peg.need_material.quantity) for peg in pegs
    }


def test_stock_that_a_planner_reserved_for_the_order_serves_it(shop, plan):

    make_stock(shop.frame, 9, shop.store)
    shop.want("SO-1", 3)
    run = plan()
    move_proposals(proposals=Proposal.objects.filter(run=run, item=shop.frame), step="dismiss", by=None)
    (press,) = firm(proposals=[of(run, "PRESS")], by=None).orders
    assert ("FRAME", 3) in proposed(plan())
    reserve(needs=[Need(item=shop.frame, quantity=D(2), site=shop.site, reference=press.number)], by=None)
    run = plan()
    assert ("FRAME", 1) in proposed(run)
    assert of(run, "FRAME").for_material.order == press


def test_what_lot_sizes_make_too_much_is_everybodys(shop, plan):
    ItemPolicy.objects.filter(item=shop.frame).update(minimum_quantity=5)
    shop.want("SO-1", 3)
    shop.want("SPARE", 2, item=shop.frame, due_on=DUE + timedelta(days=9))
    run = plan()
    assert of(run, "FRAME").quantity == 5
    firm(run=run, by=None)
    assert proposed(plan()) == []
    spare = Peg.objects.get(run=PlanRun.objects.latest("pk"), need_demand__number="SPARE")
    assert (spare.supply_order.item, spare.quantity) == (shop.frame, 2)


def test_a_proposal_whose_own_need_was_dismissed_stays_one(shop, plan):
    shop.want("SO-1", 3)
    run = plan()
    move_proposals(proposals=[of(run, "PRESS")], step="dismiss", by=None)

    with pytest.raises(Refused, match=f"It is made for {of(run, 'PRESS')}, which stays a proposal"):
        firm(proposals=[of(run, "TUBE")], by=None)
    assert not ProductionOrder.objects.exists()
    assert not ReplenishmentOrder.objects.exists()


def test_a_purchase_that_waited_for_its_vendor_is_tied_when_it_is_firmed_later(shop, plan):
    ItemPolicy.objects.filter(item=shop.tube).update(vendor=None)
    shop.want("SO-1", 3)
    run = plan()
    made = firm(proposals=[of(run, "PRESS")], by=None)
    assert [one.proposal.item.number for one in made.skipped] == ["TUBE"]
    ItemPolicy.objects.filter(item=shop.tube).update(vendor=make_vendor("V2"))
    (tube,) = firm(proposals=[of(run, "TUBE")], by=None).replenishments
    assert tube.for_material == Material.objects.get(order=order_of("FRAME"))


@pytest.mark.parametrize(("strategy", "alone"), [("mto", 3), ("eto", 3), ("ato", 2), ("mts", 0)])
def test_the_strategy_says_whose_needs_have_supply_of_their_own(shop, plan, strategy, alone):
    """Two customers' lines and one of a bill; a forecast orders nothing."""
    spring = make_item("SPRING", supply="make", policy={"strategy": strategy})
    top = make_item("TOP", supply="make")
    make_bom(spring, {shop.screw: 1})
    make_bom(top, {spring: 1})
    make_stock(spring, 100, shop.store)
    make_stock(shop.screw, 100, shop.store)
    for number in ("SO-1", "SO-2"):
        shop.want(number, 4, item=spring)
    shop.want("SO-3", 5, item=top)
    shop.want("FC", 6, item=spring, kind="forecast")
    run = plan()
    assert proposed(run) == [("SPRING", 4)] * min(alone, 2) + [("SPRING", 5)] * (alone == 3) + [("TOP", 5)]
    firm(run=run, by=None)
    assert proposed(plan()) == []
    tied = ProductionOrder.objects.filter(item=spring, for_demand__isnull=False)
    assert sorted(str(order.for_demand) for order in tied) == ["SO-1/1", "SO-2/1"][: min(alone, 2)]


def test_what_is_made_for_a_line_beyond_the_plan_serves_nobody_in_it(shop, plan):
    spring = make_item("SPRING", supply="make", policy={"strategy": "mto"})
    late = shop.want("SO-1", 4, item=spring)
    firm(run=plan(), by=None)
    type(late).objects.filter(pk=late.pk).update(due_on=DUE + timedelta(days=400))
    shop.want("FC", 4, item=spring, kind="forecast")
    assert proposed(plan()) == [("SPRING", 4)]


def test_a_line_of_a_certain_version_that_is_made_to_order_has_supply_of_its_own(shop, plan):
    ItemPolicy.objects.filter(item=shop.press).update(strategy="mto")
    light = make_bom(shop.press, {shop.screw: 2}, version=2, state="approved")
    make_stock(shop.press, 50, shop.store)
    shop.want("SO-1", 3, bom_version=light)
    run = plan()
    assert proposed(run) == [("PRESS", 3), ("SCREW", 6)]
    assert (of(run, "PRESS").bom, of(run, "PRESS").named) == (light, "bom")
    firm(run=run, by=None)
    assert proposed(plan()) == []


def test_two_lines_of_one_order_share_what_is_made_for_either(shop, plan):
    bom = BomVersion.objects.get(item=shop.press)
    BomLine.objects.create(
        bom=bom, position=50, component=shop.frame, unit=shop.frame.unit, quantity=D(2), kind="pegged"
    )
    make_stock(shop.screw, 100, shop.store)
    shop.want("SO-1", 3)
    run = plan()
    assert ("FRAME", 9) in proposed(run)
    firm(run=run, by=None)
    assert proposed(plan()) == []


def test_a_smaller_need_leaves_the_rest_to_everybody_and_a_larger_one_asks_for_the_difference(shop, plan):
    ItemPolicy.objects.filter(item=shop.frame).update(strategy="mto")
    line = shop.want("SO-1", 6, item=shop.frame)
    firm(run=plan(), by=None)
    change_demand(demand=line, quantity=D(8), by=None)
    run = plan()
    assert [
        (row.item.number, int(row.quantity)) for row in Proposal.objects.filter(run=run, for_demand=line)
    ] == [("FRAME", 2)]
    change_demand(demand=line, quantity=D(4), by=None)
    shop.want("FC", 2, item=shop.frame, kind="forecast")
    assert proposed(plan()) == []
