"""A component's use is set right by hand: more, less, another lot; stock, order and trace follow, and it is undone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import F

from execution.models import Adjustment, MaterialMove, PickLine, PickList
from execution.services.adjust import adjust, undo_adjustment
from execution.services.by_scan import put_line_back
from execution.services.chosen import InHand
from execution.services.keep import keep
from execution.services.pick import Picked, pick
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Consumed, Reservation
from planning.models import Material, ProductionOrder
from strategies.models import Item, ReasonCode
from tests.execution.conftest import Plant, operations
from tests.factories import make_item, make_location, make_lot, make_order, make_reason, make_stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def why(db: None) -> ReasonCode:
    return make_reason("BROKEN", kind="adjustment")


def released(plant: Plant, flushing: str = "manual") -> ProductionOrder:
    plant.fill()
    order = plant.order(10, flushing=flushing)
    release(orders=[order], by=plant.worker)
    order.refresh_from_db()
    return order


def of(order: ProductionOrder, item: Item) -> Material:
    return Material.objects.select_related("item__unit").get(order=order, item=item)


def issued(order: ProductionOrder, item: Item) -> Decimal:
    return of(order, item).issued_quantity


def sound() -> None:
    assert problems() == []


class TestTaking:
    def test_what_is_taken_fills_the_pick_list_and_uses_its_reservation(self, plant: Plant) -> None:
        order = released(plant)
        adjust(material=of(order, plant.wheel), quantity=Decimal(5), by=plant.worker)
        line = PickLine.objects.get(material__item=plant.wheel)
        assert (line.picked_quantity, line.reservation.quantity) == (5, 15)
        assert issued(order, plant.wheel) == 5
        assert plant.there(plant.wheel) == 995
        sound()

    def test_the_list_is_picked_when_nothing_is_left_on_it(self, plant: Plant) -> None:
        order = released(plant)
        for item, much in ((plant.wheel, 20), (plant.frame, 10), (plant.paint, 1)):
            adjust(material=of(order, item), quantity=Decimal(much), by=plant.worker)
        assert PickList.objects.get().state == "picked"
        assert not Reservation.objects.exists()

    def test_more_than_planned_wants_a_reason_and_is_kept_with_it(
        self, plant: Plant, why: ReasonCode
    ) -> None:
        order = released(plant)
        pick(pick_list=PickList.objects.get(), by=plant.worker)
        with pytest.raises(Refused, match="2 EA of WHEEL are more than"):
            adjust(material=of(order, plant.wheel), quantity=Decimal(2), by=plant.worker)
        assert issued(order, plant.wheel) == 20
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(2), reason=why, by=plant.worker)
        assert (said.quantity, said.beyond, said.reason, said.by) == (2, 2, why, plant.worker)
        assert issued(order, plant.wheel) == 22
        assert plant.there(plant.wheel) == 978
        sound()

    def test_another_lot_than_the_list_reserves_serves_its_line(self, plant: Plant) -> None:
        steel = make_item("STEEL", tracking="lot")
        old, new = make_lot(steel, "OLD"), make_lot(steel, "NEW")
        make_stock(steel, 10, plant.places["STORE"], lot=old)
        make_stock(steel, 10, plant.places["STORE"], lot=new)
        order = make_order(plant.product, 10, site=plant.site, materials={steel: 1})
        release(orders=[order], by=plant.worker)
        adjust(material=of(order, steel), quantity=Decimal(4), named=InHand(lot=new), by=plant.worker)
        line = PickLine.objects.get()
        assert (line.picked_quantity, line.reservation.quantity, line.lot) == (4, 6, old)
        assert Balance.objects.get(lot=new).quantity == 6
        sound()

    def test_what_others_reserved_is_not_taken(self, plant: Plant, why: ReasonCode) -> None:
        make_stock(plant.wheel, 25, plant.places["STORE"])
        make_stock(plant.frame, 100, plant.places["STORE"])
        make_stock(plant.paint, 100, plant.places["STORE"])
        mine, other = plant.order(10), plant.order(2)
        release(orders=[mine, other], by=plant.worker)
        with pytest.raises(Refused, match="WHEEL"):
            adjust(material=of(mine, plant.wheel), quantity=Decimal(22), reason=why, by=plant.worker)
        assert issued(mine, plant.wheel) == 0
        assert not Adjustment.objects.exists()
        adjust(material=of(mine, plant.wheel), quantity=Decimal(21), reason=why, by=plant.worker)
        assert (
            PickLine.objects.get(material__item=plant.wheel, material__order=other).reservation.quantity == 4
        )

    def test_a_finished_order_takes_nothing(self, plant: Plant) -> None:
        order = released(plant)
        ProductionOrder.objects.filter(pk=order.pk).update(state="finished")
        with pytest.raises(Refused, match="nothing is taken or given back"):
            adjust(material=of(order, plant.wheel), quantity=Decimal(1), by=plant.worker)


class TestGivingBack:
    def test_it_goes_where_it_came_from_and_the_rest_stays(self, plant: Plant) -> None:
        order = released(plant)
        pick(pick_list=PickList.objects.get(), by=plant.worker)
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(-3), by=plant.worker)
        assert (said.quantity, said.beyond) == (-3, 0)
        assert issued(order, plant.wheel) == 17
        assert plant.there(plant.wheel) == 983
        sound()

    def test_what_is_in_products_stays_there_and_the_trace_with_it(self, plant: Plant) -> None:
        order = released(plant)
        pick(pick_list=PickList.objects.get(), by=plant.worker)
        for step in operations(order):
            report(operation=step, good=Decimal(4), by=plant.worker)
        with pytest.raises(Refused, match="Only 12 EA of WHEEL"):
            adjust(material=of(order, plant.wheel), quantity=Decimal(-13), by=plant.worker)
        adjust(material=of(order, plant.wheel), quantity=Decimal(-12), by=plant.worker)
        assert issued(order, plant.wheel) == 8
        standing = Consumed.objects.filter(issue__item=plant.wheel, issue__reversed_by=None)
        assert sum(edge.quantity for edge in standing) == 8
        sound()

    def test_more_than_was_taken_of_a_lot_is_refused(self, plant: Plant) -> None:
        order = released(plant)
        with pytest.raises(Refused, match="Only 0 EA of this WHEEL"):
            adjust(material=of(order, plant.wheel), quantity=Decimal(-1), by=plant.worker)


class TestFlushed:
    def test_what_was_used_otherwise_is_not_levelled_out_by_the_next_report(
        self, plant: Plant, why: ReasonCode
    ) -> None:
        order = released(plant, "operation")
        first = operations(order)[0]
        report(operation=first, good=Decimal(5), by=plant.worker)
        assert issued(order, plant.wheel) == 10
        with pytest.raises(Refused, match="say why"):
            adjust(material=of(order, plant.wheel), quantity=Decimal(2), by=plant.worker)
        adjust(material=of(order, plant.wheel), quantity=Decimal(2), reason=why, by=plant.worker)
        adjust(material=of(order, plant.frame), quantity=Decimal(-1), by=plant.worker)
        report(operation=first, good=Decimal(5), by=plant.worker)
        assert issued(order, plant.wheel) == 22
        assert issued(order, plant.frame) == 9
        sound()

    def test_another_lot_instead_wants_no_reason(self, plant: Plant) -> None:
        order = released(plant, "operation")
        report(operation=operations(order)[0], good=Decimal(5), by=plant.worker)
        adjust(material=of(order, plant.wheel), quantity=Decimal(-4), by=plant.worker)
        adjust(material=of(order, plant.wheel), quantity=Decimal(4), by=plant.worker)
        assert issued(order, plant.wheel) == 10

    def test_undoing_the_report_takes_what_is_left_of_it_and_what_was_said_of_it(self, plant: Plant) -> None:
        order = released(plant, "operation")
        first = operations(order)[0]
        made = report(operation=first, good=Decimal(5), by=plant.worker)
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(-4), by=plant.worker)
        assert said.report == made
        undo(report=made, by=plant.worker)
        assert issued(order, plant.wheel) == 0
        assert plant.there(plant.wheel) == 1000
        with pytest.raises(Refused, match="changed or taken back"):
            undo_adjustment(adjustment=said, by=plant.worker)
        report(operation=first, good=Decimal(5), by=plant.worker)
        assert issued(order, plant.wheel) == 10
        sound()


class TestUndo:
    def test_what_was_taken_goes_back_and_the_line_wants_it_again(self, plant: Plant) -> None:
        order = released(plant)
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(20), by=plant.worker)
        undo_adjustment(adjustment=said, by=plant.worker)
        line = PickLine.objects.get(material__item=plant.wheel)
        assert (line.picked_quantity, line.reservation.quantity) == (0, 20)
        assert issued(order, plant.wheel) == 0
        with pytest.raises(Refused, match="changed or taken back"):
            undo_adjustment(adjustment=said, by=plant.worker)
        sound()

    def test_a_list_that_was_picked_is_open_again_and_reserves_elsewhere_what_is_gone(
        self, plant: Plant
    ) -> None:
        steel = make_item("STEEL", tracking="lot")
        old, new = make_lot(steel, "OLD"), make_lot(steel, "NEW")
        make_stock(steel, 10, plant.places["STORE"], lot=old)
        make_stock(steel, 10, plant.places["STORE"], lot=new)
        order = make_order(plant.product, 10, site=plant.site, materials={steel: 1})
        release(orders=[order], by=plant.worker)
        (said,) = adjust(
            material=of(order, steel), quantity=Decimal(10), named=InHand(lot=new), by=plant.worker
        )
        assert PickList.objects.get().state == "picked"
        other = make_order(plant.product, 7, site=plant.site, materials={steel: 1})
        release(orders=[other], by=plant.worker)
        undo_adjustment(adjustment=said, by=plant.worker)
        lines = PickLine.objects.filter(material__order=order, picked_quantity=0)
        assert {line.lot: line.reservation.quantity for line in lines} == {old: 3, new: 7}
        assert PickList.objects.get(order=order).state == "open"
        sound()

    def test_what_was_given_back_is_taken_again_from_there(self, plant: Plant) -> None:
        order = released(plant)
        pick(pick_list=PickList.objects.get(), by=plant.worker)
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(-3), by=plant.worker)
        undo_adjustment(adjustment=said, by=plant.worker)
        assert issued(order, plant.wheel) == 20
        assert plant.there(plant.wheel) == 980
        sound()

    def test_what_was_filled_up_since_is_not_taken_twice_without_a_word(
        self, plant: Plant, why: ReasonCode
    ) -> None:
        order = released(plant)
        pick(pick_list=PickList.objects.get(), by=plant.worker)
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(-1), by=plant.worker)
        adjust(material=of(order, plant.wheel), quantity=Decimal(1), by=plant.worker)
        with pytest.raises(Refused, match="1 EA of WHEEL would be more than .* say why"):
            undo_adjustment(adjustment=said, by=plant.worker)
        assert issued(order, plant.wheel) == 20 and not Adjustment.objects.filter(reverses=said).exists()
        sound()

    def test_what_somebody_gave_a_reason_for_is_taken_again_beyond_the_plan(
        self, plant: Plant, why: ReasonCode
    ) -> None:
        order = released(plant)
        pick(pick_list=PickList.objects.get(), by=plant.worker)
        adjust(material=of(order, plant.wheel), quantity=Decimal(2), reason=why, by=plant.worker)
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(-1), by=plant.worker)
        undo_adjustment(adjustment=said, by=plant.worker)
        assert issued(order, plant.wheel) == 22
        sound()

    def test_what_was_kept_instead_of_what_was_given_back_is_free_again(self, plant: Plant) -> None:
        order = released(plant)
        line = PickLine.objects.get(material__item=plant.wheel)
        pick(pick_list=line.pick_list, lines=[Picked(line=line, quantity=Decimal(5))], by=plant.worker)
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(-1), by=plant.worker)
        keep(material=of(order, plant.wheel), quantity=Decimal(16), by=plant.worker)
        undo_adjustment(adjustment=said, by=plant.worker)
        assert issued(order, plant.wheel) == 5
        kept = Reservation.objects.filter(item=plant.wheel)
        assert sum(row.quantity for row in kept) == 15
        sound()

    def test_what_a_list_asked_for_beyond_it_is_on_no_list_any_more(self, plant: Plant) -> None:
        order = released(plant)
        line = PickLine.objects.get(material__item=plant.wheel)
        pick(pick_list=line.pick_list, lines=[Picked(line=line, quantity=Decimal(5))], by=plant.worker)
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(-1), by=plant.worker)
        far = make_location(plant.site, code="FAR")
        make_stock(plant.wheel, 16, far)
        keep(
            material=of(order, plant.wheel), quantity=Decimal(16), named=InHand(location=far), by=plant.worker
        )
        undo_adjustment(adjustment=said, by=plant.worker)
        open_ones = PickLine.objects.filter(material__item=plant.wheel, picked_quantity__lt=F("quantity"))
        assert [(row.location, row.quantity) for row in open_ones] == [(far, 15)]
        assert [row.quantity for row in Reservation.objects.filter(item=plant.wheel)] == [15]
        pick(pick_list=line.pick_list, by=plant.worker)
        assert issued(order, plant.wheel) == 20 and PickList.objects.get().state == "picked"
        sound()

    def test_a_list_that_waits_for_what_nobody_wants_any_more_is_done(
        self, plant: Plant, why: ReasonCode
    ) -> None:
        order = released(plant)
        pick(pick_list=PickList.objects.get(), by=plant.worker)
        adjust(material=of(order, plant.wheel), quantity=Decimal(20), reason=why, by=plant.worker)
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(-20), by=plant.worker)
        line = PickLine.objects.get(material__item=plant.wheel)
        put_line_back(line=line, by=plant.worker)
        assert PickList.objects.get().state == "open" and issued(order, plant.wheel) == 0
        undo_adjustment(adjustment=said, by=plant.worker)
        assert issued(order, plant.wheel) == 20 and PickList.objects.get().state != "open"
        assert not Reservation.objects.filter(item=plant.wheel).exists()
        sound()

    def test_what_is_in_a_product_since_stays(self, plant: Plant) -> None:
        order = released(plant)
        (said, *_none) = adjust(material=of(order, plant.wheel), quantity=Decimal(20), by=plant.worker)
        adjust(material=of(order, plant.wheel), quantity=Decimal(-2), by=plant.worker)
        with pytest.raises(Refused, match="changed or taken back"):
            undo_adjustment(adjustment=said, by=plant.worker)

    def test_a_partly_picked_line_grows_its_reservation(self, plant: Plant) -> None:
        order = released(plant)
        line = PickLine.objects.get(material__item=plant.wheel)
        pick(pick_list=line.pick_list, lines=[Picked(line=line, quantity=Decimal(6))], by=plant.worker)
        (said,) = adjust(material=of(order, plant.wheel), quantity=Decimal(4), by=plant.worker)
        undo_adjustment(adjustment=said, by=plant.worker)
        line.refresh_from_db()
        assert (line.picked_quantity, line.reservation.quantity) == (6, 14)
        assert MaterialMove.objects.filter(adjustment__reverses=said).count() == 1
        sound()
