"""Every component in a browser: light and dark, desktop and tablet; readable, reachable, and no inline anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from p2p.core.models import User
from tests.browser.conftest import expect, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("try_pages"),
]
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def builder() -> User:
    return User.objects.create_user("builder", first_name="Bea", last_name="Builder", is_staff=True)


@pytest.mark.parametrize("size", ["desktop", "tablet"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_gallery_is_readable_by_everybody(
    visit: Any, shoot: Any, builder: User, size: str, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit("/core/gallery/", by=builder, size=size, theme=theme)
    shoot(page, f"gallery-{size}-{theme}")
    page.locator("#main").evaluate("each => each.scrollTo(0, 900)")
    shoot(page, f"gallery-{size}-{theme}-2")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
    said = [
        (each["id"], node["target"], node["failureSummary"][:160]) for each in found for node in each["nodes"]
    ]
    assert said == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_tree_opens_folds_and_walks_by_arrow_keys(visit: Any, builder: User) -> None:
    page = visit("/core/gallery/", by=builder)
    page.locator(".p-tree tr[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".p-tree tr[aria-level='2']").first.wait_for()
    page.keyboard.press("ArrowRight")
    until(page, "document.activeElement.getAttribute('aria-level') === '2'")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".p-tree tr[aria-level='2']:visible")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    until(page, "document.activeElement.textContent.includes('HL Fork')")


def test_a_grey_button_tells_its_reason_to_mouse_and_keyboard(visit: Any, builder: User) -> None:
    page = visit("/core/gallery/", by=builder)
    page.get_by_role("button", name="Finish").focus()
    expect(page.get_by_role("tooltip")).to_contain_text("Operation 40 Paint is not complete")
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_have_count(0)
    page.get_by_role("button", name="Finish").hover()
    expect(page.get_by_role("tooltip")).to_be_visible()


def test_a_form_opens_in_a_dialog_with_the_first_field_in_focus(visit: Any, builder: User) -> None:
    page = visit("/core/gallery/", by=builder)
    page.get_by_role("link", name="Split").click()
    page.locator("#dialog[open]").wait_for()
    until(page, "document.activeElement.name === 'quantity'")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog[open]")).to_have_count(0)
    until(page, "document.activeElement.textContent === 'Split'")


def test_the_theme_is_remembered(visit: Any, builder: User) -> None:
    page = visit("/core/gallery/", by=builder)
    button = page.get_by_role("button", name="Theme")
    button.click()
    button.click()
    page.reload()
    choice = page.evaluate(
        "[document.documentElement.dataset.themeChoice, document.documentElement.dataset.bsTheme]"
    )
    assert choice == ["dark", "dark"]


def test_ctrl_k_finds_a_page_and_goes_there(visit: Any, builder: User) -> None:
    page = visit("/core/gallery/", by=builder)
    page.keyboard.press("Control+k")
    page.keyboard.type("zzz")
    page.keyboard.press("Escape")
    expect(page.locator("#palette[open]")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.keyboard.type("peop")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/")


def test_the_gallery_is_for_builders(visit: Any) -> None:
    page = visit("/core/gallery/", by=User.objects.create_user("maya"))
    expect(page.locator("main").get_by_text("The gallery is for the people who build pages.")).to_be_visible()


def test_no_template_carries_style_script_or_colour() -> None:
    wrong = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(r"{%.*?%}", "", path.read_text())
        for pattern in (
            r"\sstyle=",
            r"<style",
            r"<script(?![^>]*\bsrc=)",
            r"\son[a-z]+=\"",
            r"hx-on",
            r"#[0-9a-fA-F]{6}\b",
        ):
            wrong += [f"{path.relative_to(ROOT)}: {found}" for found in re.findall(pattern, text)]
    assert wrong == []


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "p2p/static/p2p/icons.svg").read_text()))
    sources = [
        *(ROOT / "templates").rglob("*.html"),
        *(
            path
            for app in ("p2p", "strategies", "planning", "execution", "outsourcing", "quality", "costing")
            for path in (ROOT / app).rglob("*.py")
        ),
    ]
    said = re.compile(r'(?:{% icon |^ *(?:empty_)?icon(?:, empty_action)? = |\bicon=)"([^"]+)"', re.MULTILINE)
    named = {name for path in sources for name in said.findall(path.read_text())}
    assert len(named) > 50, "they are named otherwise: this proves nothing"
    assert named - known == set()
