"""Co- and by-products in money: the standard shares out, orders end at zero, trace and inspection go through them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from django.db.models import Sum
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costing import selectors
from costing.engine.rollup import roll_up
from costing.models import CostElement, CostVersion, Entry, ItemCost, Posting, SettledOutput, Settlement
from costing.services.version import Price, open_version, set_prices
from costing.snapshot import take
from execution.services.beside import Beside
from execution.services.finish import end, finish
from execution.services.release import release
from execution.services.report import report
from execution.services.undo import undo
from planning.models import Output, ProductionOrder
from planning.services.order import create_order
from strategies.models import BomOutput, Item
from tests.factories import (
    make_bom,
    make_cost_category,
    make_group,
    make_item,
    make_order,
    make_reason,
    make_site,
    make_stock,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db


class Mill:
    """Boards out of two wood at 3.00 each and 0.1 h at 30.00: 9.00. Half a chip beside (20 %) and 0.1 dust (worth 1.00
    a kilo): 8.90 are shared out, 7.12 a board and 3.56 a chip."""

    def __init__(self) -> None:
        self.by = make_user("supervisor")
        self.site = make_site("MILL")
        self.wood, self.board = make_item("WOOD"), make_item("BOARD")
        self.chips = make_item("CHIPS", tracking="lot")
        self.dust = make_item("DUST", unit=make_unit("KG", digits=3))
        material = CostElement.objects.create(code="mat", name="Material", kind="material")
        labour = CostElement.objects.create(code="lab", name="Labour", kind="labour")
        self.category = make_cost_category("SAW")
        version = CostVersion.objects.create(
            code="STD", name="Standard", site=self.site, state="active", valid_from=date(2026, 1, 1)
        )
        version.rates.create(category=self.category, element=labour, per_hour=D(30))
        for item, element, cost in (
            (self.wood, material, "3"),
            (self.board, material, "4.72"),
            (self.board, labour, "2.40"),
            (self.chips, material, "2.36"),
            (self.chips, labour, "1.20"),
            (self.dust, material, "1"),
        ):
            ItemCost.objects.create(version=version, item=item, element=element, this_level=D(cost))
        make_stock(self.wood, 1000, self.site.locations.get(code="STORE"))

    def order(self) -> ProductionOrder:
        step = {"group": make_group(self.site, cost_category=self.category), "run_seconds": 3600}
        row = make_order(self.board, 10, site=self.site, operations=[step], materials={self.wood: 2})
        row.materials.update(flushing="operation")
        Output.objects.filter(order=row).update(cost_share=D("0.8"))
        for item, kind, quantity, share in ((self.chips, "co", 5, "0.2"), (self.dust, "by", 1, "0")):
            Output.objects.create(
                order=row, item=item, unit=item.unit, kind=kind, quantity=quantity, cost_share=D(share)
            )
        release(orders=[row], by=self.by)
        return ProductionOrder.objects.get(pk=row.pk)

    def saw(self, order: ProductionOrder, good: object, *outputs: Beside, **also: object) -> object:
        return report(
            operation=order.operations.get(), good=D(str(good)), outputs=outputs, by=self.by, **also
        )

    def close(self, order: ProductionOrder) -> Settlement:
        finish(orders=[order], by=self.by)
        end(orders=[order], by=self.by)
        return Settlement.objects.get(order=order)

    def wip(self, order: ProductionOrder) -> D:
        return sum(selectors.wip_of([order.pk])[order.pk].values(), D(0))


@pytest.fixture
def mill() -> Mill:
    return Mill()


def variances(settled: Settlement) -> dict[str, D]:
    rows = settled.variances.values_list("kind").annotate(sum=Sum("amount")).order_by("kind")
    return {kind: total for kind, total in rows if total}


def carried(settled: Settlement) -> dict[str, D]:
    return dict(settled.outputs.values_list("item__number", "actual"))


def test_an_order_at_standard_ends_without_variance_and_shares_its_cost(mill: Mill) -> None:
    order = mill.order()
    mill.saw(order, 10, seconds=3600)
    assert mill.wip(order) == 0
    settled = mill.close(order)
    assert variances(settled) == {}
    assert carried(settled) == {"BOARD": D("71.20"), "CHIPS": D("17.80"), "DUST": D("1.00")}
    assert sum(carried(settled).values()) == settled.actual == D(90)


def test_less_of_a_co_product_is_a_variance_of_its_own_and_its_scrap_is_scrap(mill: Mill) -> None:
    order = mill.order()
    wet = make_reason("WET")
    mill.saw(order, 10, Beside(item=mill.chips, quantity=D(2), scrap=D(1), reason=wet), seconds=3600)
    assert mill.wip(order) == D("10.68")
    settled = mill.close(order)
    assert variances(settled) == {"beside": D("7.12"), "scrap": D("3.56")}
    assert mill.wip(order) == 0


def test_what_nobody_planned_carries_its_share_or_its_value(mill: Mill) -> None:
    bark = make_item("BARK")
    ItemCost.objects.create(
        version=CostVersion.objects.get(),
        item=bark,
        element=CostElement.objects.get(kind="material"),
        this_level=D(2),
    )
    order = mill.order()
    mill.saw(order, 10, Beside(item=bark, quantity=D(3), cost_share=D("0.1")), seconds=3600)
    settled = mill.close(order)
    assert variances(settled) == {"beside": D(-6)}
    assert carried(settled) == {"BOARD": D("62.30"), "CHIPS": D("17.80"), "DUST": D(1), "BARK": D("8.90")}
    assert mill.wip(order) == 0


def test_an_undo_takes_the_money_of_all_outputs_back(mill: Mill) -> None:
    order = mill.order()
    row = mill.saw(order, 4, Beside(item=mill.chips, quantity=D(4)), seconds=1800)
    undo(report=row, by=mill.by)
    assert mill.wip(order) == 0
    by_account = Posting.objects.filter(entry__order=order).values_list("account")
    assert not any(total for _account, total in by_account.annotate(sum=Sum("amount")).order_by("account"))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 6), st.integers(0, 900)), min_size=1, max_size=3),
    st.integers(0, 4000),
)
def test_outputs_variances_and_scrap_are_the_inputs_to_the_cent(
    mill: Mill, reports: list[tuple[int, int, int]], seconds: int
) -> None:
    order = mill.order()
    for good, chips, dust in reports:
        said = (
            Beside(item=mill.chips, quantity=D(chips)),
            Beside(item=mill.dust, quantity=D(dust) / 1000),
        )
        mill.saw(order, good, *said, seconds=seconds)
    settled = mill.close(order)
    into = Posting.objects.filter(entry__order=order, entry__kind=Entry.Kind.OUTPUT, account="inventory")
    went_in = Posting.objects.filter(entry__order=order, account="wip", amount__gt=0)
    taken = went_in.exclude(entry__kind__in=("settlement", "output")).aggregate(sum=Sum("amount"))[
        "sum"
    ] or D(0)
    outputs = into.aggregate(sum=Sum("amount"))["sum"] or D(0)
    assert outputs + (settled.variances.aggregate(sum=Sum("amount"))["sum"] or D(0)) == taken
    assert sum(carried(settled).values()) == settled.actual == taken
    assert SettledOutput.objects.filter(settlement=settled).aggregate(sum=Sum("standard"))["sum"] == outputs
    assert mill.wip(order) == 0


def test_the_order_page_and_rest_say_who_carries_it(mill: Mill, client: Client) -> None:
    order = mill.order()
    mill.saw(order, 10, seconds=3600)
    client.force_login(make_user("cost_accountant"))
    shown = client.get(f"/costing/panels/order/{order.pk}/").content.decode()
    assert "Who carries it" in shown and "17.80" in shown and "at value" in shown
    mill.close(order)
    [row] = client.get(f"/api/v1/costing/settlements/?order_number={order.number}").json()["results"]
    assert {one["item"]: one["actual"] for one in row["outputs"]} == {
        "BOARD": "71.2",
        "CHIPS": "17.8",
        "DUST": "1",
    }


class TestStandard:
    def rolled(self, *, chips_price: str = "") -> dict[str, D]:
        by, site = make_user("cost_accountant"), make_site()
        for kind in ("material", "outsourcing"):
            CostElement.objects.create(code=kind, name=kind, kind=kind)
        wood, board, chips, dust = (make_item(name) for name in ("WOOD", "BOARD", "CHIPS", "DUST"))
        bill = make_bom(board, {wood: D(20)}, batch_quantity=D(10), yield_fraction=D("0.5"))
        for item, quantity, share in ((chips, 5, "0.2"), (dust, 1, "0")):
            BomOutput.objects.create(
                bom=bill, item=item, unit=item.unit, quantity=quantity, cost_share=D(share)
            )
        version = open_version(code="N", name="New", site=site, valid_from=date(2026, 1, 1), by=by)
        prices = [Price(wood, D(3)), Price(dust, D(1))]
        prices += [Price(chips, D(chips_price))] if chips_price else []
        set_prices(version=version, prices=prices, by=by)
        snapshot = take(version)
        costs = roll_up(snapshot.parts, snapshot.surcharges).costs
        names = dict(Item.objects.values_list("pk", "number"))
        return {names[item]: cost.total for item, cost in costs.items() if item in names}

    def test_it_shares_a_batch_out_and_nothing_is_lost(self) -> None:
        # Ten started give five boards, five chips, one dust: 60 - 1 = 59, four fifths of it on the boards.
        costs = self.rolled()
        assert costs == {"WOOD": D(3), "DUST": D(1), "BOARD": D("9.44"), "CHIPS": D("2.36")}
        assert 5 * costs["BOARD"] + 5 * costs["CHIPS"] + costs["DUST"] == 60

    def test_a_co_product_that_is_bought_as_well_keeps_its_price(self) -> None:
        assert self.rolled(chips_price="2")["CHIPS"] == 2

    def test_what_comes_out_beside_a_phantom_is_not_taken_off_where_no_order_expects_it(self) -> None:
        by, site = make_user("cost_accountant"), make_site()
        for kind in ("material", "outsourcing"):
            CostElement.objects.create(code=kind, name=kind, kind=kind)
        wood, kit, bike, chips, dust = (make_item(name) for name in ("WOOD", "KIT", "BIKE", "CHIPS", "DUST"))
        bill = make_bom(kit, {wood: D(4)})
        for item, share in ((chips, "0.2"), (dust, "0")):
            BomOutput.objects.create(bom=bill, item=item, unit=item.unit, quantity=1, cost_share=D(share))
        make_bom(bike, {kit: {"quantity": D(1), "kind": "phantom"}})
        order = create_order(
            site=site, item=bike, quantity=D(1), start_on=date(2026, 1, 5), due_on=date(2026, 1, 9), by=by
        )
        assert [row.item for row in order.outputs.all()] == [bike]
        version = open_version(code="N", name="New", site=site, valid_from=date(2026, 1, 1), by=by)
        set_prices(version=version, prices=[Price(wood, D(3)), Price(dust, D(1))], by=by)
        snapshot = take(version)
        costs = roll_up(snapshot.parts, snapshot.surcharges).costs
        assert [costs[item.pk].total for item in (bike, kit, chips)] == [12, D("8.8"), D("2.2")]
