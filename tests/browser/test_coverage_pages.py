"""Every page that a coverage table names, in a real browser with a row to show: drawn, photographed, nothing out of
the window on tablet and desktop, readable in the dark, and no word of programmers on it. One browser, many pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.architecture.coverage import TABLES, address, promises
from tests.browser.conftest import SHOTS, SIZES, idle
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OUT = """width => {
  const main = document.querySelector('main'), found = [];
  const sideways = each => ['auto', 'scroll'].includes(getComputedStyle(each).overflowX);
  const rolls = each => each && each !== main && (sideways(each) || rolls(each.parentElement));
  if (document.scrollingElement.scrollWidth > width) found.push('the page is wider than the window');
  const over = main.scrollWidth - main.clientWidth;
  if (over > 1) found.push(`the page scrolls sideways by ${over}`);
  for (const each of main.querySelectorAll('a, button, input:not([type=hidden]), select, summary, h1, h2, td, th')) {
    const box = each.getBoundingClientRect();
    if (each.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.right > width + 1 && !rolls(each))
      found.push(`out of the window: ${each.textContent.trim().slice(0, 40) || each.outerHTML.slice(0, 60)}`);
  }
  return found;
}"""
"""What sticks out of a window so wide. A table may scroll in its own box; the page may not."""
TOLD = re.compile(
    r"(?m)(?:^|[\t:·,] ?)(?:None|True|False)(?=$|[\t,·])|\b(?:undefined|NaN)\b"
    r"|\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|\b)|\d[.,]\d{7,}|{[{%]|<[\w.]+ object|\b[A-Z]\w+\.[A-Z]\w+\b"
)
"""Values as a program writes them: no word, ISO date, twelve decimals or open brace belongs on a page."""


@pytest.mark.parametrize("table", sorted(path.stem for path in TABLES.glob("*.csv")))
def test_the_promised_pages_are_drawn_fit_and_can_be_read(visit: Any, table: str) -> None:
    written = sorted({one for each in promises() if each.table == table for one in each.page})
    page = visit("/runs/", by=make_user("administrator", is_superuser=True), size="tablet", theme="dark")
    found = {one: faults(page, one, address(one)) for one in written}
    assert len(found) > 40
    assert {one: each for one, each in found.items() if each} == {}


def faults(page: Any, written: str, path: str) -> list[Any]:
    answer = page.goto(path, wait_until="load")
    idle(page)
    if answer.status >= 400:
        return [f"answered {answer.status}"]
    found = [] if page.locator("h1").first.inner_text().strip() else ["no heading"]
    text = page.locator("main").first.inner_text()
    found += [f"says {one}" for one in set(TOLD.findall(text))] if text.strip() else ["nothing on it"]
    for size in ("desktop", "tablet"):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{size}: {one}" for one in page.evaluate(OUT, width)]
    photograph(page, written)
    return found + contrast(page)


def contrast(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    said = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    return [f"{node['target']}: {node['failureSummary'][:160]}" for one in said for node in one["nodes"]]


def photograph(page: Any, written: str) -> None:
    folder = SHOTS / "coverage"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{re.sub(r'[^a-z0-9]+', '-', written.lower()).strip('-')}.png")
