"""Keys that people choose, with a slash in them: "MO/2026/0017" is one key."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from p2p.core.addresses import key_of, part
from p2p.inventory.models import HandlingUnit
from p2p.inventory.services.units import create_units
from tests.factories import make_calendar, make_item, make_location, make_order, make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(client: Client) -> Client:
    client.force_login(make_user("supervisor"))
    return client


@pytest.mark.parametrize("number", ["HU/7", "a/b?c#d%", "~2F", "~/~7E", "箱 1"])
def test_a_key_with_a_slash_has_a_page_and_breaks_no_list(planner: Client, number: str) -> None:
    user = make_user("supervisor")
    create_units(kind=HandlingUnit.Kind.PLATE, location=make_location(), number=number, by=user)
    assert planner.get("/inventory/units/").status_code == 200
    page = planner.get(reverse("inventory:unit", args=[number]))
    assert page.status_code == 200
    calendar = make_calendar(number)
    assert planner.get("/strategies/calendars/").status_code == 200
    assert planner.get(reverse("strategies:calendar", args=[calendar.code])).status_code == 200
    assert key_of(part(number)) == number


@pytest.mark.parametrize("number", ["MO/2026/0017", "MO?7#8%"])
def test_the_page_of_an_order_is_found_from_wherever_it_is_named(planner: Client, number: str) -> None:
    order = make_order(make_item(), site=make_site(), number=number)
    assert planner.get(order.get_absolute_url()).status_code == 200


def test_the_api_names_a_key_with_a_slash_by_its_sign(planner: Client) -> None:
    make_item("12/34"), make_item("12~34")
    assert planner.get("/api/v1/strategies/items/12~2F34/").json()["number"] == "12/34"
    assert planner.get("/api/v1/strategies/items/12~34/").json()["number"] == "12~34"
    assert planner.get("/api/v1/strategies/items/12~7E34/").json()["number"] == "12~34"
    assert planner.get("/api/v1/strategies/items/12~2F35/").status_code == 404
