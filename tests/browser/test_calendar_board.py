"""A week and a year drawn by hand, a resource lent, a matrix typed and pasted: all taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from strategies.models import (
    CalendarException,
    CalendarShift,
    ResourceMembership,
    SetupFamily,
    SetupMatrix,
    SetupTime,
)
from tests.browser.conftest import expect, idle, until
from tests.factories import make_calendar, make_group, make_site, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def weeks(calendar: Any) -> list[tuple[int, str, str]]:
    rows = CalendarShift.objects.filter(calendar=calendar).order_by("weekday", "starts")
    return [(one.weekday, f"{one.starts:%H:%M}", f"{one.ends:%H:%M}") for one in rows]


def wait(check: Any, page: Any) -> None:
    """Until the database says so: the page saves behind the hand."""
    for _turn in range(600):
        if check():
            idle(page)
            return
        page.wait_for_timeout(50)
    assert check()


def test_a_week_is_drawn_moved_resized_and_taken_back(visit, shoot) -> None:
    calendar = make_calendar("DAY", days=(0,), shifts=(("06:00", "14:00"),))
    page = visit("/strategies/calendars/DAY/", by=make_user("engineer"))
    track = page.locator(".w-week .track").nth(2).bounding_box()
    hour, middle = track["width"] / 24, track["y"] + track["height"] / 2
    page.mouse.move(track["x"] + 8 * hour, middle)
    page.mouse.down()
    page.mouse.move(track["x"] + 12 * hour, middle, steps=4)
    page.mouse.up()
    wait(lambda: (2, "08:00", "12:00") in weeks(calendar), page)
    page.mouse.move(track["x"] + 10 * hour, middle)
    page.mouse.down()
    page.mouse.move(track["x"] + 13 * hour, middle + 44, steps=5)
    page.mouse.up()
    wait(lambda: (3, "11:00", "15:00") in weeks(calendar), page)
    until(page, "document.querySelectorAll('.w-week button.bar').length === 2")
    bar = page.locator(".w-week button.bar[title^='Thu']")
    bar.focus()
    page.keyboard.press("Shift+ArrowRight")
    wait(lambda: (3, "11:00", "15:15") in weeks(calendar), page)
    until(page, "document.activeElement.matches('.bar')")
    page.keyboard.press("ArrowDown")
    wait(lambda: (4, "11:00", "15:15") in weeks(calendar), page)
    expect(page.locator("#week-days")).to_contain_text("11:00–15:15")
    expect(page.locator(".p-facts div", has_text="Shifts a week").locator("dd")).to_have_text("2")
    shoot(page, "calendar-week")
    for left in ((3, "11:00", "15:15"), (3, "11:00", "15:00"), (2, "08:00", "12:00")):
        page.keyboard.press("Control+z")
        wait(lambda left=left: left in weeks(calendar), page)
    page.keyboard.press("Control+z")
    wait(lambda: weeks(calendar) == [(0, "06:00", "14:00")], page)
    page.keyboard.press("Control+y")
    wait(lambda: (2, "08:00", "12:00") in weeks(calendar), page)


def test_shifts_that_meet_go_home_with_one_sentence(visit) -> None:
    calendar = make_calendar("DAY", days=(0,), shifts=(("06:00", "14:00"), ("14:00", "22:00")))
    page = visit("/strategies/calendars/DAY/", by=make_user("engineer"))
    page.locator(".w-week button.bar").first.focus()
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelector('.p-toast')?.textContent.includes('overlap')")
    assert weeks(calendar) == [(0, "06:00", "14:00"), (0, "14:00", "22:00")]


def test_days_of_the_year_are_dragged_over_and_changed_by_keys(visit, shoot) -> None:
    calendar = make_calendar("DAY")
    page = visit("/strategies/calendars/DAY/?tab=year&year=2026", by=make_user("planner"))
    hours = page.locator("#year-hours")
    whole_year = hours.inner_text()
    first, last = (page.locator(f"[data-date='2026-07-{day}']").bounding_box() for day in ("06", "10"))
    page.mouse.move(first["x"] + 5, first["y"] + 5)
    page.mouse.down()
    page.mouse.move(last["x"] + 5, last["y"] + 5, steps=6)
    page.mouse.up()
    until(page, "document.getElementById('day-dialog').open")
    page.fill("#f-reason", "Works holiday")
    page.click("#day-dialog button[value='closed']")
    wait(lambda: CalendarException.objects.filter(calendar=calendar, working=False).count() == 5, page)
    until(page, "document.querySelector('[data-date=\"2026-07-08\"]').dataset.day === 'closed'")
    expect(hours).not_to_have_text(whole_year)
    expect(page.locator("#year-days tbody tr", has_text="Works holiday")).to_have_count(5)
    other_days = page.locator(".p-facts div", has_text="Other days").locator("dd")
    expect(other_days).to_have_text("5")
    page.locator("[data-date='2026-12-23']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("c")
    wait(lambda: CalendarException.objects.filter(day=date(2026, 12, 25)).exists(), page)
    shoot(page, "calendar-year", full_page=True)
    page.keyboard.press("Control+z")
    wait(lambda: not CalendarException.objects.filter(day__month=12).exists(), page)
    page.keyboard.press("Control+z")
    wait(lambda: not CalendarException.objects.exists(), page)
    expect(hours).to_have_text(whole_year)
    expect(page.locator("#year-days tbody tr")).to_have_count(0)
    expect(other_days).to_have_text("0")


def test_enter_in_a_field_of_a_day_presses_the_marked_button(visit) -> None:
    calendar = make_calendar("DAY")
    page = visit("/strategies/calendars/DAY/?tab=year&year=2026", by=make_user("planner"))
    page.locator("[data-date='2026-07-08']").click()
    until(page, "document.getElementById('day-dialog').open")
    page.fill("#f-reason", "Inventory")
    page.press("#f-reason", "Enter")
    wait(
        lambda: CalendarException.objects.filter(
            calendar=calendar, reason="Inventory", working=True
        ).exists(),
        page,
    )


def test_only_the_regions_of_the_chosen_country_are_offered(visit) -> None:
    calendar = make_calendar("DAY", holiday_country="DE", holiday_region="BY")
    page = visit(f"/strategies/change/calendar/{calendar.pk}/", by=make_user("engineer"))
    country, region = page.locator("#id_holiday_country"), page.locator("#id_holiday_region")
    offered = region.locator("optgroup:not([disabled])")
    expect(offered).to_have_attribute("label", "Germany")
    expect(region).to_have_value("DE-BY")
    country.select_option(label="Austria")
    expect(offered).to_have_attribute("label", "Austria")
    expect(region).to_have_value("")
    country.select_option(label="Sweden")
    expect(region).to_be_disabled()
    page.locator(".p-formfoot button[type='submit']").click()
    expect(page.locator(".p-facts div", has_text="Holidays of").locator("dd")).to_have_text("Sweden")


def test_a_resource_is_lent_by_hand_and_by_keys(visit, shoot) -> None:
    site = make_site("ONE", calendar=make_calendar("DAY"))
    make_group(site, "50", name="Saw"), make_group(site, "60", name="Paint")
    page = visit("/strategies/resource-board/?day=2026-03-02", by=make_user("engineer"))
    card, lane = (
        page.locator("[data-resource='50-1']").bounding_box(),
        page.locator("[data-lane='60']").bounding_box(),
    )
    page.mouse.move(card["x"] + card["width"] - 20, card["y"] + card["height"] - 8)
    page.mouse.down()
    page.mouse.move(lane["x"] + 60, lane["y"] + 60, steps=6)
    page.mouse.up()
    until(page, "document.getElementById('lend-dialog').open")
    expect(page.locator("#lend-from")).to_have_value("2026-03-02")
    page.click("#lend-dialog button[value='save']")
    until(page, 'document.querySelector(\'[data-lane="60"] [data-resource="50-1"]\')')
    stay = ResourceMembership.objects.get()
    assert (stay.group.code, stay.valid_from, stay.valid_to) == ("60", date(2026, 3, 2), date(2026, 3, 8))
    shoot(page, "resource-board")
    page.keyboard.press("Control+z")
    wait(lambda: not ResourceMembership.objects.exists(), page)
    until(page, 'document.querySelector(\'[data-lane="50"] [data-resource="50-1"]\')')
    page.locator("[data-resource='60-1']").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('lend-dialog').open")
    page.click("#lend-dialog button[value='save']")
    wait(lambda: ResourceMembership.objects.filter(resource__code="60-1", group__code="50").exists(), page)


def test_a_matrix_is_typed_pasted_and_taken_back(visit, shoot) -> None:
    matrix = SetupMatrix.objects.create(code="PAINT", name="Paint")
    for code in ("BLUE", "RED"):
        SetupFamily.objects.create(code=code, name=code.title())
    page = visit("/strategies/setup-matrices/PAINT/", by=make_user("engineer"))
    cells = page.locator(".w-matrix tbody input")
    cells.nth(0).fill("1:30")
    cells.nth(0).press("Enter")
    wait(lambda: [one.seconds for one in matrix.times.all()] == [5400], page)
    until(page, "document.querySelectorAll('.w-matrix tbody input')[5].placeholder === '90'")
    cells.nth(4).focus()
    page.evaluate(
        """() => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", "10\\t20\\n30\\t40 s\\n");
        const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(paste);
    }"""
    )
    wait(lambda: SetupTime.objects.filter(matrix=matrix).count() == 5, page)
    assert SetupTime.objects.get(source__code="RED", target__code="RED").seconds == 40
    shoot(page, "setup-matrix")
    cells.nth(5).fill("soon")
    cells.nth(5).press("Enter")
    until(page, "document.querySelector('.p-toast')?.textContent.includes('is no time')")
    cells.nth(5).press("Escape")
    page.keyboard.press("Control+z")
    wait(lambda: SetupTime.objects.filter(matrix=matrix).count() == 1, page)
