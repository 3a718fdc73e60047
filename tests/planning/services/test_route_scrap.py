"""An order's operations start with what the route loses on top, as the components they take do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from planning.models import Material
from planning.services.order import change_order, create_order
from strategies.models import BomLine, Item, Unit
from strategies.selectors.routes import time_of
from tests.factories import make_bom, make_group, make_item, make_route, make_site

D = Decimal
pytestmark = pytest.mark.django_db


def lossy(item: Item, *shares: str, fixed: int = 0, group):
    """A minute for each piece at operations that lose these shares, and the last one so many pieces once."""
    steps = [{"group": group, "run_seconds": 60, "scrap_fraction": D(share)} for share in shares]
    steps[-1]["scrap_quantity"] = D(fixed)
    return make_route(item, steps)


def made(item: Item, site, quantity: int = 100):
    return create_order(site=site, item=item, quantity=D(quantity), due_on=date(2026, 12, 20), by=None)


def went_in(order) -> dict[int, tuple[Decimal, int]]:
    return {row.number: (row.quantity, row.run_seconds) for row in order.operations.all()}


def test_each_operation_starts_with_what_it_and_those_after_it_lose():
    site = make_site()
    bike, tube = make_item("BIKE", supply="make"), make_item("TUBE")
    route = lossy(bike, "0.5", "0.2", fixed=5, group=make_group(site))
    make_bom(bike, {tube: 1})
    BomLine.objects.update(operation_number=10)
    order = made(bike, site)
    assert went_in(order) == {10: (D(260), 260 * 60), 20: (D(130), 130 * 60)}
    assert Material.objects.get(order=order).quantity == 260
    timed = time_of(route, D(100)).steps
    assert {number: (one.quantity, one.run) for number, one in timed.items()} == went_in(order)


def test_a_changed_order_starts_with_as_many_as_a_new_one_of_its_quantity():
    site = make_site()
    bike = make_item("BIKE", supply="make")
    lossy(bike, "0.5", "0.2", fixed=5, group=make_group(site))
    order = made(bike, site)
    change_order(order=order, quantity=D(40), by=None)
    assert went_in(order) == went_in(made(bike, site, 40)) == {10: (D(110), 6600), 20: (D(55), 3300)}


def test_operations_of_a_phantom_lose_on_top_of_what_the_order_takes_of_it_in_its_own_unit():
    site = make_site()
    group = make_group(site)
    metre = Unit.objects.create(code="M3", name="Metre", digits=3)
    bike, tube = make_item("BIKE", supply="make"), make_item("TUBE", supply="make", unit=metre)
    lossy(bike, "0", group=group)
    lossy(tube, "0.2", group=group)
    make_bom(tube, {make_item("STEEL"): 1})
    line = make_bom(bike, {tube: D("0.25")}).lines
    line.update(kind="phantom", operation_number=10, unit=metre)
    order = made(bike, site, 10)
    assert sorted(quantity for quantity, _run in went_in(order).values()) == [D("3.125"), D(10)]
    change_order(order=order, quantity=D(1), by=None)
    assert sorted(quantity for quantity, _run in went_in(order).values()) == [D("0.313"), D(1)]
