"""Subcontracting through REST: the whole trip, permissions, what happens once, and the cost of a list."""

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
from outsourcing.models import Receipt, SubcontractLine, SubcontractOrder
from planning.models import Operation, ProductionOrder
from strategies.models import Site, Vendor
from tests.factories import (
    make_item,
    make_order,
    make_reason,
    make_site,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/outsourcing"
_keys = itertools.count(1)


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def vendor() -> Vendor:
    return make_vendor("PLATER", name="Platers Ltd", subcontractor=True)


@pytest.fixture
def buyer(client: Client) -> Client:
    client.force_login(make_user("buyer"))
    return client


def make_outside(site: Site, vendor: Vendor, *, welded: int = 10) -> ProductionOrder:
    item, by = make_item(), make_user("supervisor")
    make_vendor_price(vendor, item, "4.20", operation_number=20)
    order = make_order(item, 10, site=site, operations=[{}, {"outside": True, "vendor": vendor}])
    release(orders=[order], by=by)
    if welded:
        operation = Operation.objects.get(order=order, number=10)
        report(operation=operation, good=Decimal(welded), by=by)
    return order


def post(client: Client, address: str, body: object = None, key: str = "") -> Any:
    return client.post(
        f"{API}/{address}",
        {} if body is None else body,
        content_type="application/json",
        headers={"Idempotency-Key": key or f"k{next(_keys)}"},
    )


def test_the_whole_trip(buyer: Client, site: Site, vendor: Vendor) -> None:
    work = f"{make_outside(site, vendor).number}/20"
    number = buyer.get(f"{API}/orders/").json()["results"][0]["number"]
    at = f"orders/{number}"
    assert post(buyer, f"{at}/send/").json()["state"] == "sent"
    promised = {"promises": [{"line": work, "promised_on": "2026-03-10", "quantity": "10"}]}
    assert post(buyer, f"{at}/acknowledge/", promised).json()["state"] == "acknowledged"
    note = post(buyer, f"{at}/send-material/").json()
    assert note["lines"] == [{"operation": work, "quantity": "10"}]
    reason = make_reason("DENT")
    came = {
        "lines": [{"line": work, "good": "9", "rejected": "1", "reason": reason.code}],
        "packing_slip": "P1",
    }
    receipt = post(buyer, f"{at}/receive/", came).json()
    assert (receipt["lines"][0]["good"], receipt["lines"][0]["rejected"]) == ("9", "1")
    shown = buyer.get(f"{API}/{at}/?expand=lines,receipts,dispatches").json()
    assert (shown["state"], shown["lines"][0]["received_quantity"]) == ("received", "9")
    assert shown["verbs"]["receive"]["blocked_by"] == [f"{number} is Received: cannot receive."]
    invoice = {
        "vendor": "PLATER",
        "number": "I-1",
        "invoiced_on": "2026-03-12",
        "lines": [{"line": work, "quantity": "9", "price": "5"}],
    }
    entered = post(buyer, "invoices/", invoice)
    assert (entered.status_code, entered.json()["state"]) == (201, "blocked")
    passed = post(buyer, f"invoices/{entered.json()['id']}/approve/", {"note": "agreed"})
    assert passed.json()["state"] == "matched"
    assert buyer.get(f"{API}/{at}/").json()["state"] == "closed"


def test_everything_can_be_taken_back_in_reverse(buyer: Client, site: Site, vendor: Vendor) -> None:
    work = f"{make_outside(site, vendor).number}/20"
    number = SubcontractOrder.objects.get().number
    post(buyer, f"orders/{number}/send/")
    note = post(buyer, f"orders/{number}/send-material/").json()["number"]
    came = {"lines": [{"line": work, "good": "4"}]}
    receipt = post(buyer, f"orders/{number}/receive/", came).json()["number"]
    assert post(buyer, f"dispatches/{note}/undo/").status_code == 409
    assert post(buyer, f"receipts/{receipt}/undo/").json()["reverses"] == receipt
    assert post(buyer, f"dispatches/{note}/undo/").status_code == 200
    assert buyer.get(f"{API}/orders/{number}/").json()["state"] == "sent"
    assert post(buyer, f"orders/{number}/cancel/", {"note": "too late"}).json()["state"] == "cancelled"


def test_a_refusal_is_one_sentence_with_status_409(buyer: Client, site: Site, vendor: Vendor) -> None:
    work = f"{make_outside(site, vendor).number}/20"
    number = SubcontractOrder.objects.get().number
    post(buyer, f"orders/{number}/send/")
    post(buyer, f"orders/{number}/send-material/")
    answer = post(buyer, f"orders/{number}/receive/", {"lines": [{"line": work, "good": "11"}]})
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith("11 pieces with the 0 before are more than the 10 ordered.")
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"line": "MO9/99", "good": "1"}]}, "There is no operation MO9/99"),
        ({"lines": [{"line": "x", "good": "1"}]}, "There is no operation x"),
        ({"lines": [{"good": "1"}]}, "required"),
        ({}, "required"),
    ],
)
def test_a_body_that_cannot_be_read_names_the_place(
    buyer: Client, site: Site, vendor: Vendor, body: object, words: str
) -> None:
    make_outside(site, vendor)
    number = SubcontractOrder.objects.get().number
    answer = post(buyer, f"orders/{number}/receive/", body)
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_only_buyers_send_and_people_at_the_door_receive(client: Client, site: Site, vendor: Vendor) -> None:
    make_outside(site, vendor)
    number = SubcontractOrder.objects.get().number
    client.force_login(make_user("inspector"))
    assert post(client, f"orders/{number}/send/").status_code == 403
    assert post(client, f"orders/{number}/receive/", {"lines": []}).status_code == 403
    client.force_login(make_user("operator"))
    assert post(client, f"orders/{number}/send/").status_code == 403


