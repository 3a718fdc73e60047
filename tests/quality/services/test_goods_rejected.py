"""What becomes of purchased goods that were rejected: used, scrapped, or given back, with what the vendor owes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from costing.models import Entry, Posting, Valuation
from costing.services.elements import element_for
from p2p.core.facts import Refused, heard
from p2p.core.models import User
from p2p.inventory.models import Balance, Hold, Lot, Move, Reservation
from p2p.inventory.selectors import available, describe, key_of, on_hand, trace
from p2p.inventory.selectors.whereabouts import Spot
from p2p.inventory.services.reservations import Need, reserve
from planning.arrival_facts import GivenBack
from planning.models import ReplenishmentOrder
from planning.services.receipts import take_back
from planning.services.receive import ReceiptLine, receive_lines
from planning.services.replenishment import close
from quality.models import Inspection, NonConformance
from quality.services import decide, dispose, nonconformance
from strategies.models import Site
from tests.factories import (
    make_item,
    make_location,
    make_order,
    make_reason,
    make_serial,
    make_site,
    make_stock,
    make_unit,
    make_user,
)
from tests.quality.factories import make_plan
from tests.quality.services.test_goods import bought

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    site = make_site("MAIN")
    make_location(site, code="DOCK", kind="receiving")
    return site


@pytest.fixture
def inspector() -> User:
    return make_user("inspector")


def rejected(
    site: Site, by: User, *, quantity: Any = 10, bad: Any = 4, tracking: str = "lot", **also: Any
) -> tuple[ReplenishmentOrder, NonConformance]:
    """Goods that came in and of which so many are bad."""
    make_plan(site, trigger="goods")
    order = bought(site, make_item(tracking=tracking), quantity, **also)
    receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(quantity))], by=None)
    decide.reject(inspection=Inspection.objects.get(), quantity=Decimal(bad), note="rust", by=by)
    order.refresh_from_db()
    return order, NonConformance.objects.get()


def returned(record: NonConformance, by: User, **also: Any) -> NonConformance:
    return dispose.decide(nonconformance=record, disposition="return", by=by, **also)


def describe_lot(lot: Lot) -> tuple[Spot, ...]:
    """All that the trace knows of where it is."""
    key = key_of(lot)
    return describe(trace([key], ways=()), [key])[key].spots


class TestWeighedAndCounted:
    """10 kg of ham in 5 pieces, of 0.5 to 3 kg each, of which 5 kg are bad: nobody can know how many that is."""

    @pytest.fixture
    def ham(self, site: Site, inspector: User) -> NonConformance:
        make_plan(site, trigger="goods")
        item = make_item(
            "HAM",
            unit=make_unit("KG", digits=3),
            catch_unit=make_unit("PC"),
            catch_least=Decimal("0.5"),
            catch_most=Decimal(3),
        )
        line = ReceiptLine(order=bought(site, item, 10), quantity=Decimal(10), catch_quantity=Decimal(5))
        receive_lines(lines=[line], by=None)
        decide.reject(inspection=Inspection.objects.get(), quantity=Decimal(5), note="grey", by=inspector)
        return NonConformance.objects.select_related("item__unit").get()

    @pytest.mark.parametrize("disposition", ["return", "scrap"])
    def test_the_pieces_that_go_are_asked_for_and_go(
        self, ham: NonConformance, inspector: User, disposition: str
    ) -> None:
        also: dict[str, Any] = {"disposition": disposition, "reason": make_reason("GREY"), "by": inspector}
        with pytest.raises(Refused, match="5 KG of HAM: say how many PC that is"):
            dispose.decide(nonconformance=ham, **also)
        assert not Move.objects.filter(kind=disposition).exists()
        dispose.decide(nonconformance=ham, catch_quantity=Decimal(3), **also)
        assert Move.objects.get(kind=disposition).catch_quantity == 3
        left = Balance.objects.get(item=ham.item, quantity__gt=0)
        assert (left.quantity, left.catch_quantity) == (5, 2)

    def test_the_form_asks_for_them(self, client: Client, site: Site, ham: NonConformance) -> None:
        client.force_login(make_user("inspector", site=site))
        where = reverse("quality:decide", args=[ham.pk])
        assert "How many PC are scrapped or go back." in client.get(where).content.decode()
        refused = client.post(where, {"disposition": "return"})
        assert refused.status_code == 409 and "say how many PC that is" in refused.content.decode()
        assert client.post(where, {"disposition": "return", "catch_quantity": "3"}).status_code == 303
        assert Move.objects.get(kind="return").catch_quantity == 3

    def test_they_are_named_over_rest(self, client: Client, site: Site, ham: NonConformance) -> None:
        client.force_login(make_user("inspector", site=site))
        where = f"/api/v1/quality/nonconformances/{ham.number}/decide/"
        body = {"disposition": "return", "catch_quantity": "2"}
        said = client.post(where, body, "application/json", headers={"Idempotency-Key": "a"})
        assert said.status_code == 200, said.content
        assert Move.objects.get(kind="return").catch_quantity == 2


class TestGivingBack:
    @pytest.mark.parametrize("tracking", ["none", "lot"])
    def test_the_bad_ones_leave_for_the_vendor_and_the_good_ones_are_free(
        self, site: Site, inspector: User, tracking: str
    ) -> None:
        order, record = rejected(site, inspector, tracking=tracking)
        assert available(site, [order.item_id]) == {}
        returned(record, inspector)
        record.refresh_from_db()
        assert record.move is not None
        assert (record.move.kind, record.move.target.kind, record.move.quantity) == ("return", "supplier", 4)
        assert available(site, [order.item_id]) == {order.item_id: 6}
        assert not Hold.objects.filter(released_at=None).exists()

    def test_nothing_more_is_expected_unless_the_vendor_sends_them_again(
        self, site: Site, inspector: User
    ) -> None:
        order, record = rejected(site, inspector)
        returned(record, inspector)
        order.refresh_from_db()
        assert (order.state, order.received_quantity) == ("received", 10)

    def test_what_the_vendor_sends_again_is_expected_again(self, site: Site, inspector: User) -> None:
        order, record = rejected(site, inspector)
        assert order.state == "received"
        with heard(GivenBack) as told:
            returned(record, inspector, sent_again=True)
        order.refresh_from_db()
        assert (order.state, order.received_quantity) == ("confirmed", 6)
        assert [fact.sent_again for fact in told] == [True]
        receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(4))], by=None)
        order.refresh_from_db()
        assert (order.state, order.received_quantity) == ("received", 10)
        assert Inspection.objects.filter(state="open").count() == 1

    def test_a_closed_purchase_expects_nothing_again(self, site: Site, inspector: User) -> None:
        order, record = rejected(site, inspector)
        close(orders=[order], by=None)
        with pytest.raises(Refused, match="is closed and expects nothing any more"):
            returned(record, inspector, sent_again=True)
        record.refresh_from_db()
        assert record.state == "open" and not Move.objects.filter(kind="return").exists()
        returned(record, inspector)

    def test_pieces_with_serial_numbers_are_named_when_not_all_go(self, site: Site, inspector: User) -> None:
        order, record = rejected(site, inspector, quantity=3, bad=1, tracking="serial")
        with pytest.raises(Refused, match="is about 1 of 3 pieces: say which"):
            returned(record, inspector)
        piece = Move.objects.filter(item=order.item).order_by("pk")[1].serial
        assert piece is not None
        returned(record, inspector, serials=[piece.number])
        assert Move.objects.get(kind="return").serial == piece
        assert on_hand(site, [order.item_id]) == {order.item_id: 2}

    def test_a_piece_that_did_not_come_with_them_does_not_go(self, site: Site, inspector: User) -> None:
        order, record = rejected(site, inspector, quantity=2, bad=1, tracking="serial")
        make_stock(order.item, 1, site.locations.get(code="STORE"), serial=make_serial(order.item, "MINE"))
        with pytest.raises(Refused, match="MINE is not among the pieces that .* inspected"):
            returned(record, inspector, serials=["MINE"])
        assert not Move.objects.filter(kind="return").exists()

    def test_a_piece_that_is_reserved_does_not_go(self, site: Site, inspector: User) -> None:
        make_plan(site, trigger="goods", blocks=False)
        order = bought(site, make_item(tracking="serial"), 1)
        receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(1))], by=None)
        need = Need(item=order.item, quantity=Decimal(1), site=site, reference="SO-1")
        reserve(needs=[need], by=None)
        decide.reject(inspection=Inspection.objects.get(), quantity=Decimal(1), note="rust", by=inspector)
        with pytest.raises(Refused, match="Only 0 of 1"):
            returned(NonConformance.objects.get(), inspector)

    @pytest.mark.parametrize("tracking", ["none", "lot", "serial"])
    def test_bad_pieces_of_what_was_bought_for_one_order_go_although_they_were_kept_for_it(
        self, site: Site, inspector: User, tracking: str
    ) -> None:
        item = make_item(tracking=tracking)
        press = make_order(make_item(), 10, site=site, materials={item: 1})
        make_plan(site, trigger="goods")
        order = bought(site, item, 10)
        ReplenishmentOrder.objects.update(for_material=press.materials.get())
        order.refresh_from_db()
        receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(10))], by=None)
        decide.reject(inspection=Inspection.objects.get(), quantity=Decimal(4), note="rust", by=inspector)
        pieces = [move.serial.number for move in Move.objects.filter(item=item).order_by("pk") if move.serial]
        returned(NonConformance.objects.get(), inspector, sent_again=True, serials=pieces[:4])
        kept = Reservation.objects.filter(item=item, reference=press.number)
        assert sum(row.quantity for row in kept) == 6
        assert on_hand(site, [item.pk]) == {item.pk: 6}

    def test_a_receipt_whose_goods_went_back_for_others_is_not_taken_back(
        self, site: Site, inspector: User
    ) -> None:
        order, record = rejected(site, inspector, tracking="none")
        returned(record, inspector, sent_again=True)
        with pytest.raises(Refused, match="the others went back to the vendor"):
            take_back(receipts=list(order.receipts.all()), by=None)

    def test_a_bought_lot_found_bad_later_goes_back_to_its_vendor(self, site: Site, inspector: User) -> None:
        order = bought(site, make_item(tracking="lot"), 10)
        (row,) = receive_lines(lines=[ReceiptLine(order=order, quantity=Decimal(10))], by=None)
        record = nonconformance.open_nonconformance(
            item=order.item, quantity=Decimal(3), lot=row.move.lot, by=inspector
        )
        returned(record, inspector)
        assert Move.objects.get(kind="return").reference == order.number

    def test_a_trace_finds_them_returned_to_their_vendor(self, site: Site, inspector: User) -> None:
        order, record = rejected(site, inspector)
        returned(record, inspector)
        assert record.lot is not None
        found = {(spot.where, spot.quantity, spot.party) for spot in describe_lot(record.lot)}
        assert order.vendor is not None
        assert found == {("stock", 6, ""), ("returned", 4, order.vendor.name)}

    def test_money_goes_back_at_what_was_paid(self, site: Site, inspector: User) -> None:
        order, record = rejected(site, inspector, price=Decimal("2.50"))
        returned(record, inspector)
        record.refresh_from_db()
        assert record.move is not None
        material = element_for("material")
        owed = Posting.objects.filter(account="accrued", element=material, entry__move=record.move)
        paid = Posting.objects.filter(account="accrued", element=material).exclude(entry__move=record.move)
        assert sum(row.amount for row in owed) == Decimal("10.00")
        assert sum(row.amount for row in paid) == Decimal("-25.00")
        assert Valuation.objects.filter(move=record.move).exists()
        assert Entry.objects.filter(move=record.move, kind="price").count() == 1


class TestOtherDecisions:
    def test_what_is_reserved_at_the_fullest_place_is_left_there(self, site: Site, inspector: User) -> None:
        item, shelf = make_item(tracking="none"), make_location(site, code="SHELF")
        make_stock(item, 50, site.locations.get(code="STORE"))
        reserve(needs=[Need(item=item, quantity=Decimal(48), site=site, reference="SO-1")], by=None)
        make_stock(item, 5, shelf)
        record = nonconformance.open_nonconformance(item=item, quantity=Decimal(5), site=site, by=inspector)
        dispose.decide(nonconformance=record, disposition="scrap", reason=make_reason(), by=inspector)
        assert Move.objects.get(kind="scrap").source == shelf

    @pytest.mark.parametrize("tracking", ["none", "lot", "serial"])
    def test_scrap_takes_them_out_of_stock(self, site: Site, inspector: User, tracking: str) -> None:
        bad = 10 if tracking == "serial" else 4
        order, record = rejected(site, inspector, bad=bad, tracking=tracking)
        dispose.decide(nonconformance=record, disposition="scrap", reason=make_reason(), by=inspector)
        gone = Move.objects.filter(kind="scrap", target__kind="scrap")
        assert sum(move.quantity for move in gone) == bad
        assert on_hand(site, [order.item_id]).get(order.item_id, 0) == 10 - bad

    def test_used_as_they_are_all_are_free(self, site: Site, inspector: User) -> None:
        order, record = rejected(site, inspector)
        dispose.decide(nonconformance=record, disposition="use", note="Ann agreed", by=inspector)
        assert Inspection.objects.get().state == "conceded"
        assert available(site, [order.item_id]) == {order.item_id: 10}

    def test_while_one_of_two_is_undecided_everything_stays_on_hold(
        self, site: Site, inspector: User
    ) -> None:
        order, record = rejected(site, inspector, tracking="none")
        nonconformance.open_from_inspection(
            inspection=Inspection.objects.get(), quantity=Decimal(1), by=inspector
        )
        returned(record, inspector)
        assert on_hand(site, [order.item_id]) == {order.item_id: 6}
        assert available(site, [order.item_id]) == {}
