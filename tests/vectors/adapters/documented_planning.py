"""Documented examples of the area planning that the engines compute."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from planning.engine.mrp import Demand, Item, LotSize, Problem, Settings, plan
from planning.engine.schedule.prepare import slowed
from strategies.engine.calendar import Slot, week, working_day
from tests.vectors.cases import NOT_COMPARED

TODAY = date(2026, 1, 5)


def _quantities(item: Item, *needs: int) -> list[Decimal]:
    demands = [
        Demand(id=place, item=item.id, day=TODAY + timedelta(days=place), quantity=Decimal(need))
        for place, need in enumerate(needs)
    ]
    settings = Settings(first=TODAY, last=TODAY + timedelta(days=30))
    return [
        order.quantity
        for order in plan(Problem(items=[item], lines=[], demands=demands, settings=settings)).orders
    ]


def min_max(given: dict[str, Any]) -> dict[str, Any]:
    item = Item(
        id="A",
        coverage="min_max",
        on_hand=Decimal(given["on_hand"]),
        minimum_stock=Decimal(given["min"]),
        maximum_stock=Decimal(given["max"]),
        lot=LotSize(multiple=Decimal(given.get("multiple", 0))),
    )
    (quantity,) = _quantities(item)
    return {"planned_qty": quantity, "minimum_requirement": given["min"] - given["on_hand"]}


def minimum_order(given: dict[str, Any]) -> dict[str, Any]:
    item = Item(id="A", lot=LotSize(minimum=Decimal(given["min_order_qty"])))
    return {"planned_orders": _quantities(item, given["need"])}


def multiples(given: dict[str, Any]) -> dict[str, Any]:
    item = Item(id="A", lot=LotSize(multiple=Decimal(given["multiple"])))
    found = {quantity for need in range(1, 21) for quantity in _quantities(item, need)}
    return {"allowed_quantities": sorted(found)}


def modifiers(_given: dict[str, Any]) -> dict[str, Any]:
    """Each step shows: cut at 12, the rest raised to 5, brought to the multiple of 3."""
    item = Item(id="A", lot=LotSize(minimum=Decimal(5), maximum=Decimal(13), multiple=Decimal(3)))
    assert _quantities(item, 25) == [12, 12, 6]
    return {"order": NOT_COMPARED}


def margin_in_workdays(_given: dict[str, Any]) -> dict[str, Any]:
    calendar = week(shifts=(Slot(time(8), time(16)),))
    assert working_day(calendar, date(2026, 1, 12), -1) == date(2026, 1, 9)
    return {"delivery": NOT_COMPARED}


def efficiency(_given: dict[str, Any]) -> dict[str, Any]:
    assert slowed(100, Fraction(80, 100)) == 125
    assert slowed(3600, Fraction(110, 100)) == 3273
    return {"scheduled_time": NOT_COMPARED}


EXAMPLES = {
    "PLN-01": min_max,
    "PLN-02": min_max,
    "PLN-03": min_max,
    "PLN-04": min_max,
    "PLN-06": minimum_order,
    "PLN-07": multiples,
    "PLN-22": margin_in_workdays,
    "PLN-34": efficiency,
    "PLN-37": modifiers,
}