def test_money_is_for_those_who_may_see_it(client: Client, site: Site, vendor: Vendor) -> None:
    make_outside(site, vendor)
    number = SubcontractOrder.objects.get().number
    client.force_login(make_user("operator"))
    line = client.get(f"{API}/orders/{number}/?expand=lines").json()["lines"][0]
    assert "price" not in line
    assert client.get(f"{API}/invoices/").status_code == 403


def test_a_list_costs_the_same_however_long_it_is(buyer: Client, site: Site, vendor: Vendor) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert buyer.get(f"{API}/orders/?expand=lines").status_code == 200
        return len(seen)

    make_outside(site, vendor)
    cost()  # what a process reads once and keeps is no part of a list's cost
    first = cost()
    for index in range(4):
        make_outside(site, make_vendor(f"V{index}"), welded=0)
    assert cost() == first


@pytest.mark.django_db(transaction=True)
def test_the_same_receipt_posted_five_times_counts_once(site: Site, vendor: Vendor) -> None:
    work = f"{make_outside(site, vendor).number}/20"
    number, user = SubcontractOrder.objects.get().number, make_user("buyer")
    first = Client()
    first.force_login(user)
    post(first, f"orders/{number}/send/")
    post(first, f"orders/{number}/send-material/")

    def receive(_turn: int) -> tuple[int, str]:
        client = Client()
        client.force_login(user)
        try:
            came = {"lines": [{"line": work, "good": "2"}]}
            answer = post(client, f"orders/{number}/receive/", came, key="same")
            return answer.status_code, answer.json()["number"]
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(receive, range(5)))
    assert len(set(answers)) == 1 and answers[0][0] == 200
    assert SubcontractLine.objects.get().received_quantity == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_receive_the_last_pieces_exactly_one_does(site: Site, vendor: Vendor) -> None:
    work = f"{make_outside(site, vendor).number}/20"
    number, user = SubcontractOrder.objects.get().number, make_user("buyer")
    first = Client()
    first.force_login(user)
    post(first, f"orders/{number}/send/")
    post(first, f"orders/{number}/send-material/")

    def receive(turn: int) -> int:
        client = Client()
        client.force_login(user)
        try:
            came = {"lines": [{"line": work, "good": "10"}]}
            return int(post(client, f"orders/{number}/receive/", came, key=f"turn{turn}").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(receive, range(2))) == [200, 409]
    assert SubcontractLine.objects.get().received_quantity == 10
