"""Sheets of bills: formulas, step tables, alternates, outputs, and the places of what is wrong in them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from strategies.models import BomAlternate, BomLine, BomOutput, BomStep, BomVersion, RouteOperation
from strategies.services.alternates import approve_alternate
from strategies.services.importer import Table, take_in, take_rows
from tests.factories import make_bom, make_conversion, make_item, make_route, make_unit, make_user

pytestmark = pytest.mark.django_db
HEAD = {"item": "BIKE", "version": "1"}


@pytest.fixture
def bom():
    bike, tube = make_item("BIKE"), make_item("TUBE")
    make_item("STEEL")
    return make_bom(bike, {tube: 2}, state="draft", batch_quantity=10)


def take(sheet, *rows, partly=False):
    return take_rows(sheet=sheet, rows=[{**HEAD, **row} for row in rows], partly=partly, by=None)


def places(outcome):
    return [(problem.line, problem.column, problem.text) for problem in outcome.problems if problem.is_error]


def test_a_line_comes_with_its_formula_and_leaves_flushing_to_the_item(bom):
    row = {"position": "20", "component": "STEEL", "quantity": "3", "unit": "EA", "formula": "area",
           "height": "2", "width": "0.5", "rounding": "consumption", "rounding_multiple": "6", "series": "100",
           "note": "cut", "scalable": "no"}  # fmt: skip
    assert take("bom_lines", row).saved
    line = BomLine.objects.get(position=20)
    assert (line.formula, line.width, line.rounding, line.series) == (
        "area",
        Decimal("0.5"),
        "consumption",
        100,
    )
    assert (line.flushing, line.scalable, line.note) == ("", False, "cut")


@pytest.mark.parametrize(
    ("also", "column", "sentence"),
    [
        ({"quantity": ""}, "quantity", "“quantity” is empty"),
        ({"formula": "height"}, "height", "The formula height wants it"),
        ({"formula": "percent"}, "percent", "The formula percent wants it"),
        ({"rounding": "quantity"}, "rounding_multiple", "Say what multiples"),
        ({"kind": "vendor"}, "operation_number", "has to name its operation"),
    ],
)
def test_each_wrong_line_has_its_place_and_nothing_is_saved(bom, also, column, sentence):
    good = {"position": "20", "component": "STEEL", "quantity": "1", "unit": "EA"}
    outcome = take("bom_lines", good, {**good, "position": "30", **also})
    [(line, where, said)] = places(outcome)
    assert (line, where, sentence in said) == (2, column, True)
    assert BomLine.objects.count() == 1


def test_a_percent_line_takes_its_share_of_the_batch(bom):
    make_conversion("EA", "G", 20, item=bom.item)
    make_item("DYE", unit=make_unit("G"))
    row = {"position": "20", "component": "DYE", "unit": "G", "formula": "percent", "percent": "0.25"}
    assert take("bom_lines", row).saved
    assert BomLine.objects.get(position=20).quantity == 50


def test_a_line_names_a_version_of_its_component_that_may_be_used(bom):
    steel = bom.lines.model.objects.get().component.__class__.objects.get(number="STEEL")
    inner = make_bom(steel, {make_item("ORE"): 1}, state="draft")
    row = {"position": "20", "component": "STEEL", "quantity": "1", "unit": "EA", "component_bom": "1"}
    [(line, where, said)] = places(take("bom_lines", row))
    assert (line, where) == (1, "component_bom") and "approved or active" in said
    BomVersion.objects.filter(pk=inner.pk).update(state="active")
    assert take("bom_lines", row).saved
    assert BomLine.objects.get(position=20).component_bom == inner


def test_a_step_table_comes_together_or_not_at_all(bom):
    BomLine.objects.update(formula="step")
    steps = [{"position": "10", "from_quantity": "0", "quantity": "3"},
             {"position": "10", "from_quantity": "100", "quantity": "-1"}]  # fmt: skip
    assert places(take("bom_steps", *steps, partly=True))[0][:2] == (2, "quantity")
    assert not BomStep.objects.exists()
    steps[1]["quantity"] = "5"
    assert take("bom_steps", *steps).saved
    BomVersion.objects.update(state="active")
    frozen = take("bom_steps", {"position": "10", "from_quantity": "0", "quantity": "4"})
    assert "no draft any more" in places(frozen)[0][2]
    assert list(BomStep.objects.values_list("quantity", flat=True)) == [3, 5]


def test_a_changed_alternate_is_approved_anew(bom):
    row = {"position": "10", "component": "STEEL", "ratio": "1.5"}
    assert take("bom_alternates", row).saved
    approve_alternate(alternate=BomAlternate.objects.get(), by=make_user("engineer"))
    assert take("bom_alternates", row).saved
    assert BomAlternate.objects.get().approved_at is not None
    assert take("bom_alternates", {**row, "ratio": "2"}).saved
    changed = BomAlternate.objects.get()
    assert (changed.ratio, changed.approved_at, changed.approved_by) == (2, None, None)


def test_an_alternate_that_closes_a_loop_is_named_at_its_line(bom):
    make_bom(BomLine.objects.get().component, {make_item("PIPE"): 1})
    make_bom(type(bom.item).objects.get(number="STEEL"), {bom.item: 1})
    [(line, where, said)] = places(take("bom_alternates", {"position": "10", "component": "STEEL"}))
    assert (line, where) == (1, "component") and "BIKE → STEEL → BIKE" in said
    itself = take("bom_alternates", {"position": "10", "component": "TUBE"})
    assert "cannot stand in for itself" in places(itself)[0][2]


def test_cost_shares_of_a_bill_leave_something_for_the_main_product(bom):
    rows = [{"output": "TUBE", "quantity": "1", "unit": "EA", "cost_share": "0.7"},
            {"output": "STEEL", "quantity": "1", "unit": "EA", "cost_share": "0.4"}]  # fmt: skip
    assert all("add up to 1.1" in said for _line, _column, said in places(take("bom_outputs", *rows)))
    assert not BomOutput.objects.exists()
    rows[1]["cost_share"] = "0.3"
    assert take("bom_outputs", *rows).saved
    main = take("bom_outputs", {"output": "BIKE", "quantity": "1", "unit": "EA"})
    assert "main product" in places(main)[0][2]


def test_an_alternate_operation_has_no_links_of_its_own():
    route = make_route(make_item("BIKE"), [{}, {}], state="draft")
    first = route.operations.get(number=10)
    RouteOperation.objects.create(route=route, number=11, name="By hand", alternate_of=first)
    outcome = take("route_links", {"before": "11", "after": "20"})
    [(line, column, text)] = places(outcome)
    assert (line, column, outcome.saved) == (1, "before", False)
    assert "Operation 11 is an alternate" in text


BILLS = "item;version;state\nBIKE;1;active\nKIT;1;{kit}"
LINES = (
    "item;version;position;component;kind;quantity;unit\nBIKE;1;10;KIT;phantom;1;EA\nKIT;1;10;TUBE;item;2;EA"
)


def bring(kit="active", *, lines=LINES, partly=False):
    bills = BILLS.format(kit=kit) if kit else BILLS.splitlines()[0] + "\nBIKE;1;active"
    return take_in([table("boms", bills), table("bom_lines", lines)], partly=partly, by=None)


def table(name, text):
    first, *rest = (line.split(";") for line in text.splitlines())
    return Table(name, first, list(enumerate(rest, start=2)))


@pytest.fixture
def parts():
    return [make_item(name) for name in ("BIKE", "KIT", "TUBE")]


def test_a_bill_comes_into_force_together_with_that_of_its_phantom(parts):
    assert bring().saved
    assert set(BomVersion.objects.values_list("state", flat=True)) == {"active"}


@pytest.mark.parametrize(
    ("kit", "sentence"),
    [
        ("draft", "BIKE v1, line 10: the phantom KIT has no active bill on"),
        (None, "BIKE v1, line 10: there is no bill of the phantom KIT for"),
    ],
)
def test_a_bill_in_force_whose_phantom_has_none_is_named_at_its_row(parts, kit, sentence):
    lines = LINES if kit else LINES.rsplit("\n", 1)[0]
    outcome = bring(kit, lines=lines)
    assert [(line, column) for line, column, text in places(outcome) if sentence in text] == [(2, "state")]
    assert not outcome.saved and not BomVersion.objects.exists()
    assert bring(kit, lines=lines, partly=True).saved
    assert BomVersion.objects.get(item__number="BIKE").state == "draft"


def test_a_phantom_that_comes_into_a_bill_in_force_needs_a_bill(parts):
    bike, kit, tube = parts
    BomVersion.objects.create(item=bike, state="active")
    row = {"position": "10", "component": "KIT", "kind": "phantom", "quantity": "1", "unit": "EA"}
    [(line, column, text)] = places(take("bom_lines", row))
    assert (line, column) == (1, "component") and "the phantom KIT has no active bill" in text
    make_bom(kit, {tube: 1})
    assert take("bom_lines", row).saved


def test_where_the_rest_is_saved_a_bill_with_such_a_phantom_is_a_draft(parts):
    BomVersion.objects.create(item=parts[0], state="active")
    row = {"position": "10", "component": "KIT", "kind": "phantom", "quantity": "1", "unit": "EA"}
    assert take("bom_lines", row, partly=True).saved
    assert BomVersion.objects.get().state == "draft" and BomLine.objects.get().position == 10


def test_a_last_day_that_leaves_a_bill_in_force_without_its_phantom_is_named(parts):
    assert bring().saved
    row = {"item": "KIT", "valid_to": "2030-12-31"}
    [(line, column, text)] = places(take("boms", row))
    assert (line, column) == (1, "valid_to")
    assert "phantom KIT would have no active bill on 1 Jan 2031" in text and "BIKE v1 (10)" in text
    assert take("boms", row, partly=True).saved
    assert BomVersion.objects.get(item__number="KIT").valid_to is None
    BomVersion.objects.filter(item__number="BIKE").update(valid_to=date(2030, 12, 31))
    assert take("boms", row).saved
    assert BomVersion.objects.get(item__number="KIT").valid_to == date(2030, 12, 31)


def test_a_sheet_brings_no_phantom_that_gives_something_beside_itself(parts):
    assert bring().saved
    row = {"item": "KIT", "output": "TUBE", "kind": "by", "quantity": "1", "unit": "EA"}
    sentence = "BIKE v1, line 10 takes KIT as a phantom, and KIT v1 gives TUBE beside it"
    [(line, column, text)] = places(take("bom_outputs", row))
    assert (line, column) == (1, "output") and sentence in text
    assert not BomOutput.objects.exists()


def test_a_line_that_takes_such_a_phantom_is_named_in_its_sheet(parts):
    bike, kit, tube = parts
    BomVersion.objects.create(item=bike, state="active")
    made = make_bom(kit, {tube: 1})
    BomOutput.objects.create(bom=made, item=tube, kind="by", quantity=1, unit=tube.unit)
    row = {"position": "10", "component": "KIT", "kind": "phantom", "quantity": "1", "unit": "EA"}
    [(line, column, text)] = places(take("bom_lines", row))
    assert (line, column) == (1, "component") and "gives TUBE beside it" in text
    assert take("bom_lines", row | {"kind": "item"}).saved


def test_a_file_with_both_bills_names_the_one_that_takes_such_a_phantom(parts):
    outputs = "item;version;output;kind;quantity;unit\nKIT;1;TUBE;by;1;EA"
    sheets = [("boms", BILLS.format(kit="active")), ("bom_lines", LINES), ("bom_outputs", outputs)]
    outcome = take_in([table(name, text) for name, text in sheets], partly=False, by=None)
    assert any("gives TUBE beside it" in text for _line, _column, text in places(outcome))
    assert not outcome.saved and not BomVersion.objects.exists()
