"""An operator's job on the tablet, from a scan to its end; and everything that can go wrong on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from execution.models import Report
from execution.services.release import release
from execution.services.report import report
from p2p.inventory import selectors as inventory
from planning.models import ProductionOrder
from tests.browser.conftest import drawn, expect, idle, until
from tests.browser.shopfloor import (
    JOB,
    LISTEN,
    booked,
    go,
    make_floor,
    olinda,
    scan,
    type_good,
)
from tests.factories import make_group, make_item, make_order, make_reason, make_site, make_unit, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Any]
GOOD, REFUSED = [1320], [220, 180]


@pytest.fixture
def order() -> ProductionOrder:
    return make_floor()


def listening(page: Any) -> Any:
    """The same page, remembering every tone from its start."""
    page.add_init_script(LISTEN)
    page.reload(wait_until="networkidle")
    return page


def ring(page: Any, tones: list[int]) -> None:
    """Wait until so many tones were heard; they are these."""
    until(page, f"window.heard.length >= {len(tones)}")
    drawn(page)
    assert heard(page) == tones


def pad(page: Any) -> Any:
    """The number in the open pad."""
    return page.locator("dialog[open] [data-shown]")


def heard(page: Any) -> list[int]:
    return [round(each) for each in page.evaluate("window.heard")]


def test_scan_start_report_scrap_undo_and_finish_leave_exact_figures(
    order: ProductionOrder, visit: Visit
) -> None:
    page = visit("/floor/", by=olinda(), size="tablet")
    expect(page.locator("main")).to_contain_text("Road bicycle")
    scan(page, "MO-000077-10")
    page.wait_for_url(f"**{JOB}")
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".timer").wait_for()

    type_good(page, "6")
    expect(go(page)).to_have_text("Report 6 good", use_inner_text=True)
    go(page).click()
    booked(page, "6 good booked.")

    page.get_by_role("button", name="Scrap").click()
    page.locator("dialog[open]").get_by_role("button", name="Gouge in metal").click()
    booked(page, "1 scrap: Gouge in metal booked.")
    expect(page.locator(".bigrow .togo")).to_have_text(re.compile(r"^\s*3\D"))

    page.get_by_role("button", name="Undo").click()
    page.locator(".donenote").get_by_text("Taken back: 1 scrap: Gouge in metal.").wait_for()
    expect(page.locator(".undo")).to_contain_text("6 good")

    type_good(page, "")
    page.locator("dialog[open]").get_by_role("button", name="All 4").click()
    go(page).click()
    booked(page, "4 good booked.")
    page.get_by_role("button", name="Finish").click()
    page.wait_for_url("**/floor/")
    page.locator(".donenote").get_by_text("is finished.").wait_for()

    assert Report.objects.count() == 4
    row = order.operations.get()
    assert (row.state, row.good_quantity, row.scrap_quantity) == ("finished", D(10), D(0))
    assert inventory.on_hand(order.site, [order.item_id]) == {order.item_id: D(10)}


def test_the_pad_starts_empty_each_time_and_a_second_tap_on_report_books_nothing(
    order: ProductionOrder, visit: Visit
) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    type_good(page, "2")
    go(page).dblclick()
    booked(page, "2 good booked.")
    type_good(page, "")
    expect(pad(page)).to_have_text("")
    go(page).click(force=True)
    idle(page)
    page.locator("dialog[open] [data-k='7']").click()
    page.get_by_role("button", name="Close without reporting").click()
    type_good(page, "")
    expect(pad(page)).to_have_text("")
    assert Report.objects.count() == 1


def test_a_report_is_seen_and_heard_once_and_a_reload_neither_rings_nor_books(
    order: ProductionOrder, visit: Visit
) -> None:
    page = listening(visit(JOB, by=olinda(), size="tablet"))
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".timer").wait_for()
    assert heard(page) == []
    type_good(page, "3")
    go(page).click()
    booked(page, "3 good booked.")
    ring(page, GOOD)
    expect(page.locator("#live")).to_contain_text("3 good booked.")
    for _reload in range(2):
        page.reload(wait_until="networkidle")
        page.locator("main").click(position={"x": 5, "y": 5})
        assert heard(page) == []
    expect(page.locator(".undo")).to_contain_text("3 good")
    expect(page.locator(".undo.ok")).to_have_count(0)
    assert Report.objects.count() == 1


def test_what_another_tablet_reported_meanwhile_refuses_the_count_and_keeps_it(
    order: ProductionOrder, visit: Visit
) -> None:
    page = listening(visit(JOB, by=olinda(), size="tablet"))
    type_good(page, "8")
    page.locator("dialog[open]").get_by_text("Add a note").click()
    page.locator("dialog[open] [name=note]").fill("left rack")
    # The other tablet is faster.
    report(operation=order.operations.get(), good=D(6), by=olinda())
    go(page).click()
    refusal = page.locator("dialog[open] .stopnote")
    refusal.wait_for()
    expect(refusal).to_contain_text("14 good would be more than the 10")
    ring(page, REFUSED)
    expect(pad(page)).to_have_text("8")
    expect(page.locator("dialog[open] [name=note]")).to_have_value("left rack")
    # The figures are those of now, and the sentence stays until the next entry.
    expect(page.locator("dialog[open] .entry .togo")).to_have_text(re.compile(r"^\s*4\D"))
    expect(page.locator("dialog[open] .note.bad")).to_be_visible()
    page.keyboard.type("4", delay=80)
    expect(pad(page)).to_have_text("4")
    expect(refusal).to_be_visible()
    go(page).click()
    booked(page, "4 good booked.")
    ring(page, REFUSED + GOOD)
    assert [(row.good, row.note) for row in Report.objects.all()] == [(D(4), "left rack"), (D(6), "")]


def test_refused_scrap_comes_back_with_its_pieces_and_its_reason(
    order: ProductionOrder, visit: Visit
) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    page.get_by_role("button", name="Scrap").click()
    sheet = page.locator("dialog[open]")
    sheet.get_by_role("button", name="Ten more").click()
    expect(sheet).to_contain_text("books 11 as scrap", use_inner_text=True)
    sheet.get_by_role("button", name="Paint process failed").click()
    sheet.locator(".stopnote").wait_for()
    expect(sheet.locator(".stopnote")).to_contain_text("11 scrap at once is more than the 10")
    expect(sheet.locator("[name=quantity]")).to_have_value("11")
    expect(sheet.locator(".rt.was")).to_contain_text("Paint process failed")
    sheet.get_by_role("button", name="One less").click()
    sheet.locator(".rt.was").click()
    booked(page, "10 scrap: Paint process failed booked.")
    assert Report.objects.get().scrap == D(10)


def test_beyond_the_order_is_amber_and_booked_beyond_the_tolerance_the_pad_refuses(visit: Visit) -> None:
    make_floor(over_report_fraction=D("0.2"))
    page = listening(visit(JOB, by=olinda(), size="tablet"))
    type_good(page, "13")
    expect(page.locator("[data-note]")).to_contain_text("3 more than ordered, 1 over the limit.")
    go(page).click(force=True)
    ring(page, REFUSED)
    assert not Report.objects.exists()
    page.keyboard.press("Backspace")
    page.keyboard.press("1")
    expect(page.locator("dialog[open] .note.warn")).to_be_visible()
    go(page).click()
    booked(page, "11 good booked: 1 more than ordered.")
    expect(page.locator(".undo.warn")).to_be_visible()
    assert Report.objects.get().good == D(11)


def test_who_is_signed_out_while_typing_finds_the_count_after_signing_in(
    order: ProductionOrder, visit: Visit
) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    type_good(page, "6")
    page.context.clear_cookies(name="sessionid")
    go(page).click()
    page.get_by_label("User name").fill("olinda")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Sign in").click()
    page.locator("dialog[open]").get_by_text("You were signed out while you typed").wait_for()
    expect(pad(page)).to_have_text("6")
    assert not Report.objects.exists()
    go(page).click()
    booked(page, "6 good booked.")
    expect(page).to_have_url(re.compile(re.escape(JOB) + "$"))
    assert Report.objects.count() == 1


def test_a_fault_of_the_server_keeps_the_count_and_the_next_tap_books_it_once(
    order: ProductionOrder, visit: Visit
) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    page.route("**/report/", lambda route: route.fulfill(status=500, body="<h1>Server Error</h1>"))
    type_good(page, "6")
    go(page).click()
    page.locator("dialog[open]").get_by_text("The server had a fault.").wait_for()
    expect(pad(page)).to_have_text("6")
    page.unroute("**/report/")
    go(page).click()
    booked(page, "6 good booked.")
    assert Report.objects.count() == 1


def test_an_answer_lost_on_its_way_is_asked_for_again_and_counts_once(
    order: ProductionOrder, visit: Visit
) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    # The entry arrives and is booked; its answer does not.
    page.evaluate(
        "() => { const real = window.fetch;"
        " window.fetch = async (...all) => { await real(...all); window.fetch = real; throw new TypeError('lost'); }; }"
    )
    type_good(page, "6")
    go(page).click()
    page.locator("dialog[open]").get_by_text("The server did not answer.").wait_for()
    expect(pad(page)).to_have_text("6")
    go(page).click()
    page.locator(".donenote").get_by_text("it counts once").wait_for()
    expect(page.locator(".undo")).to_contain_text("6 good")
    assert Report.objects.count() == 1


def test_without_a_connection_nothing_is_sent_and_the_count_stays(
    order: ProductionOrder, visit: Visit
) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    type_good(page, "6")
    page.context.set_offline(True)
    go(page).click()
    page.locator("dialog[open]").get_by_text("No connection: nothing was sent.").wait_for()
    expect(pad(page)).to_have_text("6")
    page.context.set_offline(False)
    go(page).click()
    booked(page, "6 good booked.")


def test_a_scan_does_not_throw_away_a_number_that_is_not_sent(order: ProductionOrder, visit: Visit) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    type_good(page, "6")
    drawn(page)
    scan(page, "4006381333931")
    page.locator("dialog[open]").get_by_text("Send or clear the number first").wait_for()
    expect(pad(page)).to_have_text("6")
    expect(page).to_have_url(re.compile(re.escape(JOB) + "$"))


def test_a_wrong_scan_names_the_code_and_stays_on_the_job(order: ProductionOrder, visit: Visit) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    scan(page, "4006381333931")
    page.locator(".stopnote").get_by_text("4006381333931 is no order or operation of this plant.").wait_for()
    expect(page).to_have_url(re.compile(re.escape(JOB) + "$"))


def test_a_whole_report_by_keyboard(order: ProductionOrder, visit: Visit) -> None:
    page = visit(JOB, by=olinda(), size="desktop")
    page.get_by_role("button", name="Report good").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("6", delay=80)
    page.keyboard.press("Enter")
    booked(page, "6 good booked.")
    page.get_by_role("button", name="Scrap").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert Report.objects.count() == 1


def test_finishing_short_is_asked_about(order: ProductionOrder, visit: Visit) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    page.get_by_role("button", name="Finish").click()
    page.locator(".stopnote").get_by_text("Nothing was reported on MO-000077 · 10 yet.").wait_for()
    type_good(page, "6")
    go(page).click()
    booked(page, "6 good booked.")
    page.get_by_role("button", name="Finish", exact=True).click()
    page.get_by_role("button", name="Not yet").click()
    assert order.operations.get().state == "started"
    page.get_by_role("button", name="Finish", exact=True).click()
    page.get_by_role("button", name="Finish with 4 to go").click()
    page.wait_for_url("**/floor/")
    assert order.operations.get().state == "finished"


def test_signing_out_is_called_so_and_does_it(order: ProductionOrder, visit: Visit) -> None:
    page = visit("/floor/", by=olinda(), size="tablet")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in").wait_for()
    page.goto("/floor/")
    assert "/login/" in page.url


def test_choosing_the_place_opens_its_queue_and_back_leads_to_the_places(
    order: ProductionOrder, visit: Visit
) -> None:
    make_group(order.site, "70", name="Paint")
    page = visit("/floor/station/", by=olinda(), size="tablet")
    page.get_by_role("button", name="Paint").click()
    page.locator("main").get_by_text("No work for Paint yet").wait_for()
    expect(page).to_have_url(re.compile(re.escape("/floor/") + "$"))
    page.go_back()
    page.locator("main").get_by_text("Where does this tablet stand?").wait_for()
    expect(page.get_by_role("button", name="Paint")).to_contain_text("here now")


def test_a_weight_is_typed_with_the_readers_own_decimal_sign(visit: Visit) -> None:
    site = make_site("SHOP")
    group = make_group(site, "60")
    made = make_order(
        make_item("GLUE", unit=make_unit("KG", digits=3)),
        10,
        site=site,
        number="MO-000077",
        operations=[{"group": group}],
    )
    release(orders=[made], by=None)
    make_reason("S01", name="Gouge in metal")
    by = make_user("operator", site=site, number_format="1.234,5")
    page = visit(JOB, by=by, size="tablet")
    type_good(page, "2.5")
    expect(pad(page)).to_have_text("2,5")
    expect(go(page)).to_contain_text("2,5")
    go(page).click()
    booked(page, "2,5 good booked.")
    page.get_by_role("button", name="Scrap").click()
    page.locator("dialog[open] [name=quantity]").fill("0,125")
    page.get_by_role("button", name="Gouge in metal").click()
    booked(page, "0,125 scrap: Gouge in metal booked.")
    assert [(row.good, row.scrap) for row in Report.objects.order_by("pk")] == [
        (D("2.5"), 0),
        (0, D("0.125")),
    ]


def test_a_page_older_than_the_last_sign_in_still_sends(order: ProductionOrder, visit: Visit) -> None:
    page = visit(JOB, by=olinda(), size="tablet")
    type_good(page, "6")
    # Signing in anew in another window changes the token that this page was drawn with.
    other = page.context.new_page()
    other.goto("/floor/")
    other.get_by_role("button", name="Sign out").click()
    other.get_by_label("User name").fill("olinda")
    other.get_by_label("Password").fill("secret")
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/")
    go(page).click()
    booked(page, "6 good booked.")
