"""An operation names the half-finished item its good pieces are, through whichever door, where a route may have it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from p2p.core.refusal import Refused
from strategies.models import Item, RouteOperation, RouteVersion
from strategies.selectors.routes import differences
from strategies.services import items, items_bulk, routedrafts, routelinks, routeoperations, routes
from strategies.services.importer import take_rows
from strategies.services.importer.running import take_in
from strategies.services.routechecks import route_is_whole
from strategies.services.routes import OperationInput
from strategies.services.versions import activate, approve, submit
from tests.factories import make_group, make_item, make_site, make_unit, make_user
from tests.strategies.services.importer.test_rights import said, table

pytestmark = pytest.mark.django_db
BASE = "/api/v1/strategies"


@pytest.fixture
def engineer() -> Any:
    return make_user("engineer")


@pytest.fixture
def raw() -> Item:
    return make_item("FRAME-RAW", name="Frame, raw")


@pytest.fixture
def draft(engineer: Any, raw: Item) -> RouteVersion:
    rows = [
        OperationInput(number=10, name="Weld", half_finished=raw),
        OperationInput(number=20, name="Paint"),
        OperationInput(number=30, name="Pack"),
    ]
    return routes.draft_route(item=make_item("FRAME"), operations=rows, by=engineer)


def left(route: RouteVersion) -> dict[int, str]:
    rows = route.operations.filter(half_finished__isnull=False).order_by("number")
    return dict(rows.values_list("number", "half_finished__number"))


def name(draft: RouteVersion, number: int, half: Item | None, by: Any) -> RouteOperation:
    row = draft.operations.get(number=number)
    to = OperationInput(number=number, name=row.name, half_finished=half)
    return routeoperations.change_operation(operation=row, to=to, by=by)


def test_it_is_copied_compared_and_taken_back(engineer: Any, draft: RouteVersion, raw: Item) -> None:
    copied = routes.copy_route(route=draft, by=engineer)
    assert left(copied) == {10: "FRAME-RAW"}
    name(copied, 10, None, engineer)
    name(copied, 20, raw, engineer)
    found = {one.number: one.fields for one in differences(draft, copied) if one.fields}
    assert [(str(one.title), one.was, one.becomes) for one in found[10]] == [("leaves as", "FRAME-RAW", "–")]
    assert [(str(one.title), one.was, one.becomes) for one in found[20]] == [("leaves as", "–", "FRAME-RAW")]
    routedrafts.undo(route=copied, by=engineer)
    routedrafts.undo(route=copied, by=engineer)
    assert left(copied) == {10: "FRAME-RAW"}


def test_a_change_is_not_taken_back_to_an_item_that_was_deleted_meanwhile(
    engineer: Any, draft: RouteVersion
) -> None:
    name(draft, 20, make_item("PAINTED"), engineer)
    name(draft, 20, None, engineer)
    items.delete_item(item=Item.objects.get(number="PAINTED"), by=engineer)
    with pytest.raises(Refused, match="the item that it named before was deleted"):
        routedrafts.undo(route=draft, by=engineer)


def test_what_can_be_no_half_finished_item_is_refused_as_it_is_said(
    engineer: Any, draft: RouteVersion
) -> None:
    gone = make_item("GONE", active=False)
    service = make_item("WASHING", kind=Item.Kind.SERVICE)
    tube = make_item("TUBE", unit=make_unit("M", digits=2))
    for half, sentence in (
        (draft.item, "Operation 20 cannot leave FRAME: that is what the whole route makes."),
        (gone, "Operation 20 leaves GONE, which is out of use."),
        (service, "Operation 20 leaves WASHING, which is a service."),
        (
            tube,
            "Operation 20 leaves TUBE, counted in M: pieces between operations are counted as FRAME is, in EA.",
        ),
    ):
        with pytest.raises(Refused) as no:
            name(draft, 20, half, engineer)
        assert (str(no.value), no.value.field) == (sentence, "half_finished")
        new = OperationInput(number=25, name="Wash", half_finished=half)
        with pytest.raises(Refused):
            routeoperations.put_operation(route=draft, operation=new, by=engineer)
    assert left(draft) == {10: "FRAME-RAW"}


def test_what_leaves_the_last_operation_is_the_product(engineer: Any, draft: RouteVersion, raw: Item) -> None:
    route_is_whole(draft)
    for number in (30, 20):
        routeoperations.remove_operation(operation=draft.operations.get(number=number), by=engineer)
    with pytest.raises(Refused, match="Operation 10 is the last: what leaves it is FRAME, not FRAME-RAW"):
        submit(version=draft, by=engineer)
    routeoperations.add_operation(route=draft, name="Paint", after=10, by=engineer)
    route_is_whole(draft)
    # By the graph, not by the number: painting comes first now.
    routelinks.set_links(route=draft, links=[(20, 10)], by=engineer)
    with pytest.raises(Refused, match="Operation 10 is the last"):
        route_is_whole(draft)
    # What is done instead of the last one is the last, too.
    name(draft, 10, None, engineer)
    instead = OperationInput(number=15, name="Braze", alternate_of=10, half_finished=raw)
    routeoperations.put_operation(route=draft, operation=instead, by=engineer)
    with pytest.raises(Refused, match="Operation 15 is the last"):
        route_is_whole(draft)


def test_one_stands_at_one_operation_and_what_may_be_done_instead_of_it(
    engineer: Any, draft: RouteVersion, raw: Item
) -> None:
    instead = routeoperations.add_operation(route=draft, name="Braze", alternate_of=10, by=engineer)
    assert instead.half_finished == raw
    name(draft, 20, make_item("FRAME-PAINTED"), engineer)
    route_is_whole(draft)
    name(draft, 20, raw, engineer)
    with pytest.raises(
        Refused, match="Operation 20 leaves FRAME-RAW as operation 10 does: nobody could tell them apart"
    ):
        route_is_whole(draft)
    # Neither could anybody on two ways that go on at the same time.
    routelinks.set_links(route=draft, links=[(10, 30), (20, 30)], by=engineer)
    with pytest.raises(Refused, match="Operation 20 leaves FRAME-RAW as operation 10 does"):
        route_is_whole(draft)


def test_what_a_route_in_use_leaves_stays_in_use_and_in_its_unit(
    engineer: Any, draft: RouteVersion, raw: Item
) -> None:
    metre = make_unit("M", digits=2)
    items.change_item(item=raw, unit=metre, by=engineer)
    with pytest.raises(Refused, match="Operation 10 leaves FRAME-RAW, counted in M"):
        route_is_whole(draft)
    items.change_item(item=raw, unit=make_unit("EA"), by=engineer)
    activate(version=approve(version=submit(version=draft, by=engineer), by=engineer), by=engineer)
    for item in (raw, draft.item):
        with pytest.raises(
            Refused, match="Operation 10 of FRAME v1 leaves FRAME-RAW, which has to be counted as FRAME is"
        ):
            items.change_item(item=Item.objects.get(pk=item.pk), unit=metre, by=engineer)
    sentence = "FRAME-RAW is what operation 10 of FRAME v1 leaves: copy the route and change that first."
    with pytest.raises(Refused, match=sentence):
        items.retire_item(item=raw, by=engineer)
    chosen = Item.objects.filter(pk=raw.pk)
    told = items_bulk.preview_items(items=chosen, wanted=items_bulk.Wanted(active=False))
    assert told.blocked == (sentence,)
    row = {"number": "FRAME-RAW", "name": "Frame, raw", "unit": "M", "active": "no"}
    problems = take_rows(sheet="items", rows=[row], partly=False, by=None).problems
    assert [(one.column, one.code) for one in problems if one.is_error] == [
        ("unit", "other_unit"),
        ("active", "in_use"),
    ]
    with pytest.raises(Refused, match="FRAME-RAW is used by route operation FRAME v1 10 Weld"):
        items.delete_item(item=raw, by=engineer)


def test_rest_takes_gives_filters_and_answers_where_it_stands(
    engineer: Any, draft: RouteVersion, raw: Item
) -> None:
    api = APIClient()
    api.force_authenticate(engineer)
    row = draft.operations.get(number=20)
    make_item("PAINTED")
    answer = api.patch(f"{BASE}/route-operations/{row.pk}/", {"half_finished": "PAINTED"}, format="json")
    assert (answer.status_code, answer.data["half_finished"]) == (200, "PAINTED"), answer.data
    wrong = api.patch(f"{BASE}/route-operations/{row.pk}/", {"half_finished": "FRAME"}, format="json")
    assert (wrong.status_code, wrong.data["field"]) == (409, "half_finished")
    found = api.get(f"{BASE}/route-operations/?half_finished=PAINTED").data["results"]
    assert [one["number"] for one in found] == [20]
    shown = api.get(f"{BASE}/routes/{draft.pk}/?expand=operations").data["operations"]
    assert [one["half_finished"] for one in shown] == ["FRAME-RAW", "PAINTED", None]
    used = api.get(f"{BASE}/items/FRAME-RAW/where-used/").data["half_finished"]
    assert [(one["item"], one["version"], one["operation"]) for one in used] == [("FRAME", 1, 10)]


def test_the_designer_the_forms_and_the_pages_show_it(
    client: Client, engineer: Any, draft: RouteVersion, raw: Item
) -> None:
    client.force_login(engineer)
    html = client.get(f"/strategies/routes/{draft.pk}/?open=10").content.decode()
    assert ">→ FRAME-RAW<" in html and "leaves as FRAME-RAW" in html
    field = html.split('id="id_half_finished"')
    assert 'value="FRAME-RAW"' in field[0].rsplit("<input", 1)[1] + field[1].split(">")[0]
    typed = {"number": "20", "name": "Paint", "run_basis": "piece", "run_quantity": "1", "follows": "10",
             "scrap_fraction": "0", "priority": "1", "open": "20", "act": "save",
             "revision": str(draft.revision)}  # fmt: skip
    address, asked = f"/strategies/routes/{draft.pk}/design/", {"HX-Request": "true"}
    answer = client.post(address, {**typed, "half_finished": "FRAME"}, headers=asked)
    assert answer.status_code == 422 and "Operation 20 cannot leave FRAME" in answer.content.decode()
    make_item("PAINTED")
    assert client.post(address, {**typed, "half_finished": "painted"}, headers=asked).status_code == 200
    assert left(draft) == {10: "FRAME-RAW", 20: "PAINTED"}
    name(draft, 30, make_item("PACKED"), engineer)
    odd = client.get(f"/strategies/routes/{draft.pk}/").content.decode()
    assert "Operation 30 is the last: what leaves it is FRAME, not PACKED." in odd and "Lead time" in odd
    row = draft.operations.get(number=10)
    form = client.get(reverse("strategies:change-operation", args=[row.pk])).content.decode()
    assert "What the pieces are called until the next operation takes them" in form
    table_ = client.get(f"/strategies/routes/{draft.pk}/?tab=operations").content.decode()
    assert "leaves as" in table_ and "Frame, raw" in table_
    for address in (
        "/strategies/items/FRAME-RAW/",
        "/strategies/items/FRAME-RAW/?tab=where",
        "/strategies/where-used/?item=FRAME-RAW",
    ):
        page = client.get(address).content.decode()
        assert "Half-finished behind" in page and "Weld" in page and "No bill takes it" in page
    copied = routes.copy_route(route=draft, by=engineer)
    name(copied, 10, None, engineer)
    compared = client.get(f"/strategies/routes/{copied.pk}/compare/?with={draft.pk}").content.decode()
    assert "<del>FRAME-RAW</del>" in compared


def test_a_sheet_takes_it_and_a_route_that_cannot_have_it_is_not_active_through_a_file(
    engineer: Any, raw: Item
) -> None:
    make_item("FRAME")
    make_group(make_site("ONE"), "60")
    heads = table("routes", "item;version;state\nFRAME;1;active")
    lines = "item;version;number;name;group_site;group;half_finished\n"
    lines += "FRAME;1;10;Weld;ONE;60;{first}\nFRAME;1;20;Paint;ONE;60;{last}"
    wrong = take_in([heads, table("route_operations", lines.format(first="", last="FRAME-RAW"))], by=engineer)
    assert said(wrong) == [("routes", 2, "error", "last_operation")] and not RouteVersion.objects.exists()
    good = take_in([heads, table("route_operations", lines.format(first="FRAME-RAW", last=""))], by=engineer)
    assert said(good) == []
    assert left(RouteVersion.objects.get(state="active")) == {10: "FRAME-RAW"}
    row = {"item": "FRAME", "version": "1", "number": "10", "name": "Weld", "half_finished": "NOBODY"}
    [problem] = take_rows(sheet="route_operations", rows=[row], partly=False, by=None).problems
    assert problem.column == "half_finished"
    assert RouteOperation.objects.filter(half_finished=raw).count() == 1


@pytest.mark.parametrize(
    ("halves", "code"),
    [
        (("FRAME", "", "", ""), "made_itself"),
        (("GONE", "", "", ""), "out_of_use"),
        (("WASHING", "", "", ""), "service"),
        (("TUBE", "", "", ""), "other_unit"),
        (("FRAME-RAW", "FRAME-RAW", "", ""), "half_finished_twice"),
        (("", "", "FRAME-RAW", ""), "last_operation"),
        (("FRAME-RAW", "", "", "FRAME-RAW"), ""),
        (("FRAME-RAW", "", "", "GONE"), "out_of_use"),
    ],
)
def test_what_a_service_refuses_a_file_of_finished_routes_is_refused(
    engineer: Any, raw: Item, halves: tuple[str, ...], code: str
) -> None:
    """Operations 10, 20 and 30, and 40 instead of 10."""
    for number, also in (
        ("FRAME", {}),
        ("GONE", {"active": False}),
        ("WASHING", {"kind": Item.Kind.SERVICE}),
        ("TUBE", {"unit": make_unit("M", digits=2)}),
    ):
        make_item(number, **also)
    make_group(make_site("ONE"), "60")
    lines = "item;version;number;name;group_site;group;alternate_of;half_finished\n" + "\n".join(
        f"FRAME;1;{number};Work;ONE;60;{10 if number == 40 else ''};{half}"
        for number, half in zip((10, 20, 30, 40), halves, strict=True)
    )
    heads = table("routes", "item;version;state\nFRAME;1;active")
    outcome = take_in([heads, table("route_operations", lines)], by=engineer)
    assert said(outcome) == ([("routes", 2, "error", code)] if code else [])
    assert RouteVersion.objects.filter(state="active").exists() == (not code)
