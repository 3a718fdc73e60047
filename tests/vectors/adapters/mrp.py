"""Material planning vectors: periods become days, 1 = the first day of the run."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from planning.engine.mrp import (
    BomLine,
    Demand,
    Item,
    LotSize,
    Problem,
    Receipt,
    Settings,
    balances,
    plan,
)

START = date(2026, 1, 1)


def _day(period: int) -> date:
    return START + timedelta(days=period - 1)


def _period(day: date) -> int:
    return (day - START).days + 1


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))


def _item(name: str, given: dict[str, Any]) -> Item:
    lot = given.get("lot", {"rule": "L4L"})
    rule = lot["rule"]
    sizes = LotSize(
        fixed=_decimal(lot["q"]) if rule == "FOQ" else Decimal(0),
        minimum=_decimal(lot.get("min", 0)),
        maximum=_decimal(lot.get("max", 0)),
        multiple=_decimal(lot.get("multiple", 0)),
    )
    return Item(
        id=name,
        lead_days=given.get("lt", 0),
        on_hand=_decimal(given.get("oh", 0)),
        safety_stock=_decimal(given.get("ss", 0)),
        coverage="period" if rule == "POQ" else "requirement",
        period_days=lot.get("periods", lot.get("p", 1)),
        lot=sizes,
    )


def _problem(inputs: dict[str, Any]) -> Problem:
    items = inputs["items"]
    demands = [
        Demand(id=f"{name}/{period}", item=name, day=_day(period), quantity=_decimal(quantity))
        for name, rows in inputs["independent"].items()
        for period, quantity in rows
    ]
    receipts = [
        Receipt(id=f"{name}/{period}", item=name, day=_day(period), quantity=_decimal(quantity), firm=True)
        for name, given in items.items()
        for period, quantity in given.get("sr", [])
    ]
    return Problem(
        items=[_item(name, given) for name, given in items.items()],
        lines=[BomLine(parent=up, component=down, per=_decimal(per)) for up, down, per in inputs["bom"]],
        demands=demands,
        receipts=receipts,
        settings=Settings(first=START, last=_day(inputs["periods"]), past="keep"),
    )


def _rows(inputs: dict[str, Any], problem: Problem, name: str, answer: Any) -> dict[str, Any]:
    periods = inputs["periods"]
    rule = next(item for item in problem.items if item.id == name)
    columns = {key: [Decimal(0)] * periods for key in ("releases", "receipts", "gross", "pab", "net", "open")}
    past_due = Decimal(0)
    for order in answer.orders:
        if order.item == name:
            columns["receipts"][_period(order.due) - 1] += order.good
            if order.start < START:
                past_due += order.quantity
            else:
                columns["releases"][_period(order.start) - 1] += order.quantity
    for need in answer.needs:
        if need.item == name:
            columns["gross"][_period(need.day) - 1] += need.quantity
    closing = {
        _period(row.day): (row.closing, row.receipts) for row in balances(problem, answer, [name])[name]
    }
    stock = rule.on_hand
    for period in range(1, periods + 1):
        after, arrived = closing.get(period, (stock, Decimal(0)))
        wanted = columns["gross"][period - 1] + rule.safety_stock - stock - arrived
        columns["net"][period - 1] = max(Decimal(0), wanted)
        columns["pab"][period - 1] = stock = after
    return {**columns, "past_due": past_due}


def material_plan(inputs: dict[str, Any]) -> dict[str, Any]:
    """The grid of a textbook: gross, net, receipts, releases and projected balance by period."""
    problem = _problem(inputs)
    answer = plan(problem)
    grid = {name: _rows(inputs, problem, name, answer) for name in inputs["items"]}
    return {**grid, "llc": dict(answer.levels)}


OPS = {("mrp", "mrp"): material_plan}
