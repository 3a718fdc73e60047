"""The need of an order by hand over REST, in forms, and as it is looked up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from p2p.core.web import formats
from planning.models import Material, ProductionOrder, ReplenishmentOrder
from planning.services.demand import create_demand
from planning.services.order import create_order
from strategies.models import ItemPolicy
from tests.factories import make_bom, make_item, make_site, make_user, make_vendor

pytestmark = pytest.mark.django_db
API, DUE = "/api/v1/planning", "2031-03-27"


@pytest.fixture
def site():
    return make_site("PLANT")


@pytest.fixture
def press(site):
    """An order of three presses, each of a frame that is made for it alone."""
    press, frame = make_item("PRESS", supply="make"), make_item("FRAME", supply="make")
    make_item(
        "LAMP", supply="buy", policy={"vendor": make_vendor("V1"), "strategy": ItemPolicy.Strategy.ORDER}
    )
    make_bom(press, {frame: {"quantity": 1, "kind": "pegged"}})
    return create_order(
        site=site, item=press, quantity=Decimal(3), due_on=date(2031, 3, 27), number="MO-7", by=None
    )


@pytest.fixture
def lamp(site, press):
    """Four lamps that a customer ordered; they are bought to order."""
    day = date(2031, 3, 27)
    item = press.item.__class__.objects.get(number="LAMP")
    return create_demand(
        number="SO-1", site=site, item=item, quantity=Decimal(4), ordered_on=day, due_on=day, by=None
    )


def as_(role):
    client = Client()
    client.force_login(make_user(role))
    return client


def post(client, path, body=None, status=200):
    answer = client.post(f"{API}/{path}", body or {}, content_type="application/json")
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_over_rest_an_order_says_what_it_is_for_and_is_set_free(press):
    planner, position = as_("planner"), Material.objects.get(order=press).position
    body = {"site": "PLANT", "item": "FRAME", "quantity": "2", "due_on": DUE}
    made = post(planner, "orders/", {**body, "made_for": "MO-7"}, 201)
    assert made["made_for"] == f"MO-7, {position}"
    assert post(planner, "orders/", body, 201)["made_for"] == ""
    wrong = post(planner, "orders/", {**body, "made_for": "MO-9"}, 400)
    assert "There is no order that takes FRAME and no demand line called MO-9." in str(wrong)
    assert post(planner, f"orders/{made['number']}/untie/")["made_for"] == ""
    assert (
        post(planner, f"orders/{made['number']}/tie/", {"made_for": "mo-7"})["made_for"]
        == f"MO-7, {position}"
    )
    covered = {**body, "quantity": "9", "made_for": "MO-7"}
    post(planner, "orders/", {**body, "quantity": "1", "made_for": "MO-7"}, 201)
    assert "is covered: 0 EA are kept for it and 3 EA under way." in str(
        post(planner, "orders/", covered, 409)
    )
    post(as_("inspector"), f"orders/{made['number']}/untie/", status=403)


def test_over_rest_a_purchase_is_for_a_customers_line(lamp):
    buyer = as_("buyer")
    body = {
        "site": "PLANT",
        "item": "LAMP",
        "vendor": "V1",
        "quantity": "4",
        "due_on": DUE,
        "made_for": "SO-1/1",
    }
    made = post(buyer, "replenishments/", body, 201)
    assert made["made_for"] == "SO-1/1"
    assert ReplenishmentOrder.objects.get().for_demand == lamp
    assert post(buyer, f"replenishments/{made['number']}/untie/")["made_for"] == ""
    assert (
        post(buyer, f"replenishments/{made['number']}/tie/", {"made_for": "SO-1/1"})["made_for"] == "SO-1/1"
    )


def test_the_form_of_a_new_order_names_its_need_and_its_fields_say_what_is_wrong(site, press, lamp):
    planner, address = as_("planner"), reverse("planning:order-new")
    form = {"site": site.pk, "item": "FRAME", "quantity": "3", "due_on": DUE, "priority": "50"}
    for wrong, sentence in (
        ({"for_order": "MO-9"}, "There is no order that takes FRAME"),
        ({"for_order": "MO-7", "for_demand": "SO-1/1"}, "It is made for one need"),
    ):
        refused = planner.post(address, {**form, **wrong})
        assert (refused.status_code, sentence in refused.content.decode()) == (422, True)
    planner.post(address, {**form, "for_order": "MO-7"})
    assert ProductionOrder.objects.get(item__number="FRAME").for_material.order == press


def test_the_form_of_a_purchase_names_a_customers_line(site, lamp):
    form = {
        "site": site.pk,
        "item": "LAMP",
        "vendor": "V1",
        "quantity": "4",
        "due_on": DUE,
        "for_demand": "so-1/1",
    }
    as_("buyer").post(reverse("planning:replenishment-new"), form)
    assert ReplenishmentOrder.objects.get().for_demand == lamp


def test_an_order_is_tied_and_freed_on_its_page(site, press):
    planner = as_("planner")
    item = Material.objects.get(order=press).item
    order = create_order(site=site, item=item, quantity=Decimal(3), due_on=date(2031, 3, 27), by=None)
    address = reverse("planning:order-tie", args=[order.pk])
    assert address in planner.get(order.get_absolute_url()).content.decode()
    page = planner.get(address).content.decode()
    line = Material.objects.get(order=press)
    day = formats.day(press.start_on)
    assert f"MO-7, {line.position} – PRESS · 3 {line.unit.code} · {day}" in page
    planner.post(address, {"made_for": f"MO-7, {Material.objects.get(order=press).position}"})
    order.refresh_from_db()
    assert order.for_material.order == press
    untie = reverse("planning:order-untie", args=[order.pk])
    whole = planner.get(order.get_absolute_url()).content.decode()
    assert untie in whole and address not in whole
    planner.post(untie)
    order.refresh_from_db()
    assert order.made_for is None


def test_a_form_without_a_need_to_choose_says_how_there_would_be_one(site, press):
    press_item = press.item
    answer = as_("planner").get(reverse("planning:order-tie", args=[press.pk])).content.decode()
    assert f"No open need of {press_item.number} has supply of its own" in answer
    assert "nothing to choose from" in answer


def test_needs_are_looked_up_by_their_numbers_within_the_item(press, lamp):
    planner = as_("planner")

    def find(label, typed, item):
        answer = planner.get(reverse("core:find", args=[label]), {"q": typed, "within": item})
        return [row["number"] for row in answer.json()["items"]]

    assert find("planning.material", "mo", "FRAME") == ["MO-7"]
    assert find("planning.material", "MO", "LAMP") == []
    assert find("planning.demand", "SO-1", "LAMP") == ["SO-1/1"]
    lamp.__class__.objects.update(state="cancelled")
    assert find("planning.demand", "SO-1", "LAMP") == []
