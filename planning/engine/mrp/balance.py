"""Projected stock of an item through time, read off a finished plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from planning.engine.mrp.model import ZERO, Key, Plan, Problem


class Balance(NamedTuple):
    """One day of one item: open and planned receipts (good units), issues, and stock at the day's end."""

    day: date
    receipts: Decimal
    planned: Decimal
    issues: Decimal
    closing: Decimal


def balances(problem: Problem, answer: Plan, items: Collection[Key]) -> dict[Key, list[Balance]]:
    """Days on which anything moves, for the items asked for, in the items' unit.

    Opening + receipts + planned = issues + closing on every line. Planned goods count on the day they are
    needed when the run ignored lead times, else on the day they are due.
    """
    wanted = set(items)
    moves: dict[Key, dict[date, list[Decimal]]] = {item: defaultdict(lambda: [ZERO] * 3) for item in items}
    if problem.settings.netting:
        for receipt in problem.receipts:
            if receipt.item in wanted:
                moves[receipt.item][receipt.day][0] += receipt.quantity
    for order in answer.orders:
        if order.item in wanted:
            day = order.due if problem.settings.lead_times else order.need_on
            moves[order.item][day][1] += order.good
    for need in answer.needs:
        if need.item in wanted:
            moves[need.item][need.day][2] += need.quantity
    opening = {item.id: item.on_hand if problem.settings.netting else ZERO for item in problem.items}
    return {item: _rows(opening.get(item, ZERO), moves[item]) for item in items}


def _rows(opening: Decimal, moves: dict[date, list[Decimal]]) -> list[Balance]:
    rows = []
    stock = opening
    for day in sorted(moves):
        receipts, planned, issues = moves[day]
        stock += receipts + planned - issues
        rows.append(Balance(day, receipts, planned, issues, stock))
    return rows
