"""What happens around inspections on the floor: opened by a release, guarding, holding lots, decided upon."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from execution.services.finish import finish, finish_operation
from execution.services.release import release, unrelease
from execution.services.report import report
from outsourcing.models import SubcontractLine
from outsourcing.services import dispatch, receive
from outsourcing.services import order as ordering
from p2p.core.facts import Refused
from p2p.core.models import User
from p2p.inventory.models import Balance, Hold
from p2p.inventory.services.ledger import MoveLine, post
from planning.models import Block, Operation, OperationLink, ProductionOrder
from quality.models import Inspection, NonConformance
from quality.services import decide, dispose, gate
from quality.services import nonconformance as nonconformances
from quality.services.record import Reading, record
from strategies.models import Item, Site
from tests.factories import (
    make_item,
    make_location,
    make_lot,
    make_order,
    make_reason,
    make_site,
    make_stock,
    make_user,
    make_vendor,
    make_vendor_price,
)
from tests.quality.factories import make_characteristic, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("MAIN")


@pytest.fixture
def inspector() -> User:
    return make_user("inspector")


def step(order: ProductionOrder, number: int) -> Operation:
    return Operation.objects.select_related("order__item__unit").get(order=order, number=number)


def rejected(order: ProductionOrder, by: User, quantity: Any) -> NonConformance:
    """The order's inspection found `quantity` bad pieces."""
    inspection = Inspection.objects.get(operation__order=order, state="open")
    decide.reject(inspection=inspection, quantity=Decimal(quantity), note="out of round", by=by)
    return inspection.nonconformances.get()


def there(item: Item) -> dict[str, Decimal]:
    rows = Balance.objects.filter(item=item).exclude(quantity=0).select_related("location")
    return {row.location.kind: row.quantity for row in rows}


class Shop:
    """Ten pieces through two operations, the first of them inspected by a plan that blocks."""

    def __init__(self, site: Site, by: User, **also: Any) -> None:
        self.by = by
        self.width = make_characteristic("WIDTH", name="Width")
        limits = {"lower_limit": "6.99", "upper_limit": "7.01"}
        self.plan = make_plan(site, {self.width: limits}, operation_number=10)
        self.order = make_order(
            also.pop("item", None) or make_item(), 10, site=site, operations=[{}, {}], **also
        )
        release(orders=[self.order], by=by)

    @property
    def inspection(self) -> Inspection:
        return Inspection.objects.get(operation__order=self.order)

    def make(self, number: int, good: int) -> None:
        report(operation=step(self.order, number), good=Decimal(good), by=self.by)

    def measure(self, value: str) -> None:
        reading = Reading(characteristic=self.width, sample=1, value=value)
        record(inspection=self.inspection, readings=[reading], by=self.by)


@pytest.fixture
def shop(site: Site, inspector: User) -> Shop:
    return Shop(site, inspector)


def test_an_inspection_stands_between_the_pieces_and_the_end_of_their_operation(
    shop: Shop, inspector: User
) -> None:
    number = shop.inspection.number
    shop.make(10, 10)
    with pytest.raises(Refused, match=f"{number} is still open: accept it before .* · 10 can finish"):
        finish_operation(operation=step(shop.order, 10), by=inspector)
    with pytest.raises(Refused, match=f"{number} is still open"):
        report(operation=step(shop.order, 10), good=Decimal(0), scrap=Decimal(0), finish=True, by=inspector)
    shop.make(20, 10)
    with pytest.raises(Refused, match=f"{number} is still open: accept it before {shop.order}"):
        finish(orders=[shop.order], by=inspector)
    shop.measure("7.0")
    decide.accept(inspection=shop.inspection, by=inspector)
    (done,) = finish(orders=[shop.order], by=inspector)
    assert done.state == "finished"


def test_a_rejected_inspection_stops_the_work_and_the_decision_lets_it_go_on(
    shop: Shop, inspector: User
) -> None:
    shop.make(10, 10)
    shop.measure("7.5")
    raised = rejected(shop.order, inspector, 10)
    with pytest.raises(Refused, match="was rejected"):
        shop.make(20, 1)
    dispose.decide(nonconformance=raised, disposition="use", note="customer agrees", by=inspector)
    assert shop.inspection.state == "conceded"
    shop.make(20, 10)
    assert finish(orders=[shop.order], by=inspector)[0].state == "finished"


def test_taking_a_release_back_calls_its_inspection_off(shop: Shop, inspector: User) -> None:
    unrelease(orders=[shop.order], by=inspector)
    assert shop.inspection.state == "cancelled"
    release(orders=[shop.order], by=inspector)
    assert Inspection.objects.filter(operation__order=shop.order, state="open").count() == 1


