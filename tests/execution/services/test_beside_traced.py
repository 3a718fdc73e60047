"""What co- and by-products are known to contain, however they came, and who says what of the cost they carry."""

from __future__ import annotations

from decimal import Decimal

import pytest

from execution.services.beside import Beside
from execution.services.release import release
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.checking import problems
from p2p.inventory.models import Consumed, Move
from planning.models import Output, ProductionOrder
from strategies.models import Site
from tests.execution.services.test_beside import came, item, order, saw, site, worker
from tests.factories import make_group, make_item, make_order, make_stock, make_unit, make_user

__all__ = ["order", "site", "worker"]

pytestmark = pytest.mark.django_db
D = Decimal


def wood_in(number: str) -> list[list[Decimal]]:
    """Of each receipt of an item what issues of wood it holds, the oldest first."""
    receipts = Move.objects.filter(item__number=number, kind="output").order_by("pk")
    return [
        list(Consumed.objects.filter(receipt=one).order_by("issue").values_list("quantity", flat=True))
        for one in receipts
    ]


def test_what_comes_alone_holds_what_was_issued_by_then_and_nothing_of_later_reports(
    order: ProductionOrder,
) -> None:
    saw(order, 4)
    saw(order, 0, Beside(item=item("CHIPS"), quantity=D(1)))
    saw(order, 6)
    assert came(order)["CHIPS"] == 6
    assert wood_in("BOARD") == [[8], [12]]
    assert wood_in("CHIPS") == [[8], [8], [12]]
    assert problems() == []


def test_what_comes_first_and_alone_is_not_made_of_what_later_reports_take(order: ProductionOrder) -> None:
    saw(order, 0, Beside(item=item("CHIPS"), quantity=D(1)))
    saw(order, 6)
    saw(order, 4)
    assert wood_in("CHIPS") == [[], [12], [8]]
    assert problems() == []


def test_pieces_of_a_co_product_hold_a_component_exactly(site: Site) -> None:
    """Six shares of one kilo, each rounded by itself, would be more than the kilo."""
    wood = make_item("WOOD", unit=make_unit("KG", digits=3))
    make_stock(wood, 100, site.locations.get(code="STORE"))
    row = make_order(
        make_item("BOARD"),
        1,
        site=site,
        number="MO-6",
        operations=[{"group": make_group(site, "SAW")}],
        materials={wood: 1},
    )
    row.materials.update(flushing="operation")
    pegs = make_item("PEGS", tracking="serial")
    Output.objects.create(order=row, item=pegs, unit=pegs.unit, kind="co", quantity=6, cost_share=0)
    release(orders=[row], by=None)
    saw(row, 1)
    parts = wood_in("PEGS")
    assert len(parts) == 6
    assert sum((part for (part,) in parts), D(0)) == 1
    assert problems() == []


def test_a_product_that_holds_more_than_was_issued_is_found(order: ProductionOrder) -> None:
    saw(order, 4)
    board = Move.objects.get(item__number="BOARD", kind="output")
    wood = Move.objects.get(item__number="WOOD", kind="issue")
    Consumed.objects.create(issue=wood, receipt=board, quantity=1)
    assert "no more of a component is in the product than was issued" in {one.rule for one in problems()}


def test_what_an_added_output_carries_of_the_cost_is_changed_by_who_may_add(
    order: ProductionOrder, worker: User
) -> None:
    boss = make_user("supervisor", site=order.site, username="boss")
    knots = make_item("KNOTS")
    saw(order, 1, Beside(item=knots, quantity=D(1), cost_share=D("0.1")), by=boss)
    with pytest.raises(Refused, match="Only a supervisor of MILL changes what KNOTS carries"):
        saw(order, 1, Beside(item=knots, quantity=D(1), cost_share=D("0.7")), by=worker)
    assert order.outputs.get(item=knots).cost_share == D("0.1")
    saw(order, 1, Beside(item=knots, quantity=D(2)), by=worker)
    assert came(order)["KNOTS"] == 3
