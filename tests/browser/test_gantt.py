"""The Gantt in a real browser: bars are hit, panned to, zoomed, read as a table, reached by keys."""

from __future__ import annotations

import json
from typing import Any

import pytest

from p2p.core.models import User
from tests.browser import plant
from tests.browser.conftest import drawn, expect, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("try_pages"),
]

GANTT = "document.querySelector('[data-gantt]').gantt"


@pytest.fixture
def maya() -> User:
    return User.objects.create_user("maya", first_name="Maya", last_name="Keil", is_staff=True)


def opened(visit: Any, by: User, operations: int = 1500, **also: Any) -> Any:
    page = visit(f"/try/gantt/?operations={operations}", by=by, **also)
    until(page, "document.querySelector('[data-gantt]').gantt?.plan !== undefined")
    drawn(page)
    return page


def ask(page: Any, script: str) -> Any:
    return page.evaluate(f"(() => {{ const g = document.querySelector('[data-gantt]').gantt; {script} }})()")


def middle_of(page: Any, bar: int) -> tuple[float, float]:
    """Page coordinates of the first working piece of a bar."""
    return tuple(
        ask(
            page,
            f"""const box = g.stage.getBoundingClientRect(), [from, to] = g.plan.pieces({bar})[0];
            return [box.x + g.view.x((from + Math.min(to, from + 4 * g.view.mpp)) / 2),
                    box.y + g.view.barTop(g.plan.row[{bar}], g.plan.lane[{bar}]) + 6];""",
        )
    )


def in_sight(page: Any) -> list[int]:
    return ask(
        page,
        """const found = [];
        for (const row of g.view.rows()) for (const bar of g.plan.inSight(row, g.view.from, g.view.to))
          if (g.plan.start[bar] > g.view.from && g.plan.end[bar] < g.view.to
              && g.plan.pieces(bar)[0][1] - g.plan.start[bar] > 20) found.push(bar);
        return found;""",
    )


def test_a_click_selects_the_bar_under_it_and_says_what_it_is(visit: Any, maya: User) -> None:
    page = opened(visit, maya)
    for bar in in_sight(page)[::9]:
        page.mouse.click(*middle_of(page, bar))
        assert ask(page, "return g.ui.bar") == bar
    number = ask(page, "return g.plan.order[g.ui.bar]")
    expect(page.locator(".g-side h2")).to_contain_text(number)
    expect(page.locator("[data-gantt] > [aria-live]")).to_contain_text(number)


def test_a_bar_under_the_pointer_shows_its_times(visit: Any, maya: User) -> None:
    page = opened(visit, maya)
    page.mouse.move(*middle_of(page, in_sight(page)[12]))
    expect(page.locator(".g-tip")).to_contain_text("MO-1041")


def test_dragging_pans_and_the_wheel_zooms_about_the_pointer(visit: Any, maya: User) -> None:
    page = opened(visit, maya)
    before = ask(page, "return [g.view.from, g.view.mpp]")
    page.mouse.move(900, 500)
    page.mouse.down()
    page.mouse.move(700, 500, steps=4)
    page.mouse.up()
    assert ask(page, "return g.view.from") == pytest.approx(before[0] + 200 * before[1], abs=1)
    assert ask(page, "return g.ui.bar") == -1, "a drag is no click"
    under = "return g.view.minute(900 - g.stage.getBoundingClientRect().x)"
    held = ask(page, under)
    page.mouse.move(900, 500)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    until(page, f"document.querySelector('[data-gantt]').gantt.view.mpp < {before[1]} * 0.8")
    assert ask(page, under) == pytest.approx(held, abs=0.5)


def test_zoom_buttons_keep_to_minutes_and_months(visit: Any, maya: User) -> None:
    page = opened(visit, maya)
    page.get_by_role("button", name="Month").click()
    width = "return g.view.to - g.view.from"
    assert ask(page, width) == pytest.approx(43200, rel=0.01)
    for _turn in range(40):
        page.get_by_role("button", name="Zoom in").click()
    assert 10 < ask(page, width) < 60
    page.get_by_role("button", name="Show all").click()
    assert ask(page, "return g.view.from <= g.plan.span[0] && g.view.to >= g.plan.span[1]")


def test_keys_move_between_bars_and_to_the_next_late_one(visit: Any, maya: User) -> None:
    page = opened(visit, maya)
    page.locator(".g-stage").focus()
    page.keyboard.press("ArrowRight")
    first = ask(page, "return g.ui.bar")
    page.keyboard.press("ArrowRight")
    second = ask(page, "return g.ui.bar")
    assert ask(page, f"return g.plan.row[{first}] === g.plan.row[{second}]")
    assert ask(page, f"return g.plan.start[{second}] >= g.plan.start[{first}]")
    page.keyboard.press("ArrowDown")
    assert ask(page, f"return g.plan.row[g.ui.bar] - g.plan.row[{second}]") == 1
    page.keyboard.press("n")
    assert ask(page, "return g.plan.late[g.ui.bar]") == 1
    assert ask(page, "return g.view.from <= g.plan.start[g.ui.bar] && g.plan.start[g.ui.bar] <= g.view.to")
    page.keyboard.press("Escape")
    assert ask(page, "return g.ui.bar") == -1


