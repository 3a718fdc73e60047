"""When materials are reserved is said in forms, over REST and in sheets; and they are reserved by a button."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from p2p.inventory.models import SoftReservation
from planning.models import ProductionOrder
from strategies.models import ItemPolicy, Site
from strategies.services.importer import Table, take_in
from tests.execution.conftest import Plant
from tests.factories import make_bom, make_item, make_user

pytestmark = pytest.mark.django_db


def api(role: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_user(role))
    return client


@pytest.fixture
def bike(plant: Plant) -> Any:
    item = make_item("TRIKE", supply="make")
    make_bom(item, {plant.wheel: 3})
    plant.fill(100)
    return item


def test_an_order_says_over_rest_when_its_materials_are_reserved(plant: Plant, bike: Any) -> None:
    given = {
        "site": "MAIN",
        "item": "TRIKE",
        "quantity": "5",
        "due_on": "2030-01-31",
        "reserve_at": "firming",
    }
    made = api("planner").post("/api/v1/planning/orders/", given, format="json")
    assert made.status_code == 201, made.content
    row = made.json()
    assert row["reserve_at"] == "firming"
    assert [(one.item, one.quantity) for one in SoftReservation.objects.all()] == [(plant.wheel, 15)]
    url = f"/api/v1/planning/orders/{row['number']}/change/"
    assert api("planner").post(url, {"reserve_at": ""}, format="json").json()["reserve_at"] == ""
    assert api("planner").post(url, {"reserve_at": "never"}, format="json").status_code == 400


def test_an_order_says_in_its_form_when_its_materials_are_reserved(plant: Plant, bike: Any) -> None:
    client = Client()
    client.force_login(make_user("planner"))
    given = {"site": plant.site.pk, "item": "TRIKE", "quantity": "5", "due_on": "2030-01-31", "priority": 50}
    client.post(reverse("planning:order-new"), {**given, "reserve_at": "start"})
    order = ProductionOrder.objects.get(item=bike)
    assert order.reserve_at == "start"
    change = {"quantity": "5", "start_on": order.start_on, "due_on": order.due_on, "priority": 50}
    client.post(reverse("planning:order-change", args=[order.pk]), {**change, "reserve_at": "firming"})
    order.refresh_from_db()
    assert order.reserve_at == "firming"
    assert SoftReservation.objects.get().quantity == 15


def test_materials_are_reserved_by_the_orders_button_and_over_rest(plant: Plant) -> None:
    plant.fill(100)
    order = plant.order(10)
    said = api("planner").post(f"/api/v1/execution/orders/{order.number}/reserve/")
    assert said.status_code == 200, said.content
    assert SoftReservation.objects.filter(reference=order.number).count() == 3
    again = api("planner").post(f"/api/v1/execution/orders/{order.number}/reserve/")
    assert again.status_code == 409
    assert "Nothing more of what" in again.json()["detail"]
    assert api("operator").post(f"/api/v1/execution/orders/{order.number}/reserve/").status_code == 403


def test_the_settings_of_sites_and_items_come_in_sheets(plant: Plant) -> None:
    for name, head, row in (
        ("sites", "code;name;currency;reserve_at", "MAIN;Main;USD;firming"),
        ("item_policies", "item;supply;reserve_at", "WHEEL;buy;start"),
    ):
        outcome = take_in([Table(name, head.split(";"), [(2, row.split(";"))])], by=None)
        assert outcome.problems == []
    assert Site.objects.get(code="MAIN").reserve_at == "firming"
    assert ItemPolicy.objects.get(item=plant.wheel).reserve_at == "start"
