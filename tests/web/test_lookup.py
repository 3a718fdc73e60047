"""What is offered while somebody types the number of a record, and to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from p2p.core.web import lookup
from planning.models import Customer
from strategies.models import Item
from tests.factories import make_item, make_lot, make_order, make_site, make_unit, make_user, make_vendor

pytestmark = pytest.mark.django_db


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def offered(user: Any, label: str, typed: str, **also: str) -> list[str]:
    answer = client_of(user).get(f"/core/find/{label}/", {"q": typed, **also})
    assert answer.status_code == 200
    return [each["number"] for each in answer.json()["items"]]


def test_numbers_that_begin_with_it_come_first_then_names():
    make_item("AB-2", name="Pump")
    make_item("AB-1", name="Valve")
    make_item("ZZ-1", name="Cover of ab")
    user = make_user("planner")
    assert offered(user, "strategies.item", "ab") == ["AB-1", "AB-2", "ZZ-1"]
    assert offered(user, "strategies.item", "pump ab") == ["AB-2"]
    assert offered(user, "strategies.item", "nothing") == offered(user, "strategies.item", " ") == []


def test_number_name_and_unit_are_told():
    make_item("AB-1", name="Valve", unit=make_unit("EA"))
    answer = client_of(make_user()).get("/core/find/strategies.item/?q=AB")
    assert answer.json() == {"items": [{"number": "AB-1", "name": "Valve", "unit": "EA"}]}


def test_twelve_at_most_in_two_queries_at_most_and_only_what_is_active():
    unit = make_unit()
    Item.objects.bulk_create(
        Item(number=f"N-{place:05}", name=f"Part {place}", unit=unit) for place in range(3000)
    )
    Item.objects.filter(number="N-00000").update(active=False)
    source, user = lookup._sources["strategies.item"], make_user()
    counts = []
    for typed in ("N-0", "Part", "N-02999", "Part 17 4"):
        with CaptureQueriesContext(connection) as seen:
            found = source.find(user, typed)
        counts.append(len(seen))
        assert 1 <= len(found) <= 12, typed
        assert "N-00000" not in [each["number"] for each in found]
    assert counts == [1, 2, 2, 2]


def test_orders_of_other_sites_are_not_offered():
    here, there = make_site("HERE"), make_site("THERE")
    make_order(make_item(), site=here, number="MO-1")
    make_order(make_item(), site=there, number="MO-2")
    label = "planning.productionorder"
    assert offered(make_user("planner"), label, "mo") == ["MO-1", "MO-2"]
    assert offered(make_user("planner", site=here), label, "mo") == ["MO-1"]
    assert offered(make_user(), label, "mo") == []


def test_customers_are_for_planners_and_what_nobody_registered_is_not_there():
    Customer.objects.create(number="C1", name="Cycles")
    assert offered(make_user("planner"), "planning.customer", "cyc") == ["C1"]
    assert client_of(make_user("operator")).get("/core/find/planning.customer/?q=C").status_code == 403
    assert client_of(make_user("planner")).get("/core/find/core.user/?q=a").status_code == 404
    assert Client().get("/core/find/strategies.item/?q=a").status_code == 302


def test_lots_are_those_of_the_item_that_is_typed_beside():
    one, other = make_item("ONE"), make_item("OTHER")
    make_lot(one, "L-1")
    make_lot(other, "L-2")
    user = make_user("operator")
    assert offered(user, "inventory.lot", "l-") == ["L-1", "L-2"]
    assert offered(user, "inventory.lot", "l-", within="one") == ["L-1"]


def test_a_vendor_is_found_by_a_part_of_its_name():
    make_vendor("V7", name="Northwind Castings")
    assert offered(make_user("buyer"), "strategies.vendor", "cast") == ["V7"]
