"""A list by keyboard and mouse: move, select, total, filter, sort, page, come back, save a view."""

from __future__ import annotations

import re
from typing import Any

import pytest

from p2p.core.models import User
from tests.browser.conftest import expect, idle, until
from tests.web.test_lists import make_people

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("try_pages"),
]


@pytest.fixture
def maya() -> User:
    return User.objects.create_user("maya", first_name="Maya", last_name="Keil")


def rows(page: Any) -> Any:
    return page.locator("#list tbody tr")


def users(page: Any) -> Any:
    return rows(page).locator("td:nth-child(2)")


def names(page: Any) -> list[str]:
    """Of a page that is settled."""
    idle(page)
    return users(page).all_inner_texts()


def test_j_k_and_x_move_and_select_and_the_bar_adds_up(visit: Any, shoot: Any, maya: User) -> None:
    people = make_people(25)
    page = visit("/people/", by=maya)
    for key in "jjxjx":
        page.keyboard.press(key)
    page.keyboard.press("k")
    expect(page.locator("#bulk")).to_contain_text("2 selected")
    assert page.locator("#list tr.here").get_attribute("data-id") == page.locator("#list tbody tr").nth(
        1
    ).get_attribute("data-id")
    expect(page.locator("#bulk")).to_contain_text("2 selected")
    chosen = [
        int(each)
        for each in page.locator("#list tr[aria-selected='true']").evaluate_all(
            "rows => rows.map(row => row.dataset.id)"
        )
    ]
    expect(page.locator("[data-bulktotals]")).to_contain_text(f"Key {sum(chosen):,}")
    assert people
    shoot(page, "list-selected")


def test_enter_opens_and_back_finds_the_same_row(visit: Any, maya: User) -> None:
    make_people(8)
    page = visit("/people/?sort=username", by=maya)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/p000/")
    page.go_back()
    page.locator("#list tr.here").wait_for()
    expect(page.locator("#list tr.here")).to_contain_text("p000")


def test_f_filters_without_leaving_the_page_and_a_chip_takes_it_off(visit: Any, maya: User) -> None:
    make_people(6, language="de")
    page = visit("/people/", by=maya)
    page.evaluate("window.same = true")
    page.keyboard.press("f")
    page.locator("#filters").get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Apply").click()
    page.locator(".p-chip", has_text="Deutsch").wait_for()
    expect(rows(page)).to_have_count(6)
    expect(page).to_have_url(re.compile(re.escape("/people/?language=de") + "$"))
    assert page.evaluate("window.same") is True
    expect(page.locator("#found")).to_have_text("6")
    page.get_by_label("Take off the filter Language").click()
    page.wait_for_url("**/people/?")
    expect(rows(page)).to_have_count(7)


def test_typing_searches_and_keeps_the_order(visit: Any, maya: User) -> None:
    make_people(12)
    page = visit("/people/", by=maya)
    page.get_by_role("link", name="User").click()
    page.locator("th[aria-sort='ascending']", has_text="User").wait_for()
    page.get_by_role("link", name="User").click()
    page.locator("th[aria-sort='descending']").wait_for()
    page.get_by_label("Find in this list").press_sequentially("name1", delay=30)
    expect(users(page)).to_have_text(["p009", "p005", "p001"])
    until(page, "document.activeElement.id === 'list-q'")


def test_pages_go_on_and_back_in_place(visit: Any, maya: User) -> None:
    make_people(24)
    page = visit("/people/?sort=username", by=maya)
    first = names(page)
    page.get_by_role("link", name="Next").click()
    page.locator("#list").get_by_text("11–20 of 25", exact=True).wait_for()
    page.get_by_role("link", name="Previous").click()
    page.locator("#list").get_by_text("1–10 of 25", exact=True).wait_for()
    expect(users(page)).to_have_text(first)


