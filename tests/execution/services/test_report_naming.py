"""A report says where its product goes and what it is called: license plate, lot, serial numbers."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from execution.models import Report
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, HandlingUnit, StockRule
from p2p.inventory.services.units import close_unit, create_units
from tests.factories import make_group, make_item, make_location, make_order, make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site("BOT")


@pytest.fixture
def worker(site):
    return make_user("operator", first_name="Olinda")


def order_of(site, worker, tracking="lot", operations=1):
    group = make_group(site)
    order = make_order(
        make_item("BREAD", tracking=tracking),
        10,
        site=site,
        number="MO-1",
        operations=[{"group": group} for _ in range(operations)],
    )
    release(orders=[order], by=worker)
    return list(order.operations.order_by("number"))


def stock():
    return {
        ((row.lot or row.serial).number, row.handling_unit.number if row.handling_unit else ""): row.quantity
        for row in Balance.objects.filter(quantity__gt=0)
    }


def test_pieces_go_onto_a_plate_that_is_made_when_it_is_new(site, worker):
    (baking,) = order_of(site, worker)
    report(operation=baking, good=Decimal(4), plate="LP-7", by=worker)
    report(operation=baking, good=Decimal(3), plate="LP-7", lot="NIGHT", by=worker)
    row = report(operation=baking, good=Decimal(2), plate="+", by=worker)
    assert stock() == {("MO-1", "LP-7"): 4, ("NIGHT", "LP-7"): 3, ("MO-1", "HU-000001"): 2}
    assert set(HandlingUnit.objects.values_list("kind", "location__code")) == {("plate", "STORE")}
    undo(report=row, by=worker)
    assert ("MO-1", "HU-000001") not in stock()
    assert problems() == []


def test_a_plate_that_stands_elsewhere_or_is_closed_is_refused_and_nothing_is_booked(site, worker):
    (baking,) = order_of(site, worker)
    create_units(number="FAR", location=make_location(site, code="FAR"), by=None)
    with pytest.raises(Refused, match="FAR stands at FAR: nothing can be put onto it at STORE"):
        report(operation=baking, good=Decimal(4), plate="FAR", by=worker)
    report(operation=baking, good=Decimal(4), plate="LP", by=worker)
    close_unit(unit=HandlingUnit.objects.get(number="LP"), by=worker)
    with pytest.raises(Refused, match="LP is Closed: open it first"):
        report(operation=baking, good=Decimal(1), plate="LP", by=worker)
    baking.refresh_from_db()
    assert baking.good_quantity == 4


def test_serial_numbers_are_named_or_made_by_the_items_rule(site, worker):
    (baking,) = order_of(site, worker, tracking="serial")
    report(operation=baking, good=Decimal(2), serials=["A", "B"], plate="LP", by=worker)
    StockRule.objects.create(serial_pattern="{site}-{n:5}")
    report(operation=baking, good=Decimal(1), by=worker)
    assert set(stock()) == {("A", "LP"), ("B", "LP"), ("BOT-00001", "")}
    with pytest.raises(Refused, match="need 2 serial numbers, not 1"):
        report(operation=baking, good=Decimal(2), serials=["C"], by=worker)


def test_only_what_comes_into_stock_is_named(site, worker):
    first, _last = order_of(site, worker, operations=2)
    with pytest.raises(Refused, match="Nothing comes into stock with this report"):
        report(operation=first, good=Decimal(4), plate="LP", by=worker)
    with pytest.raises(Refused, match="Nothing comes into stock with this report"):
        report(operation=first, good=Decimal(4), lot="L", by=worker)


def test_a_report_onto_a_plate_over_rest_and_its_labels(site, worker):
    (baking,) = order_of(site, worker)
    client = Client()
    client.force_login(worker)
    body = json.dumps({"good": "4", "plate": "LP-7", "lot": "NIGHT"})
    answer = client.post(
        "/api/v1/execution/operations/MO-1~10/report/", body, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    assert stock() == {("NIGHT", "LP-7"): 4}
    labels = client.get(f"/execution/reports/{Report.objects.get().pk}/labels?as=zpl").content.decode()
    assert labels.count("^XA") == 2 and "LP-7" in labels and "BREAD" in labels


def test_the_tablet_reports_onto_a_plate_and_offers_its_label(site, worker):
    (baking,) = order_of(site, worker)
    client = Client()
    client.force_login(worker)
    page = client.get(reverse("pages:floor-job", args=["MO-1", baking.number]))
    assert 'name="plate"' in page.content.decode() and 'name="lot"' in page.content.decode()
    sent = client.post(
        reverse("pages:floor-report", args=["MO-1", baking.number]),
        {"quantity": "4", "plate": "LP-7", "lot": "NIGHT", "key": "k1"},
    )
    assert sent.status_code == 302, sent.content.decode()[:500]
    assert stock() == {("NIGHT", "LP-7"): 4}
    assert "/labels" in client.get(sent["Location"]).content.decode()
    far = client.post(page.request["PATH_INFO"] + "report/", {"quantity": "x", "plate": "LP-9", "key": "k2"})
    assert far.status_code == 409 and "LP-9" in far.content.decode()
