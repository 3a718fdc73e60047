"""Work at a vendor from release to invoice, through the services, and back again step by step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from execution.facts import Ending, Finishing
from execution.models import Report, WipMove
from execution.services.finish import finish
from execution.services.release import release
from execution.services.report import report
from outsourcing.models import Dispatch, Invoice, MatchTolerance, Receipt, SubcontractLine, SubcontractOrder
from outsourcing.paper import delivery_note, order_sheet
from outsourcing.services import correct as correcting
from outsourcing.services import dispatch as dispatching
from outsourcing.services import invoice as invoicing
from outsourcing.services import order as ordering
from outsourcing.services import receive as receiving
from outsourcing.services import withdraw as withdrawing
from outsourcing.services.loading import ToSend
from p2p.core import outbox
from p2p.core.facts import Refused, objections
from p2p.core.models import User
from p2p.inventory.models import Balance
from planning.models import Operation, ProductionOrder
from planning.services import outside
from strategies.models import Item, Site, Vendor
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def buyer() -> User:
    return make_user("buyer")


@pytest.fixture
def vendor() -> Vendor:
    return make_vendor("PLATER", name="Platers Ltd", email="orders@platers.example", subcontractor=True)


class Plant:
    """One order of ten frames: weld (10), plate at the vendor (20), assemble (30)."""

    def __init__(
        self, site: Site, vendor: Vendor, by: User, *, price: Any = "4.20", quantity: int = 10
    ) -> None:
        self.site, self.vendor, self.by = site, vendor, by
        self.item = make_item()
        if price is not None:
            make_vendor_price(vendor, self.item, price, operation_number=20)
        self.order = make_order(
            self.item,
            quantity,
            site=site,
            operations=[{}, {"outside": True, "vendor": vendor}, {}],
        )
        release(orders=[self.order], by=by)

    @property
    def subcontract(self) -> SubcontractOrder:
        return SubcontractOrder.objects.get(lines__operation__order=self.order, lines__cancelled=False)

    @property
    def line(self) -> SubcontractLine:
        return SubcontractLine.objects.select_related("order", "operation__order").get(
            operation__order=self.order, cancelled=False
        )

    def operation(self, number: int) -> Operation:
        return Operation.objects.select_related("order").get(order=self.order, number=number)

    def weld(self, good: int) -> None:
        report(operation=self.operation(10), good=Decimal(good), by=self.by)

    def at_vendor(self) -> Decimal:
        rows = WipMove.objects.filter(operation__order=self.order, location__kind="vendor")
        return rows.aggregate(all=Sum("quantity"))["all"] or Decimal(0)

    def receive(self, good: int = 0, rejected: int = 0, **also: Any) -> Receipt:
        back = receiving.Back(line=self.line, good=Decimal(good), rejected=Decimal(rejected), **also)
        return receiving.receive(order=self.subcontract, lines=[back], by=self.by)

    def charge(self, quantity: int, price: str, number: str = "INV-1") -> Invoice:
        lines = [invoicing.Charge(line=self.line, quantity=Decimal(quantity), price=Decimal(price))]
        return invoicing.enter(
            vendor=self.vendor, number=number, invoiced_on=date(2026, 3, 9), lines=lines, by=self.by
        )


@pytest.fixture
def plant(site: Site, vendor: Vendor, buyer: User) -> Plant:
    return Plant(site, vendor, buyer)


def test_from_release_to_a_closed_order(
    plant: Plant, buyer: User, django_capture_on_commit_callbacks: Any
) -> None:
    line = plant.line
    assert (line.quantity, line.price) == (10, Decimal("4.20"))
    assert line.price_because == ("4.20 USD per EA, valid from 1 Jan 2000: the only price that qualifies")
    ordering.send(order=plant.subcontract, by=buyer)
    outbox.deliver()
    (message,) = mail.outbox
    assert message.to == ["orders@platers.example"]
    assert message.attachments[0][1].startswith(b"%PDF")

    ordering.acknowledge(
        order=plant.subcontract,
        promises=[ordering.Promise(line=plant.line, promised_on=date(2026, 3, 10))],
        by=buyer,
    )
    plating = plant.operation(20)
    assert plating.promised_quantity == 10
    assert plating.promised_at is not None and plating.promised_at.isoformat() == "2026-03-10T23:59:59+00:00"

    plant.weld(10)
    note = dispatching.dispatch(order=plant.subcontract, by=buyer)
    assert delivery_note(note).startswith(b"%PDF")
    assert (plant.at_vendor(), plant.operation(20).with_vendor) == (10, 10)
    assert plant.subcontract.state == "in_work"

    plant.receive(6)
    assert plant.subcontract.state == "in_work"
    assert (plant.at_vendor(), plant.operation(20).with_vendor) == (4, 4)
    plant.receive(3, rejected=1, reason=make_reason())
    assert plant.subcontract.state == "received"
    assert plant.operation(20).state == "finished"
    assert (plant.at_vendor(), plant.operation(20).with_vendor) == (0, 0)
    assert (plant.line.received_quantity, plant.line.rejected_quantity) == (9, 1)

    assert plant.charge(9, "4.20").state == "matched"
    assert plant.subcontract.state == "closed"
    report(operation=plant.operation(30), good=Decimal(9), by=buyer)
    (done,) = finish(orders=[plant.order], by=buyer)
    assert done.state == "finished"


def test_drafts_are_grouped_by_vendor_and_a_waiting_draft_takes_further_lines(
    site: Site, vendor: Vendor, buyer: User
) -> None:
    first, second = Plant(site, vendor, buyer), Plant(site, vendor, buyer)
    assert first.subcontract == second.subcontract
    other = Plant(site, make_vendor("OTHER"), buyer)
    assert other.subcontract != first.subcontract
    ordering.send(order=first.subcontract, by=buyer)
    assert Plant(site, vendor, buyer).subcontract != first.subcontract


def test_many_operations_are_drafted_with_as_many_queries_as_one(
    site: Site, vendor: Vendor, buyer: User
) -> None:
    plants = [Plant(site, vendor, buyer) for _ in range(6)]
    SubcontractLine.objects.all().delete()
    SubcontractOrder.objects.all().delete()
    with CaptureQueriesContext(connection) as few:
        ordering.draft(operations=[plants[0].operation(20)], by=buyer)
    SubcontractLine.objects.all().delete()
    SubcontractOrder.objects.all().delete()
    with CaptureQueriesContext(connection) as many:
        ordering.draft(operations=[one.operation(20) for one in plants], by=buyer)
    assert SubcontractLine.objects.count() == 6
    assert len(many) == len(few) + 5  # the operations of the five other plants are read in the list above


def test_drafting_twice_writes_one_line(plant: Plant, buyer: User) -> None:
    assert ordering.draft(operations=[plant.operation(20)], by=buyer) == []
    assert SubcontractLine.objects.count() == 1


class TestPrices:
    def test_the_lowest_price_that_qualifies_is_taken_with_its_reason(
        self, site: Site, vendor: Vendor, buyer: User
    ) -> None:
        item = make_item()
        for price, minimum in (("5", 0), ("4", 10), ("3", 11)):
            make_vendor_price(vendor, item, price, operation_number=10, minimum_quantity=minimum)
        order = make_order(item, 10, site=site, operations=[{"outside": True, "vendor": vendor}])
        release(orders=[order], by=buyer)
        line = SubcontractLine.objects.get()
        assert line.price == 4
        assert line.price_because == (
            "4.00 USD per EA, from 10 EA on, valid from 1 Jan 2000: the lowest of 2 prices that qualify"
        )

    def test_without_a_price_the_order_waits_until_somebody_enters_one(
        self, site: Site, vendor: Vendor, buyer: User
    ) -> None:
        plant = Plant(site, vendor, buyer, price=None)
        assert plant.line.price is None
        assert plant.line.price_because == "Platers Ltd has no price for this operation."
        with pytest.raises(Refused, match="agree on a price for .* · 20 before you send it"):
            ordering.send(order=plant.subcontract, by=buyer)
        ordering.change_line(line=plant.line, price=Decimal("3.5"), by=buyer)
        assert ordering.send(order=plant.subcontract, by=buyer).state == "sent"

    def test_a_price_per_carton_without_conversion_does_not_qualify(
        self, site: Site, vendor: Vendor, buyer: User
    ) -> None:
        from tests.factories import make_unit

        plant = Plant(site, vendor, buyer, price=None)
        make_vendor_price(vendor, plant.item, "24", operation_number=20, unit=make_unit("CTN"))
        withdrawing.cancel(order=plant.subcontract, by=buyer)
        ordering.draft(operations=[plant.operation(20)], by=buyer)
        assert plant.line.price is None
        assert plant.line.price_because == "The price of Platers Ltd does not hold for this quantity and day."


class TestDispatching:
    def test_only_what_stands_ready_goes_along(self, plant: Plant, buyer: User) -> None:
        ordering.send(order=plant.subcontract, by=buyer)
        with pytest.raises(Refused, match="Nothing stands ready to go to Platers Ltd"):
            dispatching.dispatch(order=plant.subcontract, by=buyer)
        plant.weld(4)
        dispatching.dispatch(order=plant.subcontract, by=buyer)
        assert (plant.line.sent_quantity, plant.at_vendor()) == (4, 4)

    def test_more_than_stands_there_or_than_was_ordered_is_refused(self, plant: Plant, buyer: User) -> None:
        ordering.send(order=plant.subcontract, by=buyer)
        plant.weld(4)
        for quantity, words in ((5, "4 pieces stand behind"), (11, "11 more is too many"), (0, "too many")):
            one = ToSend(line=plant.line, quantity=Decimal(quantity))
            with pytest.raises(Refused, match=words):
                dispatching.dispatch(order=plant.subcontract, lines=[one], by=buyer)
        assert plant.at_vendor() == 0 and not Dispatch.objects.exists()

    def test_a_draft_has_to_be_sent_first(self, plant: Plant, buyer: User) -> None:
        plant.weld(4)
        with pytest.raises(Refused, match="is Draft: cannot dispatch"):
            dispatching.dispatch(order=plant.subcontract, by=buyer)

    def test_a_note_taken_back_leaves_everything_as_it_was(self, plant: Plant, buyer: User) -> None:
        ordering.send(order=plant.subcontract, by=buyer)
        plant.weld(10)
        note = dispatching.dispatch(order=plant.subcontract, by=buyer)
        dispatching.undo(dispatch=note, by=buyer)
        assert (plant.at_vendor(), plant.operation(20).with_vendor, plant.line.sent_quantity) == (0, 0, 0)
        assert plant.subcontract.state == "sent"
        with pytest.raises(Refused, match="was taken back before"):
            dispatching.undo(dispatch=note, by=buyer)
        assert dispatching.dispatch(order=plant.subcontract, by=buyer).lines.get().quantity == 10

    def test_a_note_cannot_be_taken_back_once_the_vendor_has_returned_pieces(
        self, plant: Plant, buyer: User
    ) -> None:
        ordering.send(order=plant.subcontract, by=buyer)
        plant.weld(10)
        note = dispatching.dispatch(order=plant.subcontract, by=buyer)
        plant.receive(1)
        with pytest.raises(Refused, match="9 pieces stand behind"):
            dispatching.undo(dispatch=note, by=buyer)
        assert plant.line.sent_quantity == 10


class TestReceiving:
    def start(self, plant: Plant, *, sent: int = 10) -> None:
        ordering.send(order=plant.subcontract, by=plant.by)
        plant.weld(10)
        one = ToSend(line=plant.line, quantity=Decimal(sent))
        dispatching.dispatch(order=plant.subcontract, lines=[one], by=plant.by)

    def test_more_than_ordered_is_refused_by_name(self, plant: Plant) -> None:
        self.start(plant)
        with pytest.raises(Refused, match="11 pieces with the 0 before are more than the 10 ordered"):
            plant.receive(11)
        assert not Receipt.objects.exists() and not Report.objects.filter(vendor_receipt__gt="").exists()

    def test_more_than_was_sent_is_refused_by_name(self, plant: Plant) -> None:
        self.start(plant, sent=6)
        with pytest.raises(Refused, match="6 pieces were sent to Platers Ltd, 7 cannot come back now"):
            plant.receive(7)

    def test_rejects_need_a_reason(self, plant: Plant) -> None:
        self.start(plant)
        with pytest.raises(Refused, match="choose a reason"):
            plant.receive(5, rejected=1)
        assert not Receipt.objects.exists()

    def test_nothing_and_less_than_nothing_are_refused(self, plant: Plant) -> None:
        self.start(plant)
        with pytest.raises(Refused, match="Say what came back"):
            plant.receive(0)
        with pytest.raises(Refused, match="cannot be fewer than none"):
            plant.receive(-1)

    def test_a_short_receipt_can_be_the_last(self, plant: Plant) -> None:
        self.start(plant)
        with pytest.raises(Refused, match="2 pieces do not come back: choose a reason, they are scrap"):
            plant.receive(8, complete=True)
        assert not Receipt.objects.exists()
        plant.receive(8, complete=True, reason=make_reason())
        assert plant.subcontract.state == "received"
        operation = plant.operation(20)
        assert (operation.state, operation.good_quantity, operation.scrap_quantity) == ("finished", 8, 2)
        assert (operation.with_vendor, plant.at_vendor()) == (0, 0)

    def test_a_closed_or_foreign_line_is_refused(self, plant: Plant, site: Site, vendor: Vendor) -> None:
        self.start(plant)
        stranger = Plant(site, vendor, plant.by)
        back = receiving.Back(line=stranger.line, good=Decimal(1))
        with pytest.raises(Refused, match="is no open line of"):
            receiving.receive(order=plant.subcontract, lines=[back], by=plant.by)
        plant.receive(10)
        with pytest.raises(Refused, match="is Received: cannot receive"):
            receiving.receive(order=plant.subcontract, lines=[back], by=plant.by)

    def test_undoing_every_step_backwards_returns_to_where_it_began(self, plant: Plant, buyer: User) -> None:
        self.start(plant)
        before = (plant.operation(20).good_quantity, plant.at_vendor(), plant.operation(20).with_vendor)
        first = plant.receive(6)
        second = plant.receive(3, rejected=1, reason=make_reason())
        for receipt in (second, first):
            reversal = receiving.undo(receipt=receipt, by=buyer)
            assert reversal.reverses == receipt
        operation = plant.operation(20)
        assert (operation.good_quantity, plant.at_vendor(), operation.with_vendor) == before
        assert (plant.line.received_quantity, plant.line.rejected_quantity, plant.line.complete) == (
            0,
            0,
            False,
        )
        assert (operation.state, plant.subcontract.state) == ("released", "in_work")
        dispatching.undo(dispatch=Dispatch.objects.get(), by=buyer)
        assert plant.subcontract.state == "sent"
        with pytest.raises(Refused, match="was taken back before"):
            receiving.undo(receipt=first, by=buyer)

    def test_what_is_invoiced_or_worked_on_cannot_be_taken_back(self, plant: Plant, buyer: User) -> None:
        self.start(plant)
        receipt = plant.receive(10)
        report(operation=plant.operation(30), good=Decimal(2), by=buyer)
        with pytest.raises(Refused, match="has already worked on 2 of these pieces"):
            receiving.undo(receipt=receipt, by=buyer)
        plant.charge(10, "4.20")
        with pytest.raises(Refused, match="10 pieces are invoiced already"):
            receiving.undo(receipt=receipt, by=buyer)

    def test_a_corrected_receipt_has_fewer_good_pieces_and_keeps_the_rest(
        self, plant: Plant, buyer: User
    ) -> None:
        self.start(plant)
        plant.receive(10)
        correcting.correct(
            line=plant.line,
            less_good=Decimal(4),
            more_rejected=Decimal(1),
            reason=make_reason(),
            by=buyer,
        )
        assert (plant.line.received_quantity, plant.line.rejected_quantity) == (6, 1)
        assert (plant.at_vendor(), plant.operation(20).good_quantity) == (3, 6)


class TestComponents:
    """The first operation is outside: what we supply goes from the store to the vendor's place."""

    @pytest.fixture
    def tube(self) -> Item:
        return make_item("TUBE")

    @pytest.fixture
    def order(self, site: Site, vendor: Vendor, tube: Item, buyer: User) -> ProductionOrder:
        item = make_item()
        make_vendor_price(vendor, item, "2", operation_number=10)
        order = make_order(
            item, 10, site=site, operations=[{"outside": True, "vendor": vendor}], materials={tube: 2}
        )
        make_stock(tube, 100, site.locations.get(code="STORE"))
        release(orders=[order], by=buyer)
        return order

    def there(self, item: Item) -> dict[str, Decimal]:
        rows = Balance.objects.filter(item=item).exclude(quantity=0).select_related("location")
        return {row.location.kind: row.quantity for row in rows}

    def test_components_lie_at_the_vendor_and_are_used_up_by_what_comes_back(
        self, order: ProductionOrder, tube: Item, buyer: User
    ) -> None:
        line = SubcontractLine.objects.select_related("order").get()
        ordering.send(order=line.order, by=buyer)
        back = receiving.Back(line=line, good=Decimal(4))
        with pytest.raises(Refused, match="0 pieces were sent to Platers Ltd, 4 cannot come back now"):
            receiving.receive(order=line.order, lines=[back], by=buyer)
        note = dispatching.dispatch(order=line.order, by=buyer)
        assert self.there(tube) == {"store": 80, "vendor": 20}
        assert delivery_note(note).startswith(b"%PDF")
        receipt = receiving.receive(order=line.order, lines=[back], by=buyer)
        assert self.there(tube) == {"store": 80, "vendor": 12}
        assert self.there(order.item) == {"store": 4}
        receiving.undo(receipt=receipt, by=buyer)
        assert self.there(tube) == {"store": 80, "vendor": 20}
        dispatching.undo(dispatch=note, by=buyer)
        assert self.there(tube) == {"store": 100}
        assert self.there(order.item) == {}

    def test_components_of_an_outside_operation_stand_on_no_pick_list(self, order: ProductionOrder) -> None:
        from execution.models import PickLine

        assert not PickLine.objects.exists()

    def test_too_few_components_are_named(
        self, order: ProductionOrder, tube: Item, site: Site, buyer: User
    ) -> None:
        from p2p.inventory.services.ledger import MoveLine, post

        places = {place.code: place for place in site.locations.all()}
        post(
            lines=[
                MoveLine(
                    item=tube,
                    source=places["STORE"],
                    target=places["SCRAP"],
                    quantity=Decimal(90),
                    kind="scrap",
                    reason=make_reason(),
                )
            ],
            by=buyer,
        )
        subcontract = SubcontractOrder.objects.get()
        ordering.send(order=subcontract, by=buyer)
        with pytest.raises(Refused, match="short of: 10 EA TUBE"):
            dispatching.dispatch(order=subcontract, by=buyer)
        assert self.there(tube) == {"store": 10}


