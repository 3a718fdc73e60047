"""The floor over REST: status, shape, permission, one effect per key, and few queries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from execution.models import PickLine, Report
from execution.services.release import release
from planning.models import ProductionOrder
from tests.execution.conftest import Plant
from tests.factories import make_reason, make_resource, make_user

pytestmark = pytest.mark.django_db
BASE = "/api/v1/execution"


def client_of(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def floor(plant: Plant) -> APIClient:
    return client_of(plant.worker)


@pytest.fixture
def office(plant: Plant) -> APIClient:
    return client_of(make_user("supervisor"))


@pytest.fixture
def order(plant: Plant) -> ProductionOrder:
    plant.fill(100)
    order = plant.order(10, flushing="operation", number="MO-1")
    release(orders=[order], by=plant.worker)
    return order


def test_an_order_goes_from_release_to_finish(plant: Plant, office: APIClient, floor: APIClient) -> None:
    plant.fill(100)
    plant.order(10, number="MO-9")
    released = office.post(f"{BASE}/orders/MO-9/release/", {}, format="json")
    assert (released.status_code, released.json()["state"]) == (200, "released")
    (listed,) = floor.get(f"{BASE}/pick-lists/?state=open&expand=lines").json()["results"]
    assert [(line["item"], line["quantity"]) for line in listed["lines"]] == [
        ("FRAME", "10"),
        ("WHEEL", "20"),
        ("PAINT", "1"),
    ]
    picked = floor.post(f"{BASE}/pick-lists/{listed['number']}/pick/", {}, format="json")
    assert (picked.status_code, picked.json()["state"]) == (200, "picked")
    started = floor.post(f"{BASE}/operations/MO-9~10/start/", {}, format="json")
    assert (started.status_code, started.json()["kind"]) == (200, "run")
    for number in (10, 20):
        done = floor.post(
            f"{BASE}/operations/MO-9~{number}/report/",
            {"good": "10", "finish": True, "seconds": 60},
            format="json",
        )
        assert (done.status_code, done.json()["good"]) == (200, "10")
    finished = office.post(f"{BASE}/orders/MO-9/finish/", {}, format="json")
    assert (finished.json()["state"], finished.json()["good_quantity"]) == ("finished", "10")


def test_a_refusal_is_a_conflict_with_its_sentence(floor: APIClient, order: ProductionOrder) -> None:
    answer = floor.post(f"{BASE}/operations/MO-1~20/report/", {"good": "3"}, format="json")
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["detail"].startswith("MO-1 · 20 can take 0 more from MO-1 · 10")
    assert answer.json()["code"] == "pieces_not_there"


@pytest.mark.parametrize(
    "body", [{"good": "many"}, {"good": "1", "reason": "NOPE"}, {"good": "1", "seconds": "soon"}]
)
def test_input_that_is_no_input_names_its_field(floor: APIClient, order: ProductionOrder, body: Any) -> None:
    answer = floor.post(f"{BASE}/operations/MO-1~10/report/", body, format="json")
    assert answer.status_code == 400
    assert not Report.objects.exists()


def test_a_report_sent_three_times_with_one_key_counts_once(
    plant: Plant, floor: APIClient, order: ProductionOrder
) -> None:
    answers = [
        floor.post(
            f"{BASE}/operations/MO-1~10/report/",
            {"good": "2"},
            format="json",
            HTTP_IDEMPOTENCY_KEY="tablet-7-0001",
        )
        for _ in range(3)
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Report.objects.count() == 1
    assert plant.there(plant.wheel) == 96


def test_a_report_is_undone(plant: Plant, floor: APIClient, order: ProductionOrder) -> None:
    number = floor.post(f"{BASE}/operations/MO-1~10/report/", {"good": "2"}, format="json").json()["number"]
    back = floor.post(f"{BASE}/reports/{number}/undo/", {}, format="json")
    assert (back.status_code, back.json()["reverses"], back.json()["good"]) == (200, number, "-2")
    assert floor.get(f"{BASE}/reports/{number}/").json()["undone"] is True
    assert plant.there(plant.wheel) == 100


def test_who_may_do_what(plant: Plant, floor: APIClient, order: ProductionOrder) -> None:
    plant.order(10, number="MO-2")
    assert floor.post(f"{BASE}/orders/MO-2/release/", {}, format="json").status_code == 403
    buyer = client_of(make_user("buyer"))
    assert buyer.post(f"{BASE}/operations/MO-1~10/report/", {"good": "1"}, format="json").status_code == 403
    assert APIClient().get(f"{BASE}/operations/").status_code in {401, 403}


def test_work_at_another_site_is_not_there(plant: Plant, order: ProductionOrder) -> None:
    from tests.factories import make_site

    stranger = client_of(make_user("operator", site=make_site("OTHER")))
    assert stranger.get(f"{BASE}/operations/").json()["results"] == []
    assert stranger.post(f"{BASE}/operations/MO-1~10/report/", {"good": "1"}, format="json").status_code in {
        403,
        404,
    }


def test_the_dispatch_list_says_what_is_ready_and_why_not_in_a_fixed_number_of_queries(
    plant: Plant, floor: APIClient, order: ProductionOrder, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        other = plant.order(10, flushing="operation")
        release(orders=[other], despite_shortage=True, by=plant.worker)
    with django_assert_max_num_queries(6):
        rows = floor.get(f"{BASE}/operations/?limit=100").json()["results"]
    assert len(rows) == 42
    mine = {
        row["number"]: (row["readiness"], row["ready"], row["why"]) for row in rows if row["order"] == "MO-1"
    }
    assert mine == {
        10: ("ready", "10", ""),
        20: ("waiting", "0", "The operation before has made no more."),
    }
    assert len(floor.get(f"{BASE}/operations/?group=CUT&limit=100").json()["results"]) == 21


def test_verbs_say_beforehand_what_speaks_against_them(floor: APIClient, order: ProductionOrder) -> None:
    verbs = floor.get(f"{BASE}/orders/MO-1/").json()["verbs"]
    assert verbs["release"]["blocked_by"] == ["MO-1 is Released: cannot release."]
    assert verbs["finish"] == {"allowed": False, "blocked_by": []}


def test_a_part_of_a_list_is_picked(plant: Plant, floor: APIClient) -> None:
    plant.fill(100)
    order = plant.order(10)
    (pick_list,) = release(orders=[order], by=plant.worker)
    line = PickLine.objects.get(material__item=plant.wheel)
    answer = floor.post(
        f"{BASE}/pick-lists/{pick_list.number}/pick/",
        {"lines": [{"line": line.pk, "quantity": "5"}]},
        format="json",
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "open")
    assert plant.there(plant.wheel) == 95


def test_a_machine_stops_and_works_again(plant: Plant, floor: APIClient) -> None:
    machine, reason = make_resource(plant.groups[0], "SAW-1"), make_reason("JAM", kind="downtime")
    down = floor.post(f"{BASE}/downtimes/", {"resource": machine.code, "reason": reason.code}, format="json")
    assert down.status_code == 201
    again = floor.post(f"{BASE}/downtimes/", {"resource": machine.code, "reason": reason.code}, format="json")
    assert (again.status_code, again.json()["detail"]) == (409, f"{machine.name} is down already.")
    up = floor.post(f"{BASE}/downtimes/{down.json()['id']}/come-up/", {}, format="json")
    assert up.json()["ended_at"] is not None


def test_pieces_between_operations_are_listed(plant: Plant, floor: APIClient, order: ProductionOrder) -> None:
    floor.post(f"{BASE}/operations/MO-1~10/report/", {"good": "4"}, format="json")
    (row,) = floor.get(f"{BASE}/wip-moves/?order_number=MO-1").json()["results"]
    assert (row["operation"], row["kind"], Decimal(row["quantity"])) == (10, "reported", 4)


@pytest.mark.parametrize("key", ["MO-1~99", "MO-77~10", "MO-1~ten", "MO-1", "MO-1~99999999999"])
def test_work_that_is_not_there_is_not_found(floor: APIClient, order: ProductionOrder, key: str) -> None:
    assert floor.post(f"{BASE}/operations/{key}/report/", {"good": "1"}, format="json").status_code == 404
