"""Co- and by-products are inspected where a control plan names them, and traced both ways."""

from __future__ import annotations

from decimal import Decimal

import pytest

from execution.models import Variation
from execution.services.beside import Beside
from execution.services.finish import finish
from execution.services.pick import pick
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Balance, Consumed, Hold, Lot
from p2p.inventory.selectors import key_of, trace
from planning.models import Output, ProductionOrder
from quality.models import Inspection, NonConformance
from quality.services.decide import reject
from quality.services.dispose import decide
from quality.services.nonconformance import open_nonconformance
from strategies.models import ItemGroup, Site
from tests.factories import (
    make_group,
    make_item,
    make_lot,
    make_order,
    make_reason,
    make_site,
    make_stock,
    make_user,
)
from tests.quality.factories import make_plan

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def site() -> Site:
    return make_site("MILL")


@pytest.fixture
def boss(site: Site) -> User:
    return make_user("supervisor", site=site)


def make_mill_order(site: Site, *, flushing: str = "operation") -> ProductionOrder:
    """Ten boards by lot out of wood of heat H-1; five chips by lot beside them. Not released."""
    heat = make_lot(make_item("WOOD", tracking="lot"), "H-1")
    make_stock(heat.item, 100, site.locations.get(code="STORE"), lot=heat)
    order = make_order(
        make_item("BOARD", tracking="lot"), 10, site=site, number="MO-1",
        operations=[{"group": make_group(site)}], materials={heat.item: 2},
    )  # fmt: skip
    order.materials.update(flushing=flushing)
    chips = make_item("CHIPS", tracking="lot", group=ItemGroup.objects.create(code="REST", name="Rest"))
    Output.objects.create(order=order, item=chips, unit=chips.unit, kind="co", quantity=5, cost_share=0)
    return order


def saw(order: ProductionOrder, good: int, *outputs: Beside, by: User | None = None) -> object:
    return report(operation=order.operations.get(), good=D(good), outputs=outputs, by=by)


class TestInspection:
    def test_a_plan_that_names_the_co_product_opens_at_release_and_holds_its_lot(
        self, site: Site, boss: User
    ) -> None:
        order = make_mill_order(site)
        make_plan(site, item=Output.objects.get(kind="co").item, code="CHIPS")
        release(orders=[order], by=boss)
        inspection = Inspection.objects.get()
        assert (inspection.item.number, inspection.quantity) == ("CHIPS", 5)
        saw(order, 10, Beside(item=inspection.item, lot="RED"))
        assert Hold.objects.get(released_at=None).lot.number == "RED"
        with pytest.raises(Refused, match="is still open: accept it"):
            finish(orders=[order], by=boss)

    def test_a_plan_of_a_group_inspects_product_and_co_product(self, site: Site, boss: User) -> None:
        order = make_mill_order(site)
        group = ItemGroup.objects.get()
        type(order.item).objects.update(group=group)
        make_plan(site, item_group=group)
        release(orders=[order], by=boss)
        assert set(Inspection.objects.values_list("item__number", flat=True)) == {"BOARD", "CHIPS"}

    def test_a_plan_for_everything_is_of_the_product_alone(self, site: Site, boss: User) -> None:
        order = make_mill_order(site)
        make_plan(site)
        release(orders=[order], by=boss)
        assert Inspection.objects.get().item.number == "BOARD"

    def test_what_nobody_planned_is_inspected_when_it_comes_and_called_off_with_it(
        self, site: Site, boss: User
    ) -> None:
        order = make_mill_order(site)
        bark = make_item("BARK", tracking="lot")
        make_plan(site, item=bark)
        release(orders=[order], by=boss)
        assert not Inspection.objects.exists()
        row = saw(order, 4, Beside(item=bark, quantity=D(3)), by=boss)
        inspection = Inspection.objects.get()
        assert (inspection.item, inspection.quantity, inspection.state) == (bark, 3, "open")
        assert Hold.objects.get(released_at=None).lot.item == bark
        undo(report=row, by=boss)
        inspection.refresh_from_db()
        assert inspection.state == "cancelled" and not Hold.objects.filter(released_at=None).exists()


