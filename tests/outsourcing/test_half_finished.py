"""What travels to a vendor between operations goes by the name of the half-finished item."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from execution.services.release import release
from execution.services.report import report
from outsourcing.models import SubcontractLine, SubcontractOrder
from outsourcing.paper import delivery_note
from outsourcing.services import dispatch as dispatching
from outsourcing.services.loading import ToSend
from outsourcing.services.order import send
from planning.models import Operation
from tests.core.paper.reading import pages
from tests.factories import make_item, make_order, make_site, make_user, make_vendor, make_vendor_price

pytestmark = pytest.mark.django_db


def test_the_delivery_note_and_what_lies_at_vendors_name_it_with_its_order(client: Client) -> None:
    site, item, by = make_site("MAIN"), make_item("FRAME"), make_user("supervisor")
    raw = make_item("WELDMENT", name="Weldment, bare")
    vendor = make_vendor("PLATER", name="Platers Ltd", subcontractor=True)
    make_vendor_price(vendor, item, "4.20", operation_number=20)
    steps = [{"half_finished": raw}, {"outside": True, "vendor": vendor}]
    made = make_order(item, 10, site=site, number="MO-77", operations=steps)
    release(orders=[made], by=by)
    report(operation=Operation.objects.get(order=made, number=10), good=Decimal(10), by=by)
    order = SubcontractOrder.objects.get()
    send(order=order, by=by)
    went = dispatching.dispatch(
        order=order, lines=[ToSend(line=SubcontractLine.objects.get(), quantity=Decimal(10))], by=by
    )
    note = pages(delivery_note(went))[0]
    assert "WELDMENT" in note and "Weldment, bare" in note and "MO-77" in note and "FRAME" not in note
    client.force_login(make_user("buyer"))
    there = client.get("/outsourcing/at-vendors/").content.decode()
    assert "WELDMENT" in there and "Weldment, bare" in there and "MO-77" in there
    assert ">FRAME<" not in there
