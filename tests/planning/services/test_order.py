"""Orders, blocks and vendors by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from p2p.core.facts import heard, listening
from p2p.core.refusal import Refused
from planning.facts import BroughtBack, Cancelling, OrderChanged, SentOut
from planning.models import Block, ProductionOrder
from planning.services.block import close_blocks, open_block
from planning.services.order import cancel_order, change_order, create_order
from planning.services.outside import bring_back, send_out
from tests.factories import (
    make_bom,
    make_group,
    make_item,
    make_order,
    make_route,
    make_site,
    make_vendor,
    make_vendor_price,
)

pytestmark = pytest.mark.django_db


def make_bike():
    site = make_site()
    group = make_group(site)
    bike, wheel = make_item("BIKE", supply="make"), make_item("WHEEL")
    make_bom(bike, {wheel: 2})
    make_route(bike, [{"group": group, "run_seconds": 60}])
    return site, bike


def enter(site, bike, **also):
    return create_order(
        site=site, item=bike, **{"quantity": Decimal(5), "due_on": date(2026, 12, 20), "by": None, **also}
    )


def test_an_order_by_hand_has_bom_and_route_like_any_other():
    site, bike = make_bike()
    order = enter(site, bike, number="X-77")
    assert (order.number, order.state) == ("X-77", "firm")
    assert order.operations.get().run_seconds == 300
    assert order.materials.get().quantity == 10
    with pytest.raises(Refused, match="X-77 exists already"):
        enter(site, bike, number="X-77")
    with pytest.raises(Refused, match="above 0"):
        enter(site, bike, quantity=Decimal(0))
    with pytest.raises(Refused, match="after it is due"):
        enter(site, bike, start_on=date(2027, 1, 1))


def test_a_new_quantity_reaches_operations_materials_and_output():
    site, bike = make_bike()
    order = enter(site, bike)
    with heard(OrderChanged) as said:
        change_order(order=order, quantity=Decimal(8), due_on=date(2026, 12, 24), by=None)
    assert order.operations.get().run_seconds == 480
    assert order.operations.get().quantity == 8
    assert order.materials.get().quantity == 16
    assert order.outputs.get().quantity == 8
    assert (said[0].orders[0].quantity, said[0].orders[0].due_on) == (8, date(2026, 12, 24))


def test_the_quantity_of_an_order_that_has_begun_stays():
    site, bike = make_bike()
    order = enter(site, bike)
    order.materials.update(issued_quantity=1)
    with pytest.raises(Refused, match="has begun: its quantity of 5 stays"):
        change_order(order=order, quantity=Decimal(8), by=None)
    with pytest.raises(Refused, match="return it to stock first"):
        cancel_order(orders=[order], by=None)


def test_cancelling_takes_the_operations_along_and_may_be_objected_to():
    site, bike = make_bike()
    order = enter(site, bike)

    def no(fact):
        raise Refused("not this one")

    with listening("ask", Cancelling, no), pytest.raises(Refused, match="not this one"):
        cancel_order(orders=[order], by=None)
    assert cancel_order(orders=[order], by=None)[0].state == "cancelled"
    assert order.operations.get().state == "cancelled"
    with pytest.raises(Refused, match="is Cancelled"):
        change_order(order=ProductionOrder.objects.get(), priority=1, by=None)


def test_a_block_is_opened_once_and_closed_by_its_document():
    operation = make_order(make_item(), site=make_site()).operations.get()
    for words in ("not inspected", "failed"):
        open_block(operation=operation, source="quality", reference="QI-1", sentence=words, by=None)
    assert Block.objects.get().sentence == "failed"
    assert close_blocks(source="quality", reference="QI-2", by=None) == []
    assert [one.operation for one in close_blocks(source="quality", reference="QI-1", by=None)] == [operation]
    assert Block.objects.get().closed_at is not None


def test_an_operation_goes_to_a_vendor_and_comes_back():
    item, vendor = make_item(), make_vendor()
    make_vendor_price(vendor, item, 5, operation_number=10, lead_time_days=6)
    operation = make_order(item, site=make_site()).operations.get()
    with heard(SentOut, BroughtBack) as said:
        out = send_out(operation=operation, vendor=vendor, by=None)
        assert (out.outside, out.vendor, out.vendor_days) == (True, vendor, 6)
        with pytest.raises(Refused, match="already"):
            send_out(operation=operation, vendor=vendor, by=None)
        type(operation).objects.update(with_vendor=3)
        with pytest.raises(Refused, match="has 3 at"):
            bring_back(operation=operation, by=None)
        type(operation).objects.update(with_vendor=0)
        back = bring_back(operation=operation, by=None)
    assert (back.outside, back.vendor) == (False, None)
    assert [type(fact) for fact in said] == [SentOut, BroughtBack]


def test_work_that_has_begun_stays_where_it_is():
    operation = make_order(make_item(), site=make_site(), operations=[{"state": "started"}]).operations.get()
    with pytest.raises(Refused, match="too late to send"):
        send_out(operation=operation, vendor=make_vendor(), by=None)
