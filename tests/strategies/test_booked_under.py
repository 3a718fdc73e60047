"""Setup, run and pieces of an operation are booked under a category each, through whichever door they are named."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from p2p.core.refusal import Refused
from strategies.models import CostCategory, Resource, RouteOperation, RouteVersion, StandardOperation
from strategies.models.operation import CATEGORIES
from strategies.selectors.routes import differences
from strategies.services import library, routedrafts, routeoperations, routes
from strategies.services.importer import take_rows
from strategies.services.routes import OperationInput, TimesInput
from tests.factories import make_cost_category, make_group, make_item, make_resource, make_site, make_user

pytestmark = pytest.mark.django_db
BASE = "/api/v1/strategies"
CODES = {"setup_category": "SET", "run_category": "HOURS", "quantity_category": "PIECES"}


@pytest.fixture
def engineer() -> Any:
    return make_user("engineer")


@pytest.fixture
def named() -> dict[str, CostCategory]:
    kinds = {"setup_category": "setup", "run_category": "run", "quantity_category": "quantity"}
    return {name: make_cost_category(CODES[name], kind=kind) for name, kind in kinds.items()}


@pytest.fixture
def draft(engineer: Any, named: dict[str, CostCategory]) -> RouteVersion:
    rows = [OperationInput(number=10, name="Weld", **named), OperationInput(number=20, name="Wash")]
    return routes.draft_route(item=make_item("BIKE"), operations=rows, by=engineer)


def said(row: Any) -> list[str | None]:
    row = type(row).objects.get(pk=row.pk)
    return [getattr(getattr(row, name), "code", None) for name in CATEGORIES]


def test_copies_of_route_and_library_name_them_and_what_differs_is_told(
    engineer: Any, named: dict[str, CostCategory], draft: RouteVersion
) -> None:
    copied = routes.copy_route(route=draft, by=engineer)
    assert said(copied.operations.get(number=10)) == ["SET", "HOURS", "PIECES"]
    standard = library.save_standard(code="WELD", times=TimesInput(name="Weld", **named), by=engineer)
    row = library.take_from_library(route=draft, standard=standard, after=20, by=engineer)
    assert said(row) == ["SET", "HOURS", "PIECES"]
    library.save_standard(standard=standard, code="WELD", times=TimesInput(name="Weld"), by=engineer)
    row.refresh_from_db()
    assert [one.field for one in library.differences(row)] == list(CATEGORIES)
    row = copied.operations.get(number=10)
    routeoperations.change_operation(operation=row, to=OperationInput(number=10, name="Weld"), by=engineer)
    [found] = [one for one in differences(draft, copied) if one.number == 10]
    assert {str(each.title) for each in found.fields} == {
        "setup booked under",
        "run booked under",
        "pieces booked under",
    }
    assert said(row) == [None, None, None]
    routedrafts.undo(route=copied, by=engineer)
    assert said(row) == ["SET", "HOURS", "PIECES"]


@pytest.mark.parametrize(("field", "kind"), [("setup_category", "Setup"), ("quantity_category", "Quantity")])
def test_a_category_of_another_kind_is_refused_with_the_operation(
    engineer: Any, named: dict[str, CostCategory], field: str, kind: str
) -> None:
    wrong = OperationInput(number=10, name="Weld", **{field: named["run_category"]})
    with pytest.raises(Refused, match=f"Operation 10: HOURS is no category for {kind}"):
        routes.draft_route(item=make_item(), operations=[wrong], by=engineer)
    with pytest.raises(Refused, match=f"WELD: HOURS is no category for {kind}"):
        library.save_standard(
            code="WELD", times=TimesInput(name="Weld", **{field: named["run_category"]}), by=engineer
        )


def test_rest_takes_and_gives_all_three(engineer: Any, draft: RouteVersion) -> None:
    api = APIClient()
    api.force_authenticate(engineer)
    row = draft.operations.get(number=20)
    answer = api.patch(f"{BASE}/route-operations/{row.pk}/", CODES, format="json")
    assert answer.status_code == 200, answer.data
    assert {name: answer.data[name] for name in CODES} == CODES
    assert said(row) == ["SET", "HOURS", "PIECES"]
    wrong = api.patch(f"{BASE}/route-operations/{row.pk}/", {"setup_category": "HOURS"}, format="json")
    assert (wrong.status_code, wrong.data["field"]) == (409, "setup_category")
    for code, parts in (
        ("HOURS", [None, "HOURS", None]),
        ("PIECES", [None, None, "PIECES"]),
        (None, [None] * 3),
    ):
        old = api.patch(f"{BASE}/route-operations/{row.pk}/", {"cost_category": code}, format="json")
        assert (old.status_code, said(row), "cost_category" in old.data) == (200, parts, False)
    made = api.post(f"{BASE}/standard-operations/", {"code": "WELD", "name": "Weld", **CODES}, format="json")
    assert made.status_code == 201, made.data
    assert said(StandardOperation.objects.get()) == ["SET", "HOURS", "PIECES"]
    api.patch(f"{BASE}/standard-operations/WELD/", {"cost_category": "SET"}, format="json")
    assert said(StandardOperation.objects.get()) == ["SET", None, None]


def test_the_designer_and_the_library_offer_those_of_the_kind(
    client: Client, engineer: Any, named: dict[str, CostCategory], draft: RouteVersion
) -> None:
    client.force_login(engineer)
    html = client.get(f"/strategies/routes/{draft.pk}/?open=20").content.decode()
    setup = html.split('id="id_setup_category"')[1].split("</select>")[0]
    assert "SET" in setup and "HOURS" not in setup
    keys = {name: str(category.pk) for name, category in named.items()}
    typed = {"number": "20", "name": "Wash", "run_basis": "piece", "run_quantity": "1", "follows": "10",
             "scrap_fraction": "0", "priority": "1", "open": "20", "act": "save",
             "revision": str(draft.revision)}  # fmt: skip
    answer = client.post(
        f"/strategies/routes/{draft.pk}/design/", {**typed, **keys}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert said(draft.operations.get(number=20)) == ["SET", "HOURS", "PIECES"]
    typed = {"code": "WELD", "name": "Weld", "run_basis": "piece", "run_quantity": "1", "scrap_fraction": "0"}
    client.post("/strategies/new-standard/", {**typed, **keys})
    assert said(StandardOperation.objects.get()) == ["SET", "HOURS", "PIECES"]


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("sheet", ["route_operations", "standard_operations", "resources"])
def test_sheets_take_them_and_name_the_place_of_one_of_another_kind(draft: RouteVersion, sheet: str) -> None:
    make_resource(make_group(make_site("ONE"), "60", resources=0), "60-1")
    row: dict[str, Any] = {
        "route_operations": {"item": "BIKE", "version": "1", "number": "20", "name": "Wash"},
        "standard_operations": {"code": "WASH", "name": "Wash"},
        "resources": {"site": "ONE", "code": "60-1", "name": "Line", "group": "60"},
    }[sheet]
    outcome = take_rows(
        sheet=sheet, rows=[row | CODES | {"quantity_category": "HOURS"}], partly=False, by=None
    )
    [problem] = [problem for problem in outcome.problems if problem.is_error]
    assert (problem.line, problem.column) == (1, "quantity_category")
    assert problem.text == "HOURS is no category for Quantity."
    assert take_rows(sheet=sheet, rows=[row | CODES], partly=False, by=None).saved
    stored = {
        "route_operations": RouteOperation.objects.filter(number=20),
        "standard_operations": StandardOperation.objects.all(),
        "resources": Resource.objects.all(),
    }[sheet]
    assert said(stored.get()) == ["SET", "HOURS", "PIECES"]
