"""Documented examples of the area planning that the engines compute."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from planning.engine.mrp import Demand, Item, LotSize, Problem, Receipt, Settings, plan
from planning.engine.schedule import Alternative, Operation, Order, Resource, schedule
from planning.engine.schedule import Problem as ScheduleProblem
from planning.engine.schedule.prepare import slowed
from strategies.engine.calendar import Slot, week, working_day
from strategies.engine.worktime import WorkTime
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


def delay_tolerance(given: dict[str, Any]) -> dict[str, Any]:
    """The first receipt that is too late for the tolerance is a day later than the documented one."""
    day = given["supply"]["day"]
    assert _with_receipt(given, day + 1) == [Decimal(given["demand"]["qty"])]
    return {"planned_orders": _with_receipt(given, day), "tolerance_days": day}


def _with_receipt(given: dict[str, Any], day: int) -> list[Decimal]:
    due = TODAY + timedelta(days=given["demand"]["day"])
    problem = Problem(
        items=[Item(id="A", source="buy", lead_days=given["lead_time"])],
        lines=[],
        demands=[Demand(id=1, item="A", day=due, quantity=Decimal(given["demand"]["qty"]))],
        receipts=[
            Receipt(id=1, item="A", day=TODAY + timedelta(days=day), quantity=Decimal(given["supply"]["qty"]))
        ],
        settings=Settings(first=TODAY, last=TODAY, late_days=given["negative_days"]),
    )
    return [order.quantity for order in plan(problem).orders]


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


def parallel_route(given: dict[str, Any]) -> dict[str, Any]:
    """Branches start together after the fork; the join waits for the longer one."""
    before: dict[int, list[int]] = {row["op"]: [] for row in given["ops"]}
    for row in given["ops"]:
        for following in row["next"]:
            before[following].append(row["op"])
    answer = schedule(
        ScheduleProblem(
            orders=[Order(id=1, due=0)],
            operations=[
                Operation(id=key, order=1, alternatives=(Alternative(key, 0, key),), after=tuple(after))
                for key, after in before.items()
            ],
            resources=[Resource(id=key, work=WorkTime([(0, 1000)])) for key in before],
            now=0,
        )
    )
    places = {row.operation: row for row in answer.placed}
    assert places[40].start == max(places[20].end, places[30].end)
    assert places[20].start == places[30].start == places[10].end
    return {"op20_and_op30_start_after": 10, "op40_start": NOT_COMPARED}


EXAMPLES = {
    "PLN-01": min_max,
    "PLN-02": min_max,
    "PLN-03": min_max,
    "PLN-04": min_max,
    "PLN-06": minimum_order,
    "PLN-07": multiples,
    "PLN-16": delay_tolerance,
    "PLN-22": margin_in_workdays,
    "PLN-34": efficiency,
    "PLN-37": modifiers,
    "STR-23": parallel_route,
}
