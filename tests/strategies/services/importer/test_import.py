from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from p2p.core.refusal import Refused
from strategies.models import BomLine, BomVersion, ImportRun, Item, Location, RouteLink, Unit
from strategies.services.importer import Problem, Table, import_file, take_in
from tests.factories import make_bom, make_item, make_site, make_unit, make_user, make_vendor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_spot(settings):
    settings.RUNS = "here"


def table(name: str, text: str) -> Table:
    lines = [line.strip().split(";") for line in text.strip().splitlines()]
    return Table(name, lines[0], [(number, cells) for number, cells in enumerate(lines[1:], start=2)])


def words(outcome) -> list[tuple[str, int | None, str, str]]:
    return [(one.sheet, one.line, one.column, one.text) for one in outcome.problems if one.is_error]


UNITS = table("units", "code;name;digits\nEA;Each;0\nKG;Kilogram;3")
ITEMS = table("items", "number;name;unit\nBIKE;Bicycle;EA\nWHEEL;Wheel;EA")


def test_what_is_new_is_created_and_a_second_import_changes_nothing():
    first = take_in([ITEMS, UNITS], by=None)
    assert first.tallies["items"].as_json() == {
        "lines": 2,
        "created": 2,
        "changed": 0,
        "unchanged": 0,
        "refused": 0,
    }
    before = list(Item.objects.values_list("pk", "name", "revision"))
    second = take_in([UNITS, ITEMS], by=None)
    assert second.tallies["items"].as_json() == {
        "lines": 2,
        "created": 0,
        "changed": 0,
        "unchanged": 2,
        "refused": 0,
    }
    assert list(Item.objects.values_list("pk", "name", "revision")) == before


def test_a_changed_row_is_written_over_and_columns_the_file_lacks_are_left_alone():
    item = make_item("BIKE", name="Old", list_price=Decimal("12.5"))
    outcome = take_in([table("items", "number;name;unit\nBIKE;Bicycle;EA")], by=None)
    item.refresh_from_db()
    assert outcome.tallies["items"].changed == 1
    assert (item.name, item.list_price, item.revision) == ("Bicycle", Decimal("12.5"), 2)


def test_each_wrong_line_gets_one_sentence_with_its_place_and_nothing_is_saved():
    make_unit()
    bad = table(
        "items",
        "number;name;unit;list_price;active\nA;Good;EA;1.5;yes\nB;No unit;XX;1;yes\nC;Local;EA;1.23,456.7;yes\n"
        "D;Flag;EA;1;perhaps\n;No number;EA;1;yes\nA;Twice;EA;1;yes",
    )
    outcome = take_in([bad], by=None)
    assert words(outcome) == [
        ("items", 3, "unit", "There is no unit “XX”."),
        ("items", 4, "list_price", "“1.23,456.7” is written in a local way: write it like 1234.56."),
        ("items", 5, "active", "“perhaps” is neither yes nor no."),
        ("items", 6, "number", "“number” is empty."),
        ("items", 7, "number", "The same row stands on line 2 already."),
    ]
    assert not outcome.saved
    assert not Item.objects.exists()


def test_partly_saves_the_good_lines_and_counts_the_others():
    make_unit()
    outcome = take_in([table("items", "number;name;unit\nA;Good;EA\nB;Bad;XX")], partly=True, by=None)
    assert outcome.tallies["items"].as_json() == {
        "lines": 2,
        "created": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
    }
    assert list(Item.objects.values_list("number", flat=True)) == ["A"]


def test_a_dry_run_says_what_would_come_of_it_and_saves_nothing():
    outcome = take_in([UNITS, ITEMS], dry_run=True, by=None)
    assert outcome.tallies["items"].created == 2
    assert not outcome.saved
    assert not Unit.objects.exists()


def test_one_bad_line_keeps_its_whole_bill_out_but_not_the_others():
    for number in ("A", "B", "C"):
        make_item(number)
    boms = table("boms", "item;version;state\nA;1;active\nB;1;active")
    lines = table(
        "bom_lines",
        "item;site;version;position;component;quantity;unit\nA;;1;10;C;1;EA\nA;;1;20;C;0;EA\nB;;1;10;C;2;EA",
    )
    outcome = take_in([boms, lines], partly=True, by=None)
    assert words(outcome) == [("bom_lines", 3, "quantity", "0 has to be more than 0.")]
    assert list(BomLine.objects.values_list("bom__item__number", flat=True)) == ["B"]
    assert outcome.tallies["bom_lines"].refused == 2


