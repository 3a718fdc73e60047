"""Operations, links, steps, requirements, the library and route groups over REST."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from strategies.models import (
    Capability,
    ResourceCapability,
    RouteGroup,
    RouteOperation,
    StandardOperation,
)
from tests.factories import make_calendar, make_group, make_item, make_route, make_site, make_user

pytestmark = pytest.mark.django_db
BASE = "/api/v1/strategies"


@pytest.fixture
def api():
    client = APIClient()
    client.force_authenticate(make_user("engineer"))
    return client


@pytest.fixture
def draft():
    return make_route(make_item("BIKE"), [{}, {}, {}], state="draft")


def links(route) -> list[tuple[int, int]]:
    return sorted(route.links.values_list("before__number", "after__number"))


def test_an_operation_is_added_changed_and_removed(api, draft):
    group = make_group(make_site("P1"), "60")
    given = {"route": draft.pk, "number": 25, "name": "Wash", "group": "60", "run_seconds": "30",
             "follows": [20]}  # fmt: skip
    answer = api.post(f"{BASE}/route-operations/", given, format="json")
    assert answer.status_code == 201, answer.data
    row = RouteOperation.objects.get(route=draft, number=25)
    assert (row.group, row.run_seconds, answer.data["follows"]) == (group, 30, [20])
    answer = api.patch(f"{BASE}/route-operations/{row.pk}/", {"queue_after_seconds": 60, "follows": [10]},
                       format="json")  # fmt: skip
    assert answer.status_code == 200, answer.data
    row.refresh_from_db()
    assert (row.name, row.queue_after_seconds, answer.data["follows"]) == ("Wash", 60, [10])
    assert api.delete(f"{BASE}/route-operations/{row.pk}/").status_code == 204
    assert not RouteOperation.objects.filter(pk=row.pk).exists()


def test_a_bad_time_is_one_sentence_with_the_operation(api, draft):
    row = draft.operations.get(number=20)
    answer = api.patch(f"{BASE}/route-operations/{row.pk}/", {"run_quantity": "0"}, format="json")
    assert (answer.status_code, answer.data["detail"]) == (
        409,
        "Operation 20: the run quantity has to be more than 0.",
    )


def test_the_graph_is_drawn_and_taken_back_over_rest(api, draft):
    at = f"{BASE}/routes/{draft.pk}"
    for verb, body, drawn in (
        ("connect", {"before": 10, "after": 30}, [(10, 20), (10, 30), (20, 30)]),
        ("disconnect", {"before": 20, "after": 30}, [(10, 20), (10, 30)]),
        ("put-beside", {"number": 30, "beside": 10}, [(10, 20), (30, 20)]),
        ("put-between", {"number": 30, "before": 10, "after": 20}, [(10, 30), (30, 20)]),
        ("undo", {}, [(10, 20), (30, 20)]),
        ("draw", {"links": [{"before": 10, "after": 20}]}, [(10, 20)]),
    ):
        answer = api.post(f"{at}/{verb}/", body, format="json")
        assert (answer.status_code, links(draft)) == (200, drawn), (verb, answer.data)
    answer = api.post(f"{at}/connect/", {"before": 20, "after": 10}, format="json")
    assert (answer.status_code, "10 → 20 → 10" in answer.data["detail"]) == (409, True)
    answer = api.post(f"{at}/connect/", {"before": 10, "after": 30, "revision": 1}, format="json")
    assert (answer.status_code, "somebody else" in answer.data["detail"]) == (409, True)


def test_the_time_of_a_route_names_what_decides_it(api):
    route = make_route(make_item(), [{"run_seconds": 10, "setup_seconds": 60}, {"run_seconds": 5}])
    answer = api.get(f"{BASE}/routes/{route.pk}/timeline/?quantity=4")
    assert (answer.data["lead"], answer.data["critical"]) == (120, [10, 20])
    assert api.get(f"{BASE}/routes/{route.pk}/timeline/?quantity=none").status_code == 400


def test_two_versions_are_compared_operation_by_operation(api):
    item = make_item()
    old = make_route(item, [{"run_seconds": 10}, {}], version=1)
    new = make_route(item, [{"run_seconds": 12}], version=2, state="draft")
    found = api.get(f"{BASE}/routes/{old.pk}/compare/{new.pk}/").data
    assert [(one["number"], one["change"]) for one in found] == [(10, "changed"), (20, "removed")]
    assert [each["field"] for each in found[0]["fields"]] == ["run_seconds"]


def test_requirements_decide_which_resources_are_applicable_on_a_day(api, draft):
    site = make_site("P1")
    group = make_group(site, "60", resources=2)
    drill = Capability.objects.create(code="DRILL", name="Drilling")
    first, second = group.resources.order_by("code")
    ResourceCapability.objects.create(resource=first, capability=drill, level=2)
    ResourceCapability.objects.create(resource=second, capability=drill, level=11, valid_to=date(2026, 6, 30))
    row = draft.operations.get(number=10)
    RouteOperation.objects.filter(pk=row.pk).update(group=group)
    needs = {"requirements": [{"kind": "capability", "capability": "DRILL", "minimum_level": "10"}]}
    answer = api.post(f"{BASE}/route-operations/{row.pk}/set-requirements/", needs, format="json")
    assert answer.status_code == 200, answer.data

    def fitting(day: str) -> list[str]:
        found = api.get(f"{BASE}/route-operations/{row.pk}/applicable/?day={day}").data
        return [one["resource"] for one in found[0]["resources"] if one["applicable"]]

    assert fitting("2026-06-30") == [second.code]
    assert fitting("2026-07-01") == []
    assert api.get(f"{BASE}/route-operations/{row.pk}/applicable/?day=soon").status_code == 400


def test_a_condition_names_what_its_kind_says_and_nothing_else(api, draft):
    Capability.objects.create(code="DRILL", name="Drilling")
    row = draft.operations.get(number=10)
    needs = {"requirements": [{"kind": "type", "type": "machine", "capability": "DRILL"}]}
    answer = api.post(f"{BASE}/route-operations/{row.pk}/set-requirements/", needs, format="json")
    assert answer.status_code == 409
    said = "Operation 10: a condition says one thing: take either “Of this kind” or “With this capability”."
    assert answer.data["detail"] == said
    assert not row.requirements.exists()


def test_a_resource_beside_has_its_own_conditions(api, draft):
    row = draft.operations.get(number=10)
    beside = {"name": "Worker", "load_fraction": "0.5", "requirements": [{"kind": "type", "type": "person"}]}
    at = f"{BASE}/route-operations/{row.pk}/set-secondaries/"
    answer = api.post(at, {"secondaries": [beside]}, format="json")
    assert answer.status_code == 200, answer.data
    kept = row.secondaries.get()
    assert (kept.load_fraction, kept.requirements.get().type) == (Decimal("0.5"), "person")
    answer = api.post(at, {"secondaries": [{"name": "Crane", "requirements": []}]}, format="json")
    assert (answer.status_code, "say what Crane has to be" in answer.data["detail"]) == (409, True)
    assert row.secondaries.count() == 1


def test_steps_are_added_moved_changed_and_removed(api, draft):
    row = draft.operations.get(number=10)
    for text in ("Clean", "Weld", "Look"):
        answer = api.post(f"{BASE}/instruction-steps/", {"operation": row.pk, "text": text}, format="json")
        assert answer.status_code == 201, answer.data
    last = row.steps.get(text="Look")
    at = f"{BASE}/instruction-steps/{last.pk}"
    assert api.post(f"{at}/move/", {"position": 1}, format="json").status_code == 200
    assert api.patch(f"{at}/", {"required": True}, format="json").data["required"]
    assert [one.text for one in row.steps.order_by("position")] == ["Look", "Clean", "Weld"]
    assert api.delete(f"{at}/").status_code == 204
    assert list(row.steps.values_list("position", "text")) == [(1, "Clean"), (2, "Weld")]


def test_the_library_is_copied_into_a_route_and_shared_with_none(api, draft):
    weld = {"code": "WELD", "name": "Weld", "run_seconds": "90", "setup_seconds": 300}
    assert api.post(f"{BASE}/standard-operations/", weld, format="json").status_code == 201
    at = f"{BASE}/standard-operations/WELD"
    assert api.post(f"{at}/set-steps/", {"steps": [{"text": "Clean"}]}, format="json").status_code == 200
    answer = api.post(f"{BASE}/routes/{draft.pk}/take-from-library/", {"standard": "WELD", "after": 30},
                      format="json")  # fmt: skip
    assert answer.status_code == 200, answer.data
    row = RouteOperation.objects.get(route=draft, number=40)
    assert (row.name, row.run_seconds, row.steps.get().text) == ("Weld", 90, "Clean")
    assert api.patch(f"{at}/", {"run_seconds": "95"}, format="json").status_code == 200
    row.refresh_from_db()
    assert (row.run_seconds, StandardOperation.objects.get().setup_seconds) == (90, 300)
    answer = api.post(f"{BASE}/route-operations/{row.pk}/update-from-library/", {}, format="json")
    assert answer.status_code == 200, answer.data
    row.refresh_from_db()
    assert row.run_seconds == 95
    answer = api.delete(f"{at}/")
    assert (answer.status_code, "BIKE v1 40 Weld" in answer.data["detail"]) == (409, True)


def test_a_route_says_when_it_would_be_done_that_begins_then(api):
    day = make_calendar("DAY")
    site = make_site("ONE", calendar=day)
    oven = RouteGroup.objects.create(code="OVEN", name="Oven")
    group = make_group(site, "60")
    steps = [{"group": group, "run_seconds": 6 * 3600, "run_basis": "order", "queue_after_seconds": 36000,
              "route_group": oven}, {"group": group, "run_seconds": 3600}]  # fmt: skip
    at = f"{BASE}/routes/{make_route(make_item('CAKE', supply='make'), steps).pk}/timeline/"

    def done() -> str:
        answer = api.get(at, {"start": "2026-03-02T06:00:00Z"})
        assert answer.status_code == 200, answer.data
        assert str(answer.data["operations"][0]["starts_at"]) == "2026-03-02 08:00:00+00:00"
        return str(answer.data["done_at"])

    assert done() == "2026-03-03 09:00:00+00:00"
    oven.phases.create(phase="queue_after", working_time=True)
    assert done() == "2026-03-04 09:00:00+00:00"
    group.resources.update(job_fraction=Decimal("0.25"))  # two hours of each day
    assert done() == "2026-03-05 13:00:00+00:00"
    group.resources.update(stations=2)  # four: two stations, and a job is at one of them
    assert done() == "2026-03-04 13:00:00+00:00"
    assert "done_at" not in api.get(at).data
    wrong = api.get(at, {"start": "tomorrow"})
    assert (wrong.status_code, "tomorrow is not an instant" in str(wrong.data)) == (400, True)


def test_a_route_without_the_shifts_it_asks_for_says_which(api):
    site = make_site("ONE", calendar=make_calendar("DAY"))
    group = make_group(site, "60")
    route = make_route(
        make_item("CAKE", supply="make"), [{"group": group, "run_seconds": 60, "property": "PAINT"}]
    )
    answer = api.get(f"{BASE}/routes/{route.pk}/timeline/", {"start": "2026-03-02T06:00:00Z"})
    assert answer.status_code == 409
    assert answer.data["detail"] == f"Operation 10: no calendar of {group} has a shift of the property PAINT."


def test_a_route_group_says_what_is_planned_and_booked(api):
    given = {"code": "OVEN", "name": "Oven", "books_run": True,
             "phases": [{"phase": "queue_after", "working_time": False}]}  # fmt: skip
    assert api.post(f"{BASE}/route-groups/", given, format="json").status_code == 201
    group = RouteGroup.objects.get()
    assert (group.books_run, group.phases.get().working_time) == (True, False)
    wrong = {"phases": [{"phase": "run", "working_time": False, "takes_capacity": True}]}
    answer = api.patch(f"{BASE}/route-groups/OVEN/", wrong, format="json")
    assert (answer.status_code, answer.data["detail"]) == (
        409,
        "Run takes capacity only when it is planned, in working time.",
    )
    assert group.phases.get().phase == "queue_after"


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ({"phase": "run"}, (True, True)),
        ({"phase": "transit"}, (False, False)),
        ({"phase": "transit", "working_time": "yes"}, (True, False)),
        ({"phase": "run", "working_time": "no"}, (False, False)),
        ({"phase": "queue_before", "takes_capacity": "yes"}, (True, True)),
    ],
)
def test_a_part_in_a_sheet_is_as_usual_where_a_cell_is_empty(api, row, kept):
    RouteGroup.objects.create(code="STD", name="Own")
    at = f"{BASE}/route-groups/phases/bulk/"
    assert api.post(at, [{"route_group": "STD", **row}], format="json").data["added"] == 1
    phase = RouteGroup.objects.get().phases.get()
    assert (phase.working_time, phase.takes_capacity) == kept


def test_a_part_in_a_sheet_takes_no_capacity_by_the_clock(api):
    RouteGroup.objects.create(code="STD", name="Own")
    row = {"route_group": "STD", "phase": "run", "working_time": "no", "takes_capacity": "yes"}
    answer = api.post(f"{BASE}/route-groups/phases/bulk/", [row], format="json")
    assert answer.status_code == 400
    assert "It takes capacity only when it is planned, in working time." in str(answer.data)


def test_many_rows_come_through_the_sheets(api, draft):
    ITEM = {"item": "BIKE", "site": "", "version": 1}
    Capability.objects.create(code="DRILL", name="Drilling")

    def send(path: str, rows: list[dict]):
        answer = api.post(f"{BASE}/{path}/bulk/", rows, format="json")
        assert answer.status_code == 200, answer.data
        return answer.data

    assert send("route-groups", [{"code": "STD", "name": "Own"}])["added"] == 1
    assert (
        send("route-groups/phases", [{"route_group": "STD", "phase": "run", "planned": "no"}])["added"] == 1
    )
    assert send("standard-operations", [{"code": "WELD", "name": "Weld", "route_group": "STD"}])["added"] == 1
    assert (
        send("standard-operations/steps", [{"standard": "WELD", "position": 1, "text": "Look"}])["added"] == 1
    )
    rows = [{**ITEM, "number": 25, "name": "By hand", "alternate_of": 20, "priority": 2, "standard": "WELD"}]
    assert send("routes/operations", rows)["added"] == 1
    assert RouteOperation.objects.get(route=draft, number=25).alternate_of.number == 20
    beside = [{**ITEM, "operation": 20, "position": 1, "name": "Worker", "load_fraction": "0.5"}]
    assert send("routes/secondaries", beside)["added"] == 1
    needs = [
        {**ITEM, "operation": 20, "kind": "capability", "capability": "DRILL", "minimum_level": 10},
        {**ITEM, "operation": 20, "secondary": 1, "kind": "type", "type": "person"},
    ]
    assert send("routes/requirements", needs)["added"] == 2
    assert send("routes/requirements", needs)["unchanged"] == 2
    assert draft.operations.get(number=20).requirements.count() == 2
    answer = api.post(
        f"{BASE}/routes/requirements/bulk/", [{**ITEM, "operation": 20, "kind": "skill"}], format="json"
    )
    assert (answer.status_code, answer.data["problems"][0]["field"]) == (400, "skill")