class TestDecisions:
    def test_using_as_is_needs_a_note(self, shop: Shop, inspector: User) -> None:
        raised = rejected(shop.order, inspector, 2)
        with pytest.raises(Refused, match="Write down who agreed"):
            dispose.decide(nonconformance=raised, disposition="use", by=inspector)
        raised.refresh_from_db()
        assert raised.state == "open"

    def test_scrapping_needs_a_reason_and_corrects_what_was_called_good(
        self, shop: Shop, inspector: User
    ) -> None:
        shop.make(10, 10)
        raised = rejected(shop.order, inspector, 3)
        with pytest.raises(Refused, match="Say why .* is scrapped"):
            dispose.decide(nonconformance=raised, disposition="scrap", by=inspector)
        dispose.decide(nonconformance=raised, disposition="scrap", reason=make_reason(), by=inspector)
        done = step(shop.order, 10)
        assert (done.good_quantity, done.scrap_quantity) == (7, 3)
        assert raised.report is not None and raised.report.scrap == 3
        assert not Block.objects.filter(closed_at__isnull=True).exists()
        shop.make(20, 7)
        assert finish(orders=[shop.order], by=inspector)[0].good_quantity == 7

    def test_pieces_never_called_good_are_reported_as_scrap(self, shop: Shop, inspector: User) -> None:
        shop.make(10, 4)
        raised = rejected(shop.order, inspector, 3)
        dispose.decide(nonconformance=raised, disposition="scrap", reason=make_reason(), by=inspector)
        done = step(shop.order, 10)
        assert (done.good_quantity, done.scrap_quantity) == (4, 3)

    def test_what_was_worked_on_since_cannot_be_scrapped_here(self, shop: Shop, inspector: User) -> None:
        shop.make(10, 10)
        shop.make(20, 9)
        raised = rejected(shop.order, inspector, 3)
        with pytest.raises(Refused, match="has already worked on 9 of these pieces"):
            dispose.decide(nonconformance=raised, disposition="scrap", reason=make_reason(), by=inspector)
        raised.refresh_from_db()
        assert raised.state == "open"
        assert Block.objects.filter(closed_at__isnull=True).count() == 2

    def test_rework_gets_an_order_of_its_own_and_closes_after_it(self, shop: Shop, inspector: User) -> None:
        raised = rejected(shop.order, inspector, 3)
        dispose.decide(nonconformance=raised, disposition="rework", by=inspector)
        raised.refresh_from_db()
        order = raised.rework_order
        assert order is not None
        assert (order.kind, order.quantity, order.parent) == ("rework", 3, shop.order)
        with pytest.raises(Refused, match=f"waits for its rework order {order.number}"):
            dispose.close(nonconformance=raised, by=inspector)

    def test_pieces_made_here_go_back_to_no_vendor(self, shop: Shop, inspector: User) -> None:
        raised = rejected(shop.order, inspector, 3)
        with pytest.raises(Refused, match="did not come from a vendor"):
            dispose.decide(nonconformance=raised, disposition="return", by=inspector)

    def test_nothing_is_decided_twice(self, shop: Shop, inspector: User) -> None:
        raised = rejected(shop.order, inspector, 3)
        dispose.decide(nonconformance=raised, disposition="use", note="fine", by=inspector)
        with pytest.raises(Refused, match="is Decided: cannot decide"):
            dispose.decide(nonconformance=raised, disposition="rework", by=inspector)

    def test_of_two_nonconformances_the_work_waits_for_both(self, shop: Shop, inspector: User) -> None:
        first = rejected(shop.order, inspector, 3)
        second = nonconformances.open_from_inspection(
            inspection=shop.inspection, quantity=Decimal(2), by=inspector
        )
        dispose.decide(nonconformance=first, disposition="rework", by=inspector)
        with pytest.raises(Refused, match="was rejected"):
            shop.make(10, 1)
        dispose.decide(nonconformance=second, disposition="rework", by=inspector)
        shop.make(10, 1)


class TestLots:
    def test_a_lot_that_comes_out_before_the_verdict_waits_on_hold(self, site: Site, inspector: User) -> None:
        item = make_item(tracking="lot")
        shop = Shop(site, inspector, item=item)
        shop.make(10, 10)
        shop.make(20, 10)
        balance = Balance.objects.get(item=item, quantity=10)
        assert balance.lot is not None
        moved = MoveLine(
            item=item,
            source=balance.location,
            target=make_location(site),
            quantity=Decimal(1),
            kind="transfer",
            lot=balance.lot,
        )
        with pytest.raises(Refused, match="hold"), transaction.atomic():
            post(lines=[moved], by=inspector)
        shop.measure("7.0")
        decide.accept(inspection=shop.inspection, by=inspector)
        assert not Hold.objects.filter(released_at__isnull=True).exists()
        assert len(post(lines=[moved], by=inspector)) == 1

    def test_a_nonconforming_lot_is_held_and_scrapped_where_it_lies(
        self, site: Site, inspector: User
    ) -> None:
        item = make_item(tracking="lot")
        lot = make_lot(item)
        make_stock(item, 8, site.locations.get(code="STORE"), lot=lot)
        raised = nonconformances.open_nonconformance(item=item, quantity=Decimal(5), lot=lot, by=inspector)
        assert raised.hold is not None and raised.hold.lot == lot
        dispose.decide(nonconformance=raised, disposition="scrap", reason=make_reason(), by=inspector)
        assert there(item) == {"store": 3}
        raised.refresh_from_db()
        assert raised.move is not None and raised.move.reference == raised.number
        assert not Hold.objects.filter(released_at__isnull=True).exists()

    def test_figures_and_places_that_cannot_be_are_refused(self, site: Site, inspector: User) -> None:
        item = make_item(tracking="lot")
        lot = make_lot(item)
        note = nonconformances.open_nonconformance
        for quantity, sentence in (("0", "more than zero"), ("1.5", "more digits than the unit allows")):
            with pytest.raises(Refused, match=sentence):
                note(item=item, quantity=Decimal(quantity), by=inspector)
        with pytest.raises(Refused, match="does not belong to"):
            note(item=make_item(), quantity=Decimal(1), lot=lot, by=inspector)
        order = make_order(make_item(), 1, site=site)
        with pytest.raises(Refused, match="makes .*, not "):
            note(item=item, quantity=Decimal(1), operation=step(order, 10), by=inspector)
        raised = note(item=item, quantity=Decimal(1), lot=lot, by=inspector)
        with pytest.raises(Refused, match="lie free at"):
            dispose.decide(nonconformance=raised, disposition="scrap", reason=make_reason(), by=inspector)


