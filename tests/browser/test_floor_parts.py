"""The floor's parts on a tablet: the pad, the sheets, the scanner; big enough for gloves."""

from __future__ import annotations

import re
from typing import Any

import pytest

from p2p.core.models import User
from tests.browser import pages
from tests.browser.conftest import drawn, expect, idle
from tests.browser.shopfloor import scan

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("try_pages"),
]


@pytest.fixture
def guy() -> User:
    pages.BOOKED.clear()
    return User.objects.create_user("guy", first_name="Guy", last_name="Gilbert")


def pad(visit: Any, by: User, theme: str = "light") -> Any:
    page = visit("/try/floor/job/", by=by, size="tablet", theme=theme)
    page.get_by_role("button", name="Report good").click()
    return page


def test_the_pad_starts_empty_and_books_nothing(visit: Any, guy: User) -> None:
    page = pad(visit, guy)
    go = page.locator("[data-go]")
    expect(go).to_have_attribute("aria-disabled", "true")
    go.click(force=True)
    drawn(page)
    idle(page)
    assert pages.BOOKED == []


def test_the_button_says_what_it_books_and_books_it_once(visit: Any, guy: User) -> None:
    page = pad(visit, guy)
    for key in "20":
        page.locator(f"[data-k='{key}']").click()
    go = page.locator("[data-go]")
    expect(go).to_have_text("Report 20 good", use_inner_text=True)
    go.dblclick()
    page.wait_for_url("**/try/booked/")
    assert [each["quantity"] for each in pages.BOOKED] == ["20"]
    assert len(pages.BOOKED[0]["key"]) == 32


@pytest.mark.parametrize(
    ("typed", "note", "disabled"),
    [
        ("19", "After this report", "false"),
        ("21", "2 more than are to go", "false"),
        ("22", "1 more than ordered", "false"),
        ("24", "over the limit", "true"),
    ],
)
def test_beyond_the_order_is_amber_and_beyond_the_limit_refused(
    visit: Any, guy: User, typed: str, note: str, disabled: str
) -> None:
    page = pad(visit, guy)
    page.keyboard.type(typed, delay=80)
    expect(page.locator("[data-note]")).to_contain_text(note)
    assert page.locator("[data-go]").get_attribute("aria-disabled") == disabled


def test_scrap_is_two_taps(visit: Any, guy: User) -> None:
    page = visit("/try/floor/job/", by=guy, size="tablet")
    page.get_by_role("button", name="Scrap").click()
    page.get_by_role("button", name="Trim length too long").click()
    page.wait_for_url("**/try/booked/")
    assert (pages.BOOKED[0]["reason"], pages.BOOKED[0]["quantity"]) == ("trim", "1")


def test_a_scanner_is_heard_without_a_field_in_focus_and_a_typist_is_not(visit: Any, guy: User) -> None:
    page = visit("/try/floor/job/", by=guy, size="tablet")
    page.keyboard.type("abc", delay=120)
    page.keyboard.press("Enter")
    drawn(page)
    idle(page)
    assert pages.BOOKED == []
    scan(page, "MO-104233")
    page.wait_for_url("**/try/booked/")
    assert pages.BOOKED[0]["code"] == "MO-104233"


def test_a_dashed_button_tells_why(visit: Any, guy: User) -> None:
    page = visit("/try/floor/queue/", by=guy, size="tablet")
    page.get_by_role("button", name="Why not?").click()
    expect(page.get_by_role("alert")).to_contain_text("Jig is out.")


def test_without_a_connection_nothing_is_sent_and_it_is_said(visit: Any, guy: User) -> None:
    page = visit("/try/floor/queue/", by=guy, size="tablet")
    page.context.set_offline(True)
    page.get_by_role("button", name="Start", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    expect(page).to_have_url(re.compile(re.escape("/try/floor/queue/") + "$"))
    page.context.set_offline(False)


@pytest.mark.parametrize("part", ["job", "queue"])
def test_every_target_is_big_enough_for_gloves(visit: Any, guy: User, part: str) -> None:
    page = visit(f"/try/floor/{part}/", by=guy, size="tablet")
    small = page.evaluate(
        """() => [...document.querySelectorAll('a:not(.f-skip), button')]
        .filter(each => each.checkVisibility())
        .filter(each => { const box = each.getBoundingClientRect(); return box.width < 48 || box.height < 48; })
        .map(each => each.textContent.trim() || each.outerHTML.slice(0, 60))"""
    )
    assert small == []
    outside = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not outside


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_floor_is_photographed(visit: Any, shoot: Any, guy: User, theme: str) -> None:
    for part in ("job", "queue"):
        page = visit(f"/try/floor/{part}/", by=guy, size="tablet", theme=theme)
        assert shoot(page, f"floor-{part}-{theme}").stat().st_size > 10_000
    page = pad(visit, guy, theme)
    page.keyboard.type("21", delay=80)
    shoot(page, f"floor-pad-{theme}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Scrap").click()
    shoot(page, f"floor-scrap-{theme}")
