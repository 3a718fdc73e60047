"""An engineer at the BOM designer, by hand: keys, drag, wrong entries, undo, two people at once; then comparison,
where-used and a mass replacement with its preview."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from p2p.core import clock
from strategies.models import BomLine, BomStep, BomVersion, Item, PlanningCost, ReplaceRun, Site
from strategies.models.item import Flushing
from tests.browser.conftest import expect
from tests.browser.conftest import idle as settled
from tests.factories import make_bom, make_group, make_item, make_policy, make_route, make_site, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_the_spot(settings: Any) -> None:
    settings.RUNS = "inline"


@pytest.fixture
def draft() -> BomVersion:
    bike = make_item("BIKE", name="Bicycle", supply="make")
    parts = {
        make_item(number, name=name): 1
        for number, name in (("WHEEL", "Wheel"), ("BELL", "Bell"), ("SEAT", "Saddle"))
    }
    make_bom(next(iter(parts)), {make_item("SPOKE", name="Spoke"): 32})
    make_item("PUMP", name="Air pump")
    group = make_group(make_site("ONE"), "60", name="Final assembly")
    make_route(bike, [{"group": group, "name": "Assemble"}, {"name": "Pack"}])
    return make_bom(bike, parts, state="draft")


def opened(visit: Any, draft: BomVersion, **also: Any) -> Any:
    page = visit(f"/strategies/boms/{draft.pk}/", **also)
    page.locator("[data-designer][data-ready]").wait_for()
    return page


def until(check: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until it is so, in the database or on the page."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "never became true"
        time.sleep(0.1)


def idle(page: Any) -> None:
    """The page has drawn what the last change made of the bill."""
    page.locator("[data-designer]:not([data-busy])").wait_for()
    settled(page)


def order(draft: BomVersion) -> list[str]:
    lines = draft.lines.order_by("operation_number", "position").values_list(
        "component__number", "operation_number"
    )
    return [
        f"{number}@{operation or 0}" for number, operation in sorted(lines, key=lambda pair: pair[1] or 0)
    ]


def row(page: Any, number: str) -> Any:
    return page.locator("tr[data-line]", has=page.locator(f'[data-f="component"][data-v="{number}"]'))


def saved(draft: BomVersion, number: str, **columns: Any) -> bool:
    return BomLine.objects.filter(bom=draft, component__number=number, **columns).exists()


def test_the_first_line_of_a_bill_is_made_without_a_mouse(visit: Any) -> None:
    make_item("BELL", name="Bell")
    bare = make_bom(make_item("BIKE", name="Bicycle", supply="make"), {}, state="draft")
    page = opened(visit, bare, by=make_user("engineer"))
    page.keyboard.press("Insert")
    page.locator(".d-editing input").first.wait_for()
    page.keyboard.type("BELL")
    page.locator(".d-list li", has_text="BELL").first.wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    until(lambda: bare.lines.filter(component__number="BELL", quantity=2).exists())
    idle(page)


def test_the_first_line_of_a_bill_goes_to_the_first_operation_and_the_next_behind_the_last_line(
    visit: Any, draft: BomVersion
) -> None:
    draft.lines.all().delete()
    page = opened(visit, draft, by=make_user("engineer"))
    for number in ("BELL", "SEAT"):
        page.get_by_role("button", name="Add line").click()
        page.keyboard.type(number)
        page.locator(".d-list li", has_text=number).first.wait_for()
        page.keyboard.press("Enter")
        expect(page.locator("tr.d-new [data-f='operation'] input")).to_have_value("10")
        page.keyboard.type("1")
        page.keyboard.press("Enter")
        until(lambda number=number: saved(draft, number, operation_number=10))
        idle(page)
        row(page, number).wait_for()


def test_cells_are_edited_in_place_and_a_wrong_entry_stays_with_its_sentence(
    visit: Any, draft: BomVersion
) -> None:
    page = opened(visit, draft, by=make_user("engineer"))
    row(page, "BELL").locator('[data-f="quantity"]').click()
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    page.locator(".d-err", has_text="is no number").wait_for()
    entry = row(page, "BELL").locator('[data-f="quantity"] input')
    assert (entry.input_value(), entry.get_attribute("aria-invalid")) == ("two", "true")
    entry.fill("2")
    page.keyboard.press("Tab")
    until(lambda: saved(draft, "BELL", quantity=2))
    page.locator('[data-f="unit"] select').wait_for()
    page.keyboard.press("Escape")
    row(page, "BELL").locator('[data-f="scrap_fraction"]').click()
    page.keyboard.type("5 %")
    page.keyboard.press("Enter")
    until(lambda: saved(draft, "BELL", scrap_fraction="0.05"))


def test_a_tap_on_another_cell_keeps_what_was_typed_and_opens_that_cell(
    visit: Any, draft: BomVersion
) -> None:
    page = opened(visit, draft, by=make_user("engineer"))
    row(page, "WHEEL").locator('[data-f="quantity"]').click()
    page.keyboard.type("2")
    row(page, "SEAT").locator('[data-f="quantity"]').click()
    row(page, "SEAT").locator('[data-f="quantity"] input').wait_for()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    until(lambda: saved(draft, "SEAT", quantity=3))
    assert saved(draft, "WHEEL", quantity=2)


def test_who_chose_another_line_stays_there_when_the_cell_before_is_saved(
    visit: Any, draft: BomVersion
) -> None:
    page = opened(visit, draft, by=make_user("engineer"))
    row(page, "WHEEL").locator('[data-f="quantity"]').click()
    page.keyboard.type("2")
    row(page, "SEAT").focus()
    until(lambda: saved(draft, "WHEEL", quantity=2))
    idle(page)
    expect(row(page, "SEAT")).to_be_focused()


def test_everything_has_a_key(visit: Any, draft: BomVersion) -> None:
    page = opened(visit, draft, by=make_user("engineer"))
    row(page, "WHEEL").focus()
    page.keyboard.press("ArrowRight")
    page.locator("tr[aria-level='2']", has_text="Spoke").wait_for()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("tr[aria-level='2']")).to_be_hidden()
    page.keyboard.press("Alt+ArrowDown")
    until(lambda: order(draft) == ["BELL@0", "WHEEL@0", "SEAT@0"])
    idle(page)
    row(page, "SEAT").focus()
    page.keyboard.press("Alt+ArrowDown")
    until(lambda: order(draft) == ["BELL@0", "WHEEL@0", "SEAT@10"])
    idle(page)
    row(page, "BELL").focus()
    page.keyboard.press("Insert")
    page.keyboard.type("air")
    page.locator(".d-list li", has_text="Air pump").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    until(lambda: order(draft) == ["BELL@0", "PUMP@0", "WHEEL@0", "SEAT@10"])
    idle(page)
    row(page, "PUMP").wait_for()
    row(page, "PUMP").focus()
    page.keyboard.press("Delete")
    until(lambda: not saved(draft, "PUMP"))
    idle(page)
    until(lambda: row(page, "PUMP").count() == 0)
    page.locator("[data-designer] tr[tabindex='0']").first.focus()
    for _ in range(2):
        revision = page.locator("[data-designer]").get_attribute("data-revision")
        page.keyboard.press("Control+z")
        until(lambda was=revision: page.locator("[data-designer]").get_attribute("data-revision") != was)
        idle(page)
        page.locator("[data-designer] tr[tabindex='0']").first.focus()
    assert order(draft) == ["BELL@0", "WHEEL@0", "SEAT@10"]


def test_the_count_in_the_tab_follows_the_lines(visit: Any, draft: BomVersion) -> None:
    page = opened(visit, draft, by=make_user("engineer"))
    count = page.locator(".p-tabs a[aria-current] .cnt")
    expect(count).to_have_text("3")
    row(page, "BELL").focus()
    page.keyboard.press("Delete")
    until(lambda: count.inner_text() == "2")
    page.locator("[data-do='undo']").click()
    until(lambda: count.inner_text() == "3")
    expect(page.locator("#head")).to_have_count(1)


def test_the_figures_over_and_under_the_lines_follow_each_edit(visit: Any, draft: BomVersion) -> None:
    site = Site.objects.get()
    for number, days, cost in (("WHEEL", 3, 10), ("BELL", 9, 2), ("SPOKE", 1, 1)):
        item = Item.objects.get(number=number)
        item.policies.all().delete()
        make_policy(item, lead_time_days=days)
        today = clock.now().date()
        PlanningCost.objects.create(item=item, site=site, valid_from=today, unit_cost=cost)
    page = opened(visit, draft, by=make_user("engineer"))
    chain, sums = page.locator(".d-chain"), page.locator("[data-sums]")
    expect(chain).to_have_text("9 days when nothing is in stock")
    expect(row(page, "BELL")).to_have_class(re.compile("d-crit"))
    expect(page.locator(".d-unpriced")).to_have_text("1 line has no cost.")
    materials = sums.inner_text()
    row(page, "BELL").locator('[data-f="component"]').click()
    page.keyboard.type("PUMP")
    page.locator(".d-list li", has_text="Air pump").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    until(lambda: saved(draft, "PUMP"))
    expect(chain).to_have_text("4 days when nothing is in stock")
    expect(row(page, "WHEEL")).to_have_class(re.compile("d-crit"))
    expect(page.locator(".d-unpriced")).to_have_text("2 lines have no cost.")
    expect(sums).not_to_have_text(materials)


def test_a_new_line_says_its_operation_and_a_long_number_is_shown_whole(
    visit: Any, draft: BomVersion
) -> None:
    draft.lines.filter(component__number="SEAT").update(operation_number=10)
    page = opened(visit, draft, by=make_user("engineer"), size="tablet")
    row(page, "SEAT").focus()
    page.keyboard.press("Insert")
    page.keyboard.type("PUMP")
    page.locator(".d-list li", has_text="Air pump").click()
    expect(page.locator("tr.d-new [data-f='operation'] input")).to_have_value("10")
    page.locator("tr.d-new [data-f='quantity'] input").fill("123456.7891")
    page.locator("tr.d-new [data-f='operation'] input").fill("20")
    tick = page.locator(".d-go").bounding_box()
    assert min(tick["width"], tick["height"]) >= 44
    page.locator(".d-go").click()
    until(lambda: "PUMP@20" in order(draft))
    number = row(page, "PUMP").locator('[data-f="quantity"]')
    expect(number).to_have_text("123,456.7891")
    assert number.evaluate("cell => cell.scrollWidth <= cell.clientWidth + 1")


def test_a_line_is_dragged_to_another_operation(visit: Any, draft: BomVersion) -> None:
    page = opened(visit, draft, by=make_user("engineer"))
    handle = row(page, "WHEEL").locator(".d-handle").bounding_box()
    target = page.locator("tr.group", has_text="Pack").bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 8)
    page.mouse.down()
    page.mouse.move(handle["x"] + 5, handle["y"] + 40, steps=3)
    page.mouse.move(handle["x"] + 5, target["y"] + target["height"] - 2, steps=6)
    page.locator("tr.d-into").wait_for()
    page.mouse.up()
    until(lambda: order(draft) == ["BELL@0", "SEAT@0", "WHEEL@20"])
    row(page, "WHEEL").wait_for()
    page.locator("[data-do='undo']").click()
    until(lambda: order(draft) == ["WHEEL@0", "BELL@0", "SEAT@0"])


def finger(page: Any) -> Callable[..., None]:
    """`touch("touchStart", x, y)`: a real finger, as the browser gets it from a screen."""
    screen = page.context.new_cdp_session(page)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def test_a_finger_drags_a_line_to_an_operation(visit: Any, draft: BomVersion) -> None:
    page = opened(visit, draft, by=make_user("engineer"), size="tablet")
    handle = row(page, "WHEEL").locator(".d-handle").bounding_box()
    target = page.locator("tr.group", has_text="Pack").bounding_box()
    touch, x = finger(page), handle["x"] + 20
    touch("touchStart", x, handle["y"] + 20)
    for part in range(1, 9):
        touch("touchMove", x, handle["y"] + 20 + part * (target["y"] + 30 - handle["y"] - 20) / 8)
    page.locator("tr.d-into").wait_for()
    touch("touchEnd")
    until(lambda: order(draft) == ["BELL@0", "SEAT@0", "WHEEL@20"])


def test_a_dragged_line_rolls_a_long_bill_along(visit: Any, draft: BomVersion) -> None:
    parts = {make_item(f"PART{number:02}"): 1 for number in range(30)}
    for position, part in enumerate(parts, 10):
        BomLine.objects.create(
            bom=draft, component=part, unit=part.unit, quantity=1, position=position * 10, kind="item"
        )
    page = opened(visit, draft, by=make_user("engineer"), size="tablet")
    assert page.locator("tr.group", has_text="Pack").bounding_box()["y"] > 768, (
        "it all fits: this proves nothing"
    )
    handle = row(page, "WHEEL").locator(".d-handle").bounding_box()
    touch, x = finger(page), handle["x"] + 20
    touch("touchStart", x, handle["y"] + 20)
    touch("touchMove", x, 600)
    touch("touchMove", x, 755)
    page.locator("tr.group.d-into", has_text="Pack").wait_for()
    touch("touchEnd")
    until(lambda: order(draft)[-1] == "WHEEL@20")


SMALL = """[...document.querySelectorAll('.d-card a, .d-card button, .d-card .d-handle, .p-head button, .p-actions a')]
    .filter(each => each.offsetWidth && getComputedStyle(each).visibility !== 'hidden'
        && Math.min(each.getBoundingClientRect().height, each.closest('.trunc') ? 99 :
                    each.getBoundingClientRect().width) < 43.9)
    .map(each => each.className + ' ' + each.textContent.trim())"""


@pytest.mark.parametrize("size", ["tablet", "portrait"])
def test_a_tablet_shows_the_whole_line_and_fingers_hit_it(visit: Any, draft: BomVersion, size: str) -> None:
    BomLine.objects.filter(bom=draft).update(valid_from="2026-03-05", flushing="backflush")
    page = opened(visit, draft, by=make_user("engineer", is_superuser=True), size=size)
    wide = page.locator(".d-scroll").evaluate("box => box.scrollWidth - box.clientWidth")
    assert wide <= 0 and page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert page.evaluate(SMALL) == []
    folded = row(page, "WHEEL").locator(".d-fold")
    expect(folded).to_contain_text("from 5 Mar")
    expect(folded).to_be_visible()
    row(page, "BELL").locator(".d-more").tap()
    sheet = page.locator("dialog[open]:has(.d-line)")
    sheet.get_by_role("link", name="Change the line").wait_for()
    line = row(page, "BELL").bounding_box()
    assert line["y"] + line["height"] <= sheet.bounding_box()["y"], "the sheet covers the line"
    sheet.get_by_role("link", name="Remove").tap()
    page.locator("dialog[open]").get_by_role("button", name="Remove").tap()
    until(lambda: not saved(draft, "BELL"))


def test_on_paper_no_column_folds(visit: Any, draft: BomVersion) -> None:
    BomLine.objects.filter(bom=draft).update(valid_from="2026-03-05")
    page = opened(visit, draft, by=make_user("engineer"), size="portrait")
    expect(row(page, "BELL").locator('[data-f="valid_from"]')).to_be_hidden()
    page.emulate_media(media="print")
    expect(row(page, "BELL").locator('[data-f="valid_from"]')).to_be_visible()
    expect(row(page, "BELL").locator(".d-fold")).to_be_hidden()


CUT = """els => els.filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1
  && getComputedStyle(e).visibility != 'hidden').map(e => e.textContent.trim())"""


@pytest.mark.parametrize("size", ["desktop", "tablet"])
def test_kinds_ways_of_booking_and_counts_of_steps_are_not_cut(
    visit: Any, draft: BomVersion, size: str
) -> None:
    lines = BomLine.objects.filter(bom=draft)
    lines.update(kind=BomLine.Kind.PEGGED, flushing=Flushing.ARRIVAL, valid_from="2010-12-15")
    lines.filter(component__number="BELL").update(flushing=Flushing.MANUAL, valid_to="2011-12-31")
    for line in lines:
        BomStep.objects.bulk_create(BomStep(line=line, from_quantity=10 * n, quantity=1) for n in (1, 2, 3))
    page = opened(visit, draft, by=make_user("engineer"), size=size)
    expect(row(page, "BELL").locator(".d-count")).to_have_text("3 steps")
    assert page.locator(".d-table tr[aria-level] > td, .d-table .d-count").evaluate_all(CUT) == []


def test_all_levels_on_paper_are_a_list_without_what_one_presses(visit: Any, draft: BomVersion) -> None:
    page = visit(f"/strategies/boms/{draft.pk}/?tab=sums", by=make_user("engineer"))
    words = page.locator(".p-card > header").get_by_text("This list")
    expect(words).to_be_visible()
    page.emulate_media(media="print")
    expect(words).to_be_hidden()
    expect(page.locator(".p-crumb")).to_be_hidden()
    expect(page.get_by_role("heading", name="All levels")).to_be_visible()
    expect(page.get_by_role("cell", name="SPOKE", exact=True)).to_be_visible()


def test_a_line_is_added_by_taps_alone(visit: Any, draft: BomVersion) -> None:
    page = opened(visit, draft, by=make_user("engineer"), size="tablet")
    page.locator("[data-do='insert']").tap()
    fresh = page.locator("tr.d-new")
    fresh.get_by_role("combobox").press_sequentially("air")
    page.locator(".d-list li", has_text="Air pump").tap()
    fresh.get_by_label("Quantity").fill("3")
    fresh.get_by_role("button", name="Add the line").tap()
    until(lambda: saved(draft, "PUMP", quantity=3))


def test_rows_of_a_spreadsheet_are_pasted(visit: Any, draft: BomVersion) -> None:
    make_item("NUT")
    page = opened(visit, draft, by=make_user("engineer"))
    page.locator("[data-do='paste']").click()
    page.locator(".d-paste textarea").fill("NUT\t4\nNOSUCH\t1")
    page.locator(".d-paste button[type=submit]").click()
    page.locator(".d-paste .err", has_text="Row 2").wait_for()
    page.locator(".d-paste textarea").fill("NUT\t4\nPUMP\t1")
    page.locator(".d-paste button[type=submit]").click()
    until(lambda: saved(draft, "NUT", quantity=4) and saved(draft, "PUMP", quantity=1))


def test_two_people_at_one_draft_are_told_and_nothing_is_lost(visit: Any, draft: BomVersion) -> None:
    first = opened(visit, draft, by=make_user("engineer"))
    second = opened(visit, draft, by=make_user("engineer"))
    row(first, "BELL").locator('[data-f="quantity"]').click()
    first.keyboard.type("5")
    first.keyboard.press("Enter")
    until(lambda: saved(draft, "BELL", quantity=5))
    row(second, "SEAT").locator('[data-f="quantity"]').click()
    second.keyboard.type("7")
    second.keyboard.press("Enter")
    second.locator(".d-stale", has_text="changed").wait_for()
    assert not saved(draft, "SEAT", quantity=7)
    second.locator("[data-do='renew']").click()
    until(lambda: row(second, "BELL").locator('[data-f="quantity"]').get_attribute("data-v") == "5")
    entry = row(second, "SEAT").locator('[data-f="quantity"] input')
    until(lambda: entry.input_value() == "7")
    entry.press("Enter")
    until(lambda: saved(draft, "SEAT", quantity=7) and saved(draft, "BELL", quantity=5))


def test_two_versions_are_compared(visit: Any, draft: BomVersion) -> None:
    wheel = draft.lines.get(component__number="WHEEL").component
    second = make_bom(draft.item, {wheel: 2}, state="draft", version=2)
    page = visit(f"/strategies/boms/{second.pk}/", by=make_user("engineer"))
    page.get_by_role("link", name="Compare").first.click()
    changed = page.locator("tr[data-s='started']", has_text="WHEEL")
    changed.wait_for()
    expect(changed).to_contain_text("Changed")
    expect(page.locator("tr[data-s='late']", has_text="Removed")).to_have_count(2)


def test_where_used_leads_to_a_replacement_with_preview(visit: Any, draft: BomVersion) -> None:
    bell = draft.lines.get(component__number="BELL").component
    trike, cart = make_bom(make_item("TRIKE"), {bell: 1}), make_bom(make_item("CART"), {bell: 2})
    gong = make_item("GONG", name="Gong")
    make_bom(gong, {make_item("RING"): 1})
    loop = make_bom(BomLine.objects.get(bom__item=gong).component, {bell: 1})
    page = visit("/strategies/where-used/?item=BELL&how=direct", by=make_user("engineer"))
    page.locator("td", has_text="TRIKE").first.wait_for()
    page.get_by_role("link", name="Replace it").click()
    page.locator("#id_new").fill("gon")
    page.locator(".d-list li", has_text="Gong").click()
    page.get_by_role("button", name="Preview").click()
    page.locator("td", has_text="RING → GONG → RING").wait_for()
    expect(page.locator("[data-bills-head]")).to_have_text("3 bills change")
    page.get_by_label("CART v1").uncheck()
    expect(page.locator("[data-bills-head]")).to_have_text("2 bills change")
    page.get_by_role("button", name="Replace").click()
    expect(page.locator("#confirm-text")).to_have_text("Use GONG instead of BELL in 2 bills, at once?")
    page.locator("#confirm-yes").click()
    page.wait_for_url("**/replacements/*/")
    page.locator("td", has_text="TRIKE").first.wait_for()
    run = ReplaceRun.objects.get()
    assert run.summary == {"bills": 2, "swaps": 2, "loop": 1}
    used = {bom: set(bom.lines.values_list("component__number", flat=True)) for bom in (trike, cart, loop)}
    assert (used[trike], used[cart], used[loop]) == ({"GONG"}, {"BELL"}, {"BELL"})
