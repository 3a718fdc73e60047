"""An engineer says in the designer what an operation leaves its pieces as: typed, chosen, drawn, refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import expect
from tests.browser.test_route_designer import drawn, make_draft, op
from tests.factories import make_item

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_half_finished_item_is_chosen_while_one_types_and_stands_over_its_operation(
    visit: Any, shoot: Any
) -> None:
    engineer, route = make_draft()
    name = "Frame, bent and on its way to the mill, with a name that is longer than the panel is wide"
    bent = make_item("FRAME-BENT", name=name)
    page = visit(f"/strategies/routes/{route.pk}/?open=20", by=engineer)
    field = page.locator("#id_half_finished")
    field.click()
    field.press_sequentially("frame-b")
    choice = page.locator(".r-side [role=option]")
    expect(choice).to_contain_text("FRAME-BENT")
    # A long name is cut: the panel is not to be pushed aside.
    assert page.locator(".r-side").evaluate("side => side.scrollWidth <= side.clientWidth")
    choice.click()
    drawn(page, route.revision + 1)
    expect(page.locator(f"{op(20)} .half")).to_have_text("→ FRAME-BENT")
    shoot(page, "half-finished")
    assert route.operations.get(number=20).half_finished == bent
    field = page.locator("#id_half_finished")
    field.fill("FRAME")
    field.press("Tab")
    expect(page.locator(".r-side .err")).to_have_text(
        "Operation 20 cannot leave FRAME: that is what the whole route makes."
    )
    assert route.operations.get(number=20).half_finished == bent
