"""What a code of the store is, from our labels, GS1 labels and what people type."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.test import Client

from p2p.inventory.cards import cards_of
from p2p.inventory.engine.scan import check_digit
from p2p.inventory.models import HandlingUnit, StockTask, SupplyRule
from p2p.inventory.selectors.scanned import scanned
from strategies.models import Site
from tests.factories import make_item, make_location, make_lot, make_serial, make_site, make_user

pytestmark = pytest.mark.django_db
GTIN = "04012345678901"
SSCC = "34012345000000000" + check_digit("34012345000000000")


@pytest.fixture
def site(db: None) -> Site:
    site = make_site("MAIN")
    oil = make_item("OIL", tracking="lot", attributes={"gtin": "4012345678901"})
    make_lot(oil, "L7")
    make_lot(make_item("GLUE", tracking="lot"), "L7")
    make_serial(make_item("PUMP", tracking="serial"), "S-1")
    place = make_location(site, code="A-01")
    HandlingUnit.objects.create(number="PAL-1", location=place, sscc=SSCC)
    StockTask.objects.create(number="ST-1", kind="move", site=site, item=oil, quantity=1)
    line = make_location(site, code="LINE", kind="line_side")
    SupplyRule.objects.create(
        item=oil, location=line, method="kanban", card="KB-1", bins=2, bin_quantity=D(5)
    )
    return site


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("a-01", ["place A-01"]),
        ("PAL-1", ["unit PAL-1"]),
        (f"00{SSCC}", ["unit PAL-1"]),
        ("L7", ["lot OIL", "lot GLUE"]),
        ("OIL~L7", ["lot OIL"]),
        (f"(01){GTIN}(10)L7", ["lot OIL"]),
        (f"]C101{GTIN}10L7", ["lot OIL"]),
        (f"01{GTIN}", ["item OIL"]),
        ("s-1", ["serial PUMP"]),
        ("oil", ["item OIL"]),
        ("KB-1", ["card OIL"]),
        ("ST-1", ["task OIL"]),
        ("", []),
        ("NOTHING", []),
        ("]C1(", []),
    ],
)
def test_a_code_is_what_it_says(site: Site, code: str, found: list[str]) -> None:
    said = [f"{one.kind} {one.item.number if one.item else one.record}" for one in scanned(code, site=site)]
    assert said == found


def test_places_units_cards_and_tasks_of_another_site_are_not_found(site: Site) -> None:
    away = make_site("AWAY")
    assert [scanned(code, site=away) for code in ("A-01", "PAL-1", "KB-1", "ST-1")] == [[], [], [], []]


def test_a_card_for_each_bin_carries_the_code_that_calls_for_it(site: Site, client: Client) -> None:
    rule = SupplyRule.objects.select_related("item__unit", "location", "source").get()
    cards = list(cards_of(rule))
    assert [card.code for card in cards] == ["KB-1/1", "KB-1/2"]
    assert "5 EA" in cards[0].lines and "bin 2 of 2" in cards[1].title
    client.force_login(make_user("operator", site=site))
    answer = client.get("/inventory/kanban-cards.pdf")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    client.force_login(make_user("operator", site=make_site("AWAY")))
    assert client.get("/inventory/kanban-cards.pdf").status_code == 404
