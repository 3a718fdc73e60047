"""A transfer is raised in its dialog, which shows what there is; the tablet ships it with scans and takes it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from p2p.core import clock
from planning.models import ReplenishmentOrder, ShipmentMove
from planning.services.replenishment import create_replenishment
from strategies.models import Item, Site
from tests.browser.conftest import expect
from tests.browser.shopfloor import scan
from tests.factories import make_item, make_location, make_site, make_stock, make_unit, make_user, make_vendor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]


@pytest.fixture
def sites() -> tuple[Site, Site]:
    """10 BOLT lie at FAR's STORE, MAIN has a road."""
    main, far = make_site("MAIN"), make_site("FAR")
    make_location(main, code="ROAD", kind="transit", nettable=False)
    make_stock(make_item("BOLT"), 10, far.locations.get(code="STORE"))
    return main, far


@pytest.mark.parametrize("size", ["desktop", "tablet"])
def test_the_dialog_shows_what_there_is_and_stays(visit: Visit, sites: tuple[Site, Site], size: str) -> None:
    page = visit("/planning/to-ship/", by=make_user("operator"), size=size)
    page.get_by_role("button", name="New transfer").or_(
        page.get_by_role("link", name="New transfer")
    ).first.click()
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=item]").fill("BOLT")
    page.keyboard.press("Tab")
    expect(dialog.locator("table")).to_contain_text("STORE")
    assert dialog.evaluate("each => each.scrollWidth <= each.clientWidth")
    dialog.locator("[name=quantity]").fill("4")
    dialog.locator("[name=from_site]").select_option("FAR")
    dialog.locator("[name=site]").select_option("MAIN")
    dialog.get_by_role("button", name="Order").click()
    page.wait_for_url("**/planning/purchases/**")
    assert ReplenishmentOrder.objects.get().quantity == 4


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tablet_ships_with_scans_and_takes_it_back(
    visit: Visit, sites: tuple[Site, Site], theme: str
) -> None:
    main, far = sites
    order = create_replenishment(
        site=main, item=Item.objects.get(number="BOLT"), quantity=Decimal(6),
        due_on=clock.now().date(), from_location=far.locations.get(code="STORE"), by=None,
    )  # fmt: skip
    page = visit("/floor/stock/ship/", by=make_user("operator", site=far), size="tablet", theme=theme)
    scan(page, order.number)
    expect(page.get_by_role("button", name="Ship 6 EA")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Quantity", exact=True).click()
    page.locator("#amount [data-digit='4']").click()
    page.locator("#amount [type=submit]").click()
    page.get_by_role("button", name="Ship 4 EA").click()
    expect(page.locator(".donenote")).to_contain_text("4 EA of BOLT left for")
    assert ShipmentMove.objects.get().move.quantity == 4
    page.locator(".donenote").get_by_role("button", name="Undo").click()
    expect(page.locator(".slist")).to_contain_text("6 EA")
    assert ShipmentMove.objects.count() == 2


def test_each_unit_of_what_is_selected_has_its_own_sum(visit: Visit) -> None:
    site = make_site("MAIN")
    for unit, quantities in (("EA", (2, 3)), ("KG", (7,))):
        item = make_item(unit=make_unit(unit))
        for quantity in quantities:
            create_replenishment(
                site=site, item=item, quantity=Decimal(quantity), due_on=clock.now().date(),
                vendor=make_vendor(), by=None,
            )  # fmt: skip
    page = visit("/planning/expected/", by=make_user("buyer", site=site))
    page.locator("#list [data-all]").check()
    expect(page.locator("[data-bulktotals]")).to_contain_text(re.compile("To come (5 EA, 7 KG|7 KG, 5 EA)"))
