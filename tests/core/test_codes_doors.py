"""Documents that bring their own number, and lists that are written past the models: the same rule holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from p2p.core.facts import Refused
from planning.models import Demand, ProductionOrder, ReplenishmentOrder
from planning.services.demand_bulk import DemandRow, put_demand
from strategies.models import Item, Site
from tests.factories import make_bom, make_item, make_route, make_site, make_user, make_vendor

pytestmark = pytest.mark.django_db
WRONG, MAC, ONE = "SO\u200b1", "Cafe\u0301", "Caf\u00e9"
DUE = date(2027, 3, 14)


@pytest.fixture
def planner(client):
    make_site("ONE")
    bike = make_item("BIKE", supply="make")
    make_bom(bike, {make_item("PART", supply="buy"): 1})
    make_route(bike, [{"run_seconds": 60}])
    make_vendor("V")
    client.force_login(make_user("planner"))
    return client


BODIES = {
    "orders": {"site": "ONE", "item": "BIKE", "quantity": "1", "due_on": "2027-03-14"},
    "replenishments": {"site": "ONE", "item": "PART", "vendor": "V", "quantity": "1", "due_on": "2027-03-14"},
    "demand": {"line": 1, "site": "ONE", "item": "BIKE", "quantity": "1", "due_on": "2027-03-14"},
    "customers": {"name": "A"},
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(BODIES))
def test_a_number_somebody_brings_along_is_seen(planner, what):
    where = f"/api/v1/planning/{what}/"
    answer = planner.post(where, {**BODIES[what], "number": WRONG}, content_type="application/json")
    assert answer.status_code in (400, 409), answer.content
    assert "(U+200B) after “SO”" in answer.json()["detail"]
    assert (
        planner.post(where, {**BODIES[what], "number": MAC}, content_type="application/json").status_code
        == 201
    )
    listed = planner.get(where, {"search": MAC}).json()["results"]
    assert [one["number"] for one in listed] == [ONE]
    for model in (Demand, ProductionOrder, ReplenishmentOrder):
        assert not model.objects.filter(number=WRONG).exists()


def test_a_list_of_demand_has_the_same_rule(planner):
    item = Item.objects.get(number="BIKE")
    keys = {"site": Site.objects.get().pk, "item": item.pk, "unit": item.unit_id}
    row = {**keys, "quantity": Decimal(1), "due_on": DUE, "ordered_on": DUE}
    with pytest.raises(Refused, match="cannot be seen"):
        put_demand(rows=[DemandRow(number=WRONG, **row)], by=None)
    put_demand(rows=[DemandRow(number=f" {MAC} ", **row)], by=None)
    assert Demand.objects.get().number == ONE
