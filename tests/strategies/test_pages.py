from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from strategies.models import BomVersion, ImportRun, Item, RouteVersion
from strategies.services.instructions import StepInput, set_steps
from tests.factories import (
    make_bom,
    make_calendar,
    make_conversion,
    make_group,
    make_item,
    make_location,
    make_reason,
    make_route,
    make_site,
    make_unit,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _on_the_spot(settings):
    settings.RUNS = "inline"


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_user("engineer"))
    return client


@pytest.fixture
def plant():
    """A bicycle with two levels, a route with instructions, a work centre with its week."""
    calendar = make_calendar("WEEK", shifts=(("07:00", "15:00"), ("23:00", "07:00")))
    site = make_site("ONE", calendar=calendar)
    group = make_group(site, "60", name="Final assembly")
    bike, wheel = (
        make_item("BIKE", name="Bicycle", supply="make"),
        make_item("WHEEL", name="Wheel", supply="make"),
    )
    spoke = make_item("SPOKE", name="Spoke", supply="buy")
    make_bom(bike, {wheel: 2})
    make_bom(wheel, {spoke: 32})
    route = make_route(bike, [{"group": group, "setup_seconds": 600, "run_seconds": 60}, {"name": "Pack"}])
    set_steps(
        operation=route.operations.get(number=10), steps=[StepInput(text="Tighten all bolts")], by=make_user()
    )
    make_vendor_price(make_vendor("ACME", name="Acme Spokes"), spoke, Decimal("0.25"), unit=make_unit("BOX"))
    make_reason("S01")
    return bike


PAGES = {
    "items/": ["BIKE", "Bicycle", "Made without route"],
    "items/BIKE/": ["Wheel", "WHEEL", 'data-children="/strategies/bom-branches/'],
    "items/SPOKE/?tab=where": ["Wheel", "Bicycle", "64"],
    "items/BIKE/?tab=route": ["Final assembly", "10 min", "Pack"],
    "items/SPOKE/?tab=supply": ["Acme Spokes", "0.25", "no conversion BOX → EA: not used"],
    "items/BIKE/?tab=about": ["Not tracked"],
    "boms/": ["BIKE", "WHEEL"],
    "routes/": ["BIKE"],
    "work-centres/": ["Final assembly"],
    "calendars/": ["WEEK"],
    "calendars/WEEK/": ["Final assembly", "07:00–15:00"],
    "vendors/": ["Acme Spokes"],
    "vendors/ACME/": ["SPOKE", "0.25"],
    "locations/": ["STORE"],
    "units/": ["BOX"],
    "unit-conversions/": [],
    "reasons/": ["S01"],
    "imports/": ["Nothing imported yet"],
    "imports/new/": ["bom_lines", "Template"],
}


@pytest.mark.parametrize(("address", "words"), PAGES.items())
def test_a_page_shows_what_there_is(engineer, plant, address, words):
    answer = engineer.get(f"/strategies/{address}")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert [word for word in words if word not in page] == []


@pytest.mark.parametrize(
    ("model", "address", "tab", "words"),
    [
        (BomVersion, "boms", "tree", ["Wheel"]),
        (BomVersion, "boms", "sums", ["Spoke", "64"]),
        (BomVersion, "boms", "history", ["core/journal/"]),
        (RouteVersion, "routes", "operations", ["Order of work", "Final assembly"]),
        (RouteVersion, "routes", "instructions", ["Tighten all bolts", "No instructions for this operation"]),
    ],
)
def test_the_tabs_of_a_version(engineer, plant, model, address, tab, words):
    version = model.objects.get(item=plant)
    page = engineer.get(f"/strategies/{address}/{version.pk}/?tab={tab}").content.decode()
    assert [word for word in words if word not in page] == []


def test_a_branch_opens_one_level_with_what_the_root_takes(engineer, plant):
    wheel = Item.objects.get(number="WHEEL")
    rows = engineer.get(
        f"/strategies/bom-branches/{wheel.pk}/?level=2&factor=2&day=2026-06-01", headers=FRAGMENT
    ).content.decode()
    assert 'aria-level="2"' in rows and "SPOKE" in rows and ">64<" in rows
    odd = engineer.get(f"/strategies/bom-branches/{wheel.pk}/?level=x&factor=1/0&day=never", headers=FRAGMENT)
    assert odd.status_code == 200


def test_a_long_bill_takes_as_many_queries_as_a_short_one(engineer):
    def count(lines: int) -> int:
        parent = make_item()
        make_bom(parent, {make_item(): 1 for _ in range(lines)})
        address = f"/strategies/items/{parent.number}/"
        engineer.get(address)
        with CaptureQueriesContext(connection) as log:
            assert engineer.get(address).status_code == 200
        return len(log)

    assert count(30) == count(2)


