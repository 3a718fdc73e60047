"""Every page of strategies opens without a word in the browser's console: no error, no report of the policy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.views.generic import View

from p2p.core.web.lists import ListPage
from p2p.core.web.page import Page
from p2p.core.web.records import RecordPage
from strategies.models import BomLine, BomVersion, Item, RouteVersion
from tests.architecture.edges import patterns
from tests.architecture.rows import make_row
from tests.factories import make_bom, make_calendar, make_group, make_item, make_route, make_site, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NO_PAGES = {
    "KeptFile",
    "Branches",
    "Edit",
    "Lines",
    "Level",
    "RouteDesign",
    "RemovePicture",
    "MoveStep",
    "ResourceWeek",
}
"""What pages ask for while they are open, and addresses that are only posted to."""
FILES = re.compile(r"\.(csv|xlsx)$|<str:(kind|name)>")
TABS = {
    "/strategies/boms/<int:pk>/": ("sums", "history"),
    "/strategies/routes/<int:pk>/": ("operations", "instructions", "history"),
    "/strategies/items/<path:number>/": ("supply", "where", "about"),
    "/strategies/calendars/<str:code>/": ("year",),
    "/strategies/replacements/<int:pk>/": ("left",),
    "/strategies/imports/<int:pk>/": ("sheets",),
}
MODELS = {"CompareWith": BomVersion, "WhereUsedOf": Item, "LinePanel": BomLine}
"""Pages that look for their record themselves."""
LISTEN = """document.addEventListener('securitypolicyviolation', event =>
    console.error(`policy: ${event.violatedDirective} ${event.sourceFile} ${event.sample}`))"""


def opened() -> dict[str, type[View]]:
    """Address -> page, of those that a person opens."""
    found = {}
    for route, one in patterns():
        view = getattr(one.callback, "view_class", None)
        mine = isinstance(view, type) and issubclass(view, Page) and route.startswith("/strategies/")
        if mine and view.__name__ not in NO_PAGES and not FILES.search(route):
            found[route] = view
    return found


KINDS = {
    "lists": lambda view: issubclass(view, ListPage),
    "records": lambda view: issubclass(view, RecordPage),
    "forms": lambda view: not issubclass(view, (ListPage, RecordPage)),
}


def address_of(route: str, view: Any) -> str:
    """With the key of a new row."""
    if "<" not in route:
        return route
    row = make_row(MODELS.get(view.__name__) or view.model)
    return re.sub(r"<\w+:(\w+)>", lambda gap: str(getattr(row, gap[1])), route)


def ear(page: Any) -> list[str]:
    """What the browser says from now on: messages, errors of scripts, answers that are none."""
    said: list[str] = []
    page.add_init_script(LISTEN)
    page.on("console", lambda one: said.append(one.text) if one.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda one: said.append(f"{one.status} {one.url}") if one.status >= 400 else None)
    return said


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_opens_without_a_word_in_the_console(visit: Any, kind: str) -> None:
    page = visit("/strategies/items/", by=make_user("administrator", is_superuser=True))
    said, loud = ear(page), {}
    views = {route: view for route, view in opened().items() if KINDS[kind](view)}
    assert len(views) > 5
    for route, view in views.items():
        path = address_of(route, view)
        for tab in ("", *(f"?tab={one}" for one in TABS.get(route, ()))):
            page.goto(path + tab, wait_until="networkidle" if "<" in route and kind == "records" else "load")
            if said:
                loud[path + tab] = list(said)
                said.clear()
    assert loud == {}


def test_both_designers_are_worked_in_without_a_word(visit: Any) -> None:
    group = make_group(make_site("ONE", calendar=make_calendar("WEEK")), "60")
    bike, wheel = make_item("BIKE"), make_item("WHEEL")
    bill, route = make_bom(bike, {wheel: 2}), make_route(bike, [{"group": group}, {"name": "Pack"}])
    page = visit("/strategies/items/", by=make_user("engineer"))
    said = ear(page)
    for tab in ("bom", "route"):
        page.goto(f"/strategies/items/BIKE/?tab={tab}", wait_until="networkidle")
    BomVersion.objects.update(state="draft")
    RouteVersion.objects.update(state="draft")
    page.goto(bill.get_absolute_url(), wait_until="networkidle")
    page.locator("tr[data-line]").first.focus()
    page.screenshot()
    page.keyboard.press("Delete")
    page.locator(".p-tabs .cnt", has_text="0").wait_for()
    page.locator("[data-do='undo']").click()
    page.locator("tr[data-line] .d-more").click()
    page.locator("dialog[open] .d-line").wait_for()
    assert bill.lines.count() == 1
    page.goto(route.get_absolute_url(), wait_until="networkidle")
    page.locator(".op").first.click()
    page.locator("#id_name").wait_for()
    page.screenshot()
    page.fill("#id_name", "Mount")
    page.press("#id_name", "Tab")
    page.locator(".op .name", has_text="Mount").wait_for()
    page.locator("[data-act='add']").first.click()
    page.locator(".p-tabs .cnt", has_text="3").wait_for()
    assert route.operations.filter(name="Mount").exists()
    assert said == []
