"""Supply that somebody raises himself is for one open need: named when it is entered, or later, or set free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.inventory.models import Reservation
from planning.models import Demand, Material, ProductionOrder, Proposal
from planning.services.demand import cancel_demand, create_demand
from planning.services.need import named, open_needs, words
from planning.services.order import cancel_order, create_order
from planning.services.receive import receive
from planning.services.replenishment import create_replenishment
from planning.services.tie import tie, untie
from strategies.models import Item, ItemPolicy, Site, Vendor
from tests.factories import make_bom, make_item, make_site, make_stock, make_vendor

pytestmark = pytest.mark.django_db
FIRST, DUE = date(2026, 3, 2), date(2026, 3, 27)
D = Decimal


@dataclass
class Shop:
    """A press takes a frame that is made for it alone, of a tube that is bought for that frame, and four screws."""

    site: Site
    vendor: Vendor
    press: Item
    frame: Item
    tube: Item
    screw: Item

    def make(self, item, quantity, **also):
        return create_order(
            site=also.pop("site", self.site), item=item, quantity=D(quantity), due_on=DUE, start_on=FIRST, by=None,
            **also,
        )  # fmt: skip

    def buy(self, item, quantity, **also):
        return create_replenishment(
            site=self.site, item=item, quantity=D(quantity), due_on=DUE, vendor=self.vendor, by=None, **also
        )

    def want(self, item, quantity, **also):
        return create_demand(
            number="SO-1", site=self.site, item=item, quantity=D(quantity), ordered_on=FIRST, due_on=DUE, by=None,
            **also,
        )  # fmt: skip


@pytest.fixture
def shop():
    site, vendor = make_site("PLANT"), make_vendor("V1")
    press = make_item("PRESS", supply="make", policy={"lead_time_days": 2})
    frame = make_item("FRAME", supply="make", policy={"lead_time_days": 3})
    tube = make_item("TUBE", supply="buy", policy={"lead_time_days": 4, "vendor": vendor})
    screw = make_item("SCREW", supply="buy", policy={"lead_time_days": 1, "vendor": vendor})
    make_bom(press, {frame: {"quantity": 1, "kind": "pegged"}, screw: 4})
    make_bom(frame, {tube: {"quantity": 2, "kind": "pegged"}})
    return Shop(site, vendor, press, frame, tube, screw)


@pytest.fixture
def plan(planned, shop):
    return partial(planned, shop.site)


@pytest.fixture
def line(shop):
    """The three frames that an order for presses takes."""
    return Material.objects.select_related("order__site").get(order=shop.make(shop.press, 3), item=shop.frame)


def proposed(run):
    rows = Proposal.objects.filter(run=run).select_related("item").order_by("number")
    return sorted((row.item.number, int(row.quantity)) for row in rows)


def to_order(item):
    ItemPolicy.objects.filter(item=item).update(strategy=ItemPolicy.Strategy.ORDER)


def test_an_order_by_hand_for_a_component_line_is_its_supply_in_the_next_plan(shop, plan, line):
    make_stock(shop.screw, 100, shop.site.locations.get(kind="store"))
    order = shop.make(shop.frame, 3, made_for=line)
    assert (order.for_material, order.need_words) == (line, f"{line.order.number}, {line.position}")
    assert proposed(plan()) == [("TUBE", 6)]


def test_for_everybody_it_serves_no_need_that_has_supply_of_its_own(shop, plan, line):
    make_stock(shop.screw, 100, shop.site.locations.get(kind="store"))
    shop.make(shop.frame, 3)
    assert ("FRAME", 3) in proposed(plan())


def test_a_purchase_by_hand_is_kept_for_its_order_as_it_comes(shop, line):
    frames = shop.make(shop.frame, 3, made_for=line)
    tubes = Material.objects.get(order=frames)
    receive(order=shop.buy(shop.tube, 10, made_for=tubes), quantity=D(10), by=None)
    assert list(Reservation.objects.values_list("reference", "quantity")) == [(frames.number, 6)]


def test_an_order_by_hand_for_a_customers_line_serves_it_alone(shop, plan):
    to_order(shop.press)
    lines = [shop.want(shop.press, 2, line=number) for number in (1, 2)]
    shop.make(shop.press, 2, made_for=lines[1])
    (row,) = Proposal.objects.filter(run=plan(), item=shop.press)
    assert row.for_demand == lines[0]


def refused(shop, text, item, site=None):
    with pytest.raises(Refused) as no:
        shop.make(item, 1, site=site or shop.site, made_for=named(text, item=item, site=shop.site))
    assert no.value.field == "made_for"
    return str(no.value)


def test_a_need_that_it_cannot_be_for_is_refused_in_one_sentence(shop, line):
    other, order = make_site("OTHER"), line.order.number
    assert refused(shop, "SO-9/1", shop.frame) == (
        "There is no order that takes FRAME and no demand line called SO-9/1."
    )
    assert refused(shop, f"{order}, {line.position}", shop.press) == (
        f"{order}, {line.position} wants FRAME, not PRESS."
    )
    assert refused(shop, order, shop.frame, other) == (f"{order}, {line.position} is at PLANT, not at OTHER.")
    stocked = Material.objects.get(order=line.order, item=shop.screw)
    assert refused(shop, f"{order}, {stocked.position}", shop.screw) == (
        f"{order}, {stocked.position} takes SCREW from stock: only what is made to order, or is pegged, has supply"
        " of its own."
    )
    shop.make(shop.frame, 3, made_for=line)
    assert refused(shop, order, shop.frame) == (
        f"{order}, {line.position} is covered: 0 EA are kept for it and 3 EA under way."
    )
    cancel_order(orders=[line.order], by=None)
    assert (
        refused(shop, order, shop.frame) == f"{order}, {line.position} is closed: it wants no FRAME any more."
    )


def test_a_customers_line_that_it_cannot_be_for_is_refused(shop):
    demand = shop.want(shop.press, 2)
    assert "takes PRESS from stock" in refused(shop, "SO-1/1", shop.press)
    to_order(shop.press)
    forecast = shop.want(shop.press, 2, kind="forecast")
    assert "takes PRESS from stock" in refused(shop, forecast.reference, shop.press)
    cancel_demand(demands=[demand], by=None)
    assert refused(shop, "SO-1/1", shop.press) == "SO-1/1 is closed: it wants no PRESS any more."


def test_what_is_partly_covered_takes_another_order_for_the_rest(shop, line):
    shop.make(shop.frame, 2, made_for=line)
    shop.make(shop.frame, 1, made_for=line)
    assert ProductionOrder.objects.filter(for_material=line).count() == 2


def test_an_order_that_brought_more_than_it_was_to_hides_nothing_that_is_under_way(shop, line):
    more = shop.make(shop.frame, 1, made_for=line)
    ProductionOrder.objects.filter(pk=more.pk).update(good_quantity=1, scrap_quantity=2)
    shop.make(shop.frame, 3, made_for=line)
    assert refused(shop, words(line), shop.frame) == (
        f"{words(line)} is covered: 0 EA are kept for it and 3 EA under way."
    )


def test_a_need_is_called_as_it_is_shown(shop, line):
    find = partial(named, item=shop.frame, site=shop.site)
    assert (
        find(words(line))
        == find(line.order.number.lower())
        == find(f" {line.order.number},{line.position} ")
        == line
    )
    Material.objects.filter(order=line.order, item=shop.screw).update(item=shop.frame)
    with pytest.raises(Refused, match="takes FRAME on several lines: name one, as"):
        find(line.order.number)
    to_order(shop.press)
    demands = [shop.want(shop.press, 1, source_system=system) for system in ("", "ERP")]
    assert [named(row.reference, item=shop.press, site=shop.site) for row in demands] == demands
    assert open_needs(item=shop.press, site=shop.site) == demands
    assert line in open_needs(item=shop.frame, site=shop.site)


def test_an_open_order_is_tied_later_and_set_free_again(shop, plan, line):
    make_stock(shop.screw, 100, shop.site.locations.get(kind="store"))
    order = shop.make(shop.frame, 3)
    tie(supply=order, made_for=line, by=None)
    assert proposed(plan()) == [("TUBE", 6)]
    said = Journal.objects.get(fact="planning.TiedTo")
    assert said.payload["need"] == words(line) and said.record_key == order.number
    with pytest.raises(Refused, match="is for .* already: untie it first"):
        tie(supply=order, made_for=line, by=None)
    untie(supply=order, by=None)
    assert ("FRAME", 3) in proposed(plan())
    assert Journal.objects.get(fact="planning.SetFree").payload == {"was_for": words(line)}
    with pytest.raises(Refused, match="is for everybody already"):
        untie(supply=order, by=None)


def test_a_purchase_is_tied_to_a_customers_line_until_it_is_over(shop):
    to_order(shop.tube)
    demand, order = shop.want(shop.tube, 4), shop.buy(shop.tube, 4)
    tie(supply=order, made_for=demand, by=None)
    receive(order=order, quantity=D(4), by=None)
    assert list(Reservation.objects.values_list("reference", "quantity")) == [("SO-1/1", 4)]
    with pytest.raises(Refused, match="what it is for does not change any more"):
        untie(supply=order, by=None)


def test_what_was_kept_before_stays_kept_when_the_rest_is_free(shop):
    to_order(shop.tube)
    demand = shop.want(shop.tube, 4)
    order = shop.buy(shop.tube, 4, made_for=demand)
    receive(order=order, quantity=D(1), by=None)
    untie(supply=order, by=None)
    receive(order=order, quantity=D(3), by=None)
    assert Reservation.objects.get().quantity == 1
    assert Demand.objects.get().reference == "SO-1/1"


def test_the_day_after_it_still_counts(shop, plan, line):
    make_stock(shop.screw, 100, shop.site.locations.get(kind="store"))
    order = shop.make(shop.frame, 3, made_for=line)
    ProductionOrder.objects.filter(pk=order.pk).update(due_on=DUE + timedelta(days=30))
    assert ("FRAME", 3) not in proposed(plan())
