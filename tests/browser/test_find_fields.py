"""Fields typed by number, by keyboard and by finger: something is offered, chosen, and the form goes its way."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import expect, idle
from tests.factories import make_item, make_lot, make_site, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stock() -> None:
    make_site("NORTH")
    make_lot(make_item("PUMP-10", name="Air pump"), "L-PUMP")
    make_lot(make_item("PUMP-20", name="Water pump"), "L-WATER")
    make_item("BELL", name="Bell for the handlebar")


def offers(page: Any, typed: str) -> list[str]:
    """What is offered for all that was typed, not for its beginning."""
    page.locator(f".p-choices[data-asked='{typed}']:visible li").first.wait_for()
    idle(page)
    return [text.split("\n")[0].strip() for text in page.locator(".p-choices:visible li").all_inner_texts()]


def test_by_keyboard(visit: Any, shoot: Any, stock: None) -> None:
    page = visit("/planning/orders/new/", by=make_user("planner"))
    field = page.locator("#id_item")
    field.focus()
    page.keyboard.type("pump")
    assert [each[:7] for each in offers(page, "pump")] == ["PUMP-10", "PUMP-20"]
    assert (field.get_attribute("role"), field.get_attribute("aria-expanded")) == ("combobox", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
    expect(chosen).to_contain_text("Water pump")
    expect(chosen).to_have_attribute("aria-selected", "true")
    shoot(page, "find-field")
    page.keyboard.press("Enter")
    assert (field.input_value(), field.get_attribute("aria-expanded")) == ("PUMP-20", "false")
    expect(page).to_have_url(re.compile(re.escape("/planning/orders/new/") + "$"))
    page.keyboard.press("ArrowDown")
    assert [each[:7] for each in offers(page, "PUMP-20")] == ["PUMP-20"]
    page.keyboard.press("Escape")
    expect(page.locator(".p-choices:visible")).to_have_count(0)
    field.fill("NOSUCH")
    page.locator(".p-choices .none").wait_for()
    page.keyboard.press("Enter")
    page.locator(".err", has_text="There is no item NOSUCH").wait_for()


def test_in_a_dialog_escape_closes_the_list_before_the_dialog(visit: Any, stock: None) -> None:
    page = visit("/planning/orders/", by=make_user("planner"))
    page.locator("a[data-dialog][href*='/orders/new/']").first.click()
    field = page.locator("#dialog #id_item")
    field.wait_for()
    field.focus()
    page.keyboard.type("bel")
    offers(page, "bel")
    page.keyboard.press("Escape")
    expect(page.locator(".p-choices:visible")).to_have_count(0)
    expect(field).to_be_visible()


def test_by_finger_a_lot_of_the_item_that_was_chosen(visit: Any, shoot: Any, stock: None) -> None:
    page = visit("/inventory/book/transfer/", by=make_user("operator"), size="tablet", theme="dark")
    page.locator("#id_item").tap()
    page.keyboard.type("air")
    page.locator(".p-choices li", has_text="Air pump").tap()
    expect(page.locator("#id_item")).to_have_value("PUMP-10")
    page.locator("#id_lot").tap()
    page.keyboard.type("l-")
    assert [each[:6] for each in offers(page, "l-")] == ["L-PUMP"]
    assert page.locator(".p-choices:visible li").first.bounding_box()["height"] >= 44
    shoot(page, "find-field-touch")
    page.locator(".p-choices:visible li").first.tap()
    expect(page.locator("#id_lot")).to_have_value("L-PUMP")
