"""The route designer with mouse, finger and keys: linked, put beside and between, edited in place, taken back."""

from __future__ import annotations

from typing import Any

import pytest

from strategies.models import RouteVersion
from strategies.services import instructions, routelinks, routes
from strategies.services.instructions import StepInput
from strategies.services.routes import OperationInput
from tests.browser.conftest import expect, idle, until
from tests.factories import make_group, make_item, make_site, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def make_draft() -> tuple[Any, RouteVersion]:
    """10 → 20 → 30 → 40, and an engineer."""
    engineer = make_user("engineer")
    group = make_group(make_site("P1", name="Plant"), "60", name="Welding")
    names = ("Cut", "Bend", "Mill", "Weld")
    rows = [
        OperationInput(number=10 * place, name=name, group=group, setup_seconds=600)
        for place, name in enumerate(names, start=1)
    ]
    return engineer, routes.draft_route(item=make_item("FRAME", name="Frame"), operations=rows, by=engineer)


def links(route: RouteVersion) -> list[tuple[int, int]]:
    return sorted(route.links.values_list("before__number", "after__number"))


def middle(page: Any, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Any, start: tuple[float, float], stop: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + stop[0]) / 2, (start[1] + stop[1]) / 2, steps=4)
    page.mouse.move(*stop, steps=4)
    page.mouse.up()


def drawn(page: Any, number: int) -> None:
    """Wait until the server has drawn the draft of this revision."""
    until(page, f"document.querySelector('#route-design')?.dataset.revision === '{number}'")
    idle(page)


def op(number: int) -> str:
    return f".op[data-number='{number}']"


def line(before: int, after: int) -> str:
    return f".link[data-before='{before}'][data-after='{after}']"


def test_an_engineer_drags_a_route_into_shape_and_takes_it_back(visit: Any, shoot: Any) -> None:
    engineer, route = make_draft()
    page = visit(f"/strategies/routes/{route.pk}/", by=engineer)
    first = route.revision
    page.hover(op(10))
    drag(page, middle(page, f"{op(10)} .grip"), middle(page, op(30)))
    drawn(page, first + 1)
    assert links(route) == [(10, 20), (10, 30), (20, 30), (30, 40)]
    drag(page, middle(page, op(30)), middle(page, op(20)))
    drawn(page, first + 2)
    assert links(route) == [(10, 20), (10, 30), (20, 40), (30, 40)]
    page.click("[data-act='undo']")
    drawn(page, first + 3)
    page.click("[data-act='undo']")
    drawn(page, first + 4)
    assert links(route) == [(10, 20), (20, 30), (30, 40)]
    page.hover(op(40))
    drag(page, middle(page, f"{op(40)} .grip"), middle(page, op(10)))
    page.locator("#route-design .p-note.stop").wait_for()
    expect(page.locator("#route-design .p-note.stop")).to_contain_text("An operation cannot wait for itself")
    assert links(route) == [(10, 20), (20, 30), (30, 40)]
    shoot(page, "route-designer-refused")


def test_an_operation_is_dragged_onto_a_line_to_move_there(visit: Any) -> None:
    engineer, route = make_draft()
    page = visit(f"/strategies/routes/{route.pk}/", by=engineer)
    drag(page, middle(page, op(40)), middle(page, f"{line(10, 20)} .hit"))
    drawn(page, route.revision + 1)
    assert links(route) == [(10, 40), (20, 30), (40, 20)]


def test_everything_can_be_done_with_keys(visit: Any) -> None:
    engineer, route = make_draft()
    page = visit(f"/strategies/routes/{route.pk}/", by=engineer)
    at = route.revision
    page.focus(op(10))
    page.keyboard.press("l")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    drawn(page, at + 1)
    assert (10, 30) in links(route)
    page.focus(line(20, 30))
    page.keyboard.press("Delete")
    drawn(page, at + 2)
    assert (20, 30) not in links(route)
    page.focus(line(10, 30))
    page.keyboard.press("h")
    drawn(page, at + 3)
    assert route.links.get(before__number=10, after__number=30).hard
    page.focus(op(20))
    page.keyboard.press("b")
    page.focus(op(30))
    page.keyboard.press("Enter")
    drawn(page, at + 4)
    assert links(route) == [(10, 20), (10, 30), (20, 40), (30, 40)]
    page.focus(op(30))
    page.keyboard.press("n")
    drawn(page, at + 5)
    assert route.operations.filter(number=35).exists()
    until(page, "document.activeElement?.id === 'id_name'")
    page.keyboard.type("Wash")
    page.keyboard.press("Enter")
    drawn(page, at + 6)
    assert route.operations.get(number=35).name == "Wash"
    page.focus(op(35))
    page.keyboard.press("a")
    drawn(page, at + 7)
    assert route.operations.get(alternate_of__number=35).number == 37
    page.focus(op(35))
    page.keyboard.press("Delete")
    drawn(page, at + 8)
    assert not route.operations.filter(number__in=[35, 37]).exists()
    page.focus(op(10))
    page.keyboard.press("Control+z")
    drawn(page, at + 9)
    assert route.operations.filter(number__in=[35, 37]).count() == 2


