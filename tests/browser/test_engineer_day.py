"""An engineer's day: a new product with bill and route, a closed day, an import with three errors, all by hand."""

from __future__ import annotations

from typing import Any

import pytest

from strategies.models import BomVersion, Item, RouteVersion
from tests.browser.conftest import expect, idle, until
from tests.factories import (
    make_bom,
    make_calendar,
    make_group,
    make_item,
    make_route,
    make_site,
    make_unit,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_the_spot(settings: Any) -> None:
    settings.RUNS = "inline"


@pytest.fixture
def plant() -> Item:
    calendar = make_calendar("WEEK", name="Two shifts", shifts=(("07:00", "15:00"), ("15:00", "23:00")))
    group = make_group(make_site("ONE", calendar=calendar), "60", name="Final assembly")
    bike, wheel = (
        make_item("BIKE", name="Bicycle", supply="make"),
        make_item("WHEEL", name="Wheel", supply="make"),
    )
    spoke = make_item("SPOKE", name="Spoke", supply="buy")
    make_bom(bike, {wheel: 2, make_item("BELL", name="Bell"): 1})
    make_bom(wheel, {spoke: 32})
    make_route(bike, [{"group": group, "run_seconds": 60}, {"name": "Pack", "inspect": True}])
    make_vendor_price(make_vendor("ACME"), spoke, "0.25", unit=make_unit("BOX"))
    return bike


def fill(page: Any, button: str, **fields: str) -> None:
    """Fill the open dialog and press its button; wait until the page has come back."""
    dialog = page.locator("dialog[open]")
    dialog.locator("form").wait_for()
    for name, text in fields.items():
        field = dialog.locator(f"[name={name}]")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=text)
        else:
            field.fill(text)
    dialog.get_by_role("button", name=button).click()


def test_a_product_with_bill_and_route_from_nothing_to_active(visit: Any, shoot: Any, plant: Item) -> None:
    page = visit("/strategies/items/", by=make_user("engineer"))
    page.get_by_role("link", name="New item").click()
    fill(page, "Create item", number="TANDEM", name="Tandem", unit="EA")
    page.wait_for_url("**/items/TANDEM/")
    page.get_by_role("link", name="New BOM").click()
    fill(page, "Make draft")
    page.wait_for_url("**/boms/*/")
    for component, quantity in (("WHEEL", "2"), ("TANDEM", "1")):
        page.get_by_role("button", name="Add line").click()
        page.keyboard.type(component)
        page.locator(".d-list li", has_text=component).first.wait_for()
        page.keyboard.press("Enter")
        page.keyboard.type(quantity)
        page.keyboard.press("Enter")
        idle(page)
    until(page, "document.querySelector('[data-designer]').textContent.includes('TANDEM → TANDEM')")
    shoot(page, "engineer-loop")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("link", name="Activate").click()
    fill(page, "Activate")
    page.locator(".p-title", has_text="Active").wait_for()
    assert BomVersion.objects.get(item__number="TANDEM").state == "active"
    shoot(page, "engineer-bom")


def test_a_branched_route_is_drawn(visit: Any, shoot: Any, plant: Item) -> None:
    route = RouteVersion.objects.create(item=plant, version=2)
    page = visit(f"/strategies/routes/{route.pk}/?tab=operations", by=make_user("engineer"), theme="dark")
    for name, follows in (("Cut", ""), ("Weld", ""), ("Paint", "10"), ("Assemble", "20, 30")):
        page.get_by_role("link", name="Add operation").click()
        fill(page, "Add operation", name=name, run_seconds="60", follows=follows)
        page.locator("td", has_text=name).first.wait_for()
    page.goto(f"/strategies/routes/{route.pk}/", wait_until="networkidle")
    expect(page.locator("svg.s-graph .s-box")).to_have_count(4)
    shoot(page, "engineer-route-dark")
    assert sorted(route.links.values_list("before__number", "after__number")) == [
        (10, 20),
        (10, 30),
        (20, 40),
        (30, 40),
    ]


