"""What pages look like where it once went wrong: menus in tables, empty choices, paper, the rail on a tablet."""

from __future__ import annotations

from typing import Any

import pytest

from planning.models import ProductionOrder
from tests.browser.conftest import expect, until
from tests.factories import make_item, make_order, make_site, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order() -> ProductionOrder:
    return make_order(make_item("BIKE"), 10, site=make_site("SHOP"), operations=[{}, {}])


@pytest.mark.parametrize("size", ["desktop", "tablet"])
def test_the_menu_of_an_operation_lies_over_its_table(
    visit: Any, shoot: Any, order: ProductionOrder, size: str
) -> None:
    page = visit(order.get_absolute_url(), by=make_user(is_superuser=True), size=size)
    expect(page.locator(".p-tabs [aria-current]")).to_have_text("Overview")
    page.locator("td.acts summary").last.click()
    menu = page.locator("td.acts details[open] .p-pop")
    menu.wait_for()
    shoot(page, f"operation-menu-{size}")
    inside = (
        "[...document.querySelectorAll('td.acts details[open] .p-popitem')].every(item => {"
        " const box = item.getBoundingClientRect();"
        " return item.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)); })"
    )
    until(page, inside)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.classList.contains('p-popitem')")
    page.keyboard.press("Escape")
    expect(page.locator("td.acts details[open]")).to_have_count(0)


def test_a_menu_is_closed_behind_the_dialog_it_opened_and_has_the_focus_again_afterwards(
    visit: Any, order: ProductionOrder
) -> None:
    page = visit(order.get_absolute_url(), by=make_user(is_superuser=True))
    more = page.locator(".p-head .p-menu > summary")
    for closes in ("Escape", "Cancel"):
        more.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowDown")
        page.locator(".p-head .p-menu a.p-popitem[data-dialog]").first.press("Enter")
        dialog = page.locator("#dialog[open]")
        dialog.wait_for()
        expect(page.locator("details.p-menu[open]")).to_have_count(0)
        if closes == "Escape":
            page.keyboard.press("Escape")
        else:
            dialog.locator("[data-close]").first.click()
        expect(dialog).to_have_count(0)
        expect(more).to_be_focused()


def test_an_empty_choice_says_any_in_a_filter_and_none_in_a_form(visit: Any, order: ProductionOrder) -> None:
    boss = make_user(is_superuser=True)
    page = visit("/planning/orders/", by=boss)
    page.keyboard.press("f")
    expect(page.get_by_label("Blocked").locator("option").first).to_have_text("any")
    expect(page.get_by_label("Due, from")).to_have_attribute("type", "date")
    page.goto("/quality/nonconformances/new", wait_until="networkidle")
    expect(page.get_by_label("Reason").locator("option").first).to_have_text("none")
    expect(page.get_by_label("Site").locator("option").first).to_have_text("Where it was found")


def test_on_paper_a_list_is_its_table_and_nothing_to_press(visit: Any, order: ProductionOrder) -> None:
    page = visit("/planning/orders/", by=make_user(is_superuser=True), theme="dark")
    page.emulate_media(media="print")
    for gone in (".p-rail", ".p-topbar", ".p-listbar", ".p-pager", ".p-actions", "#list [data-all]"):
        expect(page.locator(gone).first, gone).to_be_hidden()
    expect(page.locator("#list").get_by_text(order.number)).to_be_visible()
    ink = page.evaluate("getComputedStyle(document.querySelector('#list tbody td')).color")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ink, paper) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")


def test_the_rail_of_a_tablet_opens_over_the_page_and_gives_the_focus_back(
    visit: Any, order: ProductionOrder
) -> None:
    page = visit("/planning/orders/", by=make_user(is_superuser=True), size="tablet")
    expect(page.locator("#rail")).to_be_hidden()
    burger = page.get_by_role("button", name="Menu")
    burger.click()
    expect(page.locator("#rail")).to_be_visible()
    expect(burger).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    until(page, "getComputedStyle(document.querySelector('#rail')).visibility === 'hidden'")
    expect(burger).to_have_attribute("aria-expanded", "false")
    assert page.evaluate("document.activeElement.hasAttribute('data-rail')")


def test_toasts_speak_with_the_words_of_the_page(visit: Any, order: ProductionOrder) -> None:
    page = visit("/planning/orders/", by=make_user(is_superuser=True))
    page.locator("#toasts").evaluate(
        "box => { box.dataset.wUndo = 'Deshacer'; box.dataset.wClose = 'Cerrar'; box.dataset.wLost = 'Falta.';"
        " document.body.dispatchEvent(new CustomEvent('p2p:done', { detail: { text: 'Hecho', undo: '/x/' } })); }"
    )
    toast = page.locator(".p-toast", has_text="Hecho")
    expect(toast.get_by_role("button", name="Deshacer")).to_be_visible()
    toast.get_by_role("button", name="Cerrar").click()
    expect(toast).to_have_count(0)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('htmx:sendError'))")
    expect(page.locator(".p-toast", has_text="Falta.")).to_be_visible()
