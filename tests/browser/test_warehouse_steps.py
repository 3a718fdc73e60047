"""Steps of a warehouse day that nobody presses every day: more and less than the books say, too much that came, a list
of which a part is missing to its end and the count that follows, one hold that is lifted."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from p2p.core import clock
from p2p.inventory.models import Balance, CountLine, Hold, StockRule
from p2p.inventory.services.holds import hold
from planning.models import ReplenishmentOrder
from planning.services.replenishment import create_replenishment
from strategies.models import Item, Site
from tests.browser.conftest import expect, idle
from tests.browser.shopfloor import scan
from tests.factories import (
    make_item,
    make_location,
    make_reason,
    make_site,
    make_stock,
    make_user,
    make_vendor,
)
from tests.pages.shopfloor import wanting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]


@pytest.fixture
def site() -> Site:
    site = make_site("MAIN")
    make_reason("LOST", kind="adjustment", name="Not found")
    return site


def there(item: Item) -> Decimal:
    return Balance.objects.get(item=item, location__code="STORE").quantity


def refused(page: Any, words: str) -> None:
    expect(
        page.locator("main .err, main .p-note.stop, main .invalid-feedback").filter(has_text=words)
    ).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("tablet", "dark")])
def test_more_and_less_than_booked(visit: Visit, site: Site, size: str, theme: str) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, site.locations.get(code="STORE"))
    page = visit("/inventory/book/", by=make_user("supervisor", site=site), size=size, theme=theme)
    form = page.locator("form.p-form").filter(has=page.locator("[name=item]"))

    def book(act: str, quantity: str) -> None:
        page.get_by_role("link", name=act).click()
        form.locator("[name=item]").fill("BOLT")
        form.locator("[name=quantity]").fill(quantity)
        form.locator("[name=place]").fill("STORE")
        form.locator("[name=reason]").select_option(label="Not found")
        form.get_by_role("button", name=act).click()

    book("More than booked", "5")
    expect(page.locator(".p-toast")).to_contain_text("More than booked: 5 EA of BOLT.")
    assert there(bolt) == 15
    book("Less than booked", "16")
    refused(page, "Only 15 EA of BOLT at STORE: 16 EA cannot be taken.")
    assert there(bolt) == 15
    book("Less than booked", "3")
    expect(page.locator(".p-toast")).to_contain_text("Less than booked: 3 EA of BOLT.")
    expect(page.locator("main tbody tr")).to_have_count(2)
    assert there(bolt) == 12


def bought(site: Site) -> ReplenishmentOrder:
    """10 BOLT are ordered; a tenth more is tolerated."""
    StockRule.objects.create(over_receipt_fraction=Decimal("0.1"))
    return create_replenishment(
        site=site,
        item=make_item("BOLT"),
        quantity=Decimal(10),
        due_on=clock.now().date(),
        vendor=make_vendor(),
        by=None,
    )


def test_too_much_that_comes_is_refused_and_a_tolerated_rest_is_taken_in_at_the_desk(
    visit: Visit, site: Site
) -> None:
    order = bought(site)
    page = visit(f"/planning/purchases/{order.number}/", by=make_user("supervisor", site=site))
    page.locator(".p-actions").get_by_text("Receive", exact=True).click()
    idle(page)
    quantity = page.locator("[name$=quantity]").first
    quantity.fill("12")
    quantity.locator("xpath=ancestor::form").locator(".btn-primary").click()
    expect(
        page.locator("main, dialog[open]").get_by_text("at most 11 more are taken in, not 12").first
    ).to_be_visible()
    expect(quantity).to_have_value("12")
    quantity.fill("11")
    quantity.locator("xpath=ancestor::form").locator(".btn-primary").click()
    expect(page.locator(".p-title")).to_contain_text("Received")
    order.refresh_from_db()
    assert (order.received_quantity, order.state) == (11, "received")


def test_too_much_that_comes_is_refused_on_the_tablet_and_stays_typed(visit: Visit, site: Site) -> None:
    order = bought(site)
    page = visit("/floor/stock/receive/", by=make_user("operator", site=site), size="tablet")
    scan(page, order.number)
    page.get_by_role("button", name="Quantity", exact=True).tap()
    for digit in "12":
        page.locator(f"#amount [data-digit='{digit}']").tap()
    page.locator("#amount [type=submit]").tap()
    page.get_by_role("button", name="Receive 12 EA").tap()
    expect(page.locator(".stopnote")).to_contain_text("at most 11 more are taken in, not 12")
    expect(page.get_by_role("button", name="Receive 12 EA")).to_be_visible()
    order.refresh_from_db()
    assert order.received_quantity == 0


def test_a_list_of_which_a_part_is_missing_to_its_end_and_the_count_that_follows(
    visit: Visit, site: Site
) -> None:
    bolt = make_item("BOLT")
    make_stock(bolt, 10, make_location(site, code="A-01"))
    wanting(bolt, site, number="MO-77")
    page = visit("/floor/stock/pick/", by=make_user("operator", site=site), size="tablet")
    scan(page, "MO-77")
    page.locator(".slist").get_by_text("A-01").wait_for()
    scan(page, "A-01")
    page.get_by_role("button", name="Quantity", exact=True).tap()
    page.locator("#amount [data-digit='7']").tap()
    page.locator("#amount [type=submit]").tap()
    expect(page.get_by_role("button", name="Pick 7 EA")).to_be_visible()
    page.get_by_role("button", name="Not all there").tap()
    page.locator("#short").get_by_role("button", name="Not found").tap()
    expect(page.locator("#main")).to_contain_text("All that lies in stock is picked.")
    page.locator("#main").get_by_role("link", name="Next list").tap()
    page.goto("/floor/stock/count/", wait_until="networkidle")
    page.locator(".slist a").filter(has_text="3 EA of BOLT missing at A-01").tap()
    page.locator("#amount [data-digit='0']").tap()
    page.locator("#amount [type=submit]").tap()
    page.get_by_role("button", name="Submit the count").tap()
    expect(page.locator("#main")).to_contain_text("Nothing to count now")
    (line,) = CountLine.objects.all()
    assert (line.expected, line.counted, line.place.count.state) == (3, 0, "review")


def test_one_hold_is_lifted_from_its_list(visit: Visit, site: Site) -> None:
    item = make_item("BOLT")
    make_stock(item, 10, site.locations.get(code="STORE"))
    hold(item=item, location=site.locations.get(code="STORE"), kind="quality", note="Rust", by=None)
    page = visit("/inventory/holds/", by=make_user("inspector", site=site))
    page.locator("tr", has_text="BOLT").get_by_text("Lift", exact=True).click()
    page.locator("dialog[open]").get_by_role("button", name="Lift").click()
    page.locator("dialog[open]").wait_for(state="detached")
    idle(page)
    assert Hold.objects.get().released_at is not None
