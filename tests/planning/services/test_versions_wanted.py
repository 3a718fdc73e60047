"""Demand that names the version of the bill or the route it wants, from the line to the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from p2p.core.refusal import Refused
from p2p.core.web import formats
from planning.models import Demand, Peg, ProductionOrder, Proposal
from planning.services.demand import change_demand, create_demand
from planning.services.demand_bulk import DemandRow, put_demand
from planning.services.firm import firm
from strategies.models import BomVersion, Item, Location, RouteVersion, Site
from strategies.services.versions import retire
from tests.factories import make_bom, make_group, make_item, make_route, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db
FIRST, DUE = date(2026, 3, 2), date(2026, 3, 20)
D = Decimal


@dataclass
class Shop:
    """Bicycles with a steel frame, or by version 2 with one of alloy, on a longer route."""

    site: Site
    bike: Item
    steel: Item
    alloy: Item
    usual: BomVersion
    light: BomVersion
    long: RouteVersion

    def want(self, number, quantity, **also):
        return create_demand(
            number=number, site=self.site, item=also.pop("item", self.bike), quantity=D(quantity),
            ordered_on=FIRST, due_on=also.pop("due_on", DUE), by=None, **also,
        )  # fmt: skip


@pytest.fixture
def shop():
    site = make_site("PLANT")
    bike = make_item("BIKE", supply="make", policy={"lead_time_days": 3})
    steel, alloy = make_item("STEEL", supply="buy"), make_item("ALLOY", supply="buy")
    usual = make_bom(bike, {steel: 1})
    light = make_bom(bike, {alloy: 2}, version=2, state="approved")
    group = make_group(site)
    make_route(bike, [{"group": group}])
    long = make_route(bike, [{"group": group}, {"group": group}], version=2, state="approved")
    return Shop(site, bike, steel, alloy, usual, light, long)


@pytest.fixture
def plan(planned, shop):
    return partial(planned, shop.site)


def proposals(run):
    rows = Proposal.objects.filter(run=run).order_by("number")
    return [(row.item.number, int(row.quantity), row.bom and row.bom.version, row.named) for row in rows]


@pytest.mark.parametrize(("kind", "name"), [("light", "bom_version"), ("long", "route_version")])
def test_a_version_that_open_demand_names_is_not_retired(shop, client, kind, name):
    by, version = make_user("engineer"), getattr(shop, kind)
    line = shop.want("SO-1", 5, **{name: version})
    with pytest.raises(Refused, match="Demand SO-1/1 wants to be made from"):
        retire(version=version, by=by)
    version.refresh_from_db()
    assert version.state == "approved"
    client.force_login(by)
    assert "Demand SO-1/1 wants" in client.get(version.get_absolute_url()).content.decode()
    change_demand(demand=line, by=None, **{name: None})
    assert retire(version=version, by=by).state == "retired"


def test_a_line_that_names_a_version_gets_a_proposal_of_its_own(shop, plan):
    shop.want("SO-1", 5)
    shop.want("SO-2", 3, bom_version=shop.light)
    run = plan()
    assert sorted(proposals(run), key=str) == sorted(
        [("BIKE", 5, 1, ""), ("BIKE", 3, 2, "bom"), ("STEEL", 5, None, ""), ("ALLOY", 6, None, "")], key=str
    )
    pegs = Peg.objects.filter(run=run, need_demand__number="SO-2")
    assert [(peg.item, peg.supply_proposal.bom) for peg in pegs] == [(shop.bike, shop.light)]


def test_stock_and_open_orders_of_another_version_do_not_serve_it(shop, plan):
    make_stock(shop.bike, 10, Location.objects.get(site=shop.site, code="STORE"))
    shop.want("SO-1", 3, bom_version=shop.light)
    assert ("BIKE", 3, 2, "bom") in proposals(plan())


def test_the_order_is_made_of_the_version_and_serves_its_demand_in_the_next_plan(shop, plan):
    shop.want("SO-1", 5)
    shop.want("SO-2", 3, bom_version=shop.light)
    orders = firm(run=plan(), by=None).orders
    assert sorted((order.bom.version, order.named, int(order.quantity)) for order in orders) == [
        (1, "", 5), (2, "bom", 3),
    ]  # fmt: skip
    made = next(order for order in orders if order.named)
    assert [(row.item, row.quantity) for row in made.materials.all()] == [(shop.alloy, 6)]
    run = plan()
    assert [row for row in proposals(run) if row[0] == "BIKE"] == []
    peg = Peg.objects.get(run=run, need_demand__number="SO-2")
    assert peg.supply_order == made


def test_an_order_whose_demand_is_gone_is_there_for_all(shop, plan):
    wanted = shop.want("SO-2", 3, bom_version=shop.light)
    firm(run=plan(), by=None)
    Demand.objects.filter(pk=wanted.pk).update(state="cancelled")
    shop.want("SO-3", 3)
    assert [row for row in proposals(plan()) if row[0] == "BIKE"] == []


def test_a_route_or_both_may_be_named(shop, plan):
    shop.want("SO-1", 1, route_version=shop.long)
    shop.want("SO-2", 1, route_version=shop.long, bom_version=shop.light)
    orders = firm(run=plan(), by=None).orders
    rows = [(one.named, one.bom.version, one.route.version, one.operations.count()) for one in orders]
    assert sorted(rows) == [("both", 2, 2, 2), ("route", 1, 2, 2)]
    assert [row for row in proposals(plan()) if row[0] == "BIKE"] == []


def test_the_plain_explosion_takes_the_version_too(shop, plan):
    shop.want("SO-1", 2, bom_version=shop.light)
    run = plan(netting=False, lead_times=False, lot_sizes=False, safety_stock=False)
    assert proposals(run) == [("BIKE", 2, 2, "bom")]


def test_a_version_that_was_retired_meanwhile_is_not_firmed(shop, plan):
    shop.want("SO-1", 2, bom_version=shop.light)
    run = plan()
    BomVersion.objects.filter(pk=shop.light.pk).update(state="retired")
    with pytest.raises(Refused, match="is for demand of BIKE v2, which is Retired"):
        firm(run=run, by=None)
    assert not ProductionOrder.objects.exists()


def test_versions_that_may_not_be_wanted_are_refused_in_one_sentence(shop):
    other = make_bom(make_item("OTHER", supply="make"), {shop.steel: 1})
    elsewhere = make_bom(shop.bike, {shop.steel: 1}, site=make_site("ELSE"), version=3)
    draft = make_bom(shop.bike, {shop.steel: 1}, version=4, state="draft")
    late = make_bom(shop.bike, {shop.steel: 1}, version=5, state="approved", valid_from=DUE + timedelta(1))
    past = make_bom(shop.bike, {shop.steel: 1}, version=6, state="approved", valid_to=FIRST - timedelta(1))
    bought = make_bom(shop.steel, {shop.alloy: 1})
    for version, sentence, also in (
        (other, "OTHER v1 is a version of another item", {}),
        (elsewhere, "BIKE v3 is for ELSE only", {}),
        (draft, "BIKE v4 is Draft; approved and active ones can be wanted", {}),
        (late, f"BIKE v5 holds from {formats.day(date(2026, 3, 21))} on, after the line is due", {}),
        (past, f"BIKE v6 held until {formats.day(date(2026, 3, 1))}, before the line was ordered", {}),
        (bought, "STEEL is not made at PLANT, a version says nothing", {"item": shop.steel}),
    ):
        with pytest.raises(Refused) as no:
            shop.want("SO-1", 1, bom_version=version, **also)
        assert (str(no.value), no.value.field) == (f"Demand SO-1/1: {sentence}.", "bom_version")
    assert not Demand.objects.exists()


def test_a_line_changes_its_version_and_loses_it(shop):
    line = shop.want("SO-1", 1)
    assert change_demand(demand=line, bom_version=shop.light, by=None).bom_version == shop.light
    assert change_demand(demand=line, quantity=D(2), by=None).bom_version == shop.light
    assert change_demand(demand=line, bom_version=None, by=None).bom_version is None


def test_many_lines_at_once_are_checked_and_changed_by_their_version(shop):
    def row(**also):
        return DemandRow(
            number="SO-1", site=shop.site.pk, item=shop.bike.pk, unit=shop.bike.unit_id, quantity=D(1),
            ordered_on=FIRST, due_on=DUE, **also,
        )  # fmt: skip

    assert put_demand(rows=[row(bom_version=shop.light.pk)], by=None).created == 1
    assert Demand.objects.get().bom_version == shop.light
    assert put_demand(rows=[row(bom_version=shop.light.pk)], by=None).same == 1
    assert put_demand(rows=[row(route_version=shop.long.pk)], by=None).changed == 1
    BomVersion.objects.update(state="retired")
    with pytest.raises(Refused, match="BIKE v2 is Retired"):
        put_demand(rows=[row(bom_version=shop.light.pk)], by=None)


def test_form_rest_and_pages_know_versions(shop, plan, planner):
    given = {"number": "SO-1", "line": 1, "site": shop.site.pk, "item": "BIKE", "quantity": 2, "kind": "sales",
             "due_on": "2099-03-20", "priority": 50, "bom_version": 7}  # fmt: skip
    assert "BIKE has no version 7 here." in planner.post("/planning/demand/new/", given).content.decode()
    planner.post("/planning/demand/new/", {**given, "bom_version": 2})
    line = Demand.objects.get()
    assert line.bom_version == shop.light
    assert "BOM wanted" in planner.get(f"/planning/demand/{line.pk}/").content.decode()
    change = f"/planning/demand/{line.pk}/change/"
    planner.post(
        change, {"quantity": 2, "due_on": DUE.replace(year=2099), "priority": 50, "route_version": 2}
    )
    line.refresh_from_db()
    assert (line.bom_version, line.route_version) == (None, shop.long)
    body = {"number": "SO-2", "site": "PLANT", "item": "BIKE", "quantity": "1", "ordered_on": str(FIRST),
            "due_on": str(DUE), "bom_version": shop.light.pk}  # fmt: skip
    answer = planner.post(
        "/api/v1/planning/demand/", body, content_type="application/json", headers={"Idempotency-Key": "one"}
    )
    assert (answer.status_code, answer.json()["bom_version"]) == (201, shop.light.pk)
    proposal = Proposal.objects.get(run=plan(), item=shop.bike)
    assert "Demand names" in planner.get(f"/planning/proposals/{proposal.pk}/").content.decode()
    assert planner.get(f"/api/v1/planning/proposals/{proposal.pk}/").json()["named"] == "bom"