class TestGatesAndDecisions:
    def test_an_order_cannot_finish_or_end_while_a_vendor_owes_pieces(self, plant: Plant) -> None:
        said = f"{plant.subcontract.number} still expects 10 of {plant.operation(20)}: receive or close it first."
        assert objections(Finishing(orders=(plant.order,))) == [said]
        assert said in objections(Ending(orders=(plant.order,)))

    def test_an_operation_brought_back_in_house_leaves_its_draft(self, plant: Plant, buyer: User) -> None:
        subcontract = plant.subcontract
        outside.bring_back(operation=plant.operation(20), by=buyer)
        subcontract.refresh_from_db()
        assert subcontract.state == "cancelled"
        assert objections(Finishing(orders=(plant.order,))) == []

    def test_an_operation_sent_out_later_gets_its_order_at_once(
        self, site: Site, vendor: Vendor, buyer: User
    ) -> None:
        order = make_order(make_item(), 5, site=site, operations=[{}, {}])
        release(orders=[order], by=buyer)
        operation = Operation.objects.get(order=order, number=20)
        outside.send_out(operation=operation, vendor=vendor, by=buyer)
        assert SubcontractLine.objects.get(operation=operation).order.vendor == vendor

    def test_a_cancelled_order_cannot_be_sent_and_a_sent_one_can_be_withdrawn(
        self, plant: Plant, buyer: User
    ) -> None:
        subcontract = ordering.send(order=plant.subcontract, by=buyer)
        withdrawing.cancel(order=subcontract, note="too late", by=buyer)
        with pytest.raises(Refused, match="has no line to send"):
            ordering.send(order=subcontract, by=buyer)
        assert ordering.to_order() == [plant.operation(20)]

    def test_what_is_at_the_vendor_cannot_be_withdrawn(self, plant: Plant, buyer: User) -> None:
        ordering.send(order=plant.subcontract, by=buyer)
        plant.weld(3)
        dispatching.dispatch(order=plant.subcontract, by=buyer)
        with pytest.raises(Refused, match="have left for Platers Ltd"):
            withdrawing.cancel(order=plant.subcontract, by=buyer)
        with pytest.raises(Refused, match="have left for Platers Ltd"):
            withdrawing.withdraw(operations=[plant.operation(20)], by=buyer)