class TestRejected:
    def rejected(self, site: Site, boss: User) -> tuple[ProductionOrder, NonConformance]:
        """Ten boards and five chips came; two of the chips are bad. Chips of another order lie there as well."""
        order = make_mill_order(site)
        chips = Output.objects.get(kind="co").item
        make_plan(site, item=chips)
        release(orders=[order], by=boss)
        make_stock(
            chips, 50, order.output_location or site.locations.get(code="STORE"), lot=make_lot(chips, "OLD")
        )
        saw(order, 10, Beside(item=chips, lot="RED"))
        reject(inspection=Inspection.objects.get(), quantity=D(2), note="Wet", by=boss)
        return order, NonConformance.objects.get()

    def test_scrap_of_a_co_product_leaves_stock_and_the_product_alone(self, site: Site, boss: User) -> None:
        order, record = self.rejected(site, boss)
        decide(nonconformance=record, disposition="scrap", reason=make_reason("scrap"), by=boss)
        order.refresh_from_db()
        assert (order.good_quantity, order.scrap_quantity) == (10, 0)
        lying = Balance.objects.filter(item__number="CHIPS", location__kind="store", quantity__gt=0)
        assert dict(lying.values_list("lot__number", "quantity")) == {"RED": 3, "OLD": 50}
        record.refresh_from_db()
        assert record.report is None and record.move is not None and record.move.kind == "scrap"
        assert problems() == []

    def test_a_co_product_goes_back_to_no_vendor(self, site: Site, boss: User) -> None:
        _order, record = self.rejected(site, boss)
        with pytest.raises(Refused, match="did not come from a vendor"):
            decide(nonconformance=record, disposition="return", by=boss)
        record.refresh_from_db()
        assert record.state == "open"


class TestProductRejected:
    def test_what_came_beside_the_scrapped_product_stays_as_it_came(self, site: Site, boss: User) -> None:
        order = make_mill_order(site)
        release(orders=[order], by=boss)
        chips, bark = Output.objects.get(kind="co").item, make_item("BARK")
        said = Beside(
            item=chips, quantity=D(7), scrap=D(1), reason=make_reason("WET"), lot="RED", plate="LP-1"
        )
        saw(order, 10, said, Beside(item=bark, quantity=D(3), cost_share=D("0.1")), by=boss)
        record = open_nonconformance(
            item=order.item,
            quantity=D(2),
            operation=order.operations.get(),
            reason=make_reason("BAD"),
            by=boss,
        )
        decide(nonconformance=record, disposition="scrap", by=make_user("inspector", site=site))
        came = order.outputs.values_list("item__number", "received_quantity", "cost_share")
        assert set(came) == {("BOARD", 8, D("0.9")), ("CHIPS", 7, 0), ("BARK", 3, D("0.1"))}
        lying = Balance.objects.filter(item=chips, location__kind="store", quantity__gt=0)
        assert list(lying.values_list("lot__number", "handling_unit__number", "quantity")) == [
            ("RED", "LP-1", 7)
        ]
        assert Variation.objects.filter(report__reversed_by=None, output__item=chips).get().scrap == 1
        assert problems() == []


class TestTrace:
    def edges(self) -> dict[tuple[str, str], Decimal]:
        rows = Consumed.objects.filter(receipt__reversed_by=None, issue__reversed_by=None)
        return {
            (row.issue.lot.number, row.receipt.lot.number): row.quantity
            for row in rows.select_related("issue__lot", "receipt__lot")
        }

    def test_it_goes_through_co_products_both_ways(self, site: Site) -> None:
        order = make_mill_order(site)
        release(orders=[order], by=None)
        saw(order, 4, Beside(item=Output.objects.get(kind="co").item, lot="RED"))
        # Both hold the eight kilos whole: they are no shares of each other.
        assert self.edges() == {("H-1", "MO-1"): 8, ("H-1", "RED"): 8}
        assert problems() == []
        heat, red, board = (key_of(Lot.objects.get(number=number)) for number in ("H-1", "RED", "MO-1"))
        assert set(trace([heat]).up.reaches) - {heat} == {red, board}
        assert set(trace([red]).down.reaches) - {red} == {heat}
        assert set(trace([board]).down.reaches) - {board} == {heat}

    def test_an_undo_takes_the_way_back_and_what_came_alone_has_one_too(self, site: Site) -> None:
        order = make_mill_order(site)
        release(orders=[order], by=None)
        chips = Output.objects.get(kind="co").item
        row = saw(order, 4, Beside(item=chips, lot="RED"))
        undo(report=row, by=None)
        assert self.edges() == {}
        saw(order, 4, Beside(item=chips, quantity=D(0)))
        saw(order, 0, Beside(item=chips, quantity=D(2), lot="BLUE"))
        assert self.edges() == {("H-1", "MO-1"): 8, ("H-1", "BLUE"): 8}
        assert problems() == []

    def test_what_is_picked_after_it_came_is_traced_too(self, site: Site, boss: User) -> None:
        order = make_mill_order(site, flushing="manual")
        (picks,) = release(orders=[order], by=boss)
        saw(order, 5, Beside(item=Output.objects.get(kind="co").item, lot="RED"))
        assert self.edges() == {}
        pick(pick_list=picks, by=boss)
        assert self.edges() == {("H-1", "MO-1"): 10, ("H-1", "RED"): 10}
        assert problems() == []
