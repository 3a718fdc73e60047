"""A form asks only for what the chosen kind or formula needs: in a dialog, on a page, by keys, after a refusal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from strategies.models import Capability, Requirement, SecondaryResource, Skill
from strategies.services import boms, routes
from strategies.services.bom_inputs import LineInput
from strategies.services.routes import OperationInput
from tests.browser.conftest import expect, idle
from tests.factories import make_group, make_item, make_site, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
CHOICES = ("resource", "group", "type", "capability", "skill", "minimum_level")


def make_work() -> tuple[Any, Any]:
    """An engineer and an operation of a draft; somebody could weld, and something could bend."""
    engineer = make_user("engineer")
    group = make_group(make_site("P1", name="Plant"), "60", name="Welding")
    Capability.objects.create(code="BEND", name="Bending")
    Skill.objects.create(code="WELD", name="Welder")
    rows = [OperationInput(number=10, name="Weld", group=group)]
    route = routes.draft_route(item=make_item("FRAME", name="Frame"), operations=rows, by=engineer)
    return engineer, route.operations.get()


def shows(form: Any, *names: str, of: tuple[str, ...] = CHOICES) -> None:
    for name in of:
        control = form.locator(f"[name={name}]")
        if name in names:
            expect(control).to_be_visible()
            expect(control).to_be_enabled()
        else:
            expect(control).to_be_hidden()
            expect(control).to_be_disabled()


def test_a_condition_asks_in_its_dialog_for_what_its_kind_needs(visit: Any, shoot: Any) -> None:
    engineer, operation = make_work()
    page = visit(f"/strategies/routes/{operation.route_id}/?open=10", by=engineer)
    page.locator(".op[data-number='10']").click()
    page.locator("a[data-dialog][href$='/conditions/']").click()
    form = page.locator("dialog[open] form")
    kind = form.locator("[name=kind]")
    shows(form, "resource")
    kind.focus()
    for _turn in range(3):
        page.keyboard.press("ArrowDown")
    expect(kind).to_have_value("capability")
    shows(form, "capability", "minimum_level")
    page.keyboard.press("Tab")
    expect(form.locator("[name=capability]")).to_be_focused()
    form.locator("[name=capability]").select_option(label="Bending")
    form.locator("[name=minimum_level]").fill("2")
    kind.select_option("skill")
    shows(form, "skill", "minimum_level")
    form.locator("button[type=submit]").click()
    expect(form).to_contain_text("names")
    shows(form, "skill", "minimum_level")
    expect(form.locator("[name=minimum_level]")).to_have_value("2")
    shoot(page, "condition-refused")
    form.locator("[name=skill]").select_option(index=1)
    form.locator("button[type=submit]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    idle(page)
    kept = Requirement.objects.get(operation=operation)
    assert (kept.kind, kept.skill.code, kept.capability, kept.minimum_level) == ("skill", "WELD", None, 2)


def test_the_page_of_what_stands_beside_asks_alike(visit: Any, shoot: Any) -> None:
    engineer, operation = make_work()
    page = visit(f"/strategies/operations/{operation.pk}/beside/", by=engineer, size="tablet", theme="dark")
    form = page.locator("main form")
    shows(form, "resource")
    form.locator("[name=kind]").select_option("capability")
    shows(form, "capability", "minimum_level")
    for name in ("capability", "resource"):
        expect(form.locator(f".p-field:has([name={name}]) .opt")).to_have_count(0)
    form.locator("[name=name]").fill("Bender")
    form.locator("[name=load_fraction]").fill("0.5")
    form.locator("[name=minimum_level]").fill("1")
    form.locator("button[type=submit]").click()
    expect(form.locator("[name=name]")).to_have_value("Bender")
    shows(form, "capability", "minimum_level")
    shoot(page, "beside-refused")
    form.locator("[name=capability]").select_option(index=1)
    form.locator("button[type=submit]").click()
    page.wait_for_url("**/routes/**")
    beside = SecondaryResource.objects.get(operation=operation)
    need = Requirement.objects.get(secondary=beside)
    assert beside.load_fraction == Decimal("0.5")
    assert (need.kind, need.capability.code, need.minimum_level) == ("capability", "BEND", 1)


def test_a_line_asks_for_the_measures_of_its_formula(visit: Any) -> None:
    engineer = make_user("engineer")
    bom = boms.draft_bom(item=make_item("FRAME"), by=engineer)
    tube = LineInput(component=make_item("TUBE"), formula="area", height=Decimal(2), width=Decimal(3))
    row = boms.add_line(bom=bom, line=tube, by=engineer)
    measures = ("height", "width", "depth", "density", "percent")
    page = visit(f"/strategies/bom-lines/{row.pk}/change/", by=engineer)
    form = page.locator("main form")
    shows(form, "height", "width", of=measures)
    form.locator("[name=formula]").select_option("density")
    shows(form, "height", "width", "depth", "density", of=measures)
    form.locator("[name=formula]").select_option("height")
    shows(form, "height", of=measures)
    form.locator("button[type=submit]").click()
    page.wait_for_url("**/boms/**")
    row.refresh_from_db()
    assert (row.formula, row.height, row.width) == ("height", 2, None)