def test_properties_are_edited_in_place_and_the_lead_time_follows(visit: Any, shoot: Any) -> None:
    engineer, route = make_draft()
    page = visit(f"/strategies/routes/{route.pk}/", by=engineer)
    page.click(op(20))
    page.locator("#id_setup_seconds").wait_for()
    page.fill("#id_setup_seconds", "1 h 10 min")
    page.press("#id_setup_seconds", "Tab")
    drawn(page, route.revision + 1)
    assert route.operations.get(number=20).setup_seconds == 4200
    expect(page.locator(".r-sums")).to_contain_text("1 h 40")
    page.fill("#id_setup_seconds", "soon")
    page.press("#id_setup_seconds", "Tab")
    page.locator(".r-side .err").wait_for()
    expect(page.locator(".r-side .err")).to_contain_text("is not a length of time")
    expect(page.locator("#id_setup_seconds")).to_have_value("soon")
    shoot(page, "route-designer-panel")


def test_the_head_follows_the_designer_and_no_style_is_written_into_the_page(visit: Any, shoot: Any) -> None:
    engineer, route = make_draft()
    page = visit(f"/strategies/routes/{route.pk}/?open=20", by=engineer)
    count, setup = page.locator(".p-tabs .cnt").first, page.locator(".p-facts", has_text="Setup")
    assert (count.inner_text(), "40 min" in setup.inner_text()) == ("4", True)
    shoot(page, "route-designer-quiet")  # it leaves empty style attributes on fields, as extensions do
    page.click("[data-act='add']")
    drawn(page, route.revision + 1)
    until(page, "document.querySelector('.p-tabs .cnt').textContent === '5'")
    page.click(op(20))
    page.locator(".r-sidehead h3", has_text="20 Bend").wait_for()
    page.fill("#id_setup_seconds", "1 h 10 min")
    page.press("#id_setup_seconds", "Tab")
    drawn(page, route.revision + 2)
    until(page, "document.querySelector('.p-facts').textContent.includes('1 h 40')")


def test_who_types_fast_loses_nothing(visit: Any) -> None:
    engineer, route = make_draft()
    page = visit(f"/strategies/routes/{route.pk}/?open=20", by=engineer)
    page.fill("#id_name", "Bend twice")
    page.fill("#id_setup_seconds", "25 min")
    page.fill("#id_run_seconds", "90 s")
    page.click(".r-acts [data-act='add'][data-after='20']")
    page.locator(".r-sidehead h3", has_text="New operation").wait_for()
    expect(page.locator("#id_name")).to_be_in_viewport()
    bend = route.operations.get(number=20)
    assert (bend.name, bend.setup_seconds, bend.run_seconds) == ("Bend twice", 1500, 90)
    assert (20, 25) in links(route)
    page.fill("#id_name", "Straighten")
    page.click(op(30))
    page.locator(".r-sidehead h3", has_text="30 Mill").wait_for()
    assert route.operations.get(number=25).name == "Straighten"


def test_of_two_people_the_later_is_told_and_keeps_what_was_typed(visit: Any) -> None:
    engineer, route = make_draft()
    page = visit(f"/strategies/routes/{route.pk}/?open=20", by=engineer)
    routelinks.connect(route=route, before=10, after=30, by=make_user("engineer"))
    page.fill("#id_name", "My name for it")
    page.press("#id_name", "Enter")
    page.locator(".r-side .p-note.stop").wait_for()
    expect(page.locator(".r-side .p-note.stop")).to_contain_text("changed by somebody else meanwhile")
    expect(page.locator("#id_name")).to_have_value("My name for it")
    page.press("#id_name", "Enter")
    drawn(page, route.revision + 2)
    assert route.operations.get(number=20).name == "My name for it"
    assert (10, 30) in links(route)


def test_steps_are_moved_with_keys_and_shown_as_on_the_tablet(visit: Any, shoot: Any) -> None:
    engineer, route = make_draft()
    weld = route.operations.get(number=40)
    steps = [StepInput(text=text) for text in ("Clean", "Clamp", "Weld")]
    instructions.set_steps(operation=weld, steps=steps, by=engineer)
    page = visit(f"/strategies/routes/{route.pk}/?tab=instructions", by=engineer)
    page.focus(f"[data-step='{weld.steps.get(text='Weld').pk}']")
    page.keyboard.press("Alt+ArrowUp")
    until(page, "document.querySelectorAll('#op-40 .r-step')[1]?.textContent.includes('Weld')")
    assert [one.text for one in weld.steps.order_by("position")] == ["Clean", "Weld", "Clamp"]
    page.click("#op-40 >> text=As the tablet shows it")
    page.locator(".r-tablet article").first.wait_for()
    expect(page.locator(".r-tablet article")).to_have_count(3)
    shoot(page, "route-steps-tablet")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "tablet"])
def test_the_designer_is_photographed_at_both_sizes_and_themes(
    visit: Any, shoot: Any, size: str, theme: str
) -> None:
    engineer, route = make_draft()
    page = visit(f"/strategies/routes/{route.pk}/?open=20", by=engineer, size=size, theme=theme)
    expect(page.locator(".op")).to_have_count(4)
    shoot(page, f"route-designer-{size}-{theme}")
