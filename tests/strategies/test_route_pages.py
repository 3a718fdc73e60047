"""The pages of routes: the designer's fragment, the table beside it, instructions, the library, comparison."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strategies.models import Capability, RouteGroup, RouteOperation, StandardOperation
from strategies.selectors.routes import differences
from strategies.services import instructions, library, routeoperations, routes
from strategies.services.instructions import StepInput
from strategies.services.routes import OperationInput, TimesInput
from tests.factories import make_calendar, make_group, make_item, make_route, make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(client):
    user = make_user("engineer")
    client.force_login(user)
    return user


@pytest.fixture
def draft(engineer):
    """10 → 20 → 30."""
    rows = [OperationInput(number=number, name=f"Step {number}") for number in (10, 20, 30)]
    return routes.draft_route(item=make_item("BIKE"), operations=rows, by=engineer)


def links(route) -> list[tuple[int, int]]:
    return sorted(route.links.values_list("before__number", "after__number"))


def send(client, route, act: str, **values):
    route.refresh_from_db()
    given = {"revision": route.revision, **values, "act": act}
    return client.post(f"/strategies/routes/{route.pk}/design/", given, headers={"HX-Request": "true"})


def test_the_designer_draws_operations_lines_and_what_decides(client, draft):
    html = client.get(f"/strategies/routes/{draft.pk}/?open=20").content.decode()
    assert html.count('data-op="') == 3
    assert 'data-before="10" data-after="20"' in html
    assert "10 → 20 → 30" in html
    assert 'id="id_setup_seconds"' in html


def test_every_act_of_the_designer_changes_the_draft(client, draft):
    assert send(client, draft, "connect", before=10, after=30).status_code == 200
    assert send(client, draft, "disconnect", before=20, after=30).status_code == 200
    assert links(draft) == [(10, 20), (10, 30)]
    send(client, draft, "between", number=30, before=10, after=20)
    assert links(draft) == [(10, 30), (30, 20)]
    send(client, draft, "beside", number=30, beside=20)
    assert links(draft) == [(10, 20), (10, 30)]
    assert "Operation 40 added" in send(client, draft, "add", after=30).content.decode()
    send(client, draft, "remove", number=40)
    send(client, draft, "undo")
    assert draft.operations.filter(number=40).exists()
    send(client, draft, "renumber", open=40)
    assert list(draft.operations.values_list("number", flat=True)) == [10, 20, 30, 40]


def test_an_alternate_begins_with_the_name_of_what_it_stands_for(client, draft):
    send(client, draft, "add", alternate_of=20)
    assert draft.operations.get(alternate_of__number=20).name == draft.operations.get(number=20).name


def test_a_refusal_says_why_over_the_picture(client, draft):
    answer = send(client, draft, "connect", before=30, after=10)
    assert answer.status_code == 409
    assert "An operation cannot wait for itself: 10 → 20 → 30 → 10" in answer.content.decode()


def test_properties_are_saved_in_place_with_times_as_people_write_them(client, draft):
    typed = {"number": 20, "name": "Weld", "setup_seconds": "1 h 15 min", "run_seconds": "0.5", "run_basis": "piece",
             "run_quantity": "1", "follows": "10", "scrap_fraction": "0.02", "priority": "1", "open": 20}  # fmt: skip
    assert send(client, draft, "save", **typed).status_code == 200
    row = draft.operations.get(number=20)
    assert (row.name, row.setup_seconds, row.run_seconds, row.scrap_fraction) == (
        "Weld",
        4500,
        Decimal("0.5"),
        Decimal("0.02"),
    )
    answer = send(client, draft, "save", **{**typed, "setup_seconds": "soon"})
    assert (answer.status_code, "is not a length of time" in answer.content.decode()) == (422, True)
    answer = send(client, draft, "save", **{**typed, "number": 30})
    assert (answer.status_code, "Operation 30 is there twice" in answer.content.decode()) == (422, True)


def test_what_the_later_of_two_people_typed_stays_in_the_panel(client, draft):
    typed = {"number": 20, "name": "My own name", "run_basis": "piece", "run_quantity": "1", "follows": "10",
             "scrap_fraction": "0", "open": 20}  # fmt: skip
    answer = send(client, draft, "save", **typed, revision=1)
    html = answer.content.decode()
    assert (answer.status_code, "My own name" in html, "changed by somebody else" in html) == (
        422,
        True,
        True,
    )
    assert draft.operations.get(number=20).name == "Step 20"


def test_who_is_no_engineer_sees_the_route_and_cannot_draw(client, draft):
    client.force_login(make_user("planner"))
    html = client.get(f"/strategies/routes/{draft.pk}/?open=20").content.decode()
    assert 'class="grip"' not in html
    assert send(client, draft, "connect", before=10, after=30).status_code == 403


@pytest.mark.parametrize("tab", ["design", "operations", "instructions"])
def test_a_route_of_many_operations_takes_as_many_queries_as_one_of_few(client, engineer, tab):
    group = make_group(make_site())
    counts = []
    for many in (3, 60):
        rows = [OperationInput(number=10 * n, name=f"Step {n}", group=group) for n in range(1, many + 1)]
        route = routes.draft_route(item=make_item(), operations=rows, by=engineer)
        for row in route.operations.all()[:many]:
            instructions.set_steps(operation=row, steps=[StepInput(text="Look")], by=engineer)
        client.get(f"/strategies/routes/{route.pk}/?tab={tab}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/strategies/routes/{route.pk}/?tab={tab}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_two_versions_are_compared_in_colours(client, engineer, draft):
    newer = routes.copy_route(route=draft, by=engineer)
    routeoperations.add_operation(route=newer, name="Wash", after=10, by=engineer)
    newer.operations.filter(number=30).update(name="Weld", setup_seconds=150, inspect=True)
    html = client.get(f"/strategies/routes/{newer.pk}/compare/?with={draft.pk}").content.decode()
    for old, new in (("Step 30", "Weld"), ("0 s", "2 min 30 s"), ("no", "yes")):
        assert f"<del>{old}</del>" in html and f"<ins>{new}</ins>" in html
    assert '<tr class="added">' in html and "Wash" in html
    assert "<del>10</del>" in html and "<ins>15</ins>" in html


def test_a_preview_shows_who_may_do_an_operation(client, engineer):
    group = make_group(make_site(), "60", resources=2)
    row = make_route(make_item(), [{"group": group}]).operations.get()
    html = client.get(f"/strategies/operations/{row.pk}/applicable/?day=2026-03-02").content.decode()
    assert "60-1" in html and "60-2" in html


def test_what_somebody_lacks_is_a_list_of_words(client, engineer):
    row = make_route(make_item(), [{"group": make_group(make_site(), "60")}]).operations.get()
    for code in ("PAINT", "SAND"):
        capability = Capability.objects.create(code=code, name=code.title())
        row.requirements.create(kind="capability", capability=capability, minimum_level=2)
    html = client.get(f"/strategies/operations/{row.pk}/applicable/?day=2026-03-02").content.decode()
    assert "Paint ≥ 2, Sand ≥ 2</td>" in html


def test_conditions_and_resources_beside_are_added_and_removed(client, draft):
    row = draft.operations.get(number=20)
    client.post(
        f"/strategies/operations/{row.pk}/conditions/", {"kind": "type", "type": "machine", "for_jobs": "on"}
    )
    need = row.requirements.get()
    assert (need.type, need.for_operations) == ("machine", False)
    beside = {
        "name": "Welder",
        "quantity": 1,
        "load_fraction": "0.5",
        "kind": "type",
        "type": "person",
        "for_jobs": "on",
    }
    client.post(f"/strategies/operations/{row.pk}/beside/", beside)
    assert row.secondaries.get().load_fraction == Decimal("0.5")
    html = client.get(f"/strategies/routes/{draft.pk}/?open=20").content.decode()
    assert "1 × Welder" in html
    client.post(f"/strategies/beside/{row.secondaries.get().pk}/remove/")
    client.post(f"/strategies/conditions/{need.pk}/remove/")
    assert (row.secondaries.count(), row.requirements.count()) == (0, 0)


def test_steps_are_written_moved_and_shown_as_on_the_tablet(client, draft):
    row = draft.operations.get(number=20)
    for text in ("Clean", "Weld"):
        client.post(f"/strategies/operations/{row.pk}/steps/", {"text": text, "required": "on"})
    last = row.steps.get(text="Weld")
    html = client.post(f"/strategies/steps/{last.pk}/move/", {"position": 1}).content.decode()
    assert html.index("Weld") < html.index("Clean")
    html = client.get(f"/strategies/operations/{row.pk}/tablet/").content.decode()
    assert "Clean" in html and "Confirm" in html


def test_the_library_has_a_list_a_page_and_forms(client, engineer, draft):
    typed = {"code": "WELD", "name": "Weld", "run_basis": "piece", "run_quantity": "1", "run_seconds": "90",
             "scrap_fraction": "0", "active": "on"}  # fmt: skip
    client.post("/strategies/new-standard/", typed)
    weld = StandardOperation.objects.get(code="WELD")
    client.post(f"/strategies/library-forms/{weld.pk}/edit/", {**typed, "run_seconds": "2 min"})
    client.post(f"/strategies/library-forms/{weld.pk}/steps/", {"text": "Clean"})
    client.post(f"/strategies/routes/{draft.pk}/library/", {"standard": "WELD", "after": 30})
    row = draft.operations.get(number=40)
    assert (row.run_seconds, row.steps.get().text) == (120, "Clean")
    assert "WELD" in client.get("/strategies/library/").content.decode()
    assert "Clean" in client.get("/strategies/library/WELD/").content.decode()
    assert "BIKE" in client.get("/strategies/library/WELD/?tab=used").content.decode()
    library.save_standard(
        standard=weld,
        code="WELD",
        times=TimesInput(name="Weld all round", run_seconds=Decimal(330), run_basis="order"),
        by=engineer,
    )
    html = client.get(f"/strategies/operations/{row.pk}/library/").content.decode()
    assert "name: Weld → Weld all round" in html
    assert "run: 2 min → 5 min 30 s" in html
    assert "run time is: Per run quantity → Once per order" in html
    client.post(f"/strategies/operations/{row.pk}/library/")
    assert draft.operations.get(number=40).name == "Weld all round"


def test_a_route_group_is_made_and_its_parts_are_ticked(client, engineer):
    client.post("/strategies/new-route-group/", {"code": "OVEN", "name": "Oven", "books_run": "on"})
    group = RouteGroup.objects.get()
    typed = {
        "code": "OVEN",
        "name": "Oven",
        "run-planned": "on",
        "run-working_time": "on",
        "run-takes_capacity": "on",
    }
    client.post(f"/strategies/route-groups/{group.pk}/", typed)
    kept = {row.phase: (row.planned, row.takes_capacity) for row in group.phases.all()}
    assert (kept["run"], kept["setup"]) == ((True, True), (False, False))
    assert "OVEN" in client.get("/strategies/route-groups/").content.decode()


def test_what_a_route_group_leaves_open_is_ticked_as_usual(client, engineer):
    client.post("/strategies/new-route-group/", {"code": "OVEN", "name": "Oven"})
    html = client.get(f"/strategies/route-groups/{RouteGroup.objects.get().pk}/").content.decode()
    ticked = re.findall(r'name="(\w+-\w+)"[^>]* checked', html)
    assert {one for one in ticked if "planned" not in one} == {
        "queue_before-working_time",
        "setup-working_time",
        "setup-takes_capacity",
        "run-working_time",
        "run-takes_capacity",
    }


def test_an_operation_is_put_into_shifts_of_a_property_and_versions_show_it(client, draft):
    calendar = make_calendar("DAY")
    calendar.shifts.filter(weekday=0).update(property="PAINT")
    row = draft.operations.order_by("number").first()
    html = client.get(f"/strategies/routes/{draft.pk}/design/?open={row.number}").content.decode()
    assert "Only in shifts of" in html
    RouteOperation.objects.filter(pk=row.pk).update(property="PAINT")
    other = routes.copy_route(route=draft, by=make_user("engineer"))
    assert other.operations.get(number=row.number).property == "PAINT"
    other.operations.filter(number=row.number).update(property="")
    [field] = next(one for one in differences(other, draft) if one.number == row.number).fields
    assert (str(field.title), field.was, field.becomes) == ("only in shifts of", "–", "PAINT")
