"""Stock added up on pages: by item and day, by lot, by place; the card and the movements with their filters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from p2p.core import clock
from p2p.core.models import User
from p2p.inventory.models import SoftReservation
from p2p.inventory.services.holds import hold
from p2p.inventory.services.ledger import MoveLine, post
from p2p.inventory.services.needs import Need
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.reservations import reserve
from p2p.inventory.services.unit_moves import transfer_unit
from p2p.inventory.services.units import create_units
from strategies.models import Location, Site
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_lot,
    make_site,
    make_stock,
    make_user,
)

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2024, 5, 5, 12, tzinfo=UTC)


@pytest.fixture
def site() -> Site:
    return make_site("MAIN", locations=False)


@pytest.fixture
def places(site: Site) -> dict[str, Location]:
    return make_locations(site, "A", "B")


@pytest.fixture
def client(site: Site) -> Client:
    user: User = make_user("supervisor", site=site)
    found = Client()
    found.force_login(user)
    return found


def csv(client: Client, path: str) -> list[dict[str, str]]:
    import csv as reader
    import io

    answer: Any = client.get(path)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(reader.DictReader(io.StringIO(text)))


def test_stock_by_item_adds_up_what_lies_is_reserved_held_and_claimed(
    site: Site, places: dict[str, Location], client: Client
) -> None:
    item = make_item("OIL", tracking="lot")
    good, bad = make_lot(item, "GOOD"), make_lot(item, "BAD")
    make_stock(item, 10, places["A"], lot=good)
    make_stock(item, 5, places["B"], lot=bad)
    reserve(needs=[Need(item=item, quantity=Decimal(3), site=site, lot=good)], by=None)
    hold(item=item, lot=bad, kind="quality", by=None)
    SoftReservation.objects.create(site=site, item=item, quantity=2)
    (row,) = csv(client, "/inventory/stock/items/?export=csv")
    figures = {
        name: Decimal(row[name]) for name in ("On hand", "Reserved", "On hold", "Claimed", "Available")
    }
    assert figures == {"On hand": 15, "Reserved": 3, "On hold": 5, "Claimed": 2, "Available": 5}
    assert client.get("/inventory/stock/items/").status_code == 200


def test_stock_by_item_as_of_a_past_day_is_what_lay_there_then(
    places: dict[str, Location], client: Client
) -> None:
    item, later = make_item("BOLT"), make_item("NUT")
    make_stock(item, 10, places["A"], effective_at=LONG_AGO)
    make_stock(later, 7, places["A"])
    gone = MoveLine(
        item=item, source=places["A"], target=places["CUSTOMER"], quantity=Decimal(4), kind="delivery"
    )
    post(lines=[gone], by=None)
    rows = csv(client, "/inventory/stock/items/?as_of=2024-05-05&export=csv")
    assert [(row["Item"], Decimal(row["On hand"]), row["Available"]) for row in rows] == [("BOLT", 10, "")]
    assert csv(client, "/inventory/stock/items/?as_of=2024-05-04&export=csv") == []
    assert "BOLT" in client.get("/inventory/stock/items/?as_of=2024-05-05").content.decode()


def test_stock_of_other_sites_is_not_added(site: Site, places: dict[str, Location], client: Client) -> None:
    item = make_item("BOLT")
    elsewhere = make_locations(make_site("ELSE", locations=False), "Z")
    make_stock(item, 10, places["A"])
    make_stock(item, 99, elsewhere["Z"])
    (row,) = csv(client, "/inventory/stock/items/?export=csv")
    assert Decimal(row["On hand"]) == 10
    card = csv(client, "/inventory/stock/card/BOLT/?export=csv")
    assert [Decimal(line["Balance"]) for line in card] == [10]
    page = client.get("/inventory/stock/places/?site=ELSE").content.decode()
    assert "MAIN" in page
    assert "ELSE" not in page


def test_lots_that_expire_soon_are_listed(places: dict[str, Location], client: Client) -> None:
    item, today = make_item("OIL", tracking="lot"), clock.now().date()
    for number, days in (("PAST", -3), ("SOON", 10), ("LATE", 200)):
        make_stock(item, 5, places["A"], lot=make_lot(item, number, expires_on=today + timedelta(days=days)))
    make_lot(item, "EMPTY", expires_on=today)

    def lots(query: str) -> list[str]:
        return [row["Lot"] for row in csv(client, f"/inventory/stock/lots/?{query}&export=csv")]

    assert lots("days=-1&sort=expires_on") == ["PAST"]
    assert lots("days=30&sort=expires_on") == ["PAST", "SOON"]
    assert sorted(lots("")) == ["LATE", "PAST", "SOON"]


def test_the_tree_of_places_adds_up_its_parts(
    site: Site, places: dict[str, Location], client: Client
) -> None:
    shelf = make_location(site, code="A-1", parent=places["A"])
    item = make_item("BOLT", list_price=2)
    make_stock(item, 10, shelf)
    make_stock(item, 5, places["A"])
    page = client.get("/inventory/stock/places/").content.decode()
    assert "30.00" in page
    parts = client.get(f"/inventory/stock/places/{places['A'].pk}/1").content.decode()
    assert "A-1" in parts
    assert "20.00" in parts
    assert "BOLT" in parts
    assert 'aria-level="2"' in parts


def test_the_stock_card_before_more_digits_than_a_key_has_is_the_whole_card(client: Client) -> None:
    make_item("BOLT")
    client.force_login(make_user("planner"))
    assert client.get(f"/inventory/stock/card/BOLT/?before={'9' * 5000}").status_code == 200


def test_the_stock_card_is_narrowed_to_a_place_a_lot_and_a_time(
    site: Site, places: dict[str, Location], client: Client
) -> None:
    item = make_item("OIL", tracking="lot")
    one, two = make_lot(item, "L1"), make_lot(item, "L2")
    make_stock(item, 10, places["A"], lot=one, effective_at=LONG_AGO)
    make_stock(item, 5, places["B"], lot=two)
    shift = {
        "source": places["A"],
        "target": places["B"],
        "quantity": Decimal(4),
        "kind": "transfer",
        "lot": one,
    }
    post(lines=[MoveLine(item=item, **shift)], by=None)

    def balances(query: str) -> list[Decimal]:
        return [
            Decimal(row["Balance"]) for row in csv(client, f"/inventory/stock/card/OIL/?{query}&export=csv")
        ]

    assert balances("") == [15, 15, 10]
    assert balances("place=a") == [6, 10]
    assert balances("lot=L1") == [10, 10]
    assert balances("until=2024-12-31") == [10]
    assert balances("since=2025-01-01&place=B") == [9, 5]
    page = client.get("/inventory/stock/card/OIL/").content.decode()
    assert "<svg" in page
    wrong = client.get("/inventory/stock/card/OIL/?lot=NIX&since=2025-02-01&until=2025-01-01")
    assert wrong.status_code == 422
    assert "OIL has no NIX." in wrong.content.decode()
    assert "It ends before it begins." in wrong.content.decode()


def test_the_card_says_what_moved_between_places_and_leaves_out_what_was_only_packed(
    places: dict[str, Location], client: Client
) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, places["A"])
    (pallet,) = create_units(location=places["A"], number="PAL-1", by=None)
    pack(unit=pallet, lines=[Packing(item=bolt, quantity=Decimal(4))], by=None)
    transfer_unit(unit=pallet, target=places["B"], by=None)
    rows = csv(client, "/inventory/stock/card/BOLT/?export=csv")
    assert [(row["From"], row["To"], Decimal(row["Balance"])) for row in rows] == [
        ("A", "B", 10),
        ("ADJUSTMENT", "A", 10),
    ]
    for page in ("/inventory/stock/card/BOLT/", reverse("inventory:item-stock", args=[bolt.pk])):
        shown = client.get(page).content.decode()
        assert "4 moved" in shown
        assert "+10" in shown


def test_the_line_of_the_card_ends_with_what_happened_in_the_evening_of_the_plant(
    site: Site, places: dict[str, Location], client: Client
) -> None:
    """Its days are those of UTC, where an evening in Los Angeles is the next day already."""
    Site.objects.filter(pk=site.pk).update(time_zone="America/Los_Angeles")
    with clock.frozen(datetime(2026, 11, 23, 2, 30, tzinfo=UTC)):
        make_stock(make_item("BOLT"), 10, places["A"])
        shown = client.get("/inventory/stock/card/BOLT/").content.decode()
    assert '<th scope="row">23 Nov</th><td class="n">10</td>' in shown
    assert '<th scope="row">22 Nov</th>' not in shown


def test_movements_are_found_by_item_lot_document_and_place(
    places: dict[str, Location], client: Client
) -> None:
    oil, bolt = make_item("OIL", tracking="lot"), make_item("BOLT")
    make_stock(oil, 10, places["A"], lot=make_lot(oil, "L1"))
    make_stock(bolt, 5, places["B"], reference="PO-7", effective_at=LONG_AGO)

    def items(query: str) -> list[str]:
        return [row["Item"] for row in csv(client, f"/inventory/moves/?{query}&export=csv")]

    assert items("") == ["OIL", "BOLT"]
    for query in ("q=oi", "q=l1", "item=oil", "lot=L1", "place=a", "effective_at_after=2025-01-01"):
        assert items(query) == ["OIL"], query
    for query in ("q=po-7", "reference=PO-7", "place=B", "effective_at_before=2024-12-31"):
        assert items(query) == ["BOLT"], query
    assert items("kind=scrap") == []


def test_the_card_over_rest_is_narrowed_and_shows_only_sites_of_the_reader(
    places: dict[str, Location], client: Client
) -> None:
    item = make_item("BOLT")
    elsewhere = make_locations(make_site("ELSE", locations=False), "Z")
    make_stock(item, 99, elsewhere["Z"])
    make_stock(item, 10, places["A"])
    make_stock(item, 5, places["B"])
    card = client.get("/api/v1/inventory/stock-cards/BOLT/").json()
    assert (card["on_hand"], card["available"]) == ("15", "15")
    assert [line["balance"] for line in card["lines"]] == ["15", "10"]
    card = client.get("/api/v1/inventory/stock-cards/BOLT/?place=B").json()
    assert [line["balance"] for line in card["lines"]] == ["5"]
    assert client.get("/api/v1/inventory/stock-cards/BOLT/?place=NIX").status_code == 400


def test_a_word_that_is_part_of_many_names_still_finds_all_of_them(
    client: Client, places: dict[str, Location], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("p2p.inventory.filters.MOST", 2)
    for number in ("BOLT-1", "BOLT-2", "BOLT-3", "NUT-1"):
        make_stock(make_item(number), 5, places["A"])
    found = [row["Item"] for row in csv(client, "/inventory/stock/?q=bolt&export=csv")]
    assert found == ["BOLT-1", "BOLT-2", "BOLT-3"]