def test_a_loop_is_refused_with_its_path_at_the_line_that_closes_it():
    a, b, c = make_item("A"), make_item("B"), make_item("C")
    make_bom(a, {b: 1})
    make_bom(b, {c: 1})
    BomVersion.objects.create(item=c)
    outcome = take_in(
        [table("bom_lines", "item;version;position;component;quantity;unit\nC;1;10;A;1;EA")],
        partly=True,
        by=None,
    )
    [(sheet, line, column, text)] = words(outcome)
    assert (sheet, line, column) == ("bom_lines", 2, "component")
    assert text in {
        f"An item goes into itself: {path}." for path in ("A → B → C → A", "B → C → A → B", "C → A → B → C")
    }
    assert BomLine.objects.count() == 2


def test_lines_of_a_version_in_use_are_left_as_they_are():
    a, b = make_item("A"), make_item("B")
    make_bom(a, {b: 1}, state="active")
    head = "item;version;position;component;quantity;unit\n"
    same = take_in([table("bom_lines", head + "A;1;10;B;1;EA")], by=None)
    assert same.tallies["bom_lines"].unchanged == 1
    other = take_in([table("bom_lines", head + "A;1;10;B;2;EA")], by=None)
    assert words(other) == [
        ("bom_lines", 2, "version", "This version is no draft any more: change its lines in a new version.")
    ]


def test_overlapping_active_versions_are_refused_at_the_second_by_the_tables_own_rule():
    make_item("A")
    boms = table(
        "boms",
        "item;version;state;valid_from;valid_to\nA;1;active;;2026-06-30\nA;2;active;2026-06-30;\nA;3;active;2027-01-01;",
    )
    outcome = take_in([boms], by=None)
    assert [(line, text) for _sheet, line, _column, text in words(outcome)] == [
        (3, "Another active version of this item holds on some of these days for this quantity.")
    ] or len(words(outcome)) == 2
    assert not BomVersion.objects.exists()


def test_a_quantity_in_a_unit_without_a_way_to_the_items_is_refused_and_a_price_is_kept_with_a_warning():
    a, b = make_item("A"), make_item("B")
    BomVersion.objects.create(item=a)
    make_unit("CTN")
    make_vendor("V")
    lines = table("bom_lines", "item;version;position;component;quantity;unit\nA;1;10;B;1;CTN")
    prices = table("vendor_prices", "vendor;item;unit;currency;price;valid_from\nV;B;CTN;USD;12.5;2026-01-01")
    refused = take_in([lines], by=None)
    assert words(refused)[0][3] == "B is counted in EA, and nothing says how many EA one CTN is."
    kept = take_in([prices], by=None)
    assert [one.code for one in kept.problems] == ["no_conversion"]
    assert kept.saved and b.vendor_prices.get().price == Decimal("12.5")


def test_places_within_places_may_stand_in_any_order_and_a_circle_is_refused():
    make_site("S", locations=False)
    good = table("locations", "site;code;name;parent\nS;BIN;Bin;AISLE\nS;AISLE;Aisle;HALL\nS;HALL;Hall;")
    assert take_in([good], by=None).tallies["locations"].created == 3
    assert Location.objects.get(code="BIN").parent.parent.code == "HALL"
    circle = table("locations", "site;code;name;parent\nS;X;X;Y\nS;Y;Y;X")
    assert [line for _sheet, line, _column, _text in words(take_in([circle], by=None))] == [2, 3]


def test_operations_without_links_follow_each_other_by_number():
    make_item("A")
    routes = table("routes", "item;version;state\nA;1;active")
    operations = table("route_operations", "item;version;number;name\nA;1;20;Weld\nA;1;10;Cut\nA;1;30;Paint")
    for _time in range(2):
        take_in([routes, operations], by=None)
    assert sorted(RouteLink.objects.values_list("before__number", "after__number")) == [(10, 20), (20, 30)]


def test_an_operation_that_waits_for_itself_is_refused():
    make_item("A")
    routes = table("routes", "item;version;state\nA;1;draft")
    operations = table("route_operations", "item;version;number;name\nA;1;10;Cut\nA;1;20;Weld")
    links = table("route_links", "item;version;before;after\nA;1;10;20\nA;1;20;10")
    outcome = take_in([routes, operations, links], by=None)
    assert words(outcome)[0][:3] == ("route_links", 3, "after")
    assert not RouteLink.objects.exists()


def test_what_is_made_without_a_bill_or_route_is_named_as_a_warning():
    make_item("837", name="Odd frame")
    outcome = take_in([table("item_policies", "item;supply\n837;make")], by=None)
    assert [(one.code, one.text.split(",")[0]) for one in outcome.problems] == [
        ("made_without_bom", "837 Odd frame is made here"),
        ("made_without_route", "837 Odd frame is made here"),
    ]
    assert outcome.saved


