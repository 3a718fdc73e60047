"""Stock is picked out for a component before it is taken: reserved once, in exchange, given back and undone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import Sum

from execution.models import PickLine, PickList
from execution.services.adjust import adjust, undo_adjustment
from execution.services.chosen import ANYTHING, InHand
from execution.services.keep import Exchange, keep, let_go, undo_keep
from execution.services.pick import Picked, pick
from execution.services.release import release
from execution.services.report import report
from p2p.core import clock
from p2p.core.models import Journal
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Hold, Lot, Reservation
from p2p.inventory.services.packing import Packing, pack
from p2p.inventory.services.units import create_units
from planning.models import Material, ProductionOrder
from strategies.models import Item
from tests.execution.conftest import Plant, operations
from tests.factories import make_item, make_lot, make_order, make_serial, make_stock
from tests.inventory.services.test_races import at_once

pytestmark = pytest.mark.django_db


class Steel:
    """Ten are wanted for the order; ten lie in the store of OLD (reserved at release) and ten of NEW."""

    def __init__(self, plant: Plant, flushing: str = "manual") -> None:
        self.plant = plant
        self.item: Item = make_item("STEEL", tracking="lot")
        self.old, self.new = make_lot(self.item, "OLD"), make_lot(self.item, "NEW")
        for lot in (self.old, self.new):
            make_stock(self.item, 10, plant.places["STORE"], lot=lot)
        self.order = self.wanting(10, flushing)
        release(orders=[self.order], by=plant.worker)

    def wanting(self, quantity: int, flushing: str = "manual") -> ProductionOrder:
        order = make_order(self.plant.product, quantity, site=self.plant.site, materials={self.item: 1})
        Material.objects.filter(order=order).update(flushing=flushing)
        return order

    @property
    def material(self) -> Material:
        return Material.objects.select_related("item__unit").get(order=self.order)

    def keep(self, quantity: int, named: InHand = ANYTHING) -> Exchange:
        return keep(material=self.material, quantity=Decimal(quantity), named=named, by=self.plant.worker)

    def let_go(self, quantity: int, named: InHand = ANYTHING) -> Exchange:
        return let_go(material=self.material, quantity=Decimal(quantity), named=named, by=self.plant.worker)

    def undo(self, done: Exchange) -> Exchange:
        return undo_keep(material=self.material, exchange=done, by=self.plant.worker)

    def lines(self) -> dict[str, Decimal]:
        """Lot -> what its lines still want; "" waits for a place. What has a place is reserved to the piece."""
        found: dict[str, Decimal] = {}
        for line in PickLine.objects.filter(material__order=self.order).select_related("lot", "reservation"):
            name, left = line.lot.number if line.lot else "", line.quantity - line.picked_quantity
            assert (line.reservation.quantity if line.reservation else 0) == (left if name else 0)
            if left:
                found[name] = found.get(name, Decimal(0)) + left
        return found

    def reserved(self) -> dict[str, Decimal]:
        rows = Reservation.objects.filter(reference=self.order.number).order_by("lot__number")
        return dict(rows.values_list("lot__number").annotate(total=Sum("quantity")))


@pytest.fixture
def steel(plant: Plant) -> Steel:
    return Steel(plant)


class TestKeeping:
    def test_another_lot_is_kept_in_exchange_for_what_was_reserved(self, steel: Steel) -> None:
        done = steel.keep(4, InHand(lot=steel.new))
        assert [(one.lot, one.quantity) for one in done.kept] == [(steel.new, 4)]
        assert [(one.lot, one.quantity) for one in done.freed] == [(steel.old, 4)]
        assert steel.lines() == {"OLD": 6, "NEW": 4}
        assert steel.reserved() == {"OLD": 6, "NEW": 4}
        assert Balance.objects.get(lot=steel.new).reserved == 4
        assert Journal.objects.filter(fact="execution.MaterialKept").exists()
        assert problems() == []

    def test_all_of_it_takes_the_place_of_the_line(self, steel: Steel) -> None:
        steel.keep(10, InHand(lot=steel.new))
        assert steel.lines() == {"NEW": 10}
        assert PickLine.objects.count() == 1
        pick(pick_list=PickList.objects.get(), by=steel.plant.worker)
        assert Balance.objects.get(lot=steel.new).quantity == 0
        assert not Reservation.objects.exists()
        assert problems() == []

    def test_what_is_kept_already_counts_and_more_of_it_grows_its_line(self, steel: Steel) -> None:
        steel.keep(4, InHand(lot=steel.new))
        assert steel.keep(4, InHand(lot=steel.new)) == Exchange()
        assert steel.keep(10) == Exchange()
        steel.keep(6, InHand(lot=steel.new))
        assert steel.lines() == {"OLD": 4, "NEW": 6}
        assert PickLine.objects.count() == 2

    def test_a_line_that_waits_for_a_place_gives_way_first(self, steel: Steel) -> None:
        more = make_order(steel.plant.product, 15, site=steel.plant.site, materials={steel.item: 1})
        release(orders=[more], despite_shortage=True, by=None)
        steel.order = more
        assert steel.lines() == {"NEW": 10, "": 5}
        late = make_lot(steel.item, "LATE")
        make_stock(steel.item, 9, steel.plant.places["STORE"], lot=late)
        steel.keep(7, InHand(lot=late))
        assert steel.lines() == {"NEW": 8, "LATE": 7}

    def test_what_was_picked_stays_picked(self, steel: Steel) -> None:
        line = PickLine.objects.get()
        pick(
            pick_list=line.pick_list,
            lines=[Picked(line=line, quantity=Decimal(3))],
            by=steel.plant.worker,
        )
        with pytest.raises(Refused, match="needs only 7 EA of STEEL more"):
            steel.keep(8, InHand(lot=steel.new))
        steel.keep(7, InHand(lot=steel.new))
        assert steel.lines() == {"NEW": 7}
        pick(pick_list=line.pick_list, by=steel.plant.worker)
        assert steel.material.issued_quantity == 10
        assert problems() == []

    def test_what_was_taken_and_put_back_stays_with_the_line_that_follows(self, steel: Steel) -> None:
        (said,) = adjust(material=steel.material, quantity=Decimal(4), by=steel.plant.worker)
        undo_adjustment(adjustment=said, by=steel.plant.worker)
        steel.keep(10, InHand(lot=steel.new))
        steel.keep(10, InHand(lot=steel.old))
        assert steel.lines() == {"OLD": 10}
        assert problems() == []

    def test_several_lines_with_a_past_give_way_to_one_pile(self, steel: Steel) -> None:
        steel.keep(4, InHand(lot=steel.new))
        (said,) = adjust(material=steel.material, quantity=Decimal(10), by=steel.plant.worker)
        undo_adjustment(adjustment=said, by=steel.plant.worker)
        late = make_lot(steel.item, "LATE")
        make_stock(steel.item, 10, steel.plant.places["STORE"], lot=late)
        steel.keep(10, InHand(lot=late))
        assert steel.lines() == {"LATE": 10}
        assert PickLine.objects.count() == 2
        assert problems() == []

    def test_what_reports_take_is_taken_of_what_is_kept(self, plant: Plant) -> None:
        steel = Steel(plant, "operation")
        steel.keep(6, InHand(lot=steel.new))
        assert steel.reserved() == {"NEW": 6}
        report(operation=operations(steel.order)[0], good=Decimal(6), by=plant.worker)
        assert Balance.objects.get(lot=steel.new).quantity == 4
        assert steel.reserved() == {}

    def test_beside_lists_it_is_exchanged_too(self, plant: Plant) -> None:
        steel = Steel(plant, "operation")
        steel.keep(8, InHand(lot=steel.old))
        done = steel.keep(7, InHand(lot=steel.new))
        assert [(one.lot, one.quantity) for one in done.freed] == [(steel.old, 5)]
        assert steel.reserved() == {"OLD": 3, "NEW": 7}

    def test_pieces_and_pallets(self, plant: Plant) -> None:
        motor = make_item("MOTOR", tracking="serial")
        pieces = [make_serial(motor, f"SN-{number}") for number in range(4)]
        for piece in pieces:
            make_stock(motor, 1, plant.places["STORE"], serial=piece)
        order = make_order(plant.product, 2, site=plant.site, materials={motor: 1})
        release(orders=[order], by=plant.worker)
        material = Material.objects.get(order=order)
        keep(material=material, quantity=Decimal(2), named=InHand(serials=(pieces[3], pieces[1])), by=None)
        rows = Reservation.objects.filter(reference=order.number)
        assert {row.serial for row in rows} == {pieces[1], pieces[3]}
        with pytest.raises(Refused, match="needs only 2"):
            keep(material=material, quantity=Decimal(3), named=InHand(serials=tuple(pieces[:3])), by=None)

    def test_a_pallet(self, steel: Steel) -> None:
        (unit,) = create_units(number="PAL-1", location=steel.plant.places["STORE"], by=None)
        pack(unit=unit, lines=[Packing(item=steel.item, quantity=Decimal(5), lot=steel.new)], by=None)
        done = steel.keep(5, InHand(unit=unit))
        assert [(one.unit, one.quantity) for one in done.kept] == [(unit, 5)]
        assert Reservation.objects.get(handling_unit=unit).quantity == 5


class TestRefused:
    def test_more_than_is_free(self, steel: Steel) -> None:
        other = steel.wanting(7)
        release(orders=[other], by=None)
        with pytest.raises(Refused, match="short of: 2 EA STEEL"):
            steel.keep(5, InHand(lot=steel.new))
        assert steel.lines() == {"OLD": 10}
        assert Reservation.objects.get(reference=other.number).quantity == 7

    def test_more_than_it_needs(self, steel: Steel) -> None:
        with pytest.raises(Refused, match="needs only 10 EA of STEEL more: 11 cannot be kept"):
            steel.keep(11)

    def test_what_has_expired(self, steel: Steel) -> None:
        Lot.objects.filter(pk=steel.new.pk).update(expires_on="2001-01-01")
        with pytest.raises(Refused, match="STEEL NEW at .* has expired"):
            steel.keep(1, InHand(lot=steel.new))

    def test_what_is_on_hold(self, steel: Steel) -> None:
        Hold.objects.create(
            item=steel.item, lot=steel.new, kind="quality", blocks="use", placed_at=clock.now()
        )
        with pytest.raises(Refused, match="STEEL NEW at .* is on hold"):
            steel.keep(1, InHand(lot=steel.new))
        assert steel.lines() == {"OLD": 10}

    def test_pieces_that_cannot_be_had_are_named(self, plant: Plant) -> None:
        motor = make_item("MOTOR", tracking="serial")
        held, theirs, gone = (make_serial(motor, name) for name in ("HELD", "THEIRS", "GONE"))
        for piece in (theirs, held):
            make_stock(motor, 1, plant.places["STORE"], serial=piece)
        orders = [make_order(plant.product, 1, site=plant.site, materials={motor: 1}) for _one in range(2)]
        Hold.objects.create(
            item=motor, serial=held, kind="quality", blocks="production", placed_at=clock.now()
        )
        release(orders=orders, despite_shortage=True, by=None)
        mine = Material.objects.get(order=orders[1])
        for piece, words in ((held, "is on hold"), (theirs, "reserved for others"), (gone, "not in stock")):
            with pytest.raises(Refused, match=words):
                keep(material=mine, quantity=Decimal(1), named=InHand(serials=(piece,)), by=None)

    def test_another_number_of_pieces_than_it_says(self, plant: Plant) -> None:
        motor = make_item("MOTOR", tracking="serial")
        one, two, *others = (make_serial(motor, f"SN-{number}") for number in range(6))
        for piece in (one, two, *others):
            make_stock(motor, 1, plant.places["STORE"], serial=piece)
        order = make_order(plant.product, 4, site=plant.site, materials={motor: 1})
        release(orders=[order], by=None)
        mine = Material.objects.get(order=order)
        for quantity, pieces in ((4, (others[2], others[3])), (1, (one, two)), (2, (others[3], others[3]))):
            with pytest.raises(Refused, match=f"{quantity} pieces of MOTOR need {quantity} serial numbers"):
                keep(material=mine, quantity=Decimal(quantity), named=InHand(serials=pieces), by=None)
        assert Reservation.objects.count() == 4
        assert [line.quantity for line in PickLine.objects.all()] == [1, 1, 1, 1]

    def test_an_order_that_is_over(self, steel: Steel) -> None:
        ProductionOrder.objects.filter(pk=steel.order.pk).update(state="finished")
        with pytest.raises(Refused, match="nothing is taken or given back"):
            steel.keep(1)

    def test_what_reports_take_elsewhere(self, plant: Plant) -> None:
        steel = Steel(plant, "operation")
        line = plant.site.locations.get(code="LINE")
        Material.objects.filter(order=steel.order).update(location=line)
        with pytest.raises(Refused, match="Reports take STEEL from LINE"):
            steel.keep(1, InHand(lot=steel.new, location=plant.places["STORE"]))


class TestGivingBack:
    def test_other_pieces_than_the_quantity_says_stay_kept(self, plant: Plant) -> None:
        motor = make_item("MOTOR", tracking="serial")
        one, two = (make_serial(motor, name) for name in ("SN-1", "SN-2"))
        for piece in (one, two):
            make_stock(motor, 1, plant.places["STORE"], serial=piece)
        order = make_order(plant.product, 2, site=plant.site, materials={motor: 1})
        release(orders=[order], by=None)
        mine = Material.objects.get(order=order)
        for quantity, pieces in ((1, (one, two)), (2, (one, one))):
            with pytest.raises(Refused, match=f"{quantity} pieces of MOTOR need {quantity} serial numbers"):
                let_go(material=mine, quantity=Decimal(quantity), named=InHand(serials=pieces), by=None)
        assert Reservation.objects.count() == 2
        let_go(material=mine, quantity=Decimal(1), named=InHand(serials=(two,)), by=None)
        assert Reservation.objects.get().serial == one

    def test_it_is_free_for_others_and_the_line_waits(self, steel: Steel) -> None:
        steel.let_go(4)
        assert steel.lines() == {"OLD": 6, "": 4}
        assert Balance.objects.get(lot=steel.old).reserved == 6
        with pytest.raises(Refused, match="Only 6 EA of this STEEL are kept"):
            steel.let_go(7)
        steel.let_go(6, InHand(lot=steel.old))
        assert steel.lines() == {"": 10}
        assert steel.reserved() == {}
        steel.keep(10)
        assert sum(steel.lines().values()) == 10
        assert "" not in steel.lines()

    def test_undone_it_is_kept_again(self, steel: Steel) -> None:
        steel.undo(steel.let_go(4))
        assert steel.lines() == {"OLD": 10}

    def test_an_exchange_undone_is_as_it_was(self, steel: Steel) -> None:
        before = steel.lines(), steel.reserved()
        done = steel.keep(7, InHand(lot=steel.new))
        steel.undo(done)
        assert (steel.lines(), steel.reserved()) == before
        with pytest.raises(Refused, match="Only 0 EA of this STEEL are kept"):
            steel.undo(done)
        assert problems() == []

    def test_what_others_took_meanwhile_is_not_had_back(self, steel: Steel) -> None:
        done = steel.keep(7, InHand(lot=steel.new))
        other = steel.wanting(8)
        release(orders=[other], by=None)
        steel.undo(done)
        assert sum(steel.lines().values()) == 10
        taken = Reservation.objects.get(reference=other.number, lot=steel.old).quantity
        assert steel.reserved()["OLD"] == 10 - taken
        assert problems() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_of_two_jobs_that_want_the_same_lot_at_once_one_gets_it(plant: Plant) -> None:
    steel = Steel(plant)
    last = make_lot(steel.item, "LAST")
    make_stock(steel.item, 10, plant.places["STORE"], lot=last)
    second = steel.wanting(10)
    release(orders=[second], by=None)
    materials = [steel.material, Material.objects.select_related("item__unit").get(order=second)]

    def grab(material: Material) -> None:
        keep(material=material, quantity=Decimal(8), named=InHand(lot=last), by=plant.worker)

    ends = at_once([lambda one=one: grab(one) for one in materials])  # type: ignore[misc]
    assert sorted(end is None for end in ends) == [False, True]
    assert isinstance(next(end for end in ends if end is not None), Refused)
    assert Balance.objects.get(lot=last).reserved == 8
    totals = Reservation.objects.values_list("reference").annotate(total=Sum("quantity"))
    assert dict(totals) == {steel.order.number: 10, second.number: 10}
    assert problems() == []
