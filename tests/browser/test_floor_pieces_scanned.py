"""Serial numbers, wrong pallets and boxes in pallets with a scanner on the tablet, also when the net breaks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from p2p.core import clock
from p2p.inventory.models import Balance, HandlingUnit
from planning.services.replenishment import create_replenishment
from tests.browser.conftest import expect, until
from tests.browser.shopfloor import scan
from tests.factories import make_item, make_location, make_site, make_stock, make_unit, make_user, make_vendor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]


def receiving(visit: Visit, tracking: str = "serial") -> Any:
    site = make_site("MAIN")
    make_location(site, code="DOCK", kind="receiving")
    HandlingUnit.objects.create(number="PAL-9", location=make_location(site, code="A-01"))
    order = create_replenishment(
        site=site, item=make_item("PUMP", tracking=tracking), quantity=Decimal(5), due_on=clock.now().date(),
        vendor=make_vendor(), by=None,
    )  # fmt: skip
    return visit(f"/floor/stock/receive/{order.number}/", by=make_user("operator", site=site), size="tablet")


def progress(page: Any, words: str) -> None:
    page.locator(".serials h2").get_by_text(words, exact=True).wait_for()


def test_serial_numbers_are_scanned_faster_than_the_net_is_and_none_is_lost(visit: Visit) -> None:
    page = receiving(visit)
    for number in (1, 2, 3):
        scan(page, f"SN-{number}")
    progress(page, "3 of 5")
    scan(page, "SN-2")
    page.locator("#main > .stopnote").get_by_text("SN-2 is scanned already").wait_for()
    page.locator(".serials").get_by_role("button", name="Take SN-2 off").tap()
    progress(page, "2 of 5")
    page.reload()
    progress(page, "2 of 5")
    page.get_by_role("button", name="Receive 2 EA").tap()
    page.locator(".donenote").get_by_text("2 EA of PUMP received").wait_for()
    numbers = set(Balance.objects.filter(quantity=1).values_list("serial__number", flat=True))
    assert numbers == {"SN-1", "SN-3"}


def test_without_a_connection_scans_wait_on_the_tablet_and_go_out_in_order(visit: Visit) -> None:
    page = receiving(visit)
    scan(page, "SN-1")
    progress(page, "1 of 5")
    page.context.set_offline(True)
    scan(page, "SN-2")
    page.locator("#main > .stopnote").get_by_text("this scan waits here and goes out by itself").wait_for()
    scan(page, "SN-3")
    page.locator("[data-waiting] b").get_by_text("2", exact=True).wait_for()
    page.context.set_offline(False)
    progress(page, "3 of 5")
    until(page, "document.querySelector('[data-waiting]').hidden")


def test_a_wrongly_scanned_pallet_is_taken_off_with_a_tap(visit: Visit) -> None:
    page = receiving(visit, tracking="none")
    scan(page, "PAL-9")
    off = page.locator(".chips").get_by_role("button", name="Take PAL-9 off")
    off.tap()
    off.wait_for(state="detached")
    page.get_by_role("button", name="Receive 5 EA").tap()
    page.locator(".donenote").get_by_text("at DOCK").wait_for()
    assert Balance.objects.get(quantity=5).handling_unit is None


def test_a_pallet_with_a_box_is_looked_up_moved_and_brought_back(visit: Visit) -> None:
    site = make_site("MAIN")
    dock = make_location(site, code="DOCK")
    make_location(site, code="A-01")
    pallet = HandlingUnit.objects.create(number="PAL-1", location=dock)
    box = HandlingUnit.objects.create(number="BOX-1", kind="box", location=dock, parent=pallet)
    make_stock(make_item("BOLT"), 5, dock, into_unit=box)
    page = visit("/floor/stock/look-up/", by=make_user("operator", site=site), size="tablet")
    scan(page, "PAL-1")
    page.locator(".slist").get_by_text("BOX-1").wait_for()
    page.get_by_role("link", name="Move it").tap()
    page.wait_for_url("**/move/**")
    scan(page, "A-01")
    page.locator(".donenote").get_by_text("PAL-1, with all that is in it, brought to A-01").wait_for()
    page.get_by_role("button", name="Undo").tap()
    page.locator(".donenote").get_by_text("Taken back").wait_for()
    pallet.refresh_from_db()
    assert pallet.location == dock


def test_pieces_are_typed_and_the_scale_writes_the_weight(visit: Visit) -> None:
    site = make_site("MAIN")
    make_location(site, code="DOCK", kind="receiving")
    cheese = make_item(
        "CHEESE", unit=make_unit("KG", digits=3), catch_unit=make_unit("WHEEL"), catch_least=Decimal(8),
        catch_most=Decimal(12),
    )  # fmt: skip
    order = create_replenishment(
        site=site,
        item=cheese,
        quantity=Decimal(100),
        due_on=clock.now().date(),
        vendor=make_vendor(),
        by=None,
    )
    page = visit(f"/floor/stock/receive/{order.number}/", by=make_user("operator", site=site), size="tablet")
    page.get_by_role("button", name="Quantity", exact=True).click()
    page.locator("#amount [data-digit='4']").tap()
    expect(page.locator("#amount [name=count][data-amount]")).to_have_value("4")
    page.locator("#amount [name=amount][data-amount]").tap()
    page.keyboard.type("40.250 kg")
    page.keyboard.press("Enter")
    expect(page.locator("#amount [name=amount][data-amount]")).to_have_value("40.250 kg")
    page.locator("#amount [type=submit]").tap()
    page.locator(".chips").get_by_text("40.25 KG, 4 WHEEL").wait_for()