def test_missing_unknown_and_doubled_columns_are_named():
    outcome = take_in([table("units", "code;digits;digits;colour\nEA;0;0;red")], by=None)
    assert {(one.level, one.column, one.code) for one in outcome.problems} == {
        ("error", "name", "column_missing"),
        ("warning", "colour", "column_unknown"),
        ("error", "digits", "column_twice"),
    }


def test_an_unknown_sheet_is_named_and_nothing_is_saved():
    outcome = take_in([UNITS, table("unitz", "code;name\nX;X")], by=None)
    assert outcome.problems[0].text.startswith("There is no sheet “unitz”. Known are: ")
    assert not Unit.objects.exists()


def test_attributes_are_kept_with_the_item():
    make_unit()
    take_in(
        [table("items", "number;name;unit;attribute.colour;attribute.size\nA;A;EA;Red;62\nB;B;EA;;48")],
        by=None,
    )
    assert dict(Item.objects.values_list("number", "attributes")) == {
        "A": {"colour": "Red", "size": "62"},
        "B": {"size": "48"},
    }


def test_names_in_any_script_and_with_tabs_and_backslashes_come_through():
    make_unit()
    name = "Велосипед \\N\t自転車\nدراجة"
    take_in([Table("items", ["number", "name", "unit"], [(2, ["X", name, "EA"])])], by=None)
    assert Item.objects.get().name == name


def test_the_number_of_queries_does_not_grow_with_the_lines():
    def queries(count: int) -> int:
        rows = "\n".join(f"N{count}-{place};Name;EA" for place in range(count))
        with CaptureQueriesContext(
            connection,
        ) as log:
            take_in([table("items", f"number;name;unit\n{rows}")], by=None)
        return len(log)

    make_unit()
    assert queries(3) == queries(300)


def _zip(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return buffer.getvalue()


def test_a_run_keeps_its_problems_its_summary_and_the_notes_of_the_caller(django_capture_on_commit_callbacks):
    user = make_user("engineer")
    note = Problem("items", "Hours are fixed per order.", level="warning", code="fixed_hours")
    content = _zip(units="code,name\nEA,Each\n", items="number;name;unit\nA;A;EA\nB;B;XX\n")
    with django_capture_on_commit_callbacks(execute=True):
        run = import_file(content=content, name="plant.zip", partly=True, notes=[note], by=user)
    run.refresh_from_db()
    assert (run.state, run.problem) == ("done", "")
    assert run.summary["sheets"]["items"]["created"] == 1
    assert run.summary["errors"] == 1
    assert list(run.problems.values_list("level", "sheet", "line", "column", "code")) == [
        ("error", "items", 3, "unit", "unknown"),
        ("warning", "items", None, "", "fixed_hours"),
    ]


def test_a_workbook_is_read_as_a_spreadsheet_shows_it(django_capture_on_commit_callbacks):
    book = Workbook()
    sheet = book.active
    sheet.title = "Items"
    make_unit()
    for row in (["number", "name", "unit", "list_price", "active"], [4711, "Bolt", "EA", 0.1 + 0.2, True]):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    with django_capture_on_commit_callbacks(execute=True):
        run = import_file(content=buffer.getvalue(), name="Items.xlsx", by=None)
    run.refresh_from_db()
    assert (run.state, run.problem) == ("done", "")
    item = Item.objects.get(number="4711")
    assert (item.list_price, item.active) == (Decimal("0.3"), True)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("items.xlsx", b"no workbook", "items.xlsx is damaged: it cannot be opened."),
        (
            "items.csv",
            "number;name;unit\nA;Zäh;EA".encode("latin-1"),
            "items.csv is not written in UTF-8 (line 2): ",
        ),
        ("plant.zip", b"PK", "plant.zip is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_fails_its_run_with_one_sentence(
    name, content, sentence, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = import_file(content=content, name=name, by=None)
    run.refresh_from_db()
    assert run.state == ImportRun.State.FAILED
    assert run.problem.startswith(sentence)


@pytest.mark.parametrize("files", [{}, {"items": "number,name,unit\n"}])
def test_a_file_without_rows_says_so_and_is_not_called_saved(files, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = import_file(content=_zip(**files), name="plant.zip", by=make_user("engineer"))
    run.refresh_from_db()
    assert run.state == "done" and run.summary["saved"] is False
    assert [problem.text for problem in run.problems.all()] == ["The file has no rows: nothing is saved."]


def test_another_kind_of_file_is_refused_at_once():
    with pytest.raises(Refused, match="items.pdf is neither a CSV, an XLSX nor a ZIP file"):
        import_file(content=b"", name="items.pdf", by=None)
    assert not ImportRun.objects.exists()