def test_the_table_twin_holds_what_is_in_sight_and_selects_the_same(visit: Any, maya: User) -> None:
    page = opened(visit, maya, operations=300)
    expected = ask(
        page,
        "let n = 0; g.plan.rows.forEach((_, r) => { for (const b of g.plan.inSight(r, g.view.from, g.view.to)) n++; });"
        "return n;",
    )
    page.locator(".g-stage").focus()
    page.keyboard.press("t")
    lines = page.locator(".g-twin tbody tr")
    assert lines.count() == expected > 5
    expect(page.locator(".g-stage")).to_be_hidden()
    lines.nth(3).get_by_role("button").click()
    assert str(ask(page, "return g.plan.id[g.ui.bar]")) == lines.nth(3).get_attribute("data-id")
    page.keyboard.press("t")
    expect(page.locator(".g-stage")).to_be_visible()


def test_an_order_is_found_by_its_number(visit: Any, maya: User) -> None:
    page = opened(visit, maya)
    page.get_by_label("Find an order in the Gantt").fill("104200")
    page.keyboard.press("Enter")
    assert ask(page, "return g.ui.order") == "MO-104200"
    page.get_by_label("Find an order in the Gantt").fill("nothing like this")
    page.keyboard.press("Enter")
    expect(page.locator("[data-gantt] > [aria-live]")).to_contain_text("No order fits")


def test_days_begin_at_midnight_in_the_plants_time_when_clocks_change(visit: Any, maya: User) -> None:
    page = opened(visit, maya)
    found = page.evaluate(
        """async () => {
        const { Clock } = await import('/static/p2p/gantt/clock.js');
        const clock = new Clock('2026-10-24T00:00:00+02:00', 'Europe/Berlin', 'en'), days = [0];
        while (days.length < 4) days.push(clock.nextDay(days[days.length - 1]));
        return [days, days.map(day => clock.say('hour', day)), clock.midnight(1440 + 600)];
    }"""
    )
    assert found == [[0, 1440, 1440 + 1500, 1440 + 1500 + 1440], ["00:00"] * 4, 1440]


def test_load_is_work_over_open_time(visit: Any, maya: User) -> None:
    page = opened(visit, maya)
    loads = page.evaluate(
        """async () => {
        const { Plan } = await import('/static/p2p/gantt/plan.js');
        const plan = new Plan({ origin: '2026-11-16T00:00:00Z', zone: 'UTC', now: 0, from: 0, to: 960, states: ['firm'],
          orders: {}, calendars: [[240, 480]], rows: [{ code: 'A', calendar: 0, capacity: 2 }],
          bars: { id: [1, 2], row: [0, 0], start: [0, 0], end: [600, 120], setup: [0, 0], order: ['a', 'a'],
                  op: [10, 20], state: [0, 0], late: [0, 0], name: [0, 0] } });
        return [plan.load(0, 240), plan.pieces(0), Array.from(plan.lane), plan.lanes[0]];
    }"""
    )
    assert loads == [[0.75, None, 0.25, 0], [[0, 240], [480, 600]], [1, 0], 2]


def test_twelve_thousand_operations_are_drawn_and_hit(visit: Any, maya: User) -> None:
    page = opened(visit, maya, operations=13000)
    assert ask(page, "return g.plan.size") > 10000
    page.get_by_role("button", name="Show all").click()
    until(
        page,
        "(() => { const g = document.querySelector('[data-gantt]').gantt, seen = new Set();"
        "const d = g.pen.getImageData(0, 0, g.canvas.width, g.canvas.height).data;"
        "for (let i = 0; i < d.length; i += 4096) seen.add(d[i] + ',' + d[i+1] + ',' + d[i+2]);"
        "return seen.size > 8; })()",
    )
    page.get_by_role("button", name="8 h").click()
    bar = in_sight(page)[0]
    page.mouse.click(*middle_of(page, bar))
    assert ask(page, "return g.ui.bar") == bar


def test_the_theme_changes_what_is_drawn(visit: Any, maya: User) -> None:
    page = opened(visit, maya)
    corner = "return Array.from(g.pen.getImageData(5, 60, 1, 1).data)"
    assert ask(page, corner)[:3] == [255, 255, 255]
    page.evaluate("window.p2pTheme.choose('dark')")
    until(page, f"Math.max(...(() => {{ const g = {GANTT}; {corner} }})().slice(0, 3)) < 60")


def test_an_empty_plan_says_how_operations_get_there(visit: Any, maya: User, monkeypatch: Any) -> None:
    nothing = plant.payload(200)
    nothing["bars"] = {key: [] for key in nothing["bars"]}
    monkeypatch.setattr(plant, "payload", lambda operations: json.loads(json.dumps(nothing)))
    page = opened(visit, maya)
    expect(page.locator("main").get_by_text("Nothing is scheduled")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("desktop", "dark"), ("tablet", "light")])
def test_the_gantt_is_photographed(visit: Any, shoot: Any, maya: User, size: str, theme: str) -> None:
    page = opened(visit, maya, size=size, theme=theme)
    page.locator(".g-stage").focus()
    page.keyboard.press("n")
    drawn(page)
    assert shoot(page, f"gantt-{size}-{theme}").stat().st_size > 20_000
