"""Every page of outsourcing with something on it, and its forms through the browser's posts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from execution.services.release import release
from execution.services.report import report
from outsourcing.models import Invoice, SubcontractLine, SubcontractOrder
from planning.models import Operation, ProductionOrder
from strategies.models import Site, Vendor
from tests.factories import (
    make_item,
    make_order,
    make_site,
    make_user,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def vendor() -> Vendor:
    return make_vendor("PLATER", name="Platers Ltd", subcontractor=True)


@pytest.fixture
def order(site: Site, vendor: Vendor) -> ProductionOrder:
    item, by = make_item("FRAME"), make_user("supervisor")
    make_vendor_price(vendor, item, "4.20", operation_number=20)
    made = make_order(item, 10, site=site, operations=[{}, {"outside": True, "vendor": vendor}])
    release(orders=[made], by=by)
    report(operation=Operation.objects.get(order=made, number=10), good=Decimal(10), by=by)
    return made


@pytest.fixture
def buyer(client: Client) -> Client:
    client.force_login(make_user("buyer"))
    return client


def test_a_buyer_takes_an_order_through_its_pages(
    buyer: Client, order: ProductionOrder, vendor: Vendor
) -> None:
    one, line = SubcontractOrder.objects.get(), SubcontractLine.objects.get()
    at = f"/outsourcing/orders/{one.pk}"
    page = one.get_absolute_url()
    assert b"4.20 USD per EA" in buyer.get(page).content
    buyer.post(reverse("core:act", args=["subcontract.actions", "send", one.pk]))
    one.refresh_from_db()
    assert one.state == "sent"
    form = {f"promised_on_{line.pk}": "2026-03-10", f"quantity_{line.pk}": "10"}
    assert buyer.post(f"{at}/acknowledge", form).status_code == 303
    assert b"Platers Ltd" in buyer.get("/outsourcing/?queue=to_send").content
    assert buyer.post(f"{at}/send-material", {f"quantity_{line.pk}": "10"}).status_code == 303
    assert b"FRAME" in buyer.get("/outsourcing/at-vendors/").content
    too_many = buyer.post(f"{at}/receive", {f"good_{line.pk}": "11"})
    assert too_many.status_code == 409 and b"more than the 10 ordered" in too_many.content
    assert buyer.post(f"{at}/receive", {f"good_{line.pk}": "10", "packing_slip": "P1"}).status_code == 303
    billed = {
        "number": "I-1",
        "invoiced_on": "2026-03-12",
        f"quantity_{line.pk}": "10",
        f"price_{line.pk}": "4.20",
    }
    assert buyer.post(f"{at}/enter-invoice", billed).status_code == 303
    one.refresh_from_db()
    assert one.state == "closed"
    for tab in ("lines", "trips", "invoices", "history"):
        assert buyer.get(f"{page}?tab={tab}").status_code == 200
    assert buyer.get(Invoice.objects.get().get_absolute_url()).status_code == 200


def test_papers_are_served_as_pdf(buyer: Client, order: ProductionOrder) -> None:
    answer = buyer.get(f"/outsourcing/orders/{SubcontractOrder.objects.get().pk}/paper.pdf")
    assert (answer["Content-Type"], answer.content[:4]) == ("application/pdf", b"%PDF")


@pytest.mark.parametrize(
    "queue", ["to_order", "drafts", "to_send", "at_vendor", "late", "to_receive", "to_match", "blocked"]
)
def test_every_queue_of_the_workbench_opens(buyer: Client, order: ProductionOrder, queue: str) -> None:
    answer = buyer.get(f"/outsourcing/?queue={queue}")
    assert answer.status_code == 200
    assert f'href="?queue={queue}" aria-current="page"' in answer.content.decode()


@pytest.mark.parametrize(
    "page", ["/outsourcing/", "/outsourcing/at-vendors/", "/outsourcing/orders/", "/outsourcing/invoices/"]
)
def test_pages_open_in_an_empty_plant(buyer: Client, page: str) -> None:
    answer = buyer.get(page)
    assert answer.status_code == 200 and b"p-empty" in answer.content


def test_an_unknown_queue_is_not_found(buyer: Client) -> None:
    assert buyer.get("/outsourcing/?queue=nonsense").status_code == 404


def test_a_planner_sends_an_operation_out_and_brings_it_back(
    client: Client, site: Site, vendor: Vendor
) -> None:
    client.force_login(make_user("planner"))
    made = make_order(make_item(), 5, site=site, operations=[{}, {}])
    release(orders=[made], by=make_user("supervisor"))
    operation = Operation.objects.get(order=made, number=20)
    form = f"/outsourcing/operations/{operation.pk}/send-out"
    assert b"Platers Ltd" in client.get(form).content
    assert client.post(form, {"vendor": vendor.pk}).status_code == 204
    assert SubcontractLine.objects.get().operation == operation
    panel = client.get(f"/outsourcing/panels/order/{made.pk}")
    assert b"Platers Ltd" in panel.content
    assert client.post(f"/outsourcing/operations/{operation.pk}/bring-back", {}).status_code == 204
    assert SubcontractLine.objects.get().cancelled


def test_pages_of_other_roles_are_closed(client: Client, order: ProductionOrder) -> None:
    client.force_login(make_user("inspector"))
    one = SubcontractOrder.objects.get()
    assert client.get(one.get_absolute_url()).status_code == 200
    assert client.get("/outsourcing/invoices/").status_code == 403
    assert client.post(f"/outsourcing/orders/{one.pk}/withdraw", {}).status_code == 403
    assert b"4.2" not in client.get(one.get_absolute_url()).content
    assert client.get(f"/outsourcing/orders/{one.pk}/paper.pdf").status_code == 403
    assert b"42.00" not in client.get("/outsourcing/orders/").content
    assert b"42.00" not in b"".join(client.get("/outsourcing/orders/?export=csv").streaming_content)
    client.force_login(make_user("buyer"))
    assert b"42.00" in client.get("/outsourcing/orders/").content
