"""Who works by keys sees where he is on every page; who works by touch hits heads, boxes and tabs."""

from __future__ import annotations

from typing import Any

import pytest

from planning.models import ProductionOrder
from tests.browser.conftest import expect
from tests.factories import make_item, make_order, make_site, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What has the focus, how it shows it, and whether it is inside what cuts its ring off (a ring inside is never cut).
HERE = """() => {
  const here = document.activeElement, style = getComputedStyle(here), row = here.closest('tr');
  if (here === document.body) return null;
  const ring = style.boxShadow.includes('0px 0px 0px 2px');
  const line = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const name = here.tagName + ' ' + (here.getAttribute('aria-label') || here.textContent || here.name || '').trim();
  const own = here === row ? getComputedStyle(row.cells[0]).backgroundColor !== 'rgba(0, 0, 0, 0)' : false;
  let cut = false;
  const box = here.getBoundingClientRect();
  for (let each = here.parentElement; each && !style.boxShadow.includes('inset'); each = each.parentElement) {
    if (getComputedStyle(each).overflowX === 'visible') continue;
    const room = each.getBoundingClientRect();
    if (box.left - 2 < room.left - .5 || box.right + 2 > room.right + .5) cut = true;
    break;
  }
  return [name.slice(0, 60), ring || line || own, cut && !line];
}"""


@pytest.fixture
def order() -> ProductionOrder:
    return make_order(make_item("BIKE"), 10, site=make_site("SHOP"), operations=[{}, {}])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("where", ["list", "record", "form", "cockpit"])
def test_whatever_has_the_focus_shows_a_ring_that_nothing_cuts(
    visit: Any, order: ProductionOrder, where: str, theme: str
) -> None:
    make_site("OTHER")
    path = {
        "list": "/planning/orders/",
        "record": order.get_absolute_url(),
        "form": "/planning/orders/new/",
        "cockpit": "/",
    }[where]
    page = visit(path, by=make_user(is_superuser=True), theme=theme)
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _turn in range(160):
        page.keyboard.press("Tab")
        told = page.evaluate(HERE)
        if told is None or (seen and told == seen[0]):
            break
        seen.append(told)
    assert len(seen) > 15
    assert [name for name, shows, _cut in seen if not shows] == []
    assert [name for name, _shows, cut in seen if cut] == []


def test_on_a_tablet_heads_and_boxes_to_tick_are_big_enough_for_a_finger(
    visit: Any, shoot: Any, order: ProductionOrder
) -> None:
    page = visit("/planning/orders/", by=make_user(is_superuser=True), size="tablet", theme="dark")
    heads = page.locator("#list thead th a")
    assert min(heads.nth(each).bounding_box()["height"] for each in range(heads.count())) >= 36
    page.keyboard.press("f")
    boxes = page.locator("#filters .checks label")
    expect(boxes.first).to_be_visible()
    shoot(page, "filter-boxes-tablet")
    assert min(boxes.nth(each).bounding_box()["height"] for each in range(boxes.count())) >= 44


def test_tabs_that_do_not_fit_stay_on_one_line_and_the_current_one_is_in_sight(
    visit: Any, shoot: Any, order: ProductionOrder
) -> None:
    address = order.get_absolute_url()
    page = visit(f"{address}?tab=files", by=make_user(is_superuser=True), size="portrait")
    tabs = page.locator(".p-tabs > a")
    shoot(page, "tabs-portrait")
    assert len({tabs.nth(each).bounding_box()["height"] for each in range(tabs.count())}) == 1
    box = page.locator(".p-tabs > [aria-current]").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 820
    assert page.evaluate("document.querySelector('#main').scrollWidth <= innerWidth")


def test_a_table_that_moves_sideways_and_has_nothing_to_press_is_moved_by_keys(
    visit: Any, shoot: Any, order: ProductionOrder
) -> None:
    page = visit(f"{order.get_absolute_url()}?tab=materials", by=make_user(is_superuser=True), size="tablet")
    page.evaluate(
        """() => { const box = document.querySelector('#main .p-card');
        box.insertAdjacentHTML('afterbegin', '<h2>Wide</h2><div class="p-scroll"><p class="b">'
          + 'wide\\u00a0'.repeat(400) + '</p></div>');
        window.dispatchEvent(new Event('resize')); }"""
    )
    scroller = page.get_by_role("region", name="Wide").first
    expect(scroller).to_have_attribute("tabindex", "0")
    scroller.focus()
    page.keyboard.press("ArrowRight")
    expect(scroller).to_be_focused()