class TestInvoices:
    @pytest.fixture
    def received(self, plant: Plant, buyer: User) -> Plant:
        ordering.send(order=plant.subcontract, by=buyer)
        plant.weld(10)
        dispatching.dispatch(order=plant.subcontract, by=buyer)
        plant.receive(10)
        return plant

    def test_a_price_above_the_agreed_one_blocks_and_can_be_let_pass(
        self, received: Plant, buyer: User
    ) -> None:
        invoice = received.charge(10, "4.25")
        assert (invoice.state, received.line.invoiced_quantity) == ("blocked", 0)
        assert invoice.blocked_because.endswith(": 4.25 USD asked for one, at most 4.2 agreed.")
        with pytest.raises(Refused, match="Write down why"):
            invoicing.approve(invoice=invoice, note="", by=buyer)
        assert (
            invoicing.approve(invoice=invoice, note="surcharge agreed by phone", by=buyer).state == "matched"
        )
        assert received.line.invoiced_quantity == 10

    def test_more_than_was_received_blocks_until_more_is_received(self, plant: Plant, buyer: User) -> None:
        ordering.send(order=plant.subcontract, by=buyer)
        plant.weld(10)
        dispatching.dispatch(order=plant.subcontract, by=buyer)
        plant.receive(4)
        invoice = plant.charge(10, "4.20")
        assert invoice.blocked_because.endswith(": 10 EA invoiced, 4 received and not yet invoiced.")
        plant.receive(6)
        assert invoicing.rematch(invoice=invoice, by=buyer).state == "matched"
        assert plant.subcontract.state == "closed"

    def test_the_same_invoice_twice_is_refused(self, received: Plant) -> None:
        received.charge(5, "4.20")
        with pytest.raises(Refused, match="Invoice INV-1 of Platers Ltd was entered before"):
            received.charge(5, "4.20")
        assert received.line.invoiced_quantity == 5

    def test_the_same_pieces_cannot_be_invoiced_twice(self, received: Plant) -> None:
        received.charge(10, "4.20")
        assert received.charge(10, "4.20", number="INV-2").state == "blocked"

    def test_a_tolerance_lets_small_differences_pass(self, received: Plant, site: Site) -> None:
        MatchTolerance.objects.create(site=site, price_fraction=Decimal("0.02"))
        assert received.charge(10, "4.28").state == "matched"

    def test_another_currency_vendor_or_quantity_of_nothing_is_refused(
        self, received: Plant, buyer: User
    ) -> None:
        from tests.factories import make_currency

        line = received.line
        charge = invoicing.Charge(line=line, quantity=Decimal(1), price=Decimal(1))
        common: dict[str, Any] = {"number": "X", "invoiced_on": date(2026, 3, 9), "by": buyer}
        with pytest.raises(Refused, match="is in USD, the invoice in EUR"):
            invoicing.enter(vendor=received.vendor, currency=make_currency("EUR"), lines=[charge], **common)
        with pytest.raises(Refused, match="was ordered from Platers Ltd, not from"):
            invoicing.enter(vendor=make_vendor("ELSE"), lines=[charge], **common)
        nothing = invoicing.Charge(line=line, quantity=Decimal(0), price=Decimal(1))
        with pytest.raises(Refused, match="quantity must be above zero"):
            invoicing.enter(vendor=received.vendor, lines=[nothing], **common)
        assert not Invoice.objects.exists()


def test_the_order_sheet_is_a_pdf_that_names_the_work(plant: Plant) -> None:
    order = SubcontractOrder.objects.select_related("vendor", "site", "currency").get()
    assert order_sheet(order).startswith(b"%PDF")
