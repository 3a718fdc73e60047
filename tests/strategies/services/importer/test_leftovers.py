"""What an import did not take comes back as a file to put right; what it exports goes in again unchanged."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from p2p.core.refusal import Refused
from strategies.models import ImportRun, Item, ItemGroup, ItemPolicy
from strategies.services.importer import (
    as_csv,
    as_xlsx,
    find_sheet,
    import_again,
    import_file,
    import_rest,
    wrong_lines,
)
from strategies.services.importer.reading import tables
from strategies.services.importer.running import take_in
from tests.factories import (
    make_bom,
    make_calendar,
    make_conversion,
    make_group,
    make_item,
    make_policy,
    make_reason,
    make_route,
    make_site,
    make_unit,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_spot(settings, django_capture_on_commit_callbacks):
    settings.RUNS = "inline"


def imported(content: str, name: str, do, **also) -> ImportRun:
    with do(execute=True):
        run = import_file(content=content.encode(), name=name, by=make_user("engineer"), **also)
    run.refresh_from_db()
    return run


def test_ten_thousand_lines_with_three_wrong_ones_name_the_three(django_capture_on_commit_callbacks):
    make_unit()
    lines = [f"N{place:05},Part {place},EA,1.50" for place in range(10_000)]
    lines[4], lines[4999], lines[9998] = "N4,,EA,1", "N4999,Half,XX,1", "N9998,Much,EA,dear"
    text = "number,name,unit,list_price\n" + "\n".join(lines)
    run = imported(text, "items.csv", django_capture_on_commit_callbacks)
    assert [(each.line, each.column) for each in run.problems.all()] == [
        (6, "name"), (5001, "unit"), (10_000, "list_price")
    ]  # fmt: skip
    assert (run.summary["saved"], Item.objects.count()) == (False, 0)

    with django_capture_on_commit_callbacks(execute=True):
        rest = import_rest(run=run, by=make_user("engineer"))
    rest.refresh_from_db()
    assert (rest.summary["saved"], Item.objects.count()) == (True, 9997)
    back = list(csv.DictReader(io.StringIO("".join(wrong_lines(rest, find_sheet("items"))))))
    assert [row["number"] for row in back] == ["N4", "N4999", "N9998"]
    assert [row["reason"] for row in back] == [
        "name: “name” is empty.", "unit: There is no unit “XX”.", "list_price: “dear” is not a number."
    ]  # fmt: skip

    for row, (name, value) in zip(back, (("name", "Four"), ("unit", "EA"), ("list_price", "2")), strict=True):
        row[name] = value
    mended = io.StringIO()
    writer = csv.DictWriter(mended, list(back[0]))
    writer.writeheader()
    writer.writerows(back)
    last = imported(mended.getvalue(), "items.csv", django_capture_on_commit_callbacks)
    assert (last.summary["saved"], list(last.problems.all()), Item.objects.count()) == (True, [], 10_000)


def test_lines_that_belong_together_come_back_together(django_capture_on_commit_callbacks):
    a, b = make_item("A"), make_item("B")
    make_bom(a, {}, state="draft", version=1)
    make_bom(b, {}, state="draft", version=1)
    text = "item,version,position,component,quantity,unit\nA,1,10,B,1,EA\nA,1,20,NONE,1,EA\n"
    run = imported(text, "bom_lines.csv", django_capture_on_commit_callbacks, partly=True)
    back = list(csv.DictReader(io.StringIO("".join(wrong_lines(run, find_sheet("bom_lines"))))))
    assert [(row["position"], bool(row["reason"])) for row in back] == [("10", False), ("20", True)]


def test_a_checked_file_is_saved_with_one_press_and_only_once(django_capture_on_commit_callbacks):
    make_unit()
    run = imported(
        "number,name,unit\nA,Alpha,EA\n", "items.csv", django_capture_on_commit_callbacks, dry_run=True
    )
    assert not Item.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        again = import_again(run=run, by=make_user("engineer"))
    again.refresh_from_db()
    assert (again.summary["saved"], again.dry_run, Item.objects.count()) == (True, False, 1)
    with pytest.raises(Refused, match="under way or saved already"):
        import_again(run=again, by=make_user("engineer"))


@pytest.fixture
def plant():
    """One record at least of most sheets, with names in several scripts and codes that spreadsheets mangle."""
    calendar = make_calendar("WEEK", name="Woche; „früh“")
    site = make_site("ONE", calendar=calendar)
    group = make_group(site, "60", name="組立")
    model = make_item(
        "00123", name='A "quoted", name', attributes={"colour": "rot"}, tracking="lot", shelf_life_days=9
    )
    make_item(
        "1E5",
        name="Деталь",
        variant_of=model,
        attributes={"colour": "blau", "size": "62"},
        list_price="1234.5",
    )
    make_policy(model, supply="make", safety_stock="0.25", lead_time_days=4)
    make_policy(
        model, site=site, rank=7, variant={"colour": "rot"}, supply="buy", stopped=True, reorder_point=1234
    )
    make_conversion("BOX", "EA", 1, 3, item=model)
    vendor = make_vendor("007", name="Ökowerk")
    make_vendor_price(vendor, model, "1.234", minimum_quantity=1000, order_maximum="1234.567")
    make_bom(model, {make_item("2-3"): "1.333"})
    make_route(model, [{"group": group, "run_seconds": 60}])
    make_reason("S01")
    ItemGroup.objects.create(
        code="BIKES", name="Räder", parent=ItemGroup.objects.create(code="ALL", name="All")
    )


SHEETS = (
    "units", "unit_conversions", "sites", "locations", "item_groups", "items", "item_policies", "vendors",
    "vendor_prices", "boms", "routes", "resource_groups", "resources", "reason_codes", "currencies",
)  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_what_is_exported_goes_in_again_and_changes_nothing(plant, name):
    sheet = find_sheet(name)
    count = sheet.model._base_manager.count()
    assert count
    for raw, file in (("".join(as_csv(sheet)).encode(), f"{name}.csv"), (as_xlsx(sheet), f"{name}.xlsx")):
        outcome = take_in(tables(io.BytesIO(raw), file), by=None)
        assert [each.text for each in outcome.problems if each.is_error] == []
        tally = outcome.tallies[name]
        assert (tally.created, tally.changed, tally.unchanged) == (0, 0, count), file


def test_a_workbook_keeps_codes_as_text_and_numbers_as_numbers(plant):
    page = load_workbook(io.BytesIO(as_xlsx(find_sheet("items"))))["items"]
    heads = [cell.value for cell in page[1]]
    rows = {
        row[0].value: dict(zip(heads, (cell.value for cell in row), strict=True))
        for row in page.iter_rows(min_row=2)
    }
    assert {"00123", "1E5", "2-3"} <= set(rows)
    assert rows["1E5"]["list_price"] == 1234.5
    assert (rows["1E5"]["attribute.size"], rows["1E5"]["variant_of"]) == ("62", "00123")


def test_a_workbook_holds_no_formula_and_breaks_on_no_sign(plant):
    make_item("=1+1", name="Bell\x07"), make_item("-2", name="=cmd|' /C calc'!A0")
    page = load_workbook(io.BytesIO(as_xlsx(find_sheet("items"))))["items"]
    cells = {cell.value: cell.data_type for row in page.iter_rows() for cell in row}
    assert {cells[text] for text in ("=1+1", "-2", "=cmd|' /C calc'!A0", "Bell\ufffd")} == {"s"}


def test_settings_of_variants_go_in_by_sheet(plant):
    raw = b"item,rank,variant.colour,supply,stopped\n00123,9,gelb,make,yes\n00123,0,gruen,make,no\n"
    outcome = take_in(tables(io.BytesIO(raw), "item_policies.csv"), partly=True, by=None)
    assert [(each.line, each.column) for each in outcome.problems if each.is_error] == [(3, "rank")]
    row = ItemPolicy.objects.get(rank=9)
    assert (row.variant, row.stopped) == ({"colour": "gelb"}, True)
