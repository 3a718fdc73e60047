"""Receiving on the tablet: what was typed before stays, and what was refused is typed over."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from p2p.core import clock
from planning.services.replenishment import create_replenishment
from tests.browser.conftest import until
from tests.factories import make_item, make_location, make_site, make_user, make_vendor

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
    assert page.locator("#more [name=note]").input_value() == "DN-1"


@pytest.mark.parametrize("understood", [False, True])
def test_a_refused_code_is_typed_over_by_the_next(visit: Visit, understood: bool) -> None:
    page = receiving(visit)
    code = page.locator(".scanline [name=code]")
    page.keyboard.type("WRONG", delay=80)
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.stopnote')")
    assert code.input_value() == "WRONG"
    if understood:
        page.get_by_role("button", name="Understood").click()
    page.keyboard.type("DOCK", delay=80)
    assert code.input_value() == "DOCK"
