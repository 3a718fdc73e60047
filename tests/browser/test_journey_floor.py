"""An operator's job on the tablet, from a scan to its end, with a second tap, a wrong count and an undo."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from execution.models import Report
from execution.services.release import release
from p2p.inventory import selectors as inventory
from planning.models import ProductionOrder
from tests.factories import make_group, make_item, make_order, make_reason, make_site, make_user, make_worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order() -> ProductionOrder:
    site = make_site("SHOP")
    group = make_group(site, "60", name="Final assembly")
    for code, name in (("S01", "Gouge in metal"), ("S02", "Paint process failed")):
        make_reason(code, name=name)
    by = make_user("operator", site=site, username="olinda")
    make_worker(site, user=by, group=group)
    made = make_order(
        make_item("BIKE", name="Road bicycle"),
        10,
        site=site,
        number="MO-000077",
        operations=[{"group": group, "name": "Assemble", "run_seconds": 3600}],
    )
    release(orders=[made], by=None)
    return made


def test_scan_start_report_scrap_undo_and_finish_leave_exact_figures(
    order: ProductionOrder, visit: Callable[..., Any], django_user_model: Any
) -> None:
    by = django_user_model.objects.get(username="olinda")
    page = visit("/floor/", by=by, size="tablet")
    assert "Road bicycle" in page.locator("main").inner_text()
    # A hand scanner types fast and ends with Enter; no field has the focus.
    page.keyboard.type("MO-000077-10", delay=5)
    page.keyboard.press("Enter")
    page.wait_for_url("**/floor/job/MO-000077/10/")
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".timer").wait_for()

    page.get_by_role("button", name="Report good").click()
    for key in "6":
        page.locator(f"dialog[open] [data-k='{key}']").click()
    page.locator("dialog[open] [data-go]").click()
    page.get_by_text("6 good, 0 scrap").wait_for()

    page.get_by_role("button", name="Scrap").click()
    page.locator("dialog[open]").get_by_role("button", name="Gouge in metal").click()
    page.get_by_text("0 good, 1 scrap").wait_for()

    page.get_by_role("button", name="Undo").click()
    page.get_by_text("6 good, 0 scrap").wait_for()

    page.get_by_role("button", name="Report good").click()
    page.locator("dialog[open]").get_by_role("button", name="All 4").click()
    page.locator("dialog[open] [data-go]").click()
    page.get_by_text("4 good, 0 scrap").wait_for()
    page.get_by_role("button", name="Finish").click()
    page.wait_for_url("**/floor/")

    assert Report.objects.count() == 4
    row = order.operations.get()
    assert (row.state, row.good_quantity, row.scrap_quantity) == ("finished", D(10), D(0))
    assert inventory.on_hand(order.site, [order.item_id]) == {order.item_id: D(10)}


def test_every_button_of_the_job_is_big_enough_for_gloves(
    order: ProductionOrder, visit: Callable[..., Any], django_user_model: Any
) -> None:
    by = django_user_model.objects.get(username="olinda")
    page = visit("/floor/job/MO-000077/10/", by=by, size="tablet", theme="dark")
    small = page.evaluate(
        "[...document.querySelectorAll('main button, main a, nav a')].filter(each => each.offsetParent)"
        ".map(each => [each.textContent.trim(), each.getBoundingClientRect()])"
        ".filter(([, box]) => box.width < 48 || box.height < 48).map(([words]) => words)"
    )
    assert small == []
