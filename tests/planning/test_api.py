"""Planning over REST: status, shape, permission, and as many queries for many rows as for few."""

from __future__ import annotations

from decimal import Decimal

import pytest

from planning.models import Demand, Operation, PlanRun, ProductionOrder, Proposal, ReplenishmentOrder
from tests.factories import make_item, make_order, make_site, make_vendor
from tests.planning.conftest import FIRST, LAST

pytestmark = pytest.mark.django_db
API = "/api/v1/planning"
JSON = {"content_type": "application/json"}


def post(client, path, body=None, status=200):
    answer = client.post(f"{API}/{path}", body or {}, **JSON)
    assert answer.status_code == status, answer.content.decode()
    return answer.json() if answer.content else None


def test_a_demand_line_is_entered_changed_and_cancelled(planner):
    site, item = make_site("PLANT"), make_item("BIKE")
    body = {"number": "SO-9", "site": site.code, "item": "BIKE", "quantity": "4", "due_on": "2099-01-31"}
    entered = post(planner, "demand/", body, 201)
    assert (entered["line"], entered["unit"], entered["quantity"], entered["state"]) == (1, "EA", "4", "open")
    key = "demand/sales~SO-9~1~"
    assert post(planner, f"{key}/change/", {"quantity": "6"})["quantity"] == "6"
    assert post(planner, f"{key}/cancel/")["state"] == "cancelled"
    no = post(planner, f"{key}/change/", {"quantity": "7"}, 409)
    assert "only open demand can change" in no["detail"]
    assert Demand.objects.get().item == item


def test_many_lines_come_in_at_once_and_again_without_a_change(planner):
    make_site("PLANT")
    make_item("BIKE")
    rows = [
        {"number": "SO-1", "line": n, "kind": "sales", "source_system": "shop", "site": "PLANT", "item": "BIKE",
         "unit": "EA", "quantity": str(n), "ordered_on": "2026-03-01", "due_on": "2026-03-20"}
        for n in range(1, 51)
    ]  # fmt: skip
    first = post(planner, "demand/bulk/", rows)
    assert (first["added"], first["changed"], first["errors"]) == (50, 0, 0)
    rows[7]["quantity"] = "99"
    again = post(planner, "demand/bulk/", rows)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 1, 49)
    rows[3]["item"] = "NOBODY"
    wrong = post(planner, "demand/bulk/", rows, 400)
    assert "Line 4, item: There is no item NOBODY." in wrong["detail"]


def test_a_plan_is_started_firmed_and_scheduled(planner, shop, inline):
    body = {"site": "PLANT", "from_date": str(FIRST), "to_date": str(LAST)}
    with inline():
        post(planner, "plan-runs/start/", body, 202)
    run = PlanRun.objects.latest("pk")
    shown = planner.get(f"{API}/plan-runs/{run.pk}/").json()
    assert (shown["state"], shown["summary"]["proposals"]) == ("done", 3)
    answer = post(planner, f"plan-runs/{run.pk}/firm/")
    assert answer == {"orders": ["MO-000001", "MO-000002"], "replenishments": ["PO-000001"], "skipped": []}
    with inline():
        post(planner, "schedule-runs/start/", {"site": "PLANT", "starts_at": "2026-03-02T00:00:00Z"}, 202)
    order = planner.get(f"{API}/orders/MO-000001/?expand=operations,materials,outputs").json()
    assert (order["state"], order["late_seconds"] < 0, len(order["operations"])) == ("scheduled", True, 1)
    assert [row["item"] for row in order["materials"]] == ["WHEEL"]


def test_proposals_are_approved_dismissed_and_firmed_one_by_one_or_many_at_once(planner, shop):
    first, second, third = Proposal.objects.filter(run=shop.run).order_by("number")
    assert post(planner, f"proposals/{first.pk}/approve/")["state"] == "approved"
    assert post(planner, "proposals/dismiss-many/", {"ids": [second.pk]}) == {"moved": 1}
    no = post(planner, f"proposals/{second.pk}/firm/", status=409)
    assert no["blocked_by"] == [f"PP-{shop.run.pk}-2 is Dismissed: cannot firm."]
    firmed = post(planner, "proposals/firm-many/", {"ids": [first.pk, third.pk]})
    assert (firmed["orders"], firmed["replenishments"]) == (["MO-000001"], ["PO-000001"])


def test_a_proposal_says_what_it_is_for(planner, shop):
    wheel = Proposal.objects.get(run=shop.run, item=shop.wheel)
    needs = planner.get(f"{API}/proposals/{wheel.pk}/needs/").json()
    assert [(need["kind"], need["record"], Decimal(need["quantity"])) for need in needs] == [
        ("proposal", f"PP-{shop.run.pk}-1", 20)
    ]


