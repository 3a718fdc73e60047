"""A scan field books to the right place only: what is scanned is a code, digits that are typed may be a quantity, and
what can be several things is asked."""

from __future__ import annotations

import re
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from p2p.core import clock
from p2p.inventory.models import Balance, CountLine, Move
from p2p.inventory.services.counting import create_count
from p2p.pages.floor.said import Said
from planning.services.replenishment import create_replenishment
from tests.factories import make_item, make_location, make_lot, make_stock, make_vendor
from tests.pages.test_floor_stock import Store

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(client: Client) -> Store:
    """A store in which a place is called 6."""
    found = Store(client)
    found.six = make_location(found.site, code="6", name="Shelf six")  # type: ignore[attr-defined]
    return found


def choices(page: str) -> list[tuple[str, str]]:
    """(what a button sends, what it says) of the panel that asks."""
    found = re.findall(r'name="meaning" value="([^"]+)">.*?<span>(.*?)</span></button>', page, re.S)
    return [(value, re.sub(r"\s*<[^>]+>\s*", " ", words).strip()) for value, words in found]


def task_of(store: Store) -> str:
    return f"/floor/stock/task/{store.receive().number}/"


def test_a_typed_number_that_is_a_place_too_is_asked_and_books_nothing(store: Store) -> None:
    page = store.scan(task_of(store), "6")
    assert "6 can be several things: which one do you mean?" in page
    assert [words for _value, words in choices(page)] == ["Quantity 6", "Place 6 Shelf six"]
    assert store.at(store.dock) == 10


def test_each_button_of_the_question_does_what_it_says(store: Store) -> None:
    url = task_of(store)
    (quantity, _words), (place, _also) = choices(store.scan(url, "6"))
    page = store.scan(url, "6", meaning=quantity)
    assert "6 EA to" in re.sub(r"\s+", " ", page) or 'name="quantity" value="6"' in page
    assert store.at(store.dock) == 10
    store.scan(url, "6", meaning=place)
    assert store.at(store.six) == 10  # type: ignore[attr-defined]


def test_a_scanned_place_books_there_at_once(store: Store) -> None:
    store.scan(task_of(store), "6", scanned="1")
    assert store.at(store.six) == 10  # type: ignore[attr-defined]


def test_scanned_digits_that_nobody_knows_are_no_quantity(store: Store) -> None:
    page = store.scan(task_of(store), "40170725", scanned="1")
    assert "40170725 is nothing that is known at SHOP" in page


def test_a_choice_that_is_gone_meanwhile_is_asked_again(store: Store) -> None:
    url = task_of(store)
    place = choices(store.scan(url, "6"))[1][0]
    store.six.active = False  # type: ignore[attr-defined]
    store.six.save()  # type: ignore[attr-defined]
    page = store.scan(url, "6", meaning=place)
    assert [words for _value, words in choices(page)] == ["Quantity 6"]
    assert store.at(store.dock) == 10


def test_a_part_with_the_code_of_a_place_is_asked_even_when_scanned(store: Store) -> None:
    make_lot(store.item, "A-01")
    page = store.scan(task_of(store), "A-01", scanned="1")
    assert [words for _value, words in choices(page)] == ["Place A-01 A-01", "Lot A-01 BOLT BOLT"]
    assert store.at(store.dock) == 10


def test_moving_asks_as_well_and_keeps_what_is_in_hand(store: Store) -> None:
    make_stock(store.item, 8, store.places["A-01"])
    page = store.scan("/floor/stock/move/", "A-01", "6")
    assert len(choices(page)) == 2 and 'name="source" value="A-01"' in page
    assert store.at(store.places["A-01"]) == 8


def receipt(store: Store, item: Any) -> str:
    order = create_replenishment(
        site=store.site, item=item, quantity=D(10), due_on=clock.now().date(), vendor=make_vendor(), by=None
    )
    return f"/floor/stock/receive/{order.number}/"


def test_receiving_asks_between_quantity_place_and_serial_number(store: Store) -> None:
    url = receipt(store, make_item("PUMP", tracking="serial"))
    asked = store.scan(url, "6")
    assert [words for _value, words in choices(asked)] == ["Quantity 6", "Place 6 Shelf six"]
    asked = store.scan(url, "1001")
    assert [words for _value, words in choices(asked)] == ["Quantity 1,001", "Serial number 1001 a new one"]
    assert "place=6" in store.client.post(url, {"code": "6", "scanned": "1"})["Location"]
    assert not Move.objects.exists()


def test_a_count_takes_typed_digits_for_the_only_item_and_asks_where_they_are_a_place(store: Store) -> None:
    make_stock(store.item, 8, store.places["A-01"])
    make_stock(store.item, 2, store.six)  # type: ignore[attr-defined]
    count = create_count(site=store.site, kind="spot", items=[store.item], by=None)
    here = count.places.get(location=store.places["A-01"])
    url = f"/floor/stock/count/{count.number}/{here.pk}/"
    asked = store.client.post(url, {"code": "6"})
    assert asked.status_code == 409
    assert [words for _value, words in choices(asked.content.decode())] == ["Quantity 6", "Place 6 Shelf six"]
    assert not CountLine.objects.filter(place=here).exists()
    store.client.post(url, {"code": "7"})
    here.refresh_from_db()
    assert here.state == "counted"


def test_a_number_where_nothing_is_in_hand_says_what_to_scan_first(store: Store) -> None:
    make_stock(store.item, 8, store.places["A-01"])
    count = create_count(site=store.site, kind="spot", places=[store.places["A-01"]], by=None)
    url = f"/floor/stock/count/{count.number}/{count.places.get().pk}/"
    page = store.client.post(url, {"code": "77"}).content.decode()
    assert "77 is no code here: scan first what lies here, then type how many." in page


@pytest.mark.parametrize(
    ("code", "settled", "text", "scanned"),
    [
        ("60", {}, "60", False),
        ("]C060", {}, "60", True),
        ("]E04006381333931", {}, "]E04006381333931", True),
        ("%%60", {"SCAN_PREFIX": "%%"}, "60", True),
        ("60", {"SCAN_PREFIX": "%%"}, "60", False),
        ("%%60#", {"SCAN_PREFIX": "%%", "SCAN_SUFFIX": "#"}, "60", True),
        ("(01)04006381333931(10)L7", {}, "(01)04006381333931(10)L7", False),
    ],
)
def test_what_only_scanners_send_marks_a_code_as_scanned(
    settings: Any, code: str, settled: dict[str, str], text: str, scanned: bool
) -> None:
    for name, value in settled.items():
        setattr(settings, name, value)
    said = Said.of({"code": code})
    assert (said.code, said.scanned) == (text, scanned)


@pytest.mark.parametrize("code", ["1E5", "-3", "6.", "٦", "0"])
def test_only_plain_digits_are_a_quantity(code: str) -> None:
    assert Said(code=code).amount is None


def test_a_retail_code_is_the_item_with_that_gtin(store: Store) -> None:
    store.item.attributes = {"gtin": "4006381333931"}
    store.item.save()
    make_stock(store.item, 8, store.places["A-01"])
    page = store.scan("/floor/stock/move/", "]E04006381333931")
    assert 'name="item" value="BOLT"' in page and not Balance.objects.filter(location=store.six).exists()  # type: ignore[attr-defined]