class TestReceipts:
    """Plating is done by a vendor and inspected when it comes back."""

    @pytest.fixture(params=["in the order of its links", "in the order of its numbers"])
    def order(self, request: pytest.FixtureRequest, site: Site, inspector: User) -> ProductionOrder:
        vendor, item = make_vendor(name="Platers"), make_item()
        make_vendor_price(vendor, item, "1", operation_number=20)
        make_plan(site, trigger="receipt", item=item, sample_fixed=2)
        order = make_order(item, 10, site=site, operations=[{}, {"outside": True, "vendor": vendor}, {}])
        if request.param == "in the order of its numbers":
            OperationLink.objects.filter(before__order=order).delete()
        release(orders=[order], by=inspector)
        report(operation=step(order, 10), good=Decimal(10), by=inspector)
        line = SubcontractLine.objects.select_related("order").get()
        ordering.send(order=line.order, by=inspector)
        dispatch.dispatch(order=line.order, by=inspector)
        return order

    def back(self, good: int, by: User) -> Any:
        line = SubcontractLine.objects.select_related("order").get()
        return receive.receive(order=line.order, lines=[receive.Back(line=line, good=Decimal(good))], by=by)

    def test_a_receipt_opens_its_inspection_and_the_next_operation_waits(
        self, order: ProductionOrder, inspector: User
    ) -> None:
        receipt = self.back(10, inspector)
        inspection = Inspection.objects.get()
        assert (inspection.quantity, inspection.sample_size) == (10, 2)
        assert inspection.because.endswith(f"; receipt {receipt.number}")
        assert step(order, 20).state == "finished"
        with pytest.raises(Refused, match=f"{inspection.number} has to be accepted first"):
            report(operation=step(order, 30), good=Decimal(1), by=inspector)
        assert [no.params["inspection"] for no in gate.against_successors([step(order, 30)])] == [
            inspection.number
        ]
        assert gate.against_successors([step(order, 10), step(order, 20)]) == []
        decide.cancel(inspection=inspection, note="known good", by=inspector)
        report(operation=step(order, 30), good=Decimal(1), by=inspector)

    def test_two_receipts_are_inspected_apart(self, order: ProductionOrder, inspector: User) -> None:
        self.back(4, inspector)
        self.back(6, inspector)
        assert sorted(Inspection.objects.values_list("quantity", flat=True)) == [4, 6]

    def test_a_receipt_taken_back_calls_its_inspection_off(
        self, order: ProductionOrder, inspector: User
    ) -> None:
        receive.undo(receipt=self.back(10, inspector), by=inspector)
        assert Inspection.objects.get().state == "cancelled"
        assert not Block.objects.filter(closed_at__isnull=True).exists()

    def test_bad_pieces_go_back_to_the_vendor_and_are_not_paid(
        self, order: ProductionOrder, inspector: User
    ) -> None:
        self.back(10, inspector)
        raised = rejected(order, inspector, 3)
        dispose.decide(nonconformance=raised, disposition="return", by=inspector)
        line = SubcontractLine.objects.get()
        assert (line.received_quantity, line.rejected_quantity) == (7, 0)
        assert step(order, 20).with_vendor == 3

    def test_pieces_a_vendor_spoiled_are_rejected_at_the_door(
        self, order: ProductionOrder, inspector: User
    ) -> None:
        self.back(10, inspector)
        raised = rejected(order, inspector, 3)
        dispose.decide(nonconformance=raised, disposition="scrap", reason=make_reason(), by=inspector)
        line = SubcontractLine.objects.get()
        assert (line.received_quantity, line.rejected_quantity) == (7, 3)
        assert (step(order, 20).good_quantity, step(order, 20).scrap_quantity) == (7, 3)
