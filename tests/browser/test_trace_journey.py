"""From a lot to all that came of it, and from the suspicion to everything on hold, with mouse and keys."""

from __future__ import annotations

import re
from typing import Any

import pytest

from p2p.inventory.models import Hold, Lot, Recall
from tests.browser.conftest import expect, idle, until
from tests.factories import make_user
from tests.inventory.selectors.test_trace import Plant
from tests.inventory.services.test_recall import sold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
SIZES = [("desktop", "light"), ("desktop", "dark"), ("tablet", "light"), ("tablet", "dark")]


def make_way() -> tuple[Lot, Lot, Lot]:
    """Steel of one heat in tube, tube in two frames, of which a customer has some."""
    plant = Plant()
    steel = plant.bought(40, vendor_lot="HEAT-7")
    tube = plant.made(20, {steel: 30})
    frame = plant.made(6, {tube: 12})
    plant.made(2, {tube: 4})
    sold(plant, frame, 4)
    return steel, tube, frame


def row(page: Any, lot: Lot) -> Any:
    return page.locator(".p-tree tr", has_text=lot.number).first


def recall_of(page: Any) -> Recall:
    found = re.search(r"/inventory/recalls/(\d+)/", page.url)
    assert found is not None
    return Recall.objects.get(pk=found.group(1))


def press(page: Any, name: str, button: str) -> None:
    """A step of the recall: its button, and the button of its dialog."""
    link = page.locator(".p-head a[data-dialog]", has_text=name)
    if not link.is_visible():
        page.locator(".p-head .p-menu > summary[aria-label='More']").click()
    link.click()
    page.locator("dialog[open]").get_by_role("button", name=button).click()
    page.locator("dialog[open]").wait_for(state="detached")
    idle(page)


def test_a_lot_is_traced_both_ways_from_its_page_with_mouse_and_keys(visit: Any, shoot: Any) -> None:
    steel, tube, frame = make_way()
    page = visit(f"/inventory/lots/{tube.pk}/", by=make_user("inspector"))
    page.locator(".p-tabs").get_by_role("link", name="Trace").click()
    went, made = page.locator("table[role=treegrid]").nth(0), page.locator("table[role=treegrid]").nth(1)
    expect(went).to_contain_text(frame.number)
    expect(made).to_contain_text(steel.number)
    shoot(page, "trace-lot-tab")

    # Keys: closed, opened, down to the next row, and Enter follows it.
    first = went.locator("tr[aria-level='1']").first
    first.focus()
    page.keyboard.press("ArrowLeft")
    expect(first).to_have_attribute("aria-expanded", "false")
    expect(went.locator("tr", has_text=frame.number)).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    until(page, "document.activeElement.getAttribute('aria-level') === '2'")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inventory/trace/?of=lot**")


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_tree_picture_and_table_show_the_same_way(visit: Any, shoot: Any, size: str, theme: str) -> None:
    steel, tube, frame = make_way()
    page = visit(f"/inventory/trace/?q={steel.vendor_lot}", by=make_user("inspector"), size=size, theme=theme)
    expect(page.locator("#trace-node")).to_contain_text("HEAT-7")
    expect(row(page, frame)).to_contain_text("Bike World")
    shoot(page, f"trace-tree-{size}-{theme}")

    views = page.get_by_role("navigation", name="How to show it")
    views.get_by_role("link", name="Picture").click()
    boxes = page.locator(".t-scroll svg .t-node")
    expect(boxes).to_have_count(4)
    box = page.locator(".t-scroll svg .t-node", has_text=frame.number)
    box.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#trace-node")).to_contain_text("Bike World")
    idle(page)
    shoot(page, f"trace-picture-{size}-{theme}")

    views.get_by_role("link", name="Table").click()
    table = page.locator("#trace .p-table")
    for lot in (steel, tube, frame):
        expect(table).to_contain_text(lot.number)
    shoot(page, f"trace-table-{size}-{theme}")

    page.get_by_role("navigation", name="Only").get_by_role("link", name="Shipped").click()
    expect(table.locator("tbody tr", has_text="Bike World")).to_have_count(1)


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_a_suspicion_becomes_a_recall_that_holds_everything_and_lets_it_go(
    visit: Any, shoot: Any, size: str, theme: str
) -> None:
    steel, tube, frame = make_way()
    inspector = make_user("inspector")
    page = visit(f"/inventory/trace/?of=lot:{tube.pk}", by=inspector, size=size, theme=theme)
    page.get_by_role("link", name="Recall …").click()
    preview = page.locator("#recall-preview")
    expect(preview).to_contain_text(frame.number)

    # It follows the typing: no field is left, nothing is clicked.
    numbers = page.get_by_label("Lots, serial numbers")
    numbers.fill("")
    expect(preview).to_contain_text("what it touches shows here")
    numbers.press_sequentially("HEAT-7")
    expect(preview).to_contain_text(steel.number)
    expect(preview).to_contain_text("Bike World")
    page.get_by_label("Why").fill("Cracked weld")
    idle(page)
    shoot(page, f"recall-new-{size}-{theme}")
    page.get_by_role("button", name="Draw up").click()

    page.wait_for_url("**/inventory/recalls/*/")
    recall = recall_of(page)
    expect(page.locator(".p-head")).to_contain_text("Cracked weld")
    press(page, "Hold all", "Hold all")
    recall.refresh_from_db()
    assert recall.state == "held" and Hold.objects.filter(released_at=None).count() == 4
    expect(page.locator(".p-facts")).to_contain_text("Holds4")
    shoot(page, f"recall-held-{size}-{theme}")

    page.locator(".p-tabs").get_by_role("link", name="Customers").click()
    letters = page.get_by_role("link", name="Letters (PDF)")
    expect(letters).to_be_visible()
    shoot(page, f"recall-customers-{size}-{theme}")
    paper = page.request.get(letters.get_attribute("href"))
    assert paper.ok and paper.body().startswith(b"%PDF")

    press(page, "Lift all holds", "Lift all")
    assert not Hold.objects.filter(released_at=None).exists()
    expect(page.locator(".p-facts")).to_contain_text("Holds0")
