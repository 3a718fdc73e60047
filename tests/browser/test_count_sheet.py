"""The sheet of a count on the desk: rows as one types, pastes or scans; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from p2p.inventory.models import Count, CountLine
from p2p.inventory.services.counting import create_count
from tests.browser.conftest import expect
from tests.browser.shopfloor import scan
from tests.factories import make_item, make_locations, make_lot, make_serial, make_site, make_stock, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]
PASTE = """([name, text]) => { const board = new DataTransfer(); board.setData('text/plain', text);
  document.querySelector(`input[name=${name}]`).dispatchEvent(
    new ClipboardEvent('paste', { clipboardData: board, bubbles: true, cancelable: true })); }"""


def sheet(visit: Visit, *, blind: bool = True) -> tuple[Any, Count]:
    site = make_site("MAIN", locations=False)
    place = make_locations(site, "A-01")["A-01"]
    make_stock(make_item("BOLT"), 10, place)
    oil, gear = make_item("OIL", tracking="lot"), make_item("GEAR", tracking="serial")
    make_lot(oil, "LOT-1")
    make_item("PIN")
    for number in range(1, 9):
        make_item(f"N{number}")
        make_serial(gear, f"S-{number}")
    boss = make_user("supervisor", site=site)
    count = create_count(site=site, kind="spot", places=[place], blind=blind, by=boss)
    by = make_user("operator", site=site, username="ola")
    return visit(f"/inventory/counts/enter/{count.places.get().pk}", by=by), count


def found() -> dict[str, int]:
    lines = CountLine.objects.select_related("item", "lot", "serial")
    return {str(line.serial or line.lot or line.item): int(line.counted) for line in lines}


def test_rows_come_as_one_types_and_enter_goes_on(visit: Visit) -> None:
    page, _count = sheet(visit)
    expect(page.get_by_label("Item 1", exact=True)).to_be_focused()
    for number in range(1, 9):
        for text in (f"N{number}", "", "", str(number)):
            page.keyboard.type(text, delay=70)
            page.keyboard.press("Enter")
    expect(page.get_by_label("Item 9", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Item 8", exact=True)).to_be_focused()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/inventory/counts/CT-*/")
    assert found() == {"BOLT": 0, **{f"N{number}": number for number in range(1, 9)}}


def test_rows_of_a_spreadsheet_are_pasted_with_and_without_its_heads(visit: Visit) -> None:
    page, _count = sheet(visit)
    page.evaluate(PASTE, ["item", "\n".join(f"N{number}\t\t\t{number}" for number in range(1, 8))])
    expect(page.get_by_label("Item 8", exact=True)).to_be_focused()
    expect(page.get_by_label("Found 7", exact=True)).to_have_value("7")
    heads = "Found\tWhere\tItem\tLot or serial number\r\n5\tleft\tOIL\tLOT-1\r\n6\tleft\tBOLT\t\r\n"
    page.evaluate(PASTE, ["item", heads])
    expect(page.get_by_label("Item 1", exact=True)).to_have_value("OIL")
    expect(page.get_by_label("Lot or serial number 1", exact=True)).to_have_value("LOT-1")
    page.get_by_role("button", name="Save what was found").click()
    page.wait_for_url("**/inventory/counts/CT-*/")
    assert found() == {"LOT-1": 5, "BOLT": 6, **{f"N{number}": number for number in range(3, 8)}}


def test_each_scan_fills_the_next_row(visit: Visit) -> None:
    page, _count = sheet(visit)
    for code in ("S-1", "S-2", "LOT-1"):
        scan(page, code)
    expect(page.get_by_label("Found 3", exact=True)).to_be_focused()
    page.get_by_label("Found 3", exact=True).fill("3")  # how fast keys come is another test's matter
    scan(page, "PIN")
    expect(page.get_by_label("Found 4", exact=True)).to_be_focused()
    page.get_by_label("Found 4", exact=True).fill("9")
    scan(page, "S-3")
    expect(page.get_by_label("Found 5", exact=True)).to_have_value("1")
    page.get_by_role("button", name="Save what was found").click()
    page.wait_for_url("**/inventory/counts/CT-*/")
    assert found() == {"BOLT": 0, "S-1": 1, "S-2": 1, "S-3": 1, "LOT-1": 3, "PIN": 9}


def test_an_error_names_its_row_and_what_was_typed_stays(visit: Visit) -> None:
    page, _count = sheet(visit, blind=False)
    page.evaluate(PASTE, ["item", "BOLT\t\t\t9\nNIX\t\t\t5\n\t\t\t4"])
    page.get_by_role("button", name="Save what was found").click()
    page.locator(".p-note.stop").get_by_text("Row 2: There is no item NIX.").wait_for()
    page.locator(".p-note.stop").get_by_text("Row 3: name the item.").wait_for()
    expect(page.get_by_label("Item 2", exact=True)).to_be_focused()
    expect(page.get_by_label("Found 3", exact=True)).to_have_value("4")
    expect(page.locator("tbody tr").first).to_contain_text("10 EA")
    assert not CountLine.objects.exists()


def test_what_was_typed_is_there_again_after_the_page_was_left(visit: Visit) -> None:
    page, count = sheet(visit)
    page.keyboard.type("N1", delay=70)
    page.get_by_label("Found 1", exact=True).fill("7")
    page.goto(f"/inventory/counts/{count.number}/")
    page.goto(f"/inventory/counts/enter/{count.places.get().pk}")
    page.locator("[data-again]").get_by_text("is here again").wait_for()
    expect(page.get_by_label("Found 1", exact=True)).to_have_value("7")
    page.get_by_role("button", name="Begin anew").click()
    expect(page.locator("[data-again]")).to_be_hidden()
    expect(page.get_by_label("Item 1", exact=True)).to_have_value("")
