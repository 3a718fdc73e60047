"""A cost version from nothing to the standard, by the buttons of its pages."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from costing.models import CostElement, CostRate, CostVersion, ItemPrice
from tests.factories import make_cost_category, make_currency, make_item, make_site, make_user

pytestmark = pytest.mark.django_db
NEW = "/costing/new-version/"


@pytest.fixture
def carla(client: Client) -> Client:
    client.force_login(make_user("cost_accountant"))
    return client


def opened(client: Client, code: str, **also: Any) -> Any:
    form = {"code": code, "name": code, "valid_from": "2026-01-01", "kind": "standard", **also}
    return client.post(NEW, form)


def test_a_version_is_opened_priced_and_rated_by_hand(carla):
    site = make_site("ONE")
    spoke, _bell = make_item("SPOKE"), make_item("BELL")
    make_cost_category("HOURS")
    make_cost_category("PIECES", kind="quantity")
    for code, kind in (("LAB", "labour"), ("OVH", "overhead")):
        CostElement.objects.create(code=code, name=code, kind=kind)
    assert "New version" in carla.get("/costing/versions/").content.decode()
    assert opened(carla, "STD-27", site=site.pk)["Location"] == "/costing/versions/STD-27/"
    version = CostVersion.objects.get()
    page = carla.get("/costing/versions/STD-27/").content.decode()
    assert "Enter prices" in page and "Enter rates" in page and "over the API" not in page
    lines = "SPOKE 0,25 offer 7\nBELL\t1.5"
    assert carla.post(f"/costing/versions/{version.pk}/prices/", {"prices": lines}).status_code == 303
    assert ItemPrice.objects.get(item=spoke).price == D("0.25")
    assert ItemPrice.objects.get(item=spoke).source == "offer 7"
    rates = "HOURS LAB 48\nPIECES LAB 0.75\non LAB OVH 25 %"
    assert carla.post(f"/costing/versions/{version.pk}/rates/", {"rates": rates}).status_code == 303
    assert CostRate.objects.get(category__code="HOURS").per_hour == 48
    assert CostRate.objects.get(category__code="PIECES").per_piece == D("0.75")
    assert CostRate.objects.get(base__code="LAB").surcharge_fraction == D("0.25")
    again = carla.get(f"/costing/versions/{version.pk}/rates/").content.decode()
    assert "HOURS LAB 48\nPIECES LAB 0.75\non LAB OVH 25%" in again


@pytest.mark.parametrize(
    ("where", "text", "words"),
    [
        ("prices", "SPOKE 1\nNOSUCH 2", "Line 2: there is no item NOSUCH."),
        ("prices", "SPOKE", "Line 1 wants an item and a price."),
        ("prices", "SPOKE cheap", "is no number"),
        ("prices", "SPOKE -1", "cannot be below zero"),
        ("rates", "HOURS LAB", "Line 1 wants a category, an element and a rate."),
        ("rates", "NIGHT LAB 3", "Line 1: there is no cost category NIGHT."),
        ("rates", "HOURS XYZ 3", "Line 1: there is no cost element XYZ."),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_saved(carla, where, text, words):
    make_item("SPOKE")
    make_cost_category("HOURS")
    CostElement.objects.create(code="LAB", name="LAB", kind="labour")
    opened(carla, "STD-27", site=make_site("ONE").pk)
    version = CostVersion.objects.get()
    answer = carla.post(f"/costing/versions/{version.pk}/{where}/", {where: text})
    assert (answer.status_code in (409, 422), words in answer.content.decode()) == (True, True)
    assert not ItemPrice.objects.exists() and not CostRate.objects.exists()


def test_prices_and_rates_of_another_version_come_along_in_the_same_currency(carla):
    one = make_site("ONE")
    old = CostVersion.objects.create(
        code="OLD", name="Old", site=one, valid_from="2025-01-01", state="active"
    )
    labour = CostElement.objects.create(code="LAB", name="LAB", kind="labour")
    CostRate.objects.create(version=old, category=make_cost_category("HOURS"), element=labour, per_hour=40)
    ItemPrice.objects.create(version=old, item=make_item("SPOKE"), price=2)
    assert opened(carla, "NEW", site=one.pk, like=old.pk).status_code == 303
    new = CostVersion.objects.get(code="NEW")
    assert (new.prices.get().price, new.rates.get().per_hour, new.state) == (2, 40, "pending")
    assert (old.prices.count(), old.rates.count()) == (1, 1)
    other = make_site("TWO", currency=make_currency("EUR"))
    refused = opened(carla, "EURO", site=other.pk, like=old.pk)
    assert (refused.status_code, "OLD is in USD, TWO counts in EUR." in refused.content.decode()) == (
        409,
        True,
    )
    body = {"code": "REST", "name": "By REST", "site": "ONE", "valid_from": "2026-01-01", "like": "OLD"}
    made = carla.post("/api/v1/costing/versions/", body, "application/json", headers={"Idempotency-Key": "k"})
    assert made.status_code == 201, made.content
    assert CostVersion.objects.get(code="REST").prices.count() == 1


def test_an_accountant_of_one_site_opens_versions_of_that_one(client):
    one, two = make_site("ONE"), make_site("TWO")
    client.force_login(make_user("cost_accountant", site=one))
    assert opened(client, "MINE", site=one.pk).status_code == 303
    assert opened(client, "THEIRS", site=two.pk).status_code == 422
    assert [version.code for version in CostVersion.objects.all()] == ["MINE"]


def test_rates_by_rest_are_of_the_kind_of_their_category(carla):
    make_cost_category("PIECES", kind="quantity")
    CostElement.objects.create(code="LAB", name="LAB", kind="labour")
    opened(carla, "STD", site=make_site("ONE").pk)

    def send(key, **rates):
        url = "/api/v1/costing/versions/STD/rates/"
        return carla.post(url, rates, "application/json", headers={"Idempotency-Key": key})

    wrong = send("1", hourly=[{"category": "PIECES", "element": "LAB", "per_hour": "3"}])
    assert (wrong.status_code, "PIECES is a cost category of pieces" in wrong.content.decode()) == (409, True)
    assert not CostRate.objects.exists()
    assert send("2", pieces=[{"category": "PIECES", "element": "LAB", "per_piece": "3"}]).status_code == 200
    assert CostRate.objects.get().per_piece == 3
