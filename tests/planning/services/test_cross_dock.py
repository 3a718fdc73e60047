"""Goods that a customer waits for go from receiving straight to shipping."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import pytest

from p2p.core.clock import now
from p2p.inventory.models import StockTask
from p2p.inventory.services.ledger import MoveLine, post
from planning.models import Demand
from tests.factories import make_item, make_location, make_locations, make_site, make_stock

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("days", "stock", "kind", "straight"),
    [(0, 0, "sales", 6), (1, 4, "sales", 2), (0, 9, "sales", 0), (2, 0, "sales", 0), (0, 0, "forecast", 0)],
)
def test_what_free_stock_does_not_cover_of_demand_due_by_tomorrow_goes_to_shipping(
    days: int, stock: int, kind: str, straight: int
) -> None:
    site = make_site("MAIN")
    places = make_locations(site)
    dock, door = (
        make_location(site, code="DOCK", kind="receiving"),
        make_location(site, code="DOOR", kind="shipping"),
    )
    item = make_item("BOLT")
    if stock:
        make_stock(item, stock, places["STORE"])
    today = now().date()
    Demand.objects.create(
        number="SO-1", kind=kind, site=site, item=item, unit=item.unit, quantity=D(8), delivered_quantity=D(2),
        ordered_on=today, due_on=today + timedelta(days=days),
    )  # fmt: skip
    line = MoveLine(item=item, source=places["SUPPLIER"], target=dock, quantity=D(10), kind="receipt")
    post(lines=[line], by=None)
    found = {task.target: (task.quantity, task.reference) for task in StockTask.objects.all()}
    expected = {door: (D(straight), "SO-1/1")} if straight else {}
    assert found == {**expected, places["STORE"]: (D(10 - straight), "")}
