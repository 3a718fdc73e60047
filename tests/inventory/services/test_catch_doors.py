"""Weight and pieces at the doors of stock: by hand, carried, regrouped, packed, counted, over REST and on pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from p2p.core.access import Role
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.labels import lot_label
from p2p.inventory.models import Balance, Count, CountLine, HandlingUnit, Move
from p2p.inventory.selectors.card import stock_card
from p2p.inventory.services.by_hand import HandLine, book_by_hand
from p2p.inventory.services.count_entry import Entry, Found, enter
from p2p.inventory.services.count_posting import decide, post_count
from p2p.inventory.services.count_review import submit_count
from p2p.inventory.services.counting import create_count
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.regroup import merge, split
from p2p.inventory.services.transfer import Carry, transfer
from strategies.models import Item, Location, Site
from tests.factories import (
    make_item,
    make_location,
    make_lot,
    make_reason,
    make_site,
    make_stock,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def store(site: Site) -> Location:
    return site.locations.get(code="STORE")


@pytest.fixture
def line(site: Site) -> Location:
    return make_location(site, code="LINE")


def make_ham(number: str = "HAM", **also: Any) -> Item:
    return make_item(
        number,
        unit=make_unit("KG", digits=3),
        catch_unit=make_unit("PC"),
        catch_least=Decimal("4.5"),
        catch_most=Decimal("5.5"),
        **also,
    )


def there(item: Item) -> list[tuple[str, str, Decimal, Decimal]]:
    rows = (
        Balance.objects.filter(item=item).exclude(quantity=0).select_related("location", "lot", "item__unit")
    )
    return sorted(
        (row.location.code, row.lot.number if row.lot else "", row.quantity, row.catch_quantity)
        for row in rows
    )


def stock(item: Item, weight: object, pieces: object, place: Location, **also: Any) -> Move:
    return make_stock(item, weight, place, catch_quantity=Decimal(str(pieces)), **also)


def test_by_hand_all_acts_carry_both(store: Location, line: Location) -> None:
    ham = make_ham()
    book_by_hand(
        act="receipt",
        lines=[HandLine(item=ham, quantity=Decimal(50), catch_quantity=Decimal(10), place=store)],
        by=None,
    )
    book_by_hand(
        act="transfer",
        lines=[HandLine(item=ham, quantity=Decimal("9.8"), catch_quantity=Decimal(2), place=store, to=line)],
        by=None,
    )
    reason = make_reason(kind="scrap")
    book_by_hand(
        act="scrap",
        lines=[HandLine(item=ham, quantity=Decimal("5.1"), catch_quantity=Decimal(1), place=store)],
        reason=reason,
        by=None,
    )
    assert there(ham) == [("LINE", "", Decimal("9.8"), 2), ("STORE", "", Decimal("35.1"), 7)]
    with pytest.raises(Refused, match="25 KG of HAM: say how many PC that is"), transaction.atomic():
        book_by_hand(
            act="scrap", lines=[HandLine(item=ham, quantity=Decimal(25), place=store)], reason=reason, by=None
        )
    assert problems() == []


def test_what_is_taken_from_several_lots_is_counted_lot_by_lot(store: Location, line: Location) -> None:
    ham = make_ham(tracking="lot")
    stock(ham, 20, 4, store, lot=make_lot(ham, "A"))
    stock(ham, 30, 6, store, lot=make_lot(ham, "B"))
    transfer(
        carry=Carry(item=ham, source=store, target=line, quantity=Decimal("29.9"), catch_quantity=Decimal(6)),
        by=None,
    )
    assert there(ham) == [
        ("LINE", "A", Decimal(20), 4),
        ("LINE", "B", Decimal("9.9"), 2),
        ("STORE", "B", Decimal("20.1"), 4),
    ]
    assert problems() == []


def test_split_and_merge_carry_the_pieces(store: Location) -> None:
    ham = make_ham(tracking="lot")
    lot = make_lot(ham, "A")
    stock(ham, 50, 10, store, lot=lot)
    new = split(
        lot=lot, location=store, quantity=Decimal("15.2"), catch_quantity=Decimal(3), number="B", by=None
    )
    assert there(ham) == [("STORE", "A", Decimal("34.8"), 7), ("STORE", "B", Decimal("15.2"), 3)]
    merge(lots=[lot, new], by=None)
    assert there(ham) == [("STORE", "A", Decimal(50), 10)]
    with pytest.raises(Refused, match="say how many PC that is"), transaction.atomic():
        split(lot=lot, location=store, quantity=Decimal(3), by=None)
    assert problems() == []


def test_a_handling_unit_carries_the_pieces(store: Location) -> None:
    ham = make_ham()
    stock(ham, 49.7, 10, store)
    unit = HandlingUnit.objects.create(number="HU1", location=store)
    pack(unit=unit, lines=[Packing(item=ham, quantity=Decimal("5.2"))], by=None)
    row = Balance.objects.get(handling_unit=unit)
    assert (row.quantity, row.catch_quantity) == (Decimal("5.2"), 1)
    assert problems() == []


def test_a_part_is_packed_and_unpacked_with_its_pieces(client: Client, store: Location) -> None:
    ham, user = make_ham(), make_user("administrator")
    stock(ham, 50, 10, store)
    unit = HandlingUnit.objects.create(number="HU1", location=store)
    with pytest.raises(Refused, match="say how many PC that is"):
        pack(unit=unit, lines=[Packing(item=ham, quantity=Decimal("27.5"))], by=None)
    client.force_login(user)
    url = reverse("inventory:pack", args=[unit.pk])
    no = client.post(url, {"item": "HAM", "quantity": "30", "catch_quantity": "2"})
    assert no.status_code == 409
    assert 'value="2"' in no.content.decode()
    client.post(url, {"item": "HAM", "quantity": "30", "catch_quantity": "6"})
    assert pieces_in(unit) == (30, 6)
    pile = Balance.objects.get(handling_unit=unit, quantity__gt=0)
    out = reverse("inventory:unpack", args=[unit.pk])
    client.post(out, {"pile": pile.pk, "quantity": "9.5", "catch_quantity": "2"})
    assert pieces_in(unit) == (Decimal("20.5"), 4)
    line = {"item": "HAM", "quantity": "10.5", "catch_quantity": "2"}
    answer = client.post(
        "/api/v1/inventory/handling-units/HU1/unpack/",
        {"lines": [line]},
        content_type="application/json",
        headers={"Idempotency-Key": "u"},
    )
    assert answer.status_code == 200, answer.content
    assert pieces_in(unit) == (10, 2)
    assert problems() == []


def pieces_in(unit: HandlingUnit) -> tuple[Decimal, Decimal]:
    return Balance.objects.values_list("quantity", "catch_quantity").get(handling_unit=unit, quantity__gt=0)


def counted(site: Site, store: Location, found: list[Found]) -> Count:
    counter, other = make_user(Role.OPERATOR), make_user(Role.SUPERVISOR)
    count = create_count(site=site, kind="spot", places=[store], by=other)
    place = count.places.get()
    enter(entries=[Entry(place=place, found=found)], by=counter)
    count = submit_count(count=count, by=counter)
    waiting = list(CountLine.objects.filter(place__count=count, accepted=None))
    if waiting:
        decide(lines=waiting, accepted=True, by=other)
        count = post_count(count=Count.objects.get(pk=count.pk), by=other)
    return count


@pytest.mark.parametrize(
    ("weight", "pieces"),
    [
        ("49.5", 10),
        ("45.1", 9),
        ("55.2", 11),
        ("50", 10),
        ("50.2", 10),
        ("50", 11),
        ("49.6", 11),
    ],
)
def test_a_count_asks_both_and_corrects_both(site: Site, store: Location, weight: str, pieces: int) -> None:
    ham = make_ham()
    stock(ham, 50, 10, store)
    counted(site, store, [Found(item=ham, quantity=Decimal(weight), catch_quantity=Decimal(pieces))])
    assert there(ham) == [("STORE", "", Decimal(weight), pieces)]
    assert problems() == []


def test_a_count_of_nothing_takes_both_away(site: Site, store: Location) -> None:
    ham = make_ham()
    stock(ham, 50, 10, store)
    counted(site, store, [])
    assert there(ham) == []
    assert problems() == []


def test_a_count_without_pieces_is_refused(site: Site, store: Location) -> None:
    ham = make_ham()
    count = create_count(site=site, kind="spot", places=[store], by=make_user(Role.SUPERVISOR))
    for pieces in (None, Decimal(0), Decimal(3)):
        with pytest.raises(Refused, match="50 KG of HAM"), transaction.atomic():
            found = [Found(item=ham, quantity=Decimal(50), catch_quantity=pieces)]
            enter(entries=[Entry(place=count.places.get(), found=found)], by=make_user(Role.OPERATOR))


def test_over_rest_stock_and_moves_show_both(client: Client, site: Site, store: Location) -> None:
    ham = make_ham()
    client.force_login(make_user(Role.SUPERVISOR))
    body = {
        "act": "receipt",
        "lines": [
            {"site": "MAIN", "item": "HAM", "place": "STORE", "quantity": "24.6", "catch_quantity": "5"}
        ],
    }
    said = client.post(
        "/api/v1/inventory/moves/by-hand/", body, "application/json", headers={"Idempotency-Key": "one"}
    )
    assert said.status_code in (200, 201), said.content
    row = client.get("/api/v1/inventory/balances/?item=HAM").json()["results"][0]
    assert (row["quantity"], row["catch_quantity"], row["catch_unit"]) == ("24.6", "5", "PC")
    body["lines"][0] |= {"catch_quantity": "9"}  # type: ignore[index]
    said = client.post(
        "/api/v1/inventory/moves/by-hand/", body, "application/json", headers={"Idempotency-Key": "two"}
    )
    assert said.status_code == 409
    assert "24.6 KG of HAM cannot be 9 PC" in said.json()["detail"]
    assert there(ham) == [("STORE", "", Decimal("24.6"), 5)]


def test_pages_and_labels_show_both(client: Client, site: Site, store: Location) -> None:
    ham = make_ham(tracking="lot")
    lot = make_lot(ham, "A")
    stock(ham, "24.6", 5, store, lot=lot)
    client.force_login(make_user(Role.SUPERVISOR))
    card = client.get("/inventory/stock/card/HAM/").content.decode()
    assert "Pieces, PC" in card and "+5" in card
    assert "PC" in client.get("/inventory/stock/").content.decode()
    assert "PC" in client.get(f"/inventory/lots/{lot.pk}/").content.decode()
    assert "24.6 KG, 5 PC" in lot_label(lot, quantity=Decimal("24.6"), pieces=Decimal(5)).lines


def test_the_stock_card_counts_pieces_like_weight(store: Location, line: Location) -> None:
    ham = make_ham()
    stock(ham, "24.6", 5, store)
    transfer(
        carry=Carry(item=ham, source=store, target=line, quantity=Decimal("9.8"), catch_quantity=Decimal(2)),
        by=None,
    )
    reason = make_reason(kind="scrap")
    lines = [HandLine(item=ham, quantity=Decimal(5), catch_quantity=Decimal(1), place=line)]
    book_by_hand(act="scrap", lines=lines, reason=reason, by=None)
    assert [(row.change, row.pieces) for row in stock_card(ham)] == [(-5, -1), (0, 0), (Decimal("24.6"), 5)]
