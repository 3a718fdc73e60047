"""Reservations over REST and on their pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from p2p.inventory.models import Hold, Reservation, SoftReservation
from p2p.inventory.services.claims import claim
from p2p.inventory.services.needs import Need
from strategies.models import Item, Location, Site
from tests.factories import make_item, make_locations, make_lot, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db
BASE = "/api/v1/inventory"


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "STORE", "LINE")


@pytest.fixture
def bolt(places: dict[str, Location]) -> Item:
    item = make_item("BOLT")
    make_stock(item, 10, places["STORE"])
    return item


def api(role: str = "planner", **also: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_user(role, **also))
    return client


def browser(role: str = "supervisor") -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def test_stock_is_claimed_changed_and_given_back_over_rest(bolt: Item) -> None:
    client = api()
    given = {"site": "MAIN", "item": "BOLT", "quantity": "4", "reference": "SO-1"}
    made = client.post(f"{BASE}/soft-reservations/", given, format="json")
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["item"], row["quantity"], row["unit"], row["reference"]) == ("BOLT", "4", "EA", "SO-1")
    refused = client.post(f"{BASE}/soft-reservations/", {**given, "quantity": "7"}, format="json")
    assert refused.status_code == 409
    assert "Free stock at MAIN is short of: 1 EA BOLT." in refused.json()["detail"]
    changed = client.patch(f"{BASE}/soft-reservations/{row['id']}/", {"quantity": "9"}, format="json")
    assert changed.json()["quantity"] == "9"
    assert client.post(f"{BASE}/soft-reservations/{row['id']}/release/").status_code == 204
    assert not SoftReservation.objects.exists()


def test_soft_reservations_are_allocated_over_rest_and_the_short_ones_named(bolt: Item, site: Site) -> None:
    glue = make_item("GLUE", tracking="lot")
    make_stock(glue, 5, bolt_store(site), lot=make_lot(glue, "L1", attributes={"colour": "red"}))
    claim(needs=[Need(item=bolt, quantity=Decimal(3), site=site, reference="SO-1")], by=None)
    (red,) = claim(
        needs=[Need(item=glue, quantity=Decimal(2), site=site, wanted={"colour": "red"}, reference="SO-1")],
        by=None,
    )
    type(glue.pk and make_lot(glue)).objects.update(attributes={"colour": "blue"})
    said = api().post(f"{BASE}/soft-reservations/allocate-all/", {"site": "MAIN"}, format="json").json()
    assert (said["lines"], said["full"]) == (2, 1)
    (short,) = said["short"]
    assert (short["claim"], short["item"], short["got"], short["missing"], short["why"]) == (
        red.pk,
        "GLUE",
        "0",
        "2",
        "attributes",
    )
    assert [(row.item, row.quantity) for row in Reservation.objects.all()] == [(bolt, 3)]


def bolt_store(site: Site) -> Location:
    return Location.objects.get(site=site, code="STORE")


def test_needs_are_reserved_over_rest_where_and_of_what_they_name(bolt: Item, places: Any) -> None:
    line = {"site": "MAIN", "item": "BOLT", "quantity": "2", "reference": "SO-9"}
    body = {"lines": [line, {**line, "location": "LINE"}]}
    said = api("supervisor").post(f"{BASE}/reservations/allocate/", body, format="json").json()
    assert (said["lines"], said["full"], said["short"][0]["why"]) == (2, 1, "place")
    (row,) = Reservation.objects.all()
    assert (row.quantity, row.reference, row.location) == (2, "SO-9", places["STORE"])
    assert api("supervisor").post(f"{BASE}/reservations/{row.pk}/release/").status_code == 204
    assert not Reservation.objects.exists()


def test_who_may_not_reserve_is_told_so(bolt: Item) -> None:
    given = {"site": "MAIN", "item": "BOLT", "quantity": "1"}
    for client in (api("operator"), api("planner", site=make_site("OTHER"))):
        assert client.post(f"{BASE}/soft-reservations/", given, format="json").status_code == 403
        all_of_it = client.post(f"{BASE}/soft-reservations/allocate-all/", {"site": "MAIN"}, format="json")
        assert all_of_it.status_code == 403
    assert not SoftReservation.objects.exists()


def test_properties_in_no_known_shape_are_refused(bolt: Item) -> None:
    given = {"site": "MAIN", "item": "BOLT", "quantity": "1", "wanted": {"ph": {"about": 7}}}
    answer = api().post(f"{BASE}/soft-reservations/", given, format="json")
    assert answer.status_code == 400
    assert "min" in str(answer.json())


def test_the_list_allocates_all_that_is_ticked_and_gives_back(bolt: Item, site: Site) -> None:
    rows = claim(
        needs=[
            Need(item=bolt, quantity=Decimal(2), site=site, reference="SO-1"),
            Need(item=bolt, quantity=Decimal(3), site=site, reference="SO-2"),
        ],
        by=None,
    )
    client = browser()
    page = client.get(reverse("inventory:claims")).content.decode()
    assert "SO-1" in page
    assert "Allocate" in page
    client.post(reverse("inventory:claims"), {"bulk": "allocate", "row": [rows[0].pk]})
    assert [row.reference for row in Reservation.objects.all()] == ["SO-1"]
    client.post(reverse("inventory:claims"), {"bulk": "release", "all": "1"})
    assert not SoftReservation.objects.exists()
    assert "SO-1" in client.get(reverse("inventory:reservations")).content.decode()
    client.post(reverse("inventory:reservations"), {"bulk": "release", "all": "1"})
    assert not Reservation.objects.exists()


def test_stock_is_claimed_and_the_claim_changed_in_a_dialog(bolt: Item, site: Site) -> None:
    client, url = browser(), reverse("inventory:claim-new")
    given = {
        "site": site.pk,
        "item": "bolt",
        "quantity": "4",
        "priority": 50,
        "minimum_days": 0,
        "purpose": "delivery",
    }
    assert "short of: 2 EA BOLT" in client.post(url, {**given, "quantity": "12"}).content.decode()
    wrong = client.post(url, {**given, "wanted": "red"}).content.decode()
    assert "red: write the characteristic" in wrong
    assert client.post(url, {**given, "wanted": ""}).status_code == 204
    row = SoftReservation.objects.get()
    assert row.purpose == "delivery"
    change = reverse("inventory:claim-change", args=[row.pk])
    assert client.post(change, {"quantity": "6", "priority": 1}).status_code == 204
    row.refresh_from_db()
    assert (row.quantity, row.priority) == (6, 1)


def test_properties_are_written_as_values_and_limits(site: Site, places: dict[str, Location]) -> None:
    glue = make_item("GLUE", tracking="lot")
    make_stock(glue, 5, places["STORE"], lot=make_lot(glue, attributes={"colour": "red", "ph": 6.8}))
    given = {
        "site": site.pk, "item": "GLUE", "quantity": "4", "priority": 50, "minimum_days": 0, "purpose": "delivery",
        "wanted": "colour = red, ph = 6.5..7",
    }  # fmt: skip
    assert browser().post(reverse("inventory:claim-new"), given).status_code == 204
    assert SoftReservation.objects.get().wanted == {"colour": "red", "ph": {"min": "6.5", "max": "7"}}
    assert "ph 6.5–7" in browser().get(reverse("inventory:claims")).content.decode()


def test_a_whole_place_is_held_for_delivery_on_its_page_and_over_rest(bolt: Item, places: Any) -> None:
    client = browser("inspector")
    given = {"location": places["STORE"].pk, "kind": "customer", "blocks": "delivery"}
    assert client.post(reverse("inventory:hold"), given).status_code == 204
    row = Hold.objects.get()
    assert (row.item, row.location, row.blocks) == (None, places["STORE"], "delivery")
    assert "Delivery to customers" in client.get(reverse("inventory:holds")).content.decode()
    assert client.post(reverse("inventory:lift", args=[row.pk])).status_code == 204
    body = {"site": "MAIN", "location": "LINE", "blocks": "production"}
    made = api("inspector").post(f"{BASE}/holds/place/", body, format="json")
    assert made.status_code in {200, 201}, made.content
    assert Hold.objects.get(released_at=None).blocks == "production"
