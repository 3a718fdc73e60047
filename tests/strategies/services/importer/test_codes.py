"""Item numbers and codes of a file: what looks like another is refused with its line, and letters have one form."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from strategies.models import Item, ItemGroup
from strategies.services.importer import Table, take_in
from strategies.services.importer.reading import tables
from tests.factories import make_item, make_unit

pytestmark = pytest.mark.django_db
MAC, ONE = "Cafe\u0301", "Caf\u00e9"


def took(*tables: Table):
    make_unit("EA")
    return take_in(list(tables), by=None)


def workbook(*rows: tuple[str, ...]) -> list[Table]:
    book = Workbook()
    book.active.title = "items"
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return list(tables(stream, "items.xlsx"))


def csv(text: str) -> list[Table]:
    return list(tables(io.BytesIO(text.encode()), "items.csv"))


@pytest.mark.parametrize("sign", ["\u200b", "\u200d", "\u200f", "\u00ad", "\ufeff", "\u00a0", "\u2060"])
@pytest.mark.parametrize("read", [csv, workbook])
def test_a_number_that_looks_like_another_is_refused_with_its_line(read, sign):
    make_item("A1B")
    rows = [("number", "name", "unit"), ("A2", f"Na{sign}me", "EA"), (f"A1{sign}B", "A", "EA")]
    outcome = took(*(csv("\n".join(",".join(row) for row in rows)) if read is csv else workbook(*rows)))
    assert [(one.line, one.column, one.text) for one in outcome.problems] == [
        (3, "number", f"It has a character that cannot be seen (U+{ord(sign):04X}) after “A1”: "
                      "no code or number may have one.")
    ]  # fmt: skip
    assert list(Item.objects.values_list("number", flat=True)) == ["A1B"]


@pytest.mark.parametrize("read", [csv, workbook])
def test_a_file_of_a_mac_finds_what_is_there(read):
    ItemGroup.objects.create(code=ONE, name="Coffee")
    make_item(ONE)
    rows = [("number", "name", "unit", "group"), (MAC, MAC, "EA", MAC), ("TEA", "Tea", "EA", ONE)]
    outcome = took(*(csv("\n".join(",".join(row) for row in rows)) if read is csv else workbook(*rows)))
    assert not outcome.problems
    assert (outcome.tallies["items"].created, outcome.tallies["items"].changed) == (1, 1)
    found = Item.objects.get(number=ONE)
    assert (found.name, found.group.code, Item.objects.count()) == (ONE, ONE, 2)


def test_two_lines_that_look_the_same_are_the_same():
    outcome = took(*csv(f"number,name,unit\n{MAC},A,EA\n {ONE}\u00a0,B,EA\n"))
    assert [(one.line, one.code) for one in outcome.problems] == [(3, "twice")]
