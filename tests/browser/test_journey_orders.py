"""An order from the planner's list to the floor: its page shows every area, a supervisor releases it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from p2p.core import clock
from planning.models import ProductionOrder
from tests.browser.conftest import expect
from tests.factories import make_group, make_item, make_order, make_site, make_stock, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order() -> ProductionOrder:
    site = make_site("SHOP")
    group = make_group(site, "60", name="Final assembly")
    wheel = make_item("WHEEL", name="Wheel")
    make_stock(wheel, 40, site.locations.get(code="STORE"))
    start = clock.now() + timedelta(days=1)
    made = make_order(
        make_item("BIKE", name="Road bicycle"),
        10,
        site=site,
        number="MO-000042",
        state="scheduled",
        start_on=start.date(),
        due_on=start.date() + timedelta(days=3),
        operations=[
            {
                "group": group,
                "resource": group.resources.get(),
                "name": "Assemble",
                "run_seconds": 7200,
                "starts_at": start,
                "ends_at": start + timedelta(hours=2),
                "station": 1,
            }
        ],
        materials={wheel: 2},
    )
    ProductionOrder.objects.filter(pk=made.pk).update(starts_at=start, ends_at=start + timedelta(hours=2))
    return made


def test_a_planner_follows_an_order_from_the_list_to_its_page_and_the_gantt(
    order: ProductionOrder, visit: Callable[..., Any]
) -> None:
    page = visit("/planning/orders/", by=make_user("planner", site=order.site))
    page.get_by_role("link", name="MO-000042").click()
    page.wait_for_url("**/orders/MO-000042/**")
    expect(page.locator(".p-head")).to_contain_text("Road bicycle")
    for tab, seen in (("Operations", "Assemble"), ("Materials", "WHEEL"), ("Cost", "Nothing was booked")):
        page.locator(".p-tabs").get_by_role("link", name=tab).click()
        page.locator("main").get_by_text(seen).first.wait_for()
    page.goto("/planning/gantt/", wait_until="networkidle")
    page.locator("canvas").first.wait_for()
    page.get_by_role("button", name="As table").click()
    page.locator("table").get_by_text("MO-000042").first.wait_for()


def test_a_supervisor_releases_it_and_the_floor_has_work(
    order: ProductionOrder, visit: Callable[..., Any]
) -> None:
    page = visit("/orders/MO-000042/", by=make_user("supervisor", site=order.site))
    page.locator(".p-actions").get_by_text("Release", exact=True).click()
    page.locator("dialog[open]").get_by_role("button", name="Release").click()
    # State and buttons in the head follow without loading the page again.
    page.locator(".p-title").get_by_text("Released").wait_for()
    page.locator(".p-actions").get_by_text("Release", exact=True).wait_for(state="detached")
    order.refresh_from_db()
    assert order.state == "released"
    page.goto("/execution/pick-lists/", wait_until="networkidle")
    page.locator("main").get_by_text("MO-000042").first.wait_for()


def test_somebody_without_the_role_cannot_release(order: ProductionOrder, visit: Callable[..., Any]) -> None:
    page = visit("/orders/MO-000042/", by=make_user("inspector", site=order.site))
    expect(page.locator(".p-actions").get_by_text("Release")).to_have_count(0)
