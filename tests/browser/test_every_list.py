"""Every list of the product on a tablet in the dark: keys, filters, contrast, names, nothing out of the window."""

from __future__ import annotations

from typing import Any

import pytest

from tests.architecture.edges import pages
from tests.architecture.rows import make_row
from tests.browser.conftest import expect
from tests.browser.test_readable import problems
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LISTS = sorted(((address, page.model) for address, page in pages().items()), key=str)


@pytest.mark.parametrize(("address", "model"), LISTS, ids=[address for address, _model in LISTS])
def test_a_list_can_be_worked_by_keys_and_read_by_everybody(visit: Any, address: str, model: Any) -> None:
    for _turn in range(2):
        make_row(model)
    page = visit(address, by=make_user(is_superuser=True), size="tablet", theme="dark")
    expect(page.locator("h1")).to_have_count(1)
    assert page.title().startswith(page.locator("h1").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert problems(page) == []
    _walk(page)
    _filter(page)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def _walk(page: Any) -> None:
    rows = page.locator("#list tbody tr")
    if rows.count() < 2:
        return
    for key in "jj":
        page.keyboard.press(key)
    page.keyboard.press("k")
    assert "here" in rows.nth(0).get_attribute("class")
    page.keyboard.press("x")
    if page.locator("#bulk").count():
        expect(rows.nth(0)).to_have_attribute("aria-selected", "true")
        expect(page.locator("#bulk")).to_be_visible()


def _filter(page: Any) -> None:
    page.keyboard.press("f")
    inside = "document.activeElement.closest('#filterbox, .p-find') !== null"
    assert page.evaluate(inside) or not page.locator("#filterbox, .p-find").count()
    fields = page.locator("#filters > .p-field")
    boxes = [fields.nth(each).bounding_box() for each in range(fields.count())]
    for above, below in zip(boxes, boxes[1:], strict=False):
        assert above["y"] + above["height"] <= below["y"] + 1, "one filter lies over the next"
    # Esc closes the box; pressed in a field it must not take the focus out of the page.
    page.keyboard.press("Escape")
    expect(page.locator("#filterbox[open]")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
