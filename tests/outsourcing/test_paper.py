"""The vendor's papers read back: work, price, total; what travels; codes that the floor's scanner knows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from reportlab.lib.units import mm

from execution.selectors import scanned
from execution.services.release import release
from execution.services.report import report
from outsourcing.models import SubcontractLine, SubcontractOrder
from outsourcing.paper import delivery_note, order_sheet
from outsourcing.services import dispatch as dispatching
from outsourcing.services.loading import ToSend
from outsourcing.services.order import send
from planning.models import Operation
from strategies.models import Item, Vendor
from tests.core.paper.reading import codes, ink_beyond, pages
from tests.factories import make_item, make_order, make_site, make_user, make_vendor, make_vendor_price

pytestmark = pytest.mark.django_db
NAME = "Рама велосипедная 自行車車架 Rahmen-Zusammenbau " * 3


@pytest.fixture
def ordered() -> SubcontractOrder:
    site, item, by = make_site("MAIN"), make_item("FRAME"), make_user("supervisor")
    Item.objects.filter(pk=item.pk).update(name=NAME.strip())
    vendor: Vendor = make_vendor("PLATER", name="Świątek & Söhne <Wien>", subcontractor=True)
    make_vendor_price(vendor, item, "4.205", operation_number=20)
    made = make_order(
        item, 10, site=site, number="MO-000123", operations=[{}, {"outside": True, "vendor": vendor}]
    )
    release(orders=[made], by=by)
    report(operation=Operation.objects.get(order=made, number=10), good=Decimal(10), by=by)
    return SubcontractOrder.objects.get()


def test_the_order_sheet_says_work_price_and_total(ordered: SubcontractOrder) -> None:
    sheet = order_sheet(ordered)
    words = pages(sheet)[0]
    for said in ("Świątek & Söhne <Wien> (PLATER)", "4.205", "42.05", "10 EA", "FRAME", "Page 1 of 1"):
        assert said in words
    assert NAME.replace(" ", "") in words.replace(" ", "")
    assert not ink_beyond(sheet, 14 * mm)


def test_codes_of_the_order_sheet_lead_to_its_operations(ordered: SubcontractOrder) -> None:
    read = [words for kind, words in codes(order_sheet(ordered)) if kind == "Code128"]
    assert read == ["MO-000123-20", ordered.number]
    assert scanned("MO-000123-20") == SubcontractLine.objects.get().operation


def test_the_delivery_note_says_what_travels(ordered: SubcontractOrder) -> None:
    by = make_user("buyer")
    send(order=ordered, by=by)
    line = SubcontractLine.objects.get()
    went = dispatching.dispatch(order=ordered, lines=[ToSend(line=line, quantity=Decimal(10))], by=by)
    sheet = delivery_note(went)
    words = pages(sheet)[0]
    for said in ("FRAME", "10 EA", "after operation 10", "MO-000123-20", "Handed over", ordered.number):
        assert said in words
    assert not ink_beyond(sheet, 14 * mm)