def test_a_bill_opens_by_keyboard_level_by_level(visit: Any, shoot: Any, plant: Item) -> None:
    page = visit("/strategies/items/BIKE/", by=make_user("engineer"))
    page.locator("tr[aria-level='1']").first.focus()
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector(\"tr[aria-level='2']\")")
    row = page.locator("tr[aria-level='2']").inner_text()
    assert "SPOKE" in row and "64" in row
    shoot(page, "engineer-tree")
    page.keyboard.press("ArrowLeft")
    until(page, "document.querySelector(\"tr[aria-level='2']\").hidden")


def test_a_day_is_closed_and_seen_in_the_week(visit: Any, shoot: Any, plant: Item) -> None:
    page = visit("/strategies/calendars/WEEK/", by=make_user("planner"))
    page.get_by_role("link", name="A day that differs").click()
    fill(page, "Save", day="2026-12-25", reason="Christmas")
    page.wait_for_url("**week=2026-12-25")
    expect(page.locator("td", has_text="Christmas")).to_have_count(1)
    shoot(page, "engineer-calendar")
    page.goto("/strategies/calendars/WEEK/?tab=year&year=2026")
    expect(page.locator("td", has_text="Christmas")).to_have_count(1)
    shoot(page, "engineer-calendar-year")


def test_an_import_with_three_errors_names_them(visit: Any, shoot: Any, plant: Item, tmp_path: Any) -> None:
    file = tmp_path / "items.csv"
    file.write_text("number;name;unit;list_price\nA;A;EA;1,5\nB;B;XX;2\nC;C;EA;cheap\n;D;EA;1\n")
    page = visit("/strategies/imports/new/", by=make_user("engineer"))
    page.locator("[name=content]").set_input_files(str(file))
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/imports/*/")
    said = page.locator("tbody tr").all_inner_texts()
    assert [line.split("\t")[2].strip() for line in said] == ["3", "4", "5"]
    shoot(page, "engineer-import")
    assert not Item.objects.filter(number="A").exists()
    said = page.locator(".p-title").inner_text()
    assert "Lines refused" in said and "Dry run" in said and "Done" not in said
    expect(
        page.locator(".p-note.stop", has_text="3 lines of 4 are refused, nothing was saved")
    ).to_have_count(1)
    page.get_by_role("button", name="Save the right lines").click()
    page.locator("#confirm-yes").click()
    page.locator(".p-title", has_text="Saved in part").wait_for()
    assert Item.objects.filter(number="A").exists() and not Item.objects.filter(number="B").exists()
    page.locator(".p-facts a", has_text="No. ").last.click()  # the dry run, which offers it no more
    page.locator(".p-facts", has_text="Saved by").wait_for()
    expect(page.get_by_role("button", name="Save the right lines")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Wrong lines of Items").click()
    assert len(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == 4
    shoot(page, "engineer-import-rest")


READ = (
    "/strategies/items/",
    "/strategies/items/BIKE/",
    "/strategies/items/BIKE/?tab=route",
    "/strategies/items/SPOKE/?tab=where",
    "/strategies/items/SPOKE/?tab=supply",
    "/strategies/items/BIKE/?tab=about",
    "/strategies/work-centres/",
    "/strategies/calendars/WEEK/",
    "/strategies/vendors/ACME/",
    "/strategies/imports/new/",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_can_be_read_by_everybody(visit: Any, shoot: Any, plant: Item, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    engineer = make_user("engineer")
    found = {}
    for path in (
        *READ,
        BomVersion.objects.get(item=plant).get_absolute_url(),
        plant.routeversions.get().get_absolute_url(),
    ):
        page = visit(path, by=engineer, theme=theme)
        said = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
        found[path] = [
            (one["id"], node["target"], node["failureSummary"][:160]) for one in said for node in one["nodes"]
        ]
    assert {path: said for path, said in found.items() if said} == {}


def test_at_twice_the_size_nothing_runs_out_of_the_window(visit: Any, shoot: Any, plant: Item) -> None:
    engineer = make_user("engineer")
    wide = []
    for path in READ:
        page = visit(path, by=engineer, size="zoomed")
        shoot(page, f"zoomed{path.strip('/').replace('/', '-').replace('?', '_')}")
        main = "document.querySelector('#main').scrollWidth"
        fits = page.evaluate(f"Math.max(document.documentElement.scrollWidth, {main}) <= innerWidth")
        wide += [] if fits else [path]
    assert wide == []