def test_a_bulk_verb_acts_on_all_that_the_filter_finds(visit: Any, maya: User) -> None:
    make_people(24, language="de")
    page = visit("/people/?language=de", by=maya)
    page.get_by_label("Select this page").check()
    page.get_by_role("button", name="Select all 24").click()
    expect(page.locator("#bulk")).to_contain_text("24 selected")
    page.get_by_role("button", name="Rename").click()
    page.locator(".p-toast").get_by_text("24 people renamed.").wait_for()
    assert User.objects.filter(last_name="Renamed").count() == 24


def test_a_view_is_saved_and_forgotten_by_name(visit: Any, maya: User) -> None:
    page = visit("/people/?language=de", by=maya)
    page.locator(".p-saveview summary").click()
    page.get_by_label("Name of this view").fill("Germans of mine")
    page.locator(".p-saveview").get_by_role("button", name="Save view").click()
    tab = page.get_by_role("link", name="Germans of mine")
    tab.wait_for()
    expect(tab).to_have_attribute("aria-current", "page")
    page.get_by_label("Forget the view Germans of mine").click()
    page.locator("#confirm-yes").click()
    page.locator(".p-toast").get_by_text("The view is gone.").wait_for()
    assert not maya.views.exists()


def test_a_form_in_a_dialog_refuses_in_words_and_then_does_it(visit: Any, maya: User) -> None:
    page = visit("/people/maya/?tab=panel", by=maya)
    page.evaluate(
        "const link = document.createElement('a'); link.href = '/people/maya/rename/'; link.dataset.dialog = '';"
        "link.textContent = 'Rename'; document.querySelector('.p-actions').append(link);"
    )
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Last name").fill("Boss")
    page.locator("#dialog").get_by_role("button", name="Rename").click()
    page.locator("#dialog").get_by_text("There is a boss already.").wait_for()  # it is spoken, too
    expect(page.get_by_label("Last name")).to_have_value("Boss")
    page.get_by_label("Last name").fill("Tan")
    page.locator("#dialog").get_by_role("button", name="Rename").click()
    page.locator(".p-toast").get_by_text("Renamed.").wait_for()
    expect(page.get_by_role("heading", level=1)).to_have_text("Maya Tan")


def test_what_was_done_can_be_undone_from_its_toast(visit: Any, maya: User) -> None:
    page = visit("/people/maya/rename/", by=maya)
    page.get_by_label("Last name").fill("Tan")
    page.get_by_role("button", name="Rename").click()
    page.locator(".p-toast").get_by_role("button", name="Undo").click()
    page.locator(".p-toast").get_by_text("As it was.").wait_for()
    expect(page.get_by_role("heading", level=1)).to_have_text("Maya Keil")


def test_the_browsers_back_button_goes_back_through_filters_and_pages(visit: Any, maya: User) -> None:
    make_people(24)
    page = visit("/people/?sort=username", by=maya)
    first = names(page)
    page.get_by_role("link", name="Next").click()
    page.locator("#list").get_by_text("11–20 of 25", exact=True).wait_for()
    page.go_back()
    page.locator("#list").get_by_text("1–10 of 25", exact=True).wait_for()
    expect(users(page)).to_have_text(first)
    expect(page.locator(".p-rail")).to_have_count(1)


def test_the_inbox_opens_under_the_bell_and_can_be_emptied(visit: Any, shoot: Any, maya: User) -> None:
    maya.notifications.create(
        kind="mention", text="J. Tan mentioned you on MO-104233", url="/people/maya/?tab=panel"
    )
    page = visit("/people/", by=maya)
    page.get_by_label("Inbox, 1 new").click()
    page.locator(".p-inboxpop").get_by_text("J. Tan mentioned you").wait_for()
    shoot(page, "inbox")
    page.get_by_role("button", name="All read").click()
    page.get_by_label("Inbox", exact=True).wait_for()
    assert maya.notifications.filter(read_at__isnull=True).count() == 0
