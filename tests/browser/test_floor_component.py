"""An operator says at the machine what is really used: scanned, typed with the pad, given back, undone; also when the
net breaks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from p2p.inventory.models import Reservation
from planning.models import Material
from tests.browser.conftest import expect
from tests.browser.shopfloor import scan
from tests.factories import (
    make_item,
    make_lot,
    make_reason,
    make_site,
    make_stock,
    make_user,
)
from tests.pages.shopfloor import wanting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]


def job(visit: Visit) -> Any:
    """Ten of a component with lots OLD and NEW are planned."""
    site = make_site("MAIN")
    steel = make_item("STEEL", tracking="lot")
    for number in ("OLD", "NEW"):
        make_stock(steel, 10, site.locations.get(code="STORE"), lot=make_lot(steel, number))
    make_reason("SPILT", kind="adjustment", name="Spilt")
    wanting(steel, site, number="MO-77")
    return visit("/floor/job/MO-77/10/", by=make_user("operator", site=site), size="tablet")


def issued() -> Decimal:
    return Material.objects.get().issued_quantity


def said(page: Any, words: str) -> None:
    page.locator("#main .donenote").get_by_text(words).wait_for()


def test_another_lot_more_than_planned_some_back_and_undo(visit: Visit) -> None:
    page = job(visit)
    page.get_by_role("button", name="Materials").tap()
    page.get_by_role("link", name="Take or give back STEEL").tap()
    expect(page.get_by_role("button", name="Take 10 EA")).to_be_visible()
    scan(page, "NEW")
    page.locator(".chips").get_by_text("Lot NEW").wait_for()
    page.get_by_role("button", name="Quantity").tap()
    page.locator("#amount [data-digit='8']").tap()
    page.get_by_role("button", name="Take this much").tap()
    page.get_by_role("button", name="Take 8 EA").tap()
    said(page, "8 EA taken")
    assert issued() == 8
    page.get_by_role("button", name="Quantity").tap()
    page.locator("#amount [data-digit='5']").tap()
    page.get_by_role("button", name="Take this much").tap()
    page.get_by_role("button", name="Take 5 EA").tap()
    page.locator("#why").get_by_role("button", name="Spilt").tap()
    said(page, "5 EA taken")
    assert issued() == 13
    page.get_by_role("button", name="Undo").tap()
    said(page, "8 EA taken")
    page.locator(".slist").first.get_by_role("link").first.tap()
    page.get_by_role("button", name="Give 8 EA back").tap()
    said(page, "8 EA given back")
    assert issued() == 0


def test_without_a_connection_nothing_is_lost_and_the_second_tap_counts_once(visit: Visit) -> None:
    page = job(visit)
    page.get_by_role("button", name="Materials").tap()
    page.get_by_role("link", name="Take or give back STEEL").tap()
    page.get_by_role("button", name="Take 10 EA").wait_for()
    page.context.set_offline(True)
    page.get_by_role("button", name="Take 10 EA").tap()
    page.locator(".stopnote").get_by_text("tap again when the connection is back").wait_for()
    assert issued() == 0
    page.context.set_offline(False)
    page.get_by_role("button", name="Take 10 EA").tap()
    said(page, "10 EA taken")
    assert issued() == 10


def test_a_lot_is_kept_for_the_job_undone_and_let_go(visit: Visit) -> None:
    page = job(visit)
    page.get_by_role("button", name="Materials").tap()
    page.get_by_role("link", name="Take or give back STEEL").tap()
    page.get_by_role("button", name="Take 10 EA").wait_for()
    scan(page, "NEW")
    page.locator(".chips").get_by_text("Lot NEW").wait_for()
    page.get_by_role("button", name="Quantity").tap()
    page.locator("#amount [data-digit='4']").tap()
    page.get_by_role("button", name="Take this much").tap()
    page.get_by_role("button", name="Keep 4 EA").tap()
    said(page, "4 EA kept for this job")
    assert reserved() == {"NEW": 4, "OLD": 6}
    page.get_by_role("button", name="Undo").tap()
    page.get_by_role("button", name="Let 10 EA at STORE OLD go").wait_for()
    assert reserved() == {"OLD": 10}
    page.get_by_role("button", name="Let 10 EA at STORE OLD go").tap()
    said(page, "10 EA free for others again")
    assert reserved() == {}
    page.get_by_role("button", name="Undo").tap()
    page.get_by_role("button", name="Let 10 EA at STORE OLD go").wait_for()
    assert reserved() == {"OLD": 10}


def reserved() -> dict[str, Decimal]:
    return dict(Reservation.objects.values_list("lot__number", "quantity"))
