"""Digits that a finger types just before a scan stay digits; the code arrives alone. Keys with their real times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from p2p.inventory.models import Balance, StockTask
from p2p.inventory.services.counting import create_count
from p2p.inventory.services.ledger import MoveLine, post
from tests.browser.conftest import expect
from tests.factories import make_item, make_location, make_locations, make_site, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]
QUICK, FINGER, REACH = 6, 140, 260
"""Milliseconds between keys: of a scanner, of a finger, from the last digit to the scanner's first key."""


def press(page: Any, keys: Sequence[tuple[str, int]]) -> None:
    """Keys as the browser itself would hear them, each so many milliseconds after the one before."""
    devtools = page.context.new_cdp_session(page)
    at = page.evaluate("() => Date.now() / 1000")
    for key, wait in keys:
        at += wait / 1000
        text = "\r" if key == "Enter" else key
        said = {"key": key, "text": text, "timestamp": at}
        code = {"windowsVirtualKeyCode": 13} if key == "Enter" else {}
        devtools.send("Input.dispatchKeyEvent", {"type": "keyDown", **said, **code})
        devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key, "timestamp": at, **code})


def by_finger(text: str) -> list[tuple[str, int]]:
    return [(key, FINGER) for key in text]


def by_scanner(text: str, *, after: int = REACH) -> list[tuple[str, int]]:
    return [(key, QUICK if place else after) for place, key in enumerate(text)] + [("Enter", QUICK)]


def there(code: str) -> Decimal:
    return sum((row.quantity for row in Balance.objects.filter(location__code=code)), Decimal(0))


def putting_away(visit: Visit) -> Any:
    """Ten bolts at the dock, to be brought to A-01 or elsewhere."""
    site = make_site("MAIN", locations=False)
    places = make_locations(site, "A-01", "PAL-W1", "AL-W1")
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


@pytest.mark.parametrize("digits", ["4", "04"])
def test_digits_typed_just_before_a_scan_are_the_quantity_and_the_code_is_the_place(
    visit: Visit, digits: str
) -> None:
    page = putting_away(visit)
    press(page, [*by_finger(digits), *by_scanner("PAL-W1")])
    page.locator(".donenote").get_by_text("brought to PAL-W1").wait_for()
    assert (there("PAL-W1"), there("DOCK")) == (4, 6)


def test_a_code_that_stalls_behind_its_first_letters_stays_whole(visit: Visit) -> None:
    page = putting_away(visit)
    keys = by_scanner("PAL-W1")
    keys[1] = ("A", 140)
    press(page, keys)
    page.locator(".donenote").get_by_text("brought to PAL-W1").wait_for()
    assert (there("PAL-W1"), there("AL-W1")) == (10, 0)


def test_what_a_finger_types_alone_is_no_scan(visit: Visit) -> None:
    page = putting_away(visit)
    press(page, [*by_finger("10"), ("Enter", FINGER)])
    page.wait_for_url("**quantity=10**")
    assert there("DOCK") == 10


def test_on_the_desk_the_digits_stay_in_their_field_and_the_scan_goes_to_the_next_row(visit: Visit) -> None:
    site = make_site("MAIN", locations=False)
    place = make_locations(site, "A-01")["A-01"]
    make_item("BOLT")
    make_item("NUT")
    count = create_count(site=site, kind="spot", places=[place], by=make_user("supervisor", site=site))
    page = visit(
        f"/inventory/counts/enter/{count.places.get().pk}",
        by=make_user("operator", site=site, username="ola"),
    )
    press(page, by_scanner("BOLT"))
    expect(page.get_by_label("Found 1", exact=True)).to_be_focused()
    press(page, [*by_finger("12"), *by_scanner("NUT")])
    expect(page.get_by_label("Found 2", exact=True)).to_be_focused()
    expect(page.get_by_label("Found 1", exact=True)).to_have_value("12")
    expect(page.get_by_label("Item 1", exact=True)).to_have_value("BOLT")
    expect(page.get_by_label("Item 2", exact=True)).to_have_value("NUT")
