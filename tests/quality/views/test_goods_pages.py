"""Goods in, as those see it who receive, inspect and decide: desk, tablet, REST."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from p2p.inventory.models import Hold
from planning.models import ReplenishmentOrder
from quality.models import ControlPlan, Inspection, NonConformance
from quality.services import decide
from strategies.models import Site
from tests.factories import make_item, make_location, make_site, make_user, make_vendor
from tests.quality.factories import make_plan
from tests.quality.services.test_goods import bought, came

pytestmark = pytest.mark.django_db
_keys = itertools.count(1)


@pytest.fixture
def site() -> Site:
    site = make_site("MAIN")
    make_location(site, code="DOCK", kind="receiving")
    return site


@pytest.fixture
def order(site: Site) -> ReplenishmentOrder:
    """A purchase of a lot-tracked item that a plan wants to see."""
    item = make_item("PAINT", tracking="lot")
    make_plan(site, trigger="goods", item=item, code="PAINT-IN")
    return bought(site, item, 10, vendor=make_vendor("ACME", name="Acme Paints"))


def enter(client: Client, role: str, site: Site) -> Client:
    client.force_login(make_user(role, site=site))
    return client


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    headers = {"Idempotency-Key": f"goods{next(_keys)}"}
    return client.post(f"/api/v1/{address}", body, content_type="application/json", headers=headers)


def test_who_receives_at_the_desk_reads_it_before_and_after(
    client: Client, site: Site, order: ReplenishmentOrder
) -> None:
    enter(client, "buyer", site)
    free = bought(site, make_item("TAPE"))
    address = reverse("planning:receive") + f"?ids={order.pk},{free.pk}"
    shown = client.get(address).content.decode()
    assert shown.count("1 line goes to inspection.") == 1 and shown.count("<b>Inspection</b>") == 1
    booked = client.post(address, {f"{order.pk}-0-quantity": "10", "key": "k1"})
    assert booked.status_code in (302, 303)
    said = [str(message) for message in get_messages(booked.wsgi_request)]
    assert said == ["1 receipt booked. 1 line goes to inspection."]
    assert Inspection.objects.get().replenishment == order


def test_who_receives_on_the_tablet_reads_it_before_and_after(
    client: Client, site: Site, order: ReplenishmentOrder
) -> None:
    enter(client, "operator", site)
    shown = client.get(reverse("pages:floor-receive-order", args=[order.number])).content.decode()
    assert "1 line goes to inspection." in shown
    booked = client.post(reverse("pages:floor-receive-do", args=[order.number]), {"quantity": "10"})
    after = client.get(booked["Location"]).content.decode()
    assert f"waits for inspection {Inspection.objects.get()}" in after
    assert Hold.objects.filter(released_at=None).count() == 1


def test_receipts_over_rest_are_inspected_alike(
    client: Client, site: Site, order: ReplenishmentOrder
) -> None:
    enter(client, "integrator", site)
    line = {"order": order.number, "quantity": "10", "lot": "P-1"}
    assert post(client, "planning/receipts/receive/", {"lines": [line]}).status_code in (200, 201)
    enter(client, "inspector", site)
    (row,) = client.get("/api/v1/quality/inspections/", {"replenishment": order.number}).json()["results"]
    assert (row["replenishment"], row["lot"], row["operation"]) == (order.number, "P-1", None)


def test_the_queue_and_the_inspection_name_purchase_vendor_and_lot(
    client: Client, site: Site, order: ReplenishmentOrder
) -> None:
    came(order, lot="P-1")
    enter(client, "inspector", site)
    queue = client.get(reverse("quality:inspections"), {"state": "open", "at": "goods"}).content.decode()
    page = client.get(Inspection.objects.get().get_absolute_url()).content.decode()
    for words in (order.number, "P-1"):
        assert words in queue and words in page
    assert "Acme Paints" in page
    assert client.get(reverse("quality:inspections"), {"at": "release"}).content.decode().count("QI-") == 0


def test_a_plan_for_a_vendor_is_written_on_its_page_and_over_rest(client: Client, site: Site) -> None:
    enter(client, "inspector", site)
    make_vendor("ACME")
    body = {"code": "ACME-IN", "name": "Acme", "site": "MAIN", "trigger": "goods", "sample_fixed": 1}
    assert post(client, "quality/plans/", {**body, "vendor": "ACME"}).status_code == 201
    plan = ControlPlan.objects.get()
    assert plan.vendor is not None and plan.vendor.number == "ACME"
    assert "vendor" in client.get(plan.get_absolute_url()).content.decode()
    form = {**body, "code": "ACME-2", "site": site.pk, "vendor": "ACME"}
    assert client.post(reverse("quality:plan-new"), form).status_code == 303
    wrong = post(client, "quality/plans/", {**body, "code": "X", "trigger": "release", "vendor": "ACME"})
    assert wrong.status_code == 409 and "only when it acts at receipt" in wrong.content.decode()
    wrong = post(client, "quality/plans/", {**body, "code": "X", "operation_number": 10})
    assert wrong.status_code == 409 and "no work centre and no operation" in wrong.content.decode()


def test_the_inspector_gives_back_what_the_vendor_sends_again(
    client: Client, site: Site, order: ReplenishmentOrder
) -> None:
    came(order)
    user = make_user("inspector", site=site)
    client.force_login(user)
    decide.reject(inspection=Inspection.objects.get(), quantity=Decimal(4), note="thin", by=user)
    record = NonConformance.objects.get()
    asked = client.get(reverse("quality:decide", args=[record.pk])).content.decode()
    assert "The vendor sends as many again" in asked and 'name="serials"' not in asked
    form = {"disposition": "return", "sent_again": "on"}
    assert client.post(reverse("quality:decide", args=[record.pk]), form).status_code == 303
    order.refresh_from_db()
    assert order.received_quantity == 6
    shown = client.get(record.get_absolute_url()).content.decode()
    assert "as many again" in shown
    row = client.get(f"/api/v1/quality/nonconformances/{record.number}/").json()
    assert row["sent_again"] is True and row["move"]


def test_serial_numbers_that_do_not_go_are_left_out_over_rest(client: Client, site: Site) -> None:
    item = make_item("PUMP", tracking="serial")
    make_plan(site, trigger="goods", item=item)
    came(bought(site, item, 2), serials=["S-1", "S-2"])
    user = make_user("inspector", site=site)
    client.force_login(user)
    decide.reject(inspection=Inspection.objects.get(), quantity=Decimal(1), note="leaks", by=user)
    address = f"quality/nonconformances/{NonConformance.objects.get().number}/decide/"
    refused = post(client, address, {"disposition": "return"})
    assert refused.status_code == 409 and "say which, by their serial numbers" in refused.content.decode()
    unknown = post(client, address, {"disposition": "return", "serials": ["S-9"]})
    assert unknown.status_code == 409
    assert post(client, address, {"disposition": "return", "serials": ["S-2"]}).status_code == 200
