from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from openpyxl import Workbook

from p2p.core.refusal import Refused
from strategies.models import Item
from strategies.services.importer import Choice, Clock, Day, Flag, Number, Text, Unreadable, Whole
from strategies.services.importer.reading import as_text, tables


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Number(), "1234.56", Decimal("1234.56")),
        (Number(), "1e3", Decimal(1000)),
        (Number(), "-.5", Decimal("-0.5")),
        (Whole(), "7.0", 7),
        (Flag(), "X", True),
        (Flag(), "No", False),
        (Day(), "2026-02-28", date(2026, 2, 28)),
        (Day(), "2026-02-28 00:00:00", date(2026, 2, 28)),
        (Clock(), "7:30", time(7, 30)),
        (Clock(), "23:00:00", time(23)),
        (Choice(Item.Tracking), "By lot", "lot"),
        (Choice(Item.Tracking), "SERIAL", "serial"),
        (Text(5), "Ünïcö", "Ünïcö"),
    ],
)
def test_a_cell_is_read(kind, text, value):
    assert kind.parse(text) == value


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        (Number(), "1.234,56", "“1.234,56” is written in a local way: write it like 1234.56."),
        (Number(), "1 234", "“1 234” is written in a local way: write it like 1234.56."),
        (Number(), "many", "“many” is not a number."),
        (Number(), "NaN", "“NaN” is not a number."),
        (Number(), "1e15", "1e15 is too large."),
        (Number(places=2), "1.005", "1.005 has more than 2 digits after the point."),
        (Number(above=Decimal(0)), "0", "0 has to be more than 0."),
        (Number(below=Decimal(1)), "1", "1 has to be less than 1."),
        (Number(at_most=Decimal(1)), "2", "2 is more than 1."),
        (Whole(), "1.5", "1.5 is not a whole number."),
        (Whole(1, 9), "10", "10 is not between 1 and 9."),
        (Flag(), "maybe", "“maybe” is neither yes nor no."),
        (Day(), "03/04/2026", "“03/04/2026” is not a day written like 2026-11-18."),
        (Day(), "2026-02-30", "“2026-02-30” is not a day written like 2026-11-18."),
        (Day(), "2026-02-28 10:00", "“2026-02-28 10:00” is an instant, a day is wanted."),
        (Clock(), "25:00", "“25:00” is not a time of day written like 07:00."),
        (Choice(Item.Tracking), "batch", "“batch” is not one of none, lot, serial."),
        (Text(3), "four", "“four…” has 4 characters, 3 fit."),
        (Text(), "a\x00b", "The text has the character U+0000, which no text may have."),
    ],
)
def test_a_cell_that_cannot_be_read_says_why_in_one_sentence(kind, text, sentence):
    with pytest.raises(Unreadable) as error:
        kind.parse(text)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (4711.0, "4711"),
        (0.1 + 0.2, "0.3"),
        (True, "yes"),
        (datetime(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4), "2026-01-02 03:04:00"),
        (time(7), "07:00:00"),
        ("00123", "00123"),
    ],
)
def test_a_spreadsheets_value_becomes_what_a_csv_file_would_have_said(value, text):
    assert as_text(value) == text


def read(raw: bytes, name: str = "items.csv") -> list:
    return [(table.name, list(table.headings), list(table.rows)) for table in tables(io.BytesIO(raw), name)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separator_and_encoding_are_found(separator, encoding):
    raw = f"Number{separator}List Price\nÄ1{separator}2\n".encode(encoding)
    assert read(raw) == [("items", ["number", "list_price"], [(2, ["Ä1", "2"])])]


def test_lines_are_counted_where_they_begin_and_empty_ones_are_left_out():
    raw = b'number,name\nA,"two\nlines"\n,\nB,one\n'
    assert read(raw)[0][2] == [(2, ["A", "two\nlines"]), (5, ["B", "one"])]


def test_a_zip_holds_several_and_hidden_files_are_left_out():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("plant/items.csv", "number\nA\n")
        archive.writestr("plant/units.csv", "code\nEA\n")
        archive.writestr("__MACOSX/._items.csv", b"\xff\xff")
    assert [table[0] for table in read(buffer.getvalue(), "plant.zip")] == ["items", "units"]


def test_a_zip_within_a_zip_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inner.zip", b"PK")
    with pytest.raises(Refused, match="plant.zip holds another ZIP file"):
        read(buffer.getvalue(), "plant.zip")


def test_a_forgotten_cell_in_the_last_corner_of_a_sheet_is_not_read():
    book = Workbook()
    page = book.active
    page.title = "items"
    for cells in (["number", None, "name"], ["A", "x", "Nut", "a note"], [None, None, None, "another"]):
        page.append(cells)
    page["XFD1048576"] = "forgotten"
    content = io.BytesIO()
    book.save(content)
    (table,) = tables(content, "items.xlsx")
    assert table.headings == ["number", "", "name"]
    assert [(line, list(cells)) for line, cells in table.rows] == [(2, ["A", "x", "Nut"])]


def edited(part, old, new):
    """A workbook of one row, with something else in one of its parts."""
    book = Workbook()
    book.active.title = "items"
    book.active.append(["number", "price"]), book.active.append(["A", 1.5])
    plain, changed = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as whole, zipfile.ZipFile(changed, "w") as other:
        for each in whole.infolist():
            data = whole.read(each)
            assert old in data or not each.filename.endswith(part)
            other.writestr(each, data.replace(old, new) if each.filename.endswith(part) else data)
    return changed


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"<v>1.5</v>", b"<v>abc</v>"), (b'r="A2"', b'r="!!"'), (b"</sheetData>", b"<sheetData>")],
)
def test_a_workbook_that_is_broken_inside_is_refused_by_name_sheet_and_line(old, new):
    with pytest.raises(Refused) as no:
        for table in tables(edited("sheet1.xml", old, new), "items.xlsx"):
            list(table.rows)
    assert str(no.value).startswith("items.xlsx is damaged: the sheet items cannot be read after line ")


def test_a_workbook_whose_parts_are_not_there_is_damaged():
    book = Workbook()
    book.create_chartsheet("empty")
    content = io.BytesIO()
    book.save(content)
    with pytest.raises(Refused, match="is damaged: it cannot be opened"):
        list(tables(content, "items.xlsx"))


def test_a_number_beyond_all_numbers_is_no_number():
    (table,) = tables(edited("sheet1.xml", b"<v>1.5</v>", b"<v>1E400</v>"), "items.xlsx")
    assert [list(cells) for _line, cells in table.rows] == [["A", "inf"]]
    with pytest.raises(Unreadable):
        Number().parse("inf")
