"""Digits of other scripts: read where a number, a day or a time is wanted, kept where something is called so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from p2p.core.digits import latin
from planning.models import Demand
from strategies.models import Site
from strategies.services.importer import Table, take_in
from tests.factories import make_item, make_site, make_unit, make_user

pytestmark = pytest.mark.django_db
SCRIPTS = {"arabic": "٠١٢٣٤٥٦٧٨٩", "devanagari": "०१२३४५६७८९", "wide": "０１２３４５６７８９"}
HEAD = ["number", "line", "site", "item", "unit", "quantity", "ordered_on", "due_on", "customer"]


@pytest.fixture(params=SCRIPTS.values(), ids=SCRIPTS)
def script(request):
    return lambda text: text.translate(str.maketrans("0123456789", request.param))


@pytest.fixture
def planner(client):
    make_site("ONE")
    make_item("BIKE", unit=make_unit("EA", digits=1))
    client.force_login(make_user("planner"))
    return client


def kept():
    return [
        (one.number, one.line, one.quantity, one.due_on) for one in Demand.objects.order_by("number", "line")
    ]


def test_a_form_reads_them(planner, script):
    # A day comes from the calendar of the browser, which sends plain digits whatever it shows.
    site = Site.objects.get()
    body = {"number": script("4711"), "line": script("2"), "site": site.pk, "item": "BIKE", "kind": "sales",
            "quantity": script("12.5"), "due_on": "2027-03-14", "priority": script("50")}  # fmt: skip
    answer = planner.post("/planning/demand/new/", body)
    assert answer.status_code == 303, answer.content.decode()
    assert kept() == [(script("4711"), 2, Decimal("12.5"), date(2027, 3, 14))]


def test_rest_reads_them(planner, script):
    body = {"number": script("4711"), "line": script("2"), "site": "ONE", "item": "BIKE",
            "quantity": script("12.5"), "due_on": script("2027-03-14")}  # fmt: skip
    answer = planner.post("/api/v1/planning/demand/", body, content_type="application/json")
    assert answer.status_code == 201, answer.json()
    other = body | {"number": "4711"}
    assert planner.post("/api/v1/planning/demand/", other, content_type="application/json").status_code == 201
    mine = (2, Decimal("12.5"), date(2027, 3, 14))
    assert kept() == [("4711", *mine), (script("4711"), *mine)]


def test_a_sheet_reads_them(planner, script):
    row = ["4711", "2", "ONE", "BIKE", "EA", "12.5", "2026-03-01", "2027-03-14", ""]
    outcome = take_in([Table("demand", HEAD, [(2, [script(cell) for cell in row])])], by=None)
    assert not outcome.problems
    assert kept() == [(script("4711"), 2, Decimal("12.5"), date(2027, 3, 14))]


def test_only_digits_are_changed():
    assert latin("٤٢ kg, ²") == "42 kg, ²"
    assert latin("A1") == "A1"
