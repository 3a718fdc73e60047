"""Quality through REST: plan, readings, verdict, nonconformance; permissions, races, the cost of a list."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from execution.services.release import release
from execution.services.report import report
from p2p.core.facts import Refused
from planning.models import Operation, ProductionOrder
from quality.models import ControlPlan, Inspection, Result
from quality.services import decide
from strategies.models import Site
from tests.factories import make_item, make_order, make_reason, make_site, make_user
from tests.quality.factories import make_characteristic, make_plan

pytestmark = pytest.mark.django_db
API = "/api/v1/quality"
_keys = itertools.count(1)


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def inspector(client: Client) -> Client:
    client.force_login(make_user("inspector"))
    return client


def post(client: Client, address: str, body: object = None, key: str = "") -> Any:
    return client.post(
        f"{API}/{address}",
        {} if body is None else body,
        content_type="application/json",
        headers={"Idempotency-Key": key or f"k{next(_keys)}"},
    )


def make_released(site: Site, **also: Any) -> ProductionOrder:
    order = make_order(make_item(), 10, site=site, **also)
    release(orders=[order], by=make_user("supervisor"))
    return order


def test_from_a_new_plan_to_an_accepted_inspection(inspector: Client, site: Site) -> None:
    make_characteristic("BORE", lower_limit=Decimal("33.97"), upper_limit=Decimal("34.03"))
    drafted = post(inspector, "plans/", {"code": "FRAME", "name": "Frame", "site": "MAIN", "sample_fixed": 2})
    assert (drafted.status_code, drafted.json()["version"], drafted.json()["state"]) == (201, 1, "draft")
    refused = post(inspector, "plans/FRAME~1/activate/")
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "FRAME v1 reads nothing: add a characteristic first.",
    )
    post(inspector, "plans/FRAME~1/set-lines/", {"lines": [{"characteristic": "BORE"}]})
    assert post(inspector, "plans/FRAME~1/activate/").json()["state"] == "active"
    line = ControlPlan.objects.get().lines.get()
    assert (line.lower_limit, line.upper_limit) == (Decimal("33.97"), Decimal("34.03"))

    make_released(site)
    number = inspector.get(f"{API}/inspections/?state=open").json()["results"][0]["number"]
    read = post(
        inspector,
        f"inspections/{number}/record/",
        {"readings": [{"characteristic": "BORE", "sample": 1, "value": "34.01"}]},
    )
    assert read.json()["verdict"] == "pending"
    early = post(inspector, f"inspections/{number}/accept/")
    assert (early.status_code, early.json()["code"]) == (409, "results_missing")
    read = post(
        inspector,
        f"inspections/{number}/record/",
        {"readings": [{"characteristic": "BORE", "sample": 2, "value": 34.02}]},
    )
    assert read.json()["verdict"] == "pass"
    assert post(inspector, f"inspections/{number}/accept/").json()["state"] == "accepted"
    assert len(inspector.get(f"{API}/results/?inspection={number}").json()["results"]) == 2


def test_a_rejection_raises_a_nonconformance_that_is_decided(inspector: Client, site: Site) -> None:
    make_plan(site)
    make_released(site)
    number = Inspection.objects.get().number
    body = {"note": "rust", "quantity": "3"}
    assert post(inspector, f"inspections/{number}/reject/", body).json()["state"] == "rejected"
    raised = inspector.get(f"{API}/nonconformances/?inspection={number}").json()["results"][0]
    no_reason = post(inspector, f"nonconformances/{raised['number']}/decide/", {"disposition": "scrap"})
    assert (no_reason.status_code, no_reason.json()["field"]) == (409, "reason")
    decided = post(
        inspector,
        f"nonconformances/{raised['number']}/decide/",
        {"disposition": "scrap", "reason": make_reason().code},
    )
    assert (decided.json()["state"], decided.json()["disposition"]) == ("decided", "scrap")
    assert post(inspector, f"nonconformances/{raised['number']}/close/").json()["state"] == "closed"


def test_a_revised_plan_takes_the_place_of_the_old_one(inspector: Client, site: Site) -> None:
    make_plan(site, code="FRAME")
    assert post(inspector, "plans/FRAME~1/set-lines/", {"lines": []}).status_code == 409
    assert post(inspector, "plans/FRAME~1/revise/").json()["version"] == 2
    assert post(inspector, "plans/FRAME~1/revise/").status_code == 409
    post(inspector, "plans/FRAME~2/activate/")
    states = dict(ControlPlan.objects.values_list("version", "state"))
    assert states == {1: "retired", 2: "active"}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "Say how many pieces to read"),
        ({"sample_fixed": 1, "sample_fraction": "0.1"}, "Say how many pieces to read"),
        ({"sample_fraction": "1.5"}, "A share lies between 0 and 1"),
    ],
)
def test_a_plan_says_how_many_pieces_in_one_way(
    inspector: Client, site: Site, body: dict[str, Any], sentence: str
) -> None:
    answer = post(inspector, "plans/", {"code": "X", "name": "X", "site": "MAIN", **body})
    assert answer.status_code == 409 and sentence in answer.json()["detail"]
    assert not ControlPlan.objects.exists()


def test_operators_read_and_only_inspectors_decide(client: Client, site: Site) -> None:
    plan = make_plan(site)
    make_released(site)
    number, name = Inspection.objects.get().number, plan.lines.get().characteristic.code
    client.force_login(make_user("operator"))
    readings = {"readings": [{"characteristic": name, "sample": 1, "value": "pass"}]}
    assert post(client, f"inspections/{number}/record/", readings).status_code == 200
    for verb in ("accept", "reject", "concede", "cancel", "reopen"):
        assert post(client, f"inspections/{number}/{verb}/", {"note": "x"}).status_code == 403
    client.force_login(make_user("buyer"))
    assert post(client, f"inspections/{number}/record/", readings).status_code == 403


def test_nobody_gets_around_an_open_inspection_through_rest(inspector: Client, site: Site) -> None:
    make_plan(site)
    order = make_released(site)
    report(operation=Operation.objects.get(order=order), good=Decimal(10), by=make_user("operator"))
    number = Inspection.objects.get().number
    shown = inspector.get(f"{API}/inspections/{number}/").json()
    assert shown["verbs"]["accept"]["blocked_by"] == []
    assert shown["verbs"]["concede"]["blocked_by"] == [f"{number} is Open: cannot concede."]


def test_the_same_reading_posted_again_with_its_key_counts_once(inspector: Client, site: Site) -> None:
    plan = make_plan(site)
    make_released(site)
    number, name = Inspection.objects.get().number, plan.lines.get().characteristic.code
    body = {"readings": [{"characteristic": name, "sample": 1, "value": "pass"}]}
    answers = [post(inspector, f"inspections/{number}/record/", body, key="same") for _turn in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert Result.objects.count() == 1
    assert post(inspector, f"inspections/{number}/record/", body, key="other").status_code == 409


def test_a_list_costs_the_same_however_long_it_is(inspector: Client, site: Site) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert inspector.get(f"{API}/inspections/?expand=results").status_code == 200
        return len(seen)

    make_plan(site)
    make_released(site)
    cost()  # with what a process asks once: the reader's time zone
    first = cost()
    for _index in range(4):
        make_released(site)
    assert cost() == first


@pytest.mark.django_db(transaction=True)
def test_of_two_inspectors_who_decide_at_once_exactly_one_does(site: Site) -> None:
    make_plan(site)
    make_released(site)
    inspection, people = Inspection.objects.get(), [make_user("inspector"), make_user("inspector")]

    def reject(turn: int) -> str:
        mine = Inspection.objects.get(pk=inspection.pk)
        try:
            decide.reject(inspection=mine, note="rust", quantity=Decimal(10), by=people[turn])
        except Refused as no:
            return no.code
        finally:
            connection.close()
        return "rejected"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(reject, range(2))) == ["rejected", "wrong_state"]
    assert inspection.nonconformances.count() == 1


def test_nonconformances_are_limited_to_the_sites_of_the_caller(client: Client, site: Site) -> None:
    order, other = make_released(site), make_site("OTHER")
    body = {"item": order.item.number, "quantity": "1", "operation": f"{order.number}/10"}
    client.force_login(make_user("inspector", site=other))
    assert post(client, "nonconformances/", body).status_code == 403
    client.force_login(make_user("inspector", site=site))
    raised = post(client, "nonconformances/", body)
    assert (raised.status_code, raised.json()["site"]) == (201, "MAIN")
    assert len(client.get(f"{API}/nonconformances/").json()["results"]) == 1
    client.force_login(make_user("inspector", site=other))
    assert client.get(f"{API}/nonconformances/").json()["results"] == []
    use = {"disposition": "use", "note": "agreed"}
    assert post(client, f"nonconformances/{raised.json()['number']}/decide/", use).status_code == 404
