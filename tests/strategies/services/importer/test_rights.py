"""What a file may not do past the people: approve, change another site, save over an open draft, close a loop."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from p2p.core.refusal import Refused
from strategies.models import BomLine, BomVersion, ResourceGroup, RouteVersion, Worker
from strategies.services import boms
from strategies.services.boms import LineInput
from strategies.services.importer import take_in, take_rows
from tests.factories import (
    make_bom,
    make_calendar,
    make_group,
    make_item,
    make_route,
    make_site,
    make_user,
    make_worker,
)
from tests.strategies.services.importer.test_import import table

pytestmark = pytest.mark.django_db
HEAD = {"item": "BIKE", "version": "1"}


@pytest.fixture
def plant():
    make_site("S")
    return [make_item(number) for number in ("BIKE", "TUBE")]


def bill(percent="1", state="active", **site):
    key = {**HEAD, **site}
    heads = [{**key, "kind": "formula", "state": state, "batch_quantity": "1"}]
    line = {
        **key,
        "position": "10",
        "component": "TUBE",
        "unit": "EA",
        "formula": "percent",
        "percent": percent,
    }
    return [_table("boms", heads), _table("bom_lines", [line])]


def _table(name, rows):
    return table(name, "\n".join(";".join(each) for each in (rows[0], *(row.values() for row in rows))))


def said(outcome):
    return [(one.sheet, one.line, one.level, one.code) for one in outcome.problems]


def test_a_bill_that_does_not_hold_is_not_active_through_a_file(plant):
    by = make_user("engineer")
    outcome = take_in(bill("0.4"), by=by)
    assert not outcome.saved and not BomVersion.objects.exists()
    assert said(outcome) == [("boms", 2, "error", "percents")] and "40 %" in outcome.problems[0].text
    assert take_in(bill("0.4"), partly=True, by=by).saved
    assert BomVersion.objects.get().state == "draft"


def test_who_brings_an_active_bill_has_approved_it(plant):
    by = make_user("engineer")
    outcome = take_in(bill(), by=by)
    assert outcome.saved and not outcome.problems
    bom = BomVersion.objects.get()
    assert (bom.state, bom.approved_by) == ("active", by) and bom.approved_at


def test_where_a_site_wants_a_second_approver_a_file_only_submits(plant):
    make_site("T", approval_by_another=True)
    by = make_user("engineer")
    outcome = take_in(bill(), by=by)
    bom = BomVersion.objects.get()
    assert (bom.state, bom.submitted_by, bom.approved_by) == ("in_approval", by, None)
    assert (
        said(outcome) == [("boms", 2, "warning", "another_approver")]
        and "BIKE v1" in outcome.problems[0].text
    )
    take_in(bill(site="S"), by=by)
    assert BomVersion.objects.get(site__code="S").state == "active"


def test_a_second_file_moves_no_version(plant):
    take_in(bill(state="draft"), by=make_user("engineer"))
    assert take_in(bill(state="active"), by=make_user("engineer")).saved
    assert BomVersion.objects.get().state == "draft"


def test_a_bill_without_lines_waits_for_them_as_a_draft(plant):
    outcome = take_rows(sheet="boms", rows=[{**HEAD, "state": "active"}], by=None)
    assert said(outcome) == [("boms", 1, "warning", "empty")] and outcome.saved
    assert BomVersion.objects.get().state == "draft"


def test_a_bill_may_not_be_active_and_name_one_that_waits_for_approval(plant):
    make_site("T", approval_by_another=True)
    make_item("ORE")
    boms_ = table("boms", "item;site;version;state\nTUBE;;1;active\nBIKE;S;1;active")
    head = "item;site;version;position;component;quantity;unit;component_bom\n"
    lines = table("bom_lines", head + "TUBE;;1;10;ORE;1;EA;\nBIKE;S;1;10;TUBE;1;EA;1")
    outcome = take_in([boms_, lines], by=make_user("engineer"))
    assert ("boms", 3, "error", "version_not_usable") in said(outcome)


def routes(*operations):
    heads = table("routes", "item;version;state\nBIKE;1;active")
    head = "item;version;number;name;group_site;group;run_basis\n"
    return [heads, table("route_operations", head + "\n".join(operations))]


def test_a_route_through_a_closed_work_centre_is_not_active_through_a_file(plant):
    site = make_site("R", calendar=make_calendar("OPEN"))
    make_group(site, "G", calendar=make_calendar("NEVER", shifts=()))
    outcome = take_in(routes("BIKE;1;10;Cut;R;G;piece"), by=make_user("engineer"))
    assert said(outcome) == [("routes", 2, "error", "no_time")] and not RouteVersion.objects.exists()


def test_a_route_with_two_ends_or_an_unknown_capacity_is_not_active_through_a_file(plant):
    site = make_site("R")
    make_group(site, "G")
    links = table("route_links", "item;version;before;after\nBIKE;1;10;20\nBIKE;1;10;30")
    steps = [f"BIKE;1;{number};Cut;R;G;piece" for number in (10, 20, 30)]
    outcome = take_in([*routes(*steps), links], by=make_user("engineer"))
    assert ("routes", 2, "error", "several_ends") in said(outcome)
    outcome = take_in(routes("BIKE;1;10;Cut;R;G;capacity"), by=make_user("engineer"))
    assert said(outcome) == [("routes", 2, "error", "no_capacity")]
    assert take_in(routes(*steps), by=make_user("engineer")).saved
    assert RouteVersion.objects.get().approved_at


def test_rows_of_another_site_are_refused_by_name():
    mine, other = make_site("MINE"), make_site("OTHER")
    make_group(other, "G", name="Saw")
    make_worker(other, number="7", name="Ada")
    by = make_user("engineer", site=mine)
    rows = [{"site": "MINE", "code": "G", "name": "Mill"}, {"site": "OTHER", "code": "G", "name": "Stolen"}]
    outcome = take_rows(sheet="resource_groups", rows=rows, roles=("engineer",), by=by)
    assert [(one.line, one.column, one.text) for one in outcome.problems] == [
        (2, "site", "This needs one of these roles at OTHER: Engineer.")
    ]
    assert take_rows(sheet="resource_groups", rows=rows, roles=("engineer",), partly=True, by=by).saved
    assert sorted(ResourceGroup.objects.values_list("site__code", "name")) == [
        ("MINE", "Mill"),
        ("OTHER", "Saw"),
    ]
    stolen = take_rows(sheet="workers", rows=[{"site": "MINE", "number": "7", "name": "Ada"}], by=by)
    assert not stolen.saved and Worker.objects.get().site == other
    assert take_rows(sheet="resource_groups", rows=rows, by=make_user("engineer")).saved


def test_lines_of_another_sites_bill_and_of_one_of_all_sites_are_refused(plant):
    bike, tube = plant
    mine, other = make_site("MINE"), make_site("OTHER")
    make_bom(bike, {tube: 1}, state="draft", site=other)
    make_bom(bike, {tube: 1}, state="draft")
    by = make_user("engineer", site=mine)
    row = {**HEAD, "position": "10", "component": "TUBE", "quantity": "5", "unit": "EA"}
    assert said(take_rows(sheet="bom_lines", rows=[{**row, "site": "OTHER"}], by=by)) == [
        ("bom_lines", 1, "error", "site")
    ]
    everywhere = take_rows(sheet="bom_lines", rows=[{**row, "site": ""}], by=by)
    assert said(everywhere) == [("bom_lines", 1, "error", "site")]
    assert "holds at all sites" in everywhere.problems[0].text
    assert take_rows(sheet="bom_lines", rows=[{**row, "site": ""}], by=make_user("engineer")).saved
    assert BomLine.objects.get(bom__site=other).quantity == 1


def test_order_settings_of_all_sites_need_the_role_at_all(plant):
    by = make_user("engineer", site=make_site("MINE"))
    rows = [{"item": "BIKE", "supply": "make"}]
    assert said(take_rows(sheet="item_policies", rows=rows, by=by)) == [("item_policies", 1, "error", "site")]


@pytest.mark.parametrize("sheet", ["bom_lines", "bom_alternates", "bom_outputs"])
def test_who_had_a_draft_open_while_lines_came_in_is_told(plant, sheet):
    bike, tube = plant
    steel = make_item("STEEL")
    bom = make_bom(bike, {tube: 1}, state="draft")
    seen = bom.revision
    rows = {
        "bom_lines": {"position": "20", "component": "STEEL", "quantity": "1", "unit": "EA"},
        "bom_alternates": {"position": "10", "component": "STEEL"},
        "bom_outputs": {"output": "STEEL", "quantity": "1", "unit": "EA"},
    }
    assert take_rows(sheet=sheet, rows=[{**HEAD, **rows[sheet]}], by=None).saved
    with pytest.raises(Refused) as no:
        boms.set_lines(bom=bom, lines=[LineInput(component=tube)], revision=seen, by=make_user())
    assert no.value.code == "changed_meanwhile"
    bom.refresh_from_db()
    now = bom.revision
    assert take_rows(sheet=sheet, rows=[{**HEAD, **rows[sheet]}], by=None).saved
    bom.refresh_from_db()
    assert bom.revision == now and steel.pk


def test_a_route_counts_what_a_file_brings_to_its_operations(plant):
    route = make_route(plant[0], [{}], state="draft")
    number = route.operations.first().number
    row = {**HEAD, "operation": str(number), "position": "1", "text": "Weld it."}
    for sheet, also in (
        ("instruction_steps", {}),
        ("requirements", {"kind": "type", "type": "machine"}),
        ("secondaries", {"name": "Worker"}),
    ):
        before = RouteVersion.objects.get().revision
        outcome = take_rows(sheet=sheet, rows=[{**row, **also}], by=None)
        assert outcome.saved, outcome.problems
        assert RouteVersion.objects.get().revision == before + 1


def test_a_file_holds_the_versions_whose_lines_it_brings(plant):
    bike, tube = plant
    make_bom(bike, {tube: 1}, state="draft")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        take_rows(
            sheet="bom_lines",
            rows=[{**HEAD, "position": "10", "component": "TUBE", "quantity": "3", "unit": "EA"}],
            by=None,
        )
    texts = [one["sql"] for one in seen.captured_queries]
    held = next(i for i, sql in enumerate(texts) if "FOR NO KEY UPDATE" in sql)
    turn = next(i for i, sql in enumerate(texts) if "pg_advisory_xact_lock" in sql)
    written = next(i for i, sql in enumerate(texts) if 'INSERT INTO "strategies_bomline"' in sql)
    assert held < written < turn