def test_the_week_has_the_night_shift_on_both_its_days_and_the_closed_day_in_words(engineer):
    calendar = make_calendar("NIGHT", days=range(7), shifts=(("22:00", "06:00"),))
    calendar.exceptions.create(day=date(2026, 6, 3), reason="Corpus Christi")
    group = make_group(make_site("ONE", calendar=calendar), "60")
    page = engineer.get(f"{group.get_absolute_url()}?week=2026-06-01").content.decode()
    # seven nights reach into the week, one of them is closed; each but the first and the last has two bars
    assert page.count("<title>22:00-06:00 22:00–06:00</title>") == 2 * 7 - 2
    shown = engineer.get("/strategies/calendars/NIGHT/?week=2026-06-01").content.decode()
    assert "Corpus Christi" in shown and "closed" in shown


def test_an_item_with_a_slash_in_its_number_has_a_page(engineer):
    item = make_item("A/B 1")
    assert engineer.get(item.get_absolute_url()).status_code == 200


def test_a_file_is_handed_in_and_its_problems_stand_line_by_line(
    engineer, django_capture_on_commit_callbacks
):
    make_unit()
    content = SimpleUploadedFile("items.csv", b"number,name,unit\nA,Alpha,EA\nB,Beta,XX\n")
    with django_capture_on_commit_callbacks(execute=True):
        answer = engineer.post("/strategies/imports/new/", {"content": content, "dry_run": "on"})
    run = ImportRun.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, run.get_absolute_url())
    page = engineer.get(run.get_absolute_url()).content.decode()
    assert "There is no unit “XX”." in page and "Dry run" in page
    sheets = engineer.get(f"{run.get_absolute_url()}?tab=sheets").content.decode()
    assert "Items" in sheets
    assert not Item.objects.exists()


def test_a_file_of_another_kind_is_refused_on_the_form(engineer):
    content = SimpleUploadedFile("items.pdf", b"%PDF")
    answer = engineer.post("/strategies/imports/new/", {"content": content})
    assert answer.status_code == 409
    assert "items.pdf is neither a CSV, an XLSX nor a ZIP file." in answer.content.decode()


def test_an_operator_imports_nothing(client):
    client.force_login(make_user("operator"))
    assert client.get("/strategies/imports/new/").status_code == 403
    assert client.get("/strategies/exports/items.csv").status_code == 403


def test_a_draft_is_made_filled_and_activated_by_forms(engineer):
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    engineer.post(f"/strategies/item-forms/{bike.pk}/new-bom/", {"from_quantity": "0", "batch_quantity": "1"})
    bom = BomVersion.objects.get()
    line = {
        "quantity": "2",
        "kind": "item",
        "consumption": "variable",
        "scrap_fraction": "0",
        "flushing": "manual",
    }
    lines = f"/strategies/boms/{bom.pk}/lines/"
    assert engineer.post(lines, {**line, "component": "nothing"}).status_code == 422
    assert engineer.post(lines, {**line, "component": "bike"}).status_code == 409
    assert engineer.post(lines, {**line, "component": "wheel"}).status_code == 303
    change = f"/strategies/bom-lines/{bom.lines.get().pk}/change/"
    assert 'value="2"' in engineer.get(change).content.decode()
    engineer.post(change, {**line, "component": "WHEEL", "quantity": "3"})
    assert (bom.lines.get().component, bom.lines.get().quantity) == (wheel, 3)
    engineer.post(f"/core/do/bom.actions/approve/{bom.pk}/")
    engineer.post(f"/strategies/boms/{bom.pk}/activate/", {"replace": "on"})
    bom.refresh_from_db()
    assert bom.state == "active"
    assert engineer.post(lines, {**line, "component": "WHEEL"}).status_code == 409
    engineer.post(f"/strategies/boms/{bom.pk}/copy/", {"valid_from": "2027-01-01"})
    assert BomVersion.objects.filter(item=bike, state="draft").count() == 1


def test_a_route_is_drawn_by_forms(engineer):
    bike = make_item("BIKE")
    engineer.post(f"/strategies/item-forms/{bike.pk}/new-route/", {"from_quantity": "0"})
    route = RouteVersion.objects.get()
    basics = {
        "setup_seconds": "0",
        "run_seconds": "60",
        "run_basis": "piece",
        "run_quantity": "1",
        "scrap_fraction": "0",
    }
    add = f"/strategies/routes/{route.pk}/operations/"
    assert 'value="10"' in engineer.get(add).content.decode()
    for number, follows in ((10, ""), (20, ""), (30, "10"), (40, "20, 30")):
        engineer.post(add, {**basics, "number": number, "name": f"Do {number}", "follows": follows})
    links = sorted(route.links.values_list("before__number", "after__number"))
    assert links == [(10, 20), (10, 30), (20, 40), (30, 40)]
    assert engineer.post(add, {**basics, "number": 10, "name": "Do", "follows": "40"}).status_code == 409
    assert engineer.post(add, {**basics, "number": 10, "name": "Do", "follows": "first"}).status_code == 422
    engineer.post(f"/strategies/operations/{route.operations.get(number=20).pk}/remove/")
    links = sorted(route.links.values_list("before__number", "after__number"))
    # 40 waits for 10 by way of 30: no line says it twice.
    assert links == [(10, 30), (30, 40)]


