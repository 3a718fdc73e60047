"""Co- and by-products on the tablet: what is expected follows the pad, and what was typed outlives a lost network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from execution.models import Report
from planning.models import Output, ProductionOrder
from tests.browser.conftest import expect
from tests.browser.shopfloor import CUT, JOB, SMALL, booked, go, make_floor, olinda, type_good
from tests.factories import make_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Any]


@pytest.fixture
def order() -> ProductionOrder:
    made = make_floor()
    chips = make_item("CHIPS", tracking="lot")
    Output.objects.create(order=made, item=chips, unit=chips.unit, kind="co", quantity=5, cost_share=0)
    return made


def came() -> int:
    return int(Output.objects.get(kind="co").received_quantity)


def opened(page: Any) -> Any:
    """The fields of the co-product, opened."""
    fold = page.locator("dialog[open] [data-beside] details").first
    fold.locator("summary").click()
    return fold


def test_what_is_expected_follows_the_pad(order: ProductionOrder, visit: Visit) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    type_good(page, "7")
    expect(page.locator("dialog[open] [data-needed]")).to_have_text("3")
    go(page).click()
    booked(page, "7 good booked.")
    assert came() == 3
    type_good(page, "1")
    expect(page.locator("dialog[open] [data-needed]")).to_have_text("1")


def test_without_a_connection_what_was_typed_stays_and_counts_once(
    order: ProductionOrder, visit: Visit
) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    type_good(page, "6")
    opened(page).get_by_label("Came out").fill("2")
    page.context.set_offline(True)
    go(page).click()
    page.locator("dialog[open]").get_by_text("No connection: nothing was sent.").wait_for()
    expect(page.locator("dialog[open] [data-beside]").get_by_label("Came out")).to_have_value("2")
    page.context.set_offline(False)
    page.evaluate(
        "() => { const real = window.fetch;"
        " window.fetch = async (...all) => { await real(...all); window.fetch = real; throw new TypeError('lost'); }; }"
    )
    go(page).click()
    page.locator("dialog[open]").get_by_text("The server did not answer.").wait_for()
    go(page).click()
    page.locator(".donenote").get_by_text("it counts once").wait_for()
    assert Report.objects.count() == 1 and came() == 2


def test_a_refusal_opens_it_again_as_it_was_and_it_comes_alone(order: ProductionOrder, visit: Visit) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    type_good(page, "6")
    opened(page).get_by_label("Came out").fill("1.5")
    go(page).click()
    page.locator("dialog[open] .stopnote").get_by_text("has more digits than").wait_for()
    field = page.locator("dialog[open] [data-beside]").get_by_label("Came out")
    expect(field).to_have_value("1.5")
    page.locator("dialog[open] [data-k='del']").click()
    expect(go(page)).to_have_attribute("aria-disabled", "false")
    field.fill("1")
    go(page).click()
    page.locator(".undo.ok, .undo.warn").wait_for()
    assert came() == 1 and Report.objects.get().good == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_opened_it_fits_and_can_be_hit_with_gloves(order: ProductionOrder, visit: Visit, theme: str) -> None:
    page = visit(JOB, by=olinda(), size="tablet", theme=theme)
    type_good(page, "6")
    opened(page)
    assert page.evaluate(SMALL) == []
    assert page.evaluate(CUT) == []
