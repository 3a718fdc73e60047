"""What is on order of an item: beside a trace, on the stock card, over REST and in a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from execution.services.release import release
from outsourcing.models import SubcontractLine
from p2p.core.clock import now
from p2p.inventory.selectors.on_order import coming, on_order
from p2p.inventory.services.reservations import Need, reserve
from planning.models import Output, ReplenishmentOrder
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.transfer import ShipLine, ship
from tests.factories import (
    make_item,
    make_location,
    make_locations,
    make_lot,
    make_order,
    make_site,
    make_stock,
    make_user,
    make_vendor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return make_item(tracking="lot")


@pytest.fixture
def here():
    site = make_site("MAIN")
    make_location(site, code="ROAD", kind="transit", nettable=False)
    return site


def ordered(item, site, quantity, number, **also):
    today = now().date()
    return ReplenishmentOrder.objects.create(
        number=number, site=site, item=item, quantity=quantity, ordered_on=today,
        due_on=also.pop("due_on", today), **also,
    )  # fmt: skip


def told(item, user=None):
    return [
        (one.document, one.quantity, one.number, one.party)
        for one in on_order([item.pk], user).get(item.pk, [])
    ]


def test_what_an_open_purchase_still_brings_is_on_order_and_what_came_is_not(item, here):
    vendor = make_vendor(name="Acme Steel")
    order = ordered(item, here, 10, "PO-1", vendor=vendor)
    assert told(item) == [("PO-1", 10, "", "Acme Steel")]
    receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(4))], by=None)
    assert told(item) == [("PO-1", 6, "", "Acme Steel")]
    receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(6))], by=None)
    assert told(item) == []


def test_a_transfer_tells_what_travels_lot_by_lot_what_is_kept_and_what_is_not_chosen(item, here):
    there = make_site("WEST")
    store = make_locations(there)["STORE"]
    first, second = make_lot(item, "L1"), make_lot(item, "L2")
    make_stock(item, 6, store, lot=first)
    make_stock(item, 3, store, lot=second)
    order = ordered(item, here, 10, "TO-1", kind="transfer", from_location=store)
    ship(lines=[ShipLine(order=order, quantity=Decimal(5), lot="L1")], by=None)
    reserve(
        needs=[
            Need(item=item, site=there, location=store, lot=second, quantity=Decimal(2), reference="TO-1")
        ],
        by=None,
    )
    found = on_order([item.pk])[item.pk]
    assert sorted((one.number, one.quantity) for one in found) == [("", 3), ("L1", 5), ("L2", 2)]
    assert {one.lot for one in found} == {first.pk, second.pk, None}
    assert coming(found) == 10 and {one.party for one in found} == {"from WEST"}
    (road,) = [one for one in found if one.lot == first.pk]
    assert "on the road" in road.note


def test_a_production_order_brings_what_is_left_of_it_and_what_comes_out_beside(item, here):
    beside = make_item()
    order = make_order(item, 10, site=here, number="MO-1", good_quantity=3, scrap_quantity=1)
    Output.objects.create(
        order=order, item=beside, unit=beside.unit, kind="by", quantity=5, received_quantity=2
    )
    lot = make_lot(item, "MO-1")
    found = on_order([item.pk, beside.pk])
    assert [(one.quantity, one.lot) for one in found[item.pk]] == [(6, lot.pk)]
    assert [(one.quantity, one.document, one.lot) for one in found[beside.pk]] == [(3, "MO-1", None)]


@pytest.mark.parametrize(("last", "documents"), [(True, 2), (False, 1)])
def test_a_vendors_last_operation_is_told_by_its_own_order_and_not_twice(item, here, last, documents):
    vendor = make_vendor("PLATER", name="Platers Ltd", subcontractor=True)
    outside = {"outside": True, "vendor": vendor}
    order = make_order(item, 5, site=here, number="MO-2", operations=[{}, outside] if last else [outside, {}])
    release(orders=[order], by=make_user("supervisor"))
    line = SubcontractLine.objects.select_related("order").get(operation__order=order)
    SubcontractLine.objects.filter(pk=line.pk).update(quantity=3)
    found = on_order([item.pk])[item.pk]
    assert coming(found) == 5 and len(found) == documents
    assert {one.document: one.quantity for one in found} == (
        {"MO-2": 2, line.order.number: 3} if last else {"MO-2": 5}
    )


def test_nobody_sees_the_orders_of_a_site_that_is_not_theirs(item, here):
    elsewhere = make_site("EAST")
    ordered(item, elsewhere, 10, "PO-2", vendor=make_vendor())
    make_order(item, 5, site=elsewhere)
    assert told(item, make_user("planner", site=here)) == []
    assert len(told(item, make_user("planner", site=elsewhere))) == 2


def test_the_queries_do_not_grow_with_the_documents(item, here, django_assert_max_num_queries):
    vendor = make_vendor()
    for number in range(12):
        ordered(make_item(), here, 1, f"PO-{number}", vendor=vendor)
        make_order(item, 1, site=here)
    with django_assert_max_num_queries(12):
        assert len(on_order(ReplenishmentOrder.objects.values_list("item", flat=True))) == 12


@pytest.fixture
def traced(client, item, here):
    """A lot in stock of which more travels, and a purchase of the item."""
    client.force_login(make_user("planner"))
    there = make_site("WEST")
    store = make_locations(there)["STORE"]
    lot = make_lot(item, "L1")
    make_stock(item, 6, store, lot=lot)
    transfer = ordered(item, here, 4, "TO-9", kind="transfer", from_location=store)
    ship(lines=[ShipLine(order=transfer, quantity=Decimal(4))], by=None)
    ordered(item, here, 20, "PO-9", vendor=make_vendor(), due_on=now().date() + timedelta(days=3))
    return lot


def test_it_stands_beside_the_trace_and_on_the_stock_card(client, item, traced):
    beside = client.get(reverse("inventory:trace-node"), {"of": f"lot:{traced.pk}"}).content.decode()
    assert "24 EA to come" in beside and "4 of it of this number" in beside
    assert beside.index("TO-9") < beside.index("PO-9")
    for page in (
        reverse("inventory:card", args=[item.number]),
        reverse("inventory:item-stock", args=[item.pk]),
    ):
        assert "24 EA to come" in client.get(page).content.decode()


def test_it_is_told_over_rest_and_in_the_file_of_the_trace(client, item, traced):
    answer = client.get("/api/v1/inventory/traces/", {"lot": f"{item.number}~L1"}).json()
    assert [(one["document"], one["quantity"], one["number"]) for one in answer["on_order"]] == [
        ("TO-9", "4", "L1"),
        ("PO-9", "20", ""),
    ]
    card = client.get(f"/api/v1/inventory/stock-cards/{item.number}/").json()
    assert card["on_order"] == answer["on_order"]
    file = client.get(reverse("inventory:trace"), {"of": f"lot:{traced.pk}", "export": "csv"})
    content = b"".join(file.streaming_content) if file.streaming else file.content
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert (row["Item on order"], row["Of it on order"]) == ("24", "4")
