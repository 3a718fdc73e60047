"""Receiving on the tablet: what was typed before stays, and what was refused is typed over."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from p2p.core import clock
from p2p.inventory.models import Balance, StockTask
from p2p.inventory.services.counting import create_count
from p2p.inventory.services.ledger import MoveLine, post
from planning.services.replenishment import create_replenishment
from tests.browser.conftest import expect, until
from tests.browser.shopfloor import scan
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_site,
    make_stock,
    make_user,
    make_vendor,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]


def receiving(visit: Visit) -> Any:
    site = make_site("MAIN")
    make_location(site, code="DOCK", kind="receiving")
    item = make_item("PAINT", tracking="lot")
    day = clock.now().date()
    order = create_replenishment(
        site=site, item=item, quantity=Decimal(10), due_on=day, vendor=make_vendor(), by=None
    )
    return visit(f"/floor/stock/receive/{order.number}/", by=make_user("operator", site=site), size="tablet")


def test_the_delivery_note_is_kept_when_the_quantity_is_typed_after_it(visit: Visit) -> None:
    page = receiving(visit)
    page.get_by_role("button", name="Lot, expiry").click()
    page.locator("#more [name=note]").fill("DN-1")
    page.locator("#more [type=submit]").click()
    page.wait_for_url("**note=DN-1**")
    page.get_by_role("button", name="Quantity", exact=True).click()
    page.locator("#amount [data-digit='4']").click()
    page.locator("#amount [type=submit]").click()
    page.wait_for_url("**quantity=4**")
    assert "note=DN-1" in page.url
    page.get_by_role("button", name="Lot, expiry").click()
    expect(page.locator("#more [name=note]")).to_have_value("DN-1")


@pytest.mark.parametrize("understood", [False, True])
def test_a_refused_code_is_typed_over_by_the_next(visit: Visit, understood: bool) -> None:
    page = receiving(visit)
    code = page.locator(".scanline [name=code]")
    page.keyboard.type("WRONG", delay=80)
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.stopnote')")
    expect(code).to_have_value("WRONG")
    if understood:
        page.get_by_role("button", name="Understood").click()
    page.keyboard.type("DOCK", delay=80)
    expect(code).to_have_value("DOCK")


def putting_away(visit: Visit) -> Any:
    """A task of ten bolts at the dock, where a place is called 60."""
    site = make_site("MAIN", locations=False)
    places = make_locations(site, "A-01", "60")
    dock = make_location(site, code="DOCK", kind="receiving")
    line = MoveLine(
        item=make_item("BOLT"), quantity=Decimal(10), source=places["SUPPLIER"], target=dock, kind="receipt"
    )
    post(lines=[line], by=None)
    task = StockTask.objects.get()
    by = make_user("operator", site=site)
    return visit(f"/floor/stock/task/{task.number}/", by=by, size="tablet")


def test_sixty_typed_by_hand_is_asked_and_the_quantity_is_taken(visit: Visit) -> None:
    page = putting_away(visit)
    page.keyboard.type("60", delay=90)
    page.keyboard.press("Enter")
    page.locator(".which h2").get_by_text("60 can be several things").wait_for()
    page.locator(".which").get_by_role("button", name="Place 60").wait_for()
    assert not Balance.objects.filter(location__code="60").exists()
    page.locator(".which").get_by_role("button", name="Quantity 60").tap()
    page.wait_for_url("**quantity=60**")
    assert not Balance.objects.filter(location__code="60").exists()


def test_sixty_from_a_scanner_is_the_place(visit: Visit) -> None:
    page = putting_away(visit)
    scan(page, "]C060")
    page.locator(".donenote").get_by_text("brought to 60").wait_for()
    assert Balance.objects.get(location__code="60").quantity == 10


def test_after_a_refused_scan_the_next_typed_digits_are_not_taken_for_scanned(visit: Visit) -> None:
    page = putting_away(visit)
    scan(page, "WRONG")
    page.locator(".stopnote").wait_for()
    page.keyboard.type("60", delay=90)
    page.keyboard.press("Enter")
    page.locator(".which").get_by_role("button", name="Quantity 60").wait_for()


def test_scanners_with_a_prefix_are_heard_however_short_and_slow(visit: Visit, settings: Any) -> None:
    settings.SCAN_PREFIX = "%%"
    page = putting_away(visit)
    page.keyboard.type("%%60", delay=90)
    page.keyboard.press("Enter")
    page.locator(".donenote").get_by_text("brought to 60").wait_for()


def test_a_plate_is_scanned_into_its_field(visit: Visit) -> None:
    page = receiving(visit)
    page.get_by_role("button", name="Lot, expiry").click()
    page.locator("#more [name=lot]").focus()
    page.keyboard.type("L-77")
    page.keyboard.press("Enter")
    expect(page.locator("#more [name=lot]")).to_have_value("L-77")
    expect(page.locator("#more")).to_be_visible()


def test_the_number_found_is_typed_without_a_tap(visit: Visit) -> None:
    site = make_site("MAIN", locations=False)
    place = make_locations(site, "A-01")["A-01"]
    make_stock(make_item("BOLT"), 10, place)
    count = create_count(site=site, kind="spot", places=[place], by=make_user("supervisor", site=site))
    by, pad = make_user("operator", site=site), f"/floor/stock/count/{count.number}/{count.places.get().pk}/"
    page = visit(pad, by=by, size="tablet")
    scan(page, "BOLT")
    expect(page.locator("#amount [name=amount]")).to_be_focused()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    page.locator(".slist .qt").get_by_text("9", exact=True).wait_for()