def test_order_settings_and_words_of_an_item_are_changed_by_forms(engineer):
    item, site = make_item("BIKE"), make_site()
    place = make_location(site, code="A-1")
    form = {
        "site": site.pk,
        "supply": "make",
        "mode": "discrete",
        "strategy": "mts",
        "lot_policy": "fixed",
        "lead_time_days": "3",
        "yield_fraction": "1",
    }
    zeros = ("rank", "minimum_quantity", "multiple_quantity", "period_days", "safety_stock", "reorder_point")
    numbers = dict.fromkeys(zeros, "0")
    address = f"/strategies/item-forms/{item.pk}/policy/"
    refused = engineer.post(address, {**form, **numbers})
    assert (refused.status_code, "A fixed lot needs its quantity" in refused.content.decode()) == (409, True)
    engineer.post(address, {**form, **numbers, "fixed_quantity": "25", "location": place.pk})
    policy = item.policies.get()
    assert (policy.fixed_quantity, policy.location, policy.lead_time_days) == (25, place, 3)
    edit = {"number": "BIKE", "name": "Racer", "unit": item.unit_id, "kind": "product", "tracking": "none"}
    edit |= {"flushing": "manual"}
    engineer.post(f"/strategies/item-forms/{item.pk}/edit/", edit)
    item.refresh_from_db()
    assert item.name == "Racer"


def test_the_template_and_the_export_are_what_an_import_reads(
    engineer, plant, django_capture_on_commit_callbacks
):
    template = engineer.get("/strategies/import-template.xlsx?sheet=items")
    assert template.content[:2] == b"PK"
    for sheet in (
        "units",
        "items",
        "item_policies",
        "boms",
        "bom_lines",
        "route_operations",
        "vendor_prices",
    ):
        exported = b"".join(engineer.get(f"/strategies/exports/{sheet}.csv").streaming_content)
        with django_capture_on_commit_callbacks(execute=True):
            engineer.post(
                "/strategies/imports/new/", {"content": SimpleUploadedFile(f"{sheet}.csv", exported)}
            )
        tally = ImportRun.objects.latest("pk").summary["sheets"][sheet]
        assert tally["unchanged"] == tally["lines"] > 0, (sheet, tally)
    assert engineer.get("/strategies/exports/nothing.csv").status_code == 404


def test_units_of_measure_and_pallets_have_each_their_own_buttons(client):
    client.force_login(make_user(is_superuser=True))
    units, pallets = (client.get(url).content.decode() for url in ("/strategies/units/", "/inventory/units/"))
    assert "New unit" in units and "New handling units" not in units
    assert "New handling units" in pallets and "Conversions" not in pallets


@pytest.mark.parametrize(
    ("page", "line"),
    [
        ("/strategies/unit-conversions/", "/strategies/units/"),
        ("/strategies/cost-categories/", "/strategies/work-centres/"),
        ("/strategies/worker-skills/", "/strategies/workers/"),
        ("/inventory/rules/put-away-rules/", "/inventory/rules/stock-rules/"),
    ],
)
def test_a_list_that_the_rail_does_not_name_marks_the_one_it_belongs_to(client, page, line):
    client.force_login(make_user(is_superuser=True))
    rail = client.get(page).content.decode().partition('id="rail"')[2].partition("</nav>")[0]
    current = [line for line in re.findall(r"<a [^>]*>", rail) if "aria-current" in line]
    assert [re.search(r'href="([^"]*)"', each)[1] for each in current] == [line]


def test_a_conversion_is_a_number_or_an_exact_fraction(engineer):
    make_conversion("KG", "G", 1000)
    make_conversion("IN", "CM", 127, 50)
    said = engineer.get("/strategies/unit-conversions/").content.decode()
    assert '<td class="n">1,000</td>' in said and '<td class="n">127/50</td>' in said


def test_a_form_is_called_after_what_it_makes_or_changes(engineer):
    site = make_site("ONE")
    group = make_group(site, "60", name="Final assembly")
    assert "<h1>New resource</h1>" in engineer.get("/strategies/new/resource/").content.decode()
    changed = engineer.get(f"/strategies/change/work-centre/{group.pk}/").content.decode()
    assert "<h1>Change Final assembly</h1>" in changed


@pytest.mark.parametrize("page", ["/strategies/where-used/", "/strategies/new-replacement/"])
def test_a_page_that_asks_first_says_what_it_will_show(engineer, page):
    assert '<div class="p-empty">' in engineer.get(page).content.decode()


def test_items_are_narrowed_down_by_how_they_are_made(engineer):
    make_item("MADE-TO-ORDER", policy={"supply": "make", "strategy": "mto", "mode": "project"})
    make_item("FOR-STOCK", policy={"supply": "make", "strategy": "mts"})
    make_item("UNSAID")
    for query, found in {
        "strategy=mto": ["MADE-TO-ORDER"],
        "strategy=mto&strategy=mts": ["FOR-STOCK", "MADE-TO-ORDER"],
        "mode=project": ["MADE-TO-ORDER"],
        "mode=lean": [],
    }.items():
        page = engineer.get(f"/strategies/items/?{query}").content.decode()
        assert [one for one in ("FOR-STOCK", "MADE-TO-ORDER", "UNSAID") if one in page] == found
