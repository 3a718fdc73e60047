"""A code that is scanned arrives whole or not at all, whatever the page does while its keys come."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from p2p.inventory.models import Balance, StockTask
from p2p.inventory.services.ledger import MoveLine, post
from tests.browser.shopfloor import scan
from tests.factories import make_item, make_location, make_locations, make_site, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]

KEYS = """([code, gaps, between]) => {
  const floor = document.getElementById('floor'), swap = () => floor.replaceWith(floor.cloneNode(true));
  let at = performance.now();
  [...code].concat(code.endsWith('…') ? [] : ['Enter']).filter(key => key !== '…').forEach((key, place) => {
    at += gaps[place] ?? 2;
    if (between === 'swap' && place === 3) swap();
    const pressed = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
    Object.defineProperty(pressed, 'timeStamp', { value: at });
    document.activeElement.dispatchEvent(pressed);
  });
  if (between === 'reload') location.reload();
}"""


def putting_away(visit: Visit) -> Any:
    """Ten bolts at the dock; a place is called PAL-W1, and another as its end."""
    site = make_site("MAIN", locations=False)
    places = make_locations(site, "A-01", "PAL-W1", "-W1")
    line = MoveLine(
        item=make_item("BOLT"),
        quantity=Decimal(10),
        source=places["SUPPLIER"],
        target=make_location(site, code="DOCK", kind="receiving"),
        kind="receipt",
    )
    post(lines=[line], by=None)
    task = StockTask.objects.get()
    return visit(f"/floor/stock/task/{task.number}/", by=make_user("operator", site=site), size="tablet")


def nothing_lies_at(code: str) -> bool:
    return not Balance.objects.filter(location__code=code, quantity__gt=0).exists()


def test_a_code_stays_whole_when_the_page_is_swapped_and_stalls_in_its_middle(visit: Visit) -> None:
    page = putting_away(visit)
    page.evaluate(KEYS, ["PAL-W1", [2, 2, 2, 120], "swap"])
    page.locator(".donenote").get_by_text("brought to PAL-W1").wait_for()
    assert nothing_lies_at("-W1")


def test_of_a_code_begun_before_the_page_was_loaded_anew_the_rest_is_not_taken(visit: Visit) -> None:
    page = putting_away(visit)
    with page.expect_navigation():
        page.evaluate(KEYS, ["PAL…", [], "reload"])
    scan(page, "-W1")
    page.locator("#main > .stopnote").get_by_text("The page changed in the middle of this scan").wait_for()
    assert nothing_lies_at("-W1") and nothing_lies_at("PAL-W1")
    scan(page, "PAL-W1")
    page.locator(".donenote").get_by_text("brought to PAL-W1").wait_for()


def test_keys_that_come_before_the_page_is_ready_are_heard(visit: Visit) -> None:
    page = putting_away(visit)
    held: list[Any] = []

    def keep(route: Any) -> None:
        held.append(route)

    page.route("**/floor/floor.js", keep)
    page.reload(wait_until="commit")
    page.locator("#live").wait_for(state="attached")
    page.evaluate(KEYS, ["PAL-W1", [], ""])
    while not held:
        page.evaluate("() => new Promise(requestAnimationFrame)")
    held[0].continue_()
    page.locator(".donenote").get_by_text("brought to PAL-W1").wait_for()
