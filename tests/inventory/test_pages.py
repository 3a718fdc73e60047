"""The pages of stock: they open with data, in few queries, and their forms call the services."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from p2p.inventory.models import Balance, Hold, Lot, Move
from strategies.models import Item, Location, Site
from tests.factories import make_item, make_locations, make_lot, make_reason, make_site, make_stock, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.force_login(make_user("administrator"))
    return browser


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "STORE", "LINE")


@pytest.fixture
def stocked(places: dict[str, Location]) -> Item:
    item = make_item("RESIN", tracking="lot")
    make_stock(item, 12, places["STORE"], lot=make_lot(item, "L-77"))
    for number in range(30):
        make_stock(make_item(f"PART-{number}"), 5, places["STORE"])
    return item


@pytest.mark.parametrize(
    ("name", "words"),
    [("stock", "L-77"), ("moves", "Opening stock"), ("lots", "L-77"), ("holds", "Nothing on hold")],
)
def test_every_list_shows_its_data_in_few_queries(
    stocked: Item, client: Client, name: str, words: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(50):
        page = client.get(reverse(f"inventory:{name}"))
    assert page.status_code == 200
    assert words in page.content.decode()


def test_lists_become_files(stocked: Item, client: Client) -> None:
    answer = client.get(reverse("inventory:stock"), {"export": "csv"})
    assert b"L-77" in b"".join(answer.streaming_content if answer.streaming else [answer.content])


def test_a_lot_shows_where_it_lies_and_where_it_went(stocked: Item, client: Client) -> None:
    lot = Lot.objects.get()
    assert "STORE" in client.get(reverse("inventory:lot", args=[lot.pk])).content.decode()
    page = client.get(reverse("inventory:lot", args=[lot.pk]), {"tab": "trace"}).content.decode()
    address = reverse("inventory:lot-trace", args=[lot.pk])
    assert address in page
    trace = client.get(address).content.decode()
    assert "It is in no product" in trace


def test_the_item_page_shows_stock_and_card(stocked: Item, client: Client) -> None:
    panel = client.get(reverse("inventory:item-stock", args=[stocked.pk])).content.decode()
    assert "12 EA on hand, 0 reserved, 0 on hold, 12 available" in panel
    assert "Stock card" in panel


def test_stock_is_moved_and_taken_back(stocked: Item, places: dict[str, Location], client: Client) -> None:
    site = places["STORE"].site.code
    given = {"site": site, "item": "resin", "lot": "L-77", "place": "STORE", "to": "LINE"}
    url = reverse("inventory:book", args=["transfer"])
    assert "Only 12 EA of RESIN L-77" in client.post(url, {**given, "quantity": "13"}).content.decode()
    assert client.post(url, {**given, "quantity": "2", "key": "k"})["Location"].endswith("place=STORE")
    client.post(url, {**given, "quantity": "2", "key": "k"})
    move = Move.objects.get(kind="transfer")
    assert "L-77" in client.get(url).content.decode()
    assert client.get(reverse("inventory:move", args=[move.pk])).status_code == 200
    client.post(reverse("inventory:reverse", args=[move.pk]), {})
    assert Balance.objects.get(item=stocked, location=places["STORE"]).quantity == 12


def test_each_way_to_book_asks_for_what_it_needs(
    stocked: Item, places: dict[str, Location], client: Client
) -> None:
    site = places["STORE"].site.code
    given = {"site": site, "item": "RESIN", "lot": "L-77", "place": "store", "quantity": "1"}
    for act, kind, reason in (
        ("scrap", "scrap", "scrap"),
        ("issue", "issue", "adjustment"),
        ("less", "adjustment", "adjustment"),
        ("more", "adjustment", "adjustment"),
        ("return", "return", "return"),
    ):
        url = reverse("inventory:book", args=[act])
        assert "This field is required" in client.post(url, given).content.decode()
        answer = client.post(url, {**given, "reason": make_reason(kind=reason).pk, "reference": "CC-1"})
        assert answer.status_code == 303, answer.content.decode()
        assert Move.objects.order_by("-pk")[0].kind == kind
    wrong = client.post(reverse("inventory:book", args=["receipt"]), {**given, "place": "NO"})
    assert "There is no place NO" in wrong.content.decode()
    came = client.post(
        reverse("inventory:book", args=["receipt"]), {**given, "lot": "NEW", "expires_on": "2099-01-01"}
    )
    assert came.status_code == 303
    assert Lot.objects.filter(number="NEW").exists()
    assert client.get(reverse("inventory:book-start"))["Location"] == reverse(
        "inventory:book", args=["receipt"]
    )
    assert client.get("/inventory/book/nothing/").status_code == 404


def test_places_are_found_while_one_types_at_the_site_that_was_chosen(
    places: dict[str, Location], client: Client
) -> None:
    make_site("ELSE")
    client.force_login(make_user("operator"))
    form = client.get(reverse("inventory:book", args=["transfer"])).content.decode()
    address = reverse("core:find", args=["strategies.location"])
    assert f'data-find="{address}"' in form
    found = client.get(address, {"q": "st", "within": places["STORE"].site.code}).json()["items"]
    assert [one["number"] for one in found] == ["STORE"]
    everywhere = client.get(address, {"q": "st"}).json()["items"]
    assert len(everywhere) == 2


def said(answer: Any) -> str:
    """The sentence of a dialog that was done."""
    return str(json.loads(answer["HX-Trigger"])["p2p:done"]["text"])


def test_a_lot_is_put_on_hold_and_lifted(stocked: Item, client: Client) -> None:
    given = {"item": "RESIN", "lot": "L-77", "kind": "quality", "note": "smells"}
    assert said(client.post(reverse("inventory:hold"), given)) == "RESIN L-77 is on hold."
    assert "smells" in client.get(reverse("inventory:holds")).content.decode()
    lift = reverse("inventory:lift", args=[Hold.objects.get().pk])
    assert lift in client.get(reverse("inventory:lot", args=[Lot.objects.get().pk])).content.decode()
    assert said(client.post(lift, {})) == "RESIN L-77 may be used again."
    assert Hold.objects.get().released_at is not None
    nothing = client.post(reverse("inventory:hold"), {"item": "RESIN", "kind": "quality"})
    assert "a lot, a serial number or a place" in nothing.content.decode()
