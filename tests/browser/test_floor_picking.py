"""A pick list with the hand-held: place, lot, quantity, one touch; a part, not all there, undo; the net breaks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from execution.models import PickLine
from planning.models import Material
from tests.browser.shopfloor import scan
from tests.factories import (
    make_item,
    make_location,
    make_lot,
    make_reason,
    make_site,
    make_stock,
    make_user,
)
from tests.pages.shopfloor import wanting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]


def picking(visit: Visit) -> Any:
    """Ten of STEEL: lot OLD at A-01 is on the list, lot NEW lies at B-01."""
    site = make_site("MAIN")
    steel = make_item("STEEL", tracking="lot")
    for number, place in (("OLD", "A-01"), ("NEW", "B-01")):
        make_stock(steel, 10, make_location(site, code=place), lot=make_lot(steel, number))
    make_reason("LOST", kind="adjustment", name="Not found")
    wanting(steel, site, number="MO-77")
    return visit("/floor/stock/", by=make_user("operator", site=site), size="tablet")


def issued() -> Decimal:
    return Material.objects.get().issued_quantity


def said(page: Any, words: str) -> None:
    page.locator("#main .donenote").get_by_text(words).first.wait_for()


def opened(visit: Visit) -> Any:
    page = picking(visit)
    page.get_by_role("link", name="Pick").first.tap()
    page.locator(".slist").get_by_text("MO-77").wait_for()
    scan(page, "MO-77")
    page.locator(".slist").get_by_text("A-01").wait_for()
    return page


def test_place_lot_and_quantity_then_the_rest_is_not_there_then_undo(visit: Visit) -> None:
    page = opened(visit)
    scan(page, "A-01")
    page.get_by_role("button", name="Pick 10 EA").wait_for()
    scan(page, "OLD")
    page.locator(".chips").get_by_text("Lot OLD").wait_for()
    page.get_by_role("button", name="Quantity").tap()
    page.locator("#amount [data-digit='4']").tap()
    page.get_by_role("button", name="Take this much").tap()
    page.get_by_role("button", name="Pick 4 EA").tap()
    said(page, "4 EA of STEEL picked")
    assert issued() == 4
    scan(page, "A-01")
    page.get_by_role("button", name="Not all there").tap()
    page.locator("#short").get_by_role("button", name="Not found").tap()
    said(page, "6 EA of STEEL are missing")
    assert PickLine.objects.get(picked_quantity=0).location.code == "B-01"
    scan(page, "B-01")
    page.get_by_role("button", name="Pick 6 EA").tap()
    page.locator("#main").get_by_text("All of it is picked").wait_for()
    assert issued() == 10
    page.get_by_role("button", name="Undo").tap()
    said(page, "is to be picked again")
    assert issued() == 4


def test_without_a_connection_nothing_is_lost_and_the_second_tap_counts_once(visit: Visit) -> None:
    page = opened(visit)
    scan(page, "A-01")
    page.get_by_role("button", name="Pick 10 EA").wait_for()
    page.context.set_offline(True)
    page.get_by_role("button", name="Pick 10 EA").tap()
    page.locator(".stopnote").get_by_text("tap again when the connection is back").wait_for()
    assert issued() == 0
    page.context.set_offline(False)
    page.get_by_role("button", name="Pick 10 EA").tap()
    page.locator("#main").get_by_text("All of it is picked").wait_for()
    assert issued() == 10
