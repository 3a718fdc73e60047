from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from p2p.core.web import formats
from p2p.inventory.models import Balance, Lot, Move
from strategies.services.importer import Table, find_sheet, take_in
from strategies.services.importer.writing import template
from tests.factories import make_item, make_location, make_locations, make_site

pytestmark = pytest.mark.django_db
HEAD = ["site", "location", "item", "lot", "quantity", "day"]


@pytest.fixture
def plant():
    make_locations(make_site("ONE", time_zone="America/Los_Angeles"), "STORE", "LINE", "DOCK")
    make_item("BOLT")
    make_item("PAINT", tracking="lot")
    make_item("FRAME", tracking="serial")


def take(*rows: str):
    return take_in(
        [Table("opening_stock", HEAD, [(2 + n, row.split(";")) for n, row in enumerate(rows)])], by=None
    )


def test_stock_is_opened_on_the_morning_of_its_day_at_the_site_and_only_once(plant):
    rows = ("ONE;STORE;BOLT;;120;2026-01-01", "ONE;STORE;PAINT;L1;5;2026-01-01")
    assert take(*rows).tallies["opening_stock"].created == 2
    again = take(*rows).tallies["opening_stock"]
    assert (again.created, again.unchanged) == (0, 2)
    assert sorted(
        Balance.objects.filter(quantity__gt=0).values_list("item__number", "lot__number", "quantity")
    ) == [
        ("BOLT", None, 120),
        ("PAINT", "L1", 5),
    ]
    move = Move.objects.filter(item__number="BOLT").get()
    assert (move.kind, move.effective_at.isoformat()) == ("opening", "2026-01-01T08:00:00+00:00")


def test_another_quantity_is_for_a_count_to_say(plant):
    take("ONE;STORE;BOLT;;120;2026-01-01")
    outcome = take("ONE;STORE;BOLT;;119;2026-01-01")
    assert [(one.line, one.text) for one in outcome.problems] == [
        (2, "120 were opened here before: book the difference to 119 with a count.")
    ]
    assert Move.objects.count() == 1


def test_lots_and_serials_are_named_line_by_line(plant):
    outcome = take(
        "ONE;STORE;BOLT;L1;1;2026-01-01", "ONE;STORE;PAINT;;1;2026-01-01", "ONE;STORE;FRAME;;1;2026-01-01"
    )
    assert [(one.line, one.code) for one in outcome.problems] == [
        (2, "not_tracked"),
        (3, "lot_missing"),
        (4, "serial"),
    ]
    assert not Move.objects.exists()


def test_more_digits_than_the_unit_has_are_refused_by_the_ledger(plant):
    outcome = take("ONE;STORE;BOLT;;1.5;2026-01-01")
    assert outcome.errors == 1 and "BOLT" in outcome.problems[0].text
    assert not Move.objects.exists()


LOTS = [*HEAD, "vendor_lot", "expires_on"]


def take_lots(*rows: str):
    return take_in(
        [Table("opening_stock", LOTS, [(2 + n, row.split(";")) for n, row in enumerate(rows)])], by=None
    )


def test_one_lot_is_one_thing_in_the_file(plant):
    outcome = take_lots(
        "ONE;STORE;PAINT;L1;5;2026-01-01;;2027-01-01",
        "ONE;LINE;PAINT;L1;5;2026-01-01;A;",
        "ONE;DOCK;PAINT;L1;5;2026-01-01;B;2027-01-01",
    )
    assert [(one.line, one.column, one.text) for one in outcome.problems] == [
        (4, "vendor_lot", "PAINT has a lot L1 already, of the vendor's lot A, not B: name another lot.")
    ]
    assert not Lot.objects.exists()
    both = take_lots(
        "ONE;STORE;PAINT;L1;5;2026-01-01;;2027-01-01", "ONE;LINE;PAINT;L1;5;2026-01-01;A;2027-01-01"
    )
    assert not both.problems
    assert Lot.objects.values_list("vendor_lot", "expires_on").get() == ("A", date(2027, 1, 1))


def test_opening_more_of_a_lot_has_to_agree_with_the_books(plant):
    assert not take_lots("ONE;STORE;PAINT;L1;5;2026-01-01;A;2027-01-01").problems
    assert not take_lots("ONE;STORE;PAINT;L1;5;2026-01-01;A;2027-01-01").problems
    outcome = take_lots("ONE;LINE;PAINT;L1;5;2026-01-01;A;2027-02-02")
    assert [(one.line, one.column, one.text) for one in outcome.problems] == [
        (
            2,
            "expires_on",
            f"PAINT has a lot L1 already, and it expires on {formats.day(date(2027, 1, 1))}, "
            f"not {formats.day(date(2027, 2, 2))}: name another lot.",
        )
    ]
    assert Move.objects.count() == 1


@pytest.mark.parametrize("name", ["put_away_rules", "supply_rules"])
def test_the_example_of_a_template_imports_as_it_stands(name):
    make_location(make_site("BOTHELL"), code="A-01")
    make_item("BB-7421")
    page = load_workbook(io.BytesIO(template([find_sheet(name)])))[name]
    head, example = ([cell.value or "" for cell in row] for row in page.iter_rows())
    outcome = take_in([Table(name, head, [(2, example)])], by=None)
    assert [one.text for one in outcome.problems] == []
    assert outcome.tallies[name].created == 1
