"""Spreadsheets mangled by a locale: understood surely, or refused with the place."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

from strategies.models import Item, ItemPolicy, VendorPrice
from strategies.services.importer import take_rows
from strategies.services.importer.reading import tables
from strategies.services.importer.running import take_in
from tests.factories import make_currency, make_item, make_unit, make_vendor

pytestmark = pytest.mark.django_db


def given(text: str | bytes, name: str = "item_policies.csv", **also):
    raw = text if isinstance(text, bytes) else text.encode()
    return take_in(tables(io.BytesIO(raw), name), by=None, **also)


def workbook(rows: list[list[object]], name: str) -> bytes:
    book = Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def said(outcome) -> list[tuple[int | None, str, str]]:
    return [(each.line, each.column, each.text) for each in outcome.problems if each.is_error]


def policies(*cells: str, separator: str = ";") -> str:
    for place, _cell in enumerate(cells):
        make_item(f"A{place}", supply="")
    lines = [f"A{place}{separator}buy{separator}{cell}" for place, cell in enumerate(cells)]
    return "\n".join([separator.join(("item", "supply", "safety_stock")), *lines])


def stored() -> list[Decimal]:
    return list(ItemPolicy.objects.order_by("item__number").values_list("safety_stock", flat=True))


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["0,25", "1.234"], ["0.25", "1234"]),
        (["1.234,5", "2,500"], ["1234.5", "2.5"]),
        (["0.25", "1,234"], ["0.25", "1234"]),
        (["1,234,567", "1.234"], ["1234567", "1.234"]),
        (["1 234,5", "1.234"], ["1234.5", "1234"]),
        (["1'234'567.5", "7"], ["1234567.5", "7"]),
        (["1\u00a0234", "7"], ["1234", "7"]),
    ],
)
def test_what_one_cell_proves_holds_for_the_file(cells, values):
    assert said(given(policies(*cells))) == []
    assert stored() == [Decimal(value) for value in values]


def test_what_nothing_proves_is_refused_with_line_and_column():
    outcome = given(policies("1.234", "5", "1,234"))
    assert [(line, column) for line, column, _text in said(outcome)] == [
        (2, "safety_stock"),
        (4, "safety_stock"),
    ]
    assert "“1.234” may be 1234 or 1.234" in said(outcome)[0][2]
    assert stored() == []


def test_what_is_proved_both_ways_leaves_the_doubtful_refused():
    outcome = given(policies("0,25", "0.25", "1.234"))
    assert [line for line, _column, _text in said(outcome)] == [4]


def test_a_file_with_commas_between_has_points_in_its_numbers():
    assert said(given(policies("1.234", "5", separator=","))) == []
    assert stored() == [Decimal("1.234"), Decimal(5)]
    assert [line for line, _c, _t in said(given('item,supply,safety_stock\nA0,buy,"1,234"\n'))] == [2]


@pytest.mark.parametrize("text", ["1.2.3", "1,23,4", "12.34,5", "1..2", ",", "1.234,567.8"])
def test_nonsense_is_no_number(text):
    [(line, column, sentence)] = said(given(policies(text)))
    assert (line, column) == (2, "safety_stock")
    assert "is written in a local way" in sentence or "is not a number" in sentence


def test_numbers_of_an_interface_are_written_our_way_only():
    make_item("A")
    rows = [{"item": "A", "supply": "buy", "safety_stock": "1.234"}]
    assert take_rows(sheet="item_policies", rows=rows, by=None).saved
    assert stored() == [Decimal("1.234")]
    rows = [{"item": "A", "supply": "buy", "safety_stock": "0,25"}]
    assert not take_rows(sheet="item_policies", rows=rows, by=None).saved


def prices(*days: str) -> str:
    make_vendor("ACME")
    make_currency("EUR")
    lines = []
    for place, day in enumerate(days):
        make_item(f"A{place}")
        lines.append(f"ACME;A{place};EA;EUR;1;{day}")
    return "\n".join(["vendor;item;unit;currency;price;valid_from", *lines])


def starts() -> list[date]:
    return list(VendorPrice.objects.order_by("item__number").values_list("valid_from", flat=True))


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (["03.04.2026"], [date(2026, 4, 3)]),
        (["3.4.2026 00:00"], [date(2026, 4, 3)]),
        (["2026/04/03"], [date(2026, 4, 3)]),
        (["31/12/2026", "03/04/2026"], [date(2026, 12, 31), date(2026, 4, 3)]),
        (["12/31/2026", "03/04/2026"], [date(2026, 12, 31), date(2026, 3, 4)]),
        (["05-05-2026"], [date(2026, 5, 5)]),
    ],
)
def test_days_are_read_where_they_can_be_read_in_one_way(days, wanted):
    assert said(given(prices(*days), "vendor_prices.csv")) == []
    assert starts() == wanted


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("03/04/2026", "may begin with the day or the month"),
        ("45992", "is a day as a spreadsheet counts it, perhaps 2025-12-01"),
        ("31.12.26", "has a year of two digits"),
        ("31.02.2026", "is not a day"),
    ],
)
def test_days_that_may_be_two_things_are_refused(day, sentence):
    [(line, column, text)] = said(given(prices(day), "vendor_prices.csv"))
    assert (line, column) == (2, "valid_from")
    assert sentence in text
    assert starts() == []


def test_a_workbook_knows_its_days_and_numbers():
    make_vendor("ACME")
    make_currency("EUR")
    make_item("A")
    make_item("B")
    head = ["vendor", "item", "unit", "currency", "price", "valid_from"]
    rows = [
        head,
        ["ACME", "A", "EA", "EUR", 1.234, date(2026, 4, 3)],
        ["ACME", "B", "EA", "EUR", "0,5", 46115],
    ]
    assert said(given(workbook(rows, "vendor_prices"), "p.xlsx")) == []
    assert starts() == [date(2026, 4, 3), date(2026, 4, 3)]
    assert sorted(VendorPrice.objects.values_list("price", flat=True)) == [Decimal("0.5"), Decimal("1.234")]


@pytest.mark.parametrize(
    "number", ["1.00E+05", "1E+05", "02.03.2026", "2026-03-02", "02-Mar", "2. Mrz", "Mär 03"]
)
def test_an_item_number_that_a_spreadsheet_changed_is_refused(number):
    make_unit()
    outcome = given(f"number;name;unit\n{number};Part;EA\n", "items.csv")
    [(line, column, text)] = said(outcome)
    assert (line, column) == (2, "number")
    assert "format the column as text" in text.lower()
    assert not Item.objects.exists()


@pytest.mark.parametrize("number", ["1E5", "00123", "2-3", "4711", "1.5", "零件-7", "Κωδ 9"])
def test_an_item_number_that_is_one_stays_as_it_is(number):
    make_unit()
    assert given(f"number;name;unit\n{number};Teil;EA\n", "items.csv").saved
    assert Item.objects.get().number == number
    assert given(f"number;name;unit\n{number};Teil;EA\n", "items.csv").tallies["items"].unchanged == 1


def test_zeros_taken_off_are_noticed_where_the_item_is_known():
    make_item("00123")
    for raw, name in (
        (b"number;name;unit\n123;Part;EA\n", "items.csv"),
        (workbook([["number", "name", "unit"], [123, "Part", "EA"]], "items"), "x.xlsx"),
        (b"item;supply\n123;buy\n", "item_policies.csv"),
        (workbook([["item", "supply"], [123, "buy"]], "item_policies"), "x.xlsx"),
    ):
        [(line, _column, text)] = said(given(raw, name))
        assert line == 2
        assert "There is 00123: a spreadsheet has taken the zeros off" in text
    assert Item.objects.count() == 1


def test_cells_of_a_workbook_that_are_no_text_any_more_are_refused_or_warned_of():
    make_unit()
    rows = [
        ["number", "name", "unit"],
        [date(2026, 3, 2), "Was 2-3", "EA"],
        [1.5, "Was 1.50", "EA"],
        [4711, "Fine", "EA"],
    ]
    outcome = given(workbook(rows, "items"), "items.xlsx", partly=True)
    assert [line for line, _column, _text in said(outcome)] == [2, 3]
    warning = next(each for each in outcome.problems if each.code == "numbers")
    assert warning.column == "number"
    assert Item.objects.get().number == "4711"


def test_a_line_for_a_spreadsheet_program_and_bytes_without_a_mark_are_understood():
    make_unit()
    assert given("sep=;\nnumber;name;unit\nÄ1;Straße;EA\n", "items.csv").saved
    assert given("number;name;unit\nÄ2;Straße;EA\n".encode("utf-16-le"), "items.csv").saved
    assert set(Item.objects.values_list("number", "name")) == {("Ä1", "Straße"), ("Ä2", "Straße")}
