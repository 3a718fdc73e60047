"""The buttons of a row can be reached on a tablet without scrolling sideways."""

from __future__ import annotations

from typing import Any

import pytest

from planning.models import Operation
from tests.factories import make_group, make_item, make_order, make_site, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_work_list_keeps_its_buttons_at_the_edge(visit: Any, shoot: Any, theme: str) -> None:
    site = make_site()
    group = make_group(site=site)
    steps = [{"group": group, "state": "released", "name": "Weld the frame"}]
    for _ in range(3):
        make_order(
            make_item(name="Frame of a touring bicycle"), site=site, operations=steps, state="released"
        )
    assert Operation.objects.filter(state="released").count() == 3
    page = visit("/execution/dispatch/", by=make_user("supervisor"), size="tablet", theme=theme)
    scroll = page.locator("#list .p-scroll")
    sizes = scroll.evaluate("box => [box.scrollWidth, box.clientWidth, box.scrollLeft]")
    assert sizes[0] > sizes[1], "the table is wider than the tablet, or this proves nothing"
    assert sizes[2] == 0
    edge = scroll.bounding_box()
    button = page.get_by_role("link", name="Report").first
    box = button.bounding_box()
    assert edge["x"] <= box["x"] and box["x"] + box["width"] <= edge["x"] + edge["width"]
    shoot(page, f"buttons-in-sight-{theme}")
    button.tap()
    page.locator("#dialog input:visible").first.wait_for()
