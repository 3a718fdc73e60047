"""What a vendor may lose by its policy, what never comes back, and who bears more than that."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from execution.services.release import release
from execution.services.report import report
from outsourcing.models import Dispatch, Receipt, ReceiptLine, SubcontractLine
from outsourcing.paper import order_sheet
from outsourcing.services.correct import correct
from outsourcing.services.dispatch import dispatch
from outsourcing.services.order import draft, send
from outsourcing.services.receive import Back, receive, undo
from p2p.core.facts import Refused
from planning.models import Operation
from strategies.models import OutsourcingPolicy, Site
from tests.core.paper.reading import pages
from tests.factories import (
    make_item,
    make_order,
    make_reason,
    make_site,
    make_stock,
    make_user,
    make_vendor,
    make_vendor_price,
)

D = Decimal
pytestmark = pytest.mark.django_db


class Trip:
    """A hundred frames welded and at the plater, who may lose two of a hundred."""

    def __init__(self, share: str | None = "0.02", *, sent: bool = True) -> None:
        self.by, self.site = make_user("administrator"), make_site("MAIN")
        self.vendor = make_vendor("PLATER", name="Platers Ltd", subcontractor=True)
        self.item, self.reason = make_item("FRAME"), make_reason()
        make_vendor_price(self.vendor, self.item, "4.20", operation_number=20)
        if share is not None:
            self.policy(share)
        operations = [{}, {"outside": True, "vendor": self.vendor}, {}]
        self.order = make_order(self.item, 100, site=self.site, operations=operations)
        release(orders=[self.order], by=self.by)
        report(operation=self.operation(10), good=D(100), by=self.by)
        if sent:
            send(order=self.line.order, by=self.by)
            dispatch(order=self.line.order, by=self.by)

    def policy(self, share: str, number: int | None = 20, **also: Any) -> None:
        OutsourcingPolicy.objects.create(
            **{"site": self.site, "item": self.item, "operation_number": number, "vendor": self.vendor,
               "allowed_loss_fraction": D(share), "valid_from": date(2020, 1, 1), **also}
        )  # fmt: skip

    @property
    def line(self) -> SubcontractLine:
        return SubcontractLine.objects.select_related("order__vendor", "operation").get()

    def operation(self, number: int) -> Operation:
        return Operation.objects.get(order=self.order, number=number)

    def receive(self, good: int, rejected: int = 0, **also: Any) -> ReceiptLine:
        back = Back(line=self.line, good=D(good), rejected=D(rejected), **{"reason": self.reason, **also})
        return receive(order=self.line.order, lines=[back], by=self.by).lines.get()


def test_a_loss_within_the_agreed_share_closes_the_trip_without_a_word() -> None:
    trip = Trip()
    trip.receive(50, 1)
    row = trip.receive(48, 0, complete=True)
    assert (row.missing, row.rejected, row.over_agreed, row.borne_by) == (1, 1, 0, "")
    assert (trip.line.complete, trip.line.rejected_quantity, trip.line.order.state) == (True, 2, "received")
    operation = trip.operation(20)
    assert (operation.good_quantity, operation.scrap_quantity, operation.with_vendor) == (98, 2, 0)


@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "borne_by"), ({"borne_by": "vendor"}, "why"), ({"borne_by": "someone", "why": "x"}, "borne_by")],
)
def test_a_loss_beyond_it_needs_someone_who_bears_it_and_why(said: dict[str, str], field: str) -> None:
    trip = Trip()
    with pytest.raises(
        Refused, match="Platers Ltd lost 5 of 100 pieces, 3 more than agreed: say who bears"
    ) as no:
        trip.receive(95, 2, complete=True, **said)
    assert (no.value.field, Receipt.objects.count(), trip.operation(20).scrap_quantity) == (field, 0, 0)


def test_the_decision_stands_with_the_receipt_and_goes_with_it() -> None:
    trip = Trip()
    row = trip.receive(95, 5, borne_by="vendor", why="Bath too hot")
    assert (row.over_agreed, row.borne_by, row.why, row.missing) == (3, "vendor", "Bath too hot", 0)
    undo(receipt=row.receipt, by=trip.by)
    operation = trip.operation(20)
    assert (trip.line.rejected_quantity, operation.with_vendor, operation.scrap_quantity) == (0, 100, 0)
    trip.receive(100)
    assert (trip.line.complete, ReceiptLine.objects.latest("id").over_agreed) == (True, 0)


def test_pieces_beyond_those_sent_do_not_lie_at_the_vendor_when_they_are_taken_back() -> None:
    trip = Trip()
    Site.objects.update(over_report_fraction=D("0.05"))
    report(operation=trip.operation(10), good=D(5), by=trip.by)
    first, second = trip.receive(60), trip.receive(42)
    undo(receipt=second.receipt, by=trip.by)
    assert (trip.line.sent_quantity, trip.operation(20).with_vendor) == (100, 40)
    undo(receipt=first.receipt, by=trip.by)
    assert trip.operation(20).with_vendor == 100


def test_pieces_that_never_came_are_back_at_the_vendor_when_the_receipt_is_taken_back() -> None:
    trip = Trip()
    row = trip.receive(99, complete=True)
    assert (row.missing, trip.operation(20).with_vendor) == (1, 0)
    undo(receipt=row.receipt, by=trip.by)
    assert trip.operation(20).with_vendor == 100
    assert sum(each.missing for each in ReceiptLine.objects.all()) == 0
    trip.receive(100)


@pytest.mark.parametrize("share", [None, "0"])
def test_where_nothing_is_agreed_nobody_is_asked(share: str | None) -> None:
    trip = Trip(share)
    assert trip.line.allowed_loss_fraction is None
    row = trip.receive(90, 10)
    assert (row.over_agreed, trip.line.complete) == (0, True)


def test_the_share_is_that_of_the_operations_policy_on_the_orders_start_and_stays() -> None:
    trip = Trip(None, sent=False)
    assert trip.line.allowed_loss_fraction is None
    SubcontractLine.objects.all().delete()
    trip.policy("0.1", None)
    trip.policy("0.03", 20, valid_to=date(2026, 3, 2))
    trip.policy("0.04", 20, valid_from=date(2026, 3, 3))
    trip.policy("0.05", 30)
    draft(operations=[trip.operation(20)], by=trip.by)
    OutsourcingPolicy.objects.update(allowed_loss_fraction=D("0.5"))
    assert trip.line.allowed_loss_fraction == D("0.03")


def test_what_inspection_rejects_afterwards_beyond_it_the_vendor_bears() -> None:
    trip = Trip()
    trip.receive(100)
    correct(line=trip.line, less_good=D(5), more_rejected=D(5), reason=trip.reason, by=trip.by)
    row = ReceiptLine.objects.latest("id")
    assert (row.rejected, row.over_agreed, row.borne_by, row.why) == (5, 3, "vendor", str(trip.reason))


def test_what_goes_back_to_the_vendor_opens_the_line_again_with_what_was_missing() -> None:
    trip = Trip()
    trip.receive(98, complete=True)
    correct(line=trip.line, less_good=D(10), by=trip.by)
    assert (trip.line.received_quantity, trip.line.rejected_quantity, trip.line.complete) == (88, 0, False)
    assert trip.operation(20).with_vendor == 12


def test_components_that_are_left_lie_at_the_vendor_and_are_no_loss() -> None:
    trip = Trip(sent=False)
    leg, table = make_item("LEG"), make_item("TABLE")
    OutsourcingPolicy.objects.update(item=table, operation_number=10)
    make_stock(leg, 100, trip.site.locations.get(code="STORE"))
    operations = [{"outside": True, "vendor": trip.vendor}, {}]
    order = make_order(table, 10, site=trip.site, operations=operations, materials={leg: 4})
    make_vendor_price(trip.vendor, table, "1", operation_number=10)
    release(orders=[order], by=trip.by)
    line = SubcontractLine.objects.get(operation__order=order)
    send(order=line.order, by=trip.by)
    dispatch(order=line.order, by=trip.by)
    line.refresh_from_db()
    receipt = receive(order=line.order, lines=[Back(line=line, good=D(8), complete=True)], by=trip.by)
    row = receipt.lines.get()
    assert (row.missing, row.rejected, row.over_agreed, row.line.complete) == (0, 0, 0, True)


def test_the_vendor_reads_on_the_order_what_may_be_lost() -> None:
    trip = Trip(sent=False)
    assert "Loss up to 2" in pages(order_sheet(trip.line.order))[0]


def test_the_buyer_decides_on_the_page_and_by_rest(client: Any) -> None:
    trip = Trip()
    client.force_login(trip.by)
    number, key = trip.line.order.number, trip.line.pk
    door = reverse("outsourcing:receive", args=[trip.line.order.pk])
    form = {f"good_{key}": "95", f"rejected_{key}": "5", f"reason_{key}": trip.reason.pk}
    page = client.post(door, form)
    assert (page.status_code, "say who bears them and why" in page.content.decode()) == (409, True)
    form |= {f"borne_by_{key}": "us", f"why_{key}": "Our jigs"}
    assert client.post(door, form).status_code in (200, 302, 303)
    shown = client.get(f"/outsourcing/orders/{number}/?tab=trips").content.decode()
    assert "3 more lost than agreed, borne by: We" in shown and "Our jigs" in shown
    assert "2 %" in client.get(f"/outsourcing/orders/{number}/?tab=lines").content.decode().replace(
        "\xa0", " "
    )
    [found] = client.get("/api/v1/outsourcing/receipts/?borne_by=us").json()["results"]
    assert (found["lines"][0]["over_agreed"], found["lines"][0]["why"]) == ("3", "Our jigs")
    undo(receipt=Receipt.objects.get(number=found["number"]), by=trip.by)
    line = {"line": f"{trip.order.number}/20", "good": "95", "rejected": "5", "reason": trip.reason.code}
    send_it = {"content_type": "application/json", "headers": {"Idempotency-Key": "a"}}
    url = f"/api/v1/outsourcing/orders/{number}/receive/"
    assert client.post(url, {"lines": [line]}, **send_it).status_code == 409
    send_it["headers"] = {"Idempotency-Key": "b"}
    line |= {"borne_by": "vendor", "why": "Bath"}
    assert client.post(url, {"lines": [line]}, **send_it).status_code in (200, 201)
    assert Dispatch.objects.count() == 1
