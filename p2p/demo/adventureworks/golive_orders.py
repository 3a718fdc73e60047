"""Orders in work on the last evening of AdventureWorks elsewhere: what they hold, and how far they are by reckoning."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from p2p.demo.adventureworks.files import SITE, Record, numbers, operation_number, read
from p2p.demo.adventureworks.shape import SheetRows

LAST_DAY = date(2012, 6, 30)


def day_of(row: Record, column: str) -> date:
    return date.fromisoformat(row[column][:10])


def open_orders() -> list[dict[str, str]]:
    """Work orders that have begun and are not in stock on the last evening."""
    return [
        row for row in read("work_orders") if day_of(row, "start_date") <= LAST_DAY < day_of(row, "end_date")
    ]


def pieces() -> Counter[str]:
    found: Counter[str] = Counter()
    for row in open_orders():
        found[row["product_id"]] += int(row["order_qty"])
    return found


def next_order() -> int:
    return max(int(row["work_order_id"]) for row in read("work_orders")) + 1


def _number(order: str) -> str:
    return f"WO-{order}"


def orders() -> Iterator[SheetRows]:
    orders = open_orders()
    yield (
        "open_orders",
        ("number", "site", "item", "quantity", "start_on", "due_on", "released"),
        [
            (
                _number(row["work_order_id"]),
                SITE,
                numbers()[row["product_id"]],
                row["order_qty"],
                row["start_date"][:10],
                max(row["due_date"][:10], row["start_date"][:10]),
                "yes",
            )
            for row in orders
        ],
    )
    yield (
        "open_materials",
        ("order", "item", "quantity", "day"),
        [line for row in orders for line in _issued(row)],
    )
    heads = ("order", "operation", "good", "scrap", "hours", "done", "day")
    yield "open_operations", heads, [line for row in orders for line in _done(row)]


@cache
def _components() -> dict[str, list[dict[str, str]]]:
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read("bill_of_materials"):
        if row["product_assembly_id"]:
            lines[row["product_assembly_id"]].append(row)
    return lines


def _issued(order: Record) -> Iterator[tuple[object, ...]]:
    """What an order holds: its bill on the day it began."""
    began = day_of(order, "start_date")
    taken: dict[str, Decimal] = defaultdict(Decimal)
    for line in _components().get(order["product_id"], ()):
        if day_of(line, "start_date") <= began and (
            not line["end_date"] or began <= day_of(line, "end_date")
        ):
            taken[line["component_id"]] += Decimal(line["per_assembly_qty"]) * int(order["order_qty"])
    for component, quantity in taken.items():
        yield _number(order["work_order_id"]), numbers()[component], quantity, began


@cache
def _steps() -> dict[str, list[dict[str, str]]]:
    steps: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read("work_order_routing"):
        steps[row["work_order_id"]].append(row)
    return steps


def _done(order: Record) -> Iterator[tuple[object, ...]]:
    """Operations that are behind an order by its hours and days; never its last one, which puts it into stock."""
    steps = sorted(_steps().get(order["work_order_id"], ()), key=lambda one: int(one["operation_sequence"]))
    began, ends = day_of(order, "start_date"), day_of(order, "end_date")
    passed = Fraction((LAST_DAY - began).days, max(1, (ends - began).days))
    whole = sum((Fraction(one["actual_resource_hrs"]) for one in steps), Fraction(0))
    behind = Fraction(0)
    for step in steps[:-1]:
        behind += Fraction(step["actual_resource_hrs"])
        if behind > passed * whole:
            return
        yield (
            _number(order["work_order_id"]),
            operation_number(step["operation_sequence"]),
            order["order_qty"],
            0,
            step["actual_resource_hrs"],
            "yes",
            LAST_DAY,
        )
