"""Stock over REST."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from p2p.inventory.checking import problems
from p2p.inventory.models import Hold, Move
from p2p.inventory.services.reservations import Need, reserve
from strategies.models import Location, Site
from tests.factories import make_item, make_locations, make_lot, make_site, make_stock, make_unit, make_user

pytestmark = pytest.mark.django_db
BASE = "/api/v1/inventory"


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "STORE", "LINE")


def client_of(role: str, **also: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_user(role, **also))
    return client


def test_balances_say_what_is_free(
    site: Site, places: dict[str, Location], django_assert_max_num_queries: Any
) -> None:
    for number in ("BOLT", "NUT"):
        make_stock(make_item(number), 10, places["STORE"])
    bolt = Move.objects.get(item__number="BOLT").item
    reserve(needs=[Need(item=bolt, quantity=Decimal(4), site=site)], by=None)
    client = client_of("operator")
    with django_assert_max_num_queries(4):
        rows = client.get(f"{BASE}/balances/?site=MAIN").json()["results"]
    assert [(row["item"], row["quantity"], row["reserved"], row["available"]) for row in rows] == [
        ("BOLT", "10", "4", "6"),
        ("NUT", "10", "0", "10"),
    ]


def test_moves_are_posted_all_or_none_and_reversed(places: dict[str, Location]) -> None:
    make_stock(make_item("BOLT"), 5, places["STORE"])
    client = client_of("integrator")
    line = {"site": "MAIN", "item": "BOLT", "source": "STORE", "target": "LINE", "kind": "transfer"}
    refused = client.post(
        f"{BASE}/moves/post-lines/",
        {"lines": [{**line, "quantity": "3"}, {**line, "quantity": "3"}]},
        format="json",
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "not_enough_stock")
    assert refused.json()["detail"] == "Only 5 EA of BOLT at STORE: 6 EA cannot be taken."
    posted = client.post(f"{BASE}/moves/post-lines/", {"lines": [{**line, "quantity": "3"}]}, format="json")
    assert posted.status_code == 200
    back = client.post(f"{BASE}/moves/{posted.json()[0]['id']}/reverse/", {}, format="json")
    assert (back.json()["source"], back.json()["reverses"]) == ("LINE", posted.json()[0]["id"])
    assert problems() == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"source": "NOWHERE"}, "source"), ({"lot": "L9"}, "lot"), ({"item": "NONE"}, "item")],
)
def test_what_is_not_there_is_named(places: dict[str, Location], wrong: dict[str, str], field: str) -> None:
    make_item("BOLT")
    line = {
        "site": "MAIN",
        "item": "BOLT",
        "source": "STORE",
        "target": "LINE",
        "kind": "transfer",
        "quantity": "1",
    }
    answer = client_of("integrator").post(
        f"{BASE}/moves/post-lines/", {"lines": [{**line, **wrong}]}, format="json"
    )
    assert answer.status_code == 400
    assert field in str(answer.json())
    assert not Move.objects.exists()


def test_nobody_moves_stock_of_another_site(places: dict[str, Location]) -> None:
    make_stock(make_item("BOLT"), 5, places["STORE"])
    line = {
        "site": "MAIN",
        "item": "BOLT",
        "source": "STORE",
        "target": "LINE",
        "kind": "transfer",
        "quantity": "1",
    }
    stranger = client_of("integrator", site=make_site("OTHER"))
    assert stranger.post(f"{BASE}/moves/post-lines/", {"lines": [line]}, format="json").status_code == 403
    assert (
        client_of("buyer").post(f"{BASE}/moves/post-lines/", {"lines": [line]}, format="json").status_code
        == 403
    )


def test_the_stock_card_shows_the_balance_after_each_move(places: dict[str, Location]) -> None:
    item = make_item("BOLT")
    make_stock(item, 5, places["STORE"])
    make_stock(item, 7, places["LINE"])
    card = client_of("operator").get(f"{BASE}/stock-cards/BOLT/").json()
    assert (card["on_hand"], card["available"]) == ("12", "12")
    assert [(line["change"], line["balance"]) for line in card["lines"]] == [("7", "12"), ("5", "5")]
    second = (
        client_of("operator").get(f"{BASE}/stock-cards/BOLT/?before={card['lines'][0]['move']['id']}").json()
    )
    assert [(line["change"], line["balance"]) for line in second["lines"]] == [("5", "5")]


def test_stock_by_item_now_and_at_the_end_of_a_past_day(places: dict[str, Location]) -> None:
    bolt, nut = make_item("BOLT"), make_item("NUT")
    make_stock(bolt, 5, places["STORE"], effective_at=datetime(2024, 5, 5, 12, tzinfo=UTC))
    make_stock(bolt, 7, places["LINE"])
    make_stock(nut, 3, places["STORE"])
    client, url = client_of("operator"), f"{BASE}/stock-by-item/"
    rows = client.get(url).json()["results"]
    assert [(row["number"], row["on_hand"], row["available"]) for row in rows] == [
        ("BOLT", "12", "12"),
        ("NUT", "3", "3"),
    ]
    (then,) = client.get(f"{url}?as_of=2024-05-05&site=MAIN").json()["results"]
    assert (then["number"], then["on_hand"], then["available"]) == ("BOLT", "5", None)
    assert client.get(f"{url}?as_of=2024-05-04").json()["results"] == []
    (one,) = client.get(f"{url}?search=nut&limit=1").json()["results"]
    assert one["number"] == "NUT"
    assert client.get(f"{url}NUT/").json()["available"] == "3"
    for query, said in (
        ("as_of=yesterday", "yesterday is no day"),
        ("as_of=2024-02-31", "2024-02-31 is no day"),
        ("as_of=2999-01-01", "has not come yet"),
        ("site=NIX", "There is no site NIX"),
        ("colour=red", "cannot be filtered"),
    ):
        answer = client.get(f"{url}?{query}")
        assert answer.status_code == 400 and said in answer.content.decode(), answer.content


def test_stock_by_item_has_the_pieces_of_what_is_weighed_and_counted_also_then(
    places: dict[str, Location],
) -> None:
    weighed = {"catch_unit": make_unit("PC"), "catch_least": Decimal("4.5"), "catch_most": Decimal("5.5")}
    ham, past = make_item("HAM", **weighed), datetime(2024, 5, 5, 12, tzinfo=UTC)
    make_stock(make_item("BOLT"), 3, places["STORE"])
    make_stock(ham, 50, places["STORE"], catch_quantity=Decimal(10), effective_at=past)
    make_stock(ham, 10, places["STORE"], catch_quantity=Decimal(2))
    client, url = client_of("administrator"), f"{BASE}/stock-by-item/"
    rows = {row["number"]: row for row in client.get(url).json()["results"]}
    assert (rows["HAM"]["catch_quantity"], rows["HAM"]["catch_unit"]) == ("12", "PC")
    assert rows["BOLT"]["catch_quantity"] is None
    then = client.get(f"{url}?as_of=2024-05-06").json()["results"]
    assert [(row["number"], row["on_hand"], row["catch_quantity"]) for row in then] == [("HAM", "50", "10")]
    page, browser = "/inventory/stock/items/", Client()
    browser.force_login(make_user("administrator", username="ada"))
    assert "12<" in browser.get(page).content.decode()
    assert "10<" in browser.get(f"{page}?as_of=2024-05-06").content.decode()


def test_stock_by_item_is_that_of_the_sites_one_may_see(places: dict[str, Location]) -> None:
    make_stock(make_item("BOLT"), 5, places["STORE"])
    there = make_locations(make_site("OTHER"), "STORE")
    make_stock(make_item("NUT"), 3, there["STORE"])
    client = client_of("operator", site=there["STORE"].site)
    assert [row["number"] for row in client.get(f"{BASE}/stock-by-item/").json()["results"]] == ["NUT"]
    assert client.get(f"{BASE}/stock-by-item/?site=MAIN").json()["results"] == []


def test_more_digits_than_a_key_has_name_no_move(places: dict[str, Location]) -> None:
    make_stock(make_item("BOLT"), 5, places["STORE"])
    assert client_of("operator").get(f"{BASE}/stock-cards/BOLT/?before={'9' * 5000}").status_code == 404


def test_a_lot_is_made_held_and_released(places: dict[str, Location]) -> None:
    make_item("RESIN", tracking="lot")
    client = client_of("supervisor")
    made = client.post(
        f"{BASE}/lots/", {"item": "RESIN", "number": "L1", "expires_on": "2099-01-31"}, format="json"
    )
    assert made.status_code == 201
    again = client.post(f"{BASE}/lots/", {"item": "RESIN", "number": "L1"}, format="json")
    assert (again.status_code, again.json()["detail"]) == (409, "RESIN has a lot L1 already.")
    held = client.post(
        f"{BASE}/holds/place/", {"item": "RESIN", "lot": "L1", "note": "smells"}, format="json"
    )
    assert (held.status_code, held.json()["kind"]) == (200, "quality")
    lifted = client.post(f"{BASE}/holds/{held.json()['id']}/lift/", {}, format="json")
    assert lifted.json()["released_at"] is not None
    assert not Hold.objects.filter(released_at=None).exists()


def test_a_lot_without_history_has_an_empty_trace(places: dict[str, Location]) -> None:
    lot = make_lot(make_item("RESIN", tracking="lot"), "L1")
    shown = client_of("operator").get(f"{BASE}/lots/RESIN~L1/trace/").json()
    assert [node["id"] for node in shown["nodes"]] == [f"lot:{lot.pk}"] and shown["edges"] == []