def test_an_operator_reads_but_does_not_plan(operator, shop):
    assert operator.get(f"{API}/orders/").status_code == 200
    body = {"site": "PLANT", "from_date": str(FIRST), "to_date": str(LAST)}
    post(operator, "plan-runs/start/", body, 403)
    post(operator, f"plan-runs/{shop.run.pk}/firm/", status=403)


def test_an_order_is_made_changed_rescheduled_and_cancelled(planner, shop):
    body = {
        "site": "PLANT",
        "item": "BIKE",
        "quantity": "5",
        "due_on": "2099-03-20",
        "start_on": "2099-03-01",
    }
    number = post(planner, "orders/", body, 201)["number"]
    assert post(planner, f"orders/{number}/change/", {"quantity": "8"})["quantity"] == "8"
    placed = post(planner, f"orders/{number}/reschedule/", {"starts_at": "2099-03-02T00:00:00Z"})
    assert placed["starts_at"] is not None
    assert post(planner, f"orders/{number}/cancel/")["state"] == "cancelled"
    shown = planner.get(f"{API}/orders/{number}/").json()
    assert shown["verbs"]["cancel"]["blocked_by"] == [f"{number} is Cancelled: cannot cancel."]


def test_a_purchase_is_sent_confirmed_and_received_in_parts(planner, shop):
    body = {"site": "PLANT", "item": "TUBE", "vendor": "V1", "quantity": "10", "due_on": "2099-01-31"}
    number = post(planner, "replenishments/", body, 201)["number"]
    post(planner, f"replenishments/{number}/send/")
    post(planner, f"replenishments/{number}/confirm/", {"promised_at": "2099-02-01T00:00:00Z"})
    assert post(planner, f"replenishments/{number}/receive/", {"quantity": "4"})["state"] == "confirmed"
    assert post(planner, f"replenishments/{number}/receive/", {"quantity": "6"})["state"] == "received"
    assert ReplenishmentOrder.objects.get().received_quantity == 10


def test_an_operation_goes_out_and_comes_back(planner, firmed):
    make_vendor("V2")
    operation = Operation.objects.first()
    assert post(planner, f"operations/{operation.pk}/send-out/", {"vendor": "V2"})["outside"] is True
    assert post(planner, f"operations/{operation.pk}/bring-back/")["outside"] is False


def test_the_gantt_is_columns_of_equal_length_and_is_not_sent_twice(planner, firmed):
    answer = planner.get(f"{API}/gantt/PLANT/")
    payload = answer.json()
    bars = payload["bars"]
    assert {len(column) for column in bars.values()} == {2}
    assert [payload["rows"][row]["code"] for row in bars["row"]] == ["LINE-1", "LINE-1"]
    assert {payload["orders"][str(key)]["number"] for key in bars["order"]} == {"MO-000001", "MO-000002"}
    assert payload["span"] == [min(bars["start"]), max(bars["end"])]
    closed = payload["calendars"][payload["rows"][0]["calendar"]]
    assert closed == sorted(closed)
    assert all(
        not (begin < bars["start"][0] < end) for begin, end in zip(closed[::2], closed[1::2], strict=True)
    )
    again = planner.get(f"{API}/gantt/PLANT/", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    empty = planner.get(f"{API}/gantt/PLANT/?from=0&to=60").json()
    assert empty["bars"]["id"] == []
    assert planner.get(f"{API}/gantt/NOWHERE/").status_code == 404
    assert planner.get(f"{API}/gantt/PLANT/?from=soon").status_code == 400


def test_late_orders_are_found_by_filter(planner, firmed):
    ProductionOrder.objects.filter(number="MO-000002").update(due_on="2026-03-02", start_on="2026-03-02")
    assert [row["number"] for row in planner.get(f"{API}/orders/?late=true").json()["results"]] == [
        "MO-000002"
    ]


def test_operations_are_narrowed_down_to_an_order_and_sorted_beside_it(planner, firmed):
    wanted = Operation.objects.filter(order__number="MO-000002").order_by("-number")
    assert 0 < wanted.count() < Operation.objects.count()
    rows = planner.get(f"{API}/operations/?order_number=MO-000002&order=-number").json()["results"]
    assert [row["number"] for row in rows] == [operation.number for operation in wanted]


@pytest.mark.parametrize(
    "path",
    ["demand/", "plan-runs/", "proposals/", "messages/", "orders/", "operations/", "replenishments/",
     "schedule-runs/", "customers/", "orders/?expand=operations,materials,outputs", "gantt/PLANT/"],
)  # fmt: skip
def test_a_list_needs_as_many_queries_for_many_rows_as_for_few(
    planner, firmed, path, django_assert_max_num_queries
):
    for _ in range(20):
        make_order(firmed.bike, site=firmed.site, materials={firmed.wheel: 2})
    with django_assert_max_num_queries(20):
        assert planner.get(f"{API}/{path}").status_code == 200
