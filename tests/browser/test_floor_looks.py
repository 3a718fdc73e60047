"""Every page and sheet of the tablet: big enough for gloves, readable, room for long words, in both ways of holding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from execution.models import Report
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core import clock
from planning.models import ProductionOrder
from tests.browser.conftest import expect
from tests.browser.shopfloor import (
    CUT,
    JOB,
    LENGTHEN,
    SHORTEN,
    SIZES,
    SMALL,
    make_floor,
    olinda,
    turn,
    type_good,
)
from tests.browser.test_readable import problems
from tests.factories import make_item, make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Any]


@pytest.fixture
def order() -> ProductionOrder:
    made = make_floor()
    group = made.operations.get().group
    for number, saw in (("MO-000078", 60), ("MO-000079", 61)):
        two = [{"group": None, "name": f"Saw {saw}"}, {"group": group, "name": "Assemble"}]
        other = make_order(
            make_item(name="Touring bicycle"), 40, site=made.site, number=number, operations=two
        )
        release(orders=[other], by=None)
    ProductionOrder.objects.filter(pk=made.pk).update(due_on=(clock.now() - timedelta(days=9)).date())
    return made


def tap(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def walk(page: Any) -> Iterator[str]:
    """Every page, sheet and panel of the floor, one after the other; its name."""
    page.goto("/floor/station/", wait_until="networkidle")
    yield "station"
    page.goto("/floor/", wait_until="networkidle")
    yield "queue"
    page.get_by_role("button", name="Why not?").first.click()
    yield "queue-why"
    page.goto(JOB, wait_until="networkidle")
    tap(page, "Start")
    page.locator(".donenote").wait_for()
    yield "job-started"
    type_good(page, "14")
    yield "pad-over"
    page.keyboard.press("Escape")
    type_good(page, "6")
    yield "pad"
    page.locator("dialog[open] [data-go]").click()
    page.locator(".undo.ok").wait_for()
    yield "job-reported"
    tap(page, "Scrap")
    page.get_by_role("button", name="Ten more").click()
    yield "scrap"
    page.get_by_role("button", name="Gouge in metal").click()
    page.locator("dialog[open] .stopnote").wait_for()
    page.locator("dialog[open]").get_by_text("More reasons").click()
    yield "scrap-refused"
    page.keyboard.press("Escape")
    tap(page, "Finish")
    yield "finish"
    page.keyboard.press("Escape")
    page.locator("[data-sheet=materials]").click()
    yield "materials"
    page.keyboard.press("Escape")
    page.goto("/floor/", wait_until="networkidle")
    yield "queue-running"
    page.goto("/floor/?show=ready", wait_until="networkidle")
    yield "queue-filtered"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("way", SIZES)
def test_every_target_is_48_pixels_and_every_word_is_readable(
    order: ProductionOrder, visit: Visit, shoot: Any, way: str, theme: str
) -> None:
    page = visit("/floor/", by=olinda(), size="desktop" if way == "desktop" else "tablet", theme=theme)
    turn(page, way)
    found = {}
    for name in walk(page):
        shoot(page, f"floor-{name}-{way}-{theme}")
        found[name] = [*page.evaluate(SMALL), *page.evaluate(CUT), *problems(page)]
    assert len(found) == 13
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("way", ["landscape", "portrait"])
def test_words_forty_per_cent_longer_are_not_cut(
    order: ProductionOrder, visit: Visit, shoot: Any, way: str
) -> None:
    page = visit("/floor/", by=olinda(), size="tablet")
    turn(page, way)
    found = {}
    for name in walk(page):
        before = page.evaluate("document.getElementById('floor').innerHTML")
        page.evaluate(LENGTHEN)
        shoot(page, f"floor-{name}-{way}-long")
        found[name] = page.evaluate(CUT)
        assert page.evaluate("document.getElementById('floor').innerHTML") != before
        shorten(page)
    assert {name: each for name, each in found.items() if each} == {}


def shorten(page: Any) -> None:
    """Take the added letters away again."""
    page.evaluate(SHORTEN)


@pytest.mark.parametrize("way", ["landscape", "portrait"])
def test_the_main_action_is_in_reach_without_scrolling_whatever_is_said(
    order: ProductionOrder, visit: Visit, shoot: Any, way: str
) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    turn(page, way)
    in_reach(page, way)
    number = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.big .g')).fontSize)")
    assert number >= 160
    type_good(page, "3")
    page.locator("dialog[open] [data-go]").click()
    page.locator(".undo.ok").wait_for()
    in_reach(page, way)
    tap(page, "Start")
    page.locator(".donenote").wait_for()
    in_reach(page, way)
    # Another tablet took the last entry back: the refusal comes on top.
    undo(report=Report.objects.get(), by=olinda())
    tap(page, "Undo")
    page.locator("#main > .stopnote").wait_for()
    in_reach(page, way)
    shoot(page, f"floor-undo-refused-{way}")


def in_reach(page: Any, way: str) -> None:
    """Report is big, at the bottom right, and seen whole."""
    width, height = SIZES[way]
    box = page.get_by_role("button", name="Report good").bounding_box()
    assert box["x"] + box["width"] > width - 40 and box["height"] >= 90
    foot = height - (92 if way == "portrait" else 0)
    assert foot - 40 < box["y"] + box["height"] <= foot
    scrap = page.get_by_role("button", name="Scrap").bounding_box()
    assert scrap["y"] + scrap["height"] <= foot


def test_turning_the_tablet_loses_nothing_that_was_typed(order: ProductionOrder, visit: Visit) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    type_good(page, "6")
    turn(page, "portrait")
    expect(page.locator("dialog[open] [data-shown]")).to_have_text("6")
    expect(page.locator("dialog[open] [data-go]")).to_be_visible()


@pytest.mark.parametrize("way", SIZES)
def test_large_figures_are_not_cut_and_do_not_run_into_each_other(visit: Visit, shoot: Any, way: str) -> None:
    order = make_floor(quantity=1_250_000, over_report_fraction=Decimal("0.1"))
    row = order.operations.get()
    page = visit("/floor/", by=olinda(), size="tablet")
    turn(page, way)
    found = {}
    for good in (100, 1134, 22_100, 1_000_000):
        report(operation=row, good=Decimal(good), by=olinda())
        page.goto(JOB, wait_until="networkidle")
        shoot(page, f"floor-figures-{good}-{way}")
        found[good] = page.evaluate(CUT)
        type_good(page, "123456")
        found[-good] = page.evaluate(CUT)
        type_more(page, "789")
        found[good + 1] = page.evaluate(CUT)
        shoot(page, f"floor-pad-{good}-{way}")
    assert {number: each for number, each in found.items() if each} == {}


def type_more(page: Any, digits: str) -> None:
    for digit in digits:
        page.locator(f"dialog[open] [data-k='{digit}']").click()
