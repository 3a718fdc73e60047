"""Rows of a big file wait on disk: they read as they were put there, in slices, and need no memory of their own."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from decimal import Decimal

import pytest

from p2p.core.refusal import Refused
from strategies.models import Item, ItemGroup
from strategies.services.importer.habits import Native
from strategies.services.importer.problems import Problems
from strategies.services.importer.reading import tables
from strategies.services.importer.running import take_in
from strategies.services.importer.sheets import Problem, Row
from strategies.services.importer.spool import SLICE, Rows, Store, portions
from strategies.services.importer.storing import Copied
from tests.factories import make_unit

GIVEN = frozenset({"number", "quantity"})


def rows_of(count: int) -> Rows:
    rows = Rows(GIVEN)
    for line in range(2, count + 2):
        values = {"number": f"N{line}", "quantity": Decimal(line), "unit": 7}
        rows.append(Row(line, values, [f" N{line}", Native("1", 1.0), ""], GIVEN))
    return rows


def test_rows_of_several_slices_read_as_they_were_put_there():
    rows = rows_of(2 * SLICE + 5)
    assert len(rows) == 2 * SLICE + 5
    last = rows[-1]
    assert (last.line, dict(last.values), list(last.cells)) == (
        2006, {"number": "N2006", "quantity": Decimal(2006), "unit": 7}, [" N2006", "1", ""],
    )  # fmt: skip
    assert last.cells[1].number == 1.0
    assert [row.line for row in rows] == list(range(2, 2007)) == [row.line for row in reversed(rows)][::-1]
    assert [one.line for one in rows[SLICE - 1 : SLICE + 1]] == [1001, 1002]
    assert [len(some) for some in portions(rows)] == [2005]


def test_backwards_each_column_of_a_slice_is_read_once_as_forwards(monkeypatch):
    rows, read, column = rows_of(2 * SLICE + 5), [], Store.column

    def counted(store, at, name):
        read.append((at, name))
        return column(store, at, name)

    monkeypatch.setattr(Store, "column", counted)
    assert [row.values["number"] for row in reversed(rows)][-1] == "N2"
    assert read == [(2, "number"), (1, "number"), (0, "number")]


def test_a_change_is_seen_by_whoever_reads_the_row_afterwards():
    rows = rows_of(SLICE + 1)
    for row in rows:
        if row.line == 1002:
            row.values["quantity"] = None
            row.values["asked"] = "active"
    assert [row.line for row in rows if row.values["quantity"] is None] == [1002]
    assert [row.line for row in rows if row.values.get("asked")] == [1002]
    assert list(rows.tuples(["number", "quantity"]))[-1] == (1002, "N1002", None)


def test_dropped_lines_are_passed_over_everywhere():
    rows = rows_of(SLICE + 3)
    rows.drop([2, 1003, 9999])
    assert len(rows) == SLICE + 1
    assert (rows[0].line, rows[-1].line, list(rows.lines())[-2:]) == (3, 1004, [1002, 1004])
    even, odd = rows.chosen(lambda row: row.line % 2 == 0)
    assert {row.line % 2 for row in even} == {0} and {row.line % 2 for row in odd} == {1}
    rows.drop([1004])
    assert [row.line for row in even.both(rows)][-1] == 1002
    rows.drop_all()
    assert not rows and list(rows.tuples(["unit"])) == []


def test_what_waits_is_settled_where_it_stands():
    rows = Rows()
    for line in range(1, 2 * SLICE):
        rows.append(Row(line, {"day": "?" if line == 1500 else "sure"}, [""]), late=line == 1500)
    seen = []

    def settle(row: Row) -> None:
        seen.append(row.line)
        if row.values["day"] == "?":
            row.values["day"] = "settled"

    rows.settle(settle)
    assert (seen[0], seen[-1]) == (SLICE + 1, 2 * SLICE - 1)
    assert [(row.line, row.values["day"]) for row in rows if row.values["day"] != "sure"] == [
        (1500, "settled")
    ]


def test_forty_thousand_rows_need_no_more_memory_than_their_lines():
    tracemalloc.start()
    rows = rows_of(40_000)
    kept, _peak = tracemalloc.get_traced_memory()
    assert sum(1 for _row in rows) == 40_000
    _kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 4_000_000  # as dicts they would take some 30 MB
    assert peak < 8_000_000


def test_copy_gets_every_character_however_little_it_asks_for():
    text = (
        "".join(iter(lambda: copied.read(7), ""))
        if (copied := Copied(["number", "unit"], rows_of(3)))
        else ""
    )
    assert text == "2\tN2\t7\n3\tN3\t7\n4\tN4\t7\n" == Copied(["number", "unit"], rows_of(3)).read()


def test_of_many_problems_the_first_by_line_are_kept_and_all_are_counted():
    found = Problems(most=10)
    found += [Problem("items", "wrong", line) for line in range(100, 0, -1)]
    found.append(Problem("items", "odd", 1, level="warning"))
    assert {1, 2, 3, 4, 5, 6, 7, 8, 9, 10} <= {one.line for one in found if one.is_error}
    assert len(found) < 25
    assert (found.errors, found.warnings) == (100, 1)
    whole = Problems()
    whole.extend(found)
    assert (whole.errors, whole.warnings) == (100, 1)


@pytest.mark.django_db
def test_rows_beyond_a_slice_are_checked_and_stored_like_the_first():
    make_unit()
    lines = [f"N{place:05},Part {place},EA" for place in range(2 * SLICE + 10)]
    lines[5], lines[1500], lines[2009] = "N00004,Again,EA", "N01400,Again,EA", "N02009,Half,XX"
    raw = ("number,name,unit\n" + "\n".join(lines)).encode()
    outcome = take_in(tables(io.BytesIO(raw), "items.csv"), partly=True, by=None)
    assert [(one.line, one.code) for one in outcome.problems] == [
        (7, "twice"),
        (1502, "twice"),
        (2011, "unknown"),
    ]
    assert outcome.tallies["items"].created == Item.objects.count() == 2 * SLICE + 7


@pytest.mark.django_db
def test_a_group_may_stand_a_slice_before_the_one_it_lies_in():
    lines = [f"G{place:05},Group,G{place + 1:05}" for place in range(SLICE)] + [f"G{SLICE:05},Top,"]
    chain = [*lines[-3:-1], lines[-1]]
    far = [f"F{place:05},Far,G{SLICE:05}" for place in range(SLICE)]
    raw = ("code,name,parent\n" + "\n".join([*far, *chain])).encode()
    assert take_in(tables(io.BytesIO(raw), "item_groups.csv"), by=None).saved
    assert ItemGroup.objects.filter(parent__code=f"G{SLICE:05}").count() == SLICE + 1


def test_a_zip_whose_member_has_changed_is_damaged():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("items.csv", "number,name\nA,Bicycle\n")
    raw = buffer.getvalue().replace(b"Bicycle", b"Bicycla", 1)
    with pytest.raises(Refused, match=r"items\.csv is damaged"):
        list(tables(io.BytesIO(raw), "plant.zip"))


def test_rows_of_a_table_can_be_read_again_while_the_file_is_open():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("items.csv", "sep=;\nnumber;name\nA;Bicycle\n")
        archive.writestr("units.csv", "code\nEA\n")
    items, units = tables(buffer, "plant.zip")
    assert list(items.rows) == list(items.rows) == [(3, ["A", "Bicycle"])]
    assert (list(units.rows), items.size) == ([(2, ["EA"])], 3)
