"""Sheets of what lies in stock and what customers ordered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from p2p.demo.adventureworks.files import OPENING_DAY, SITE, SOURCE, numbers, read, unit_of
from p2p.demo.adventureworks.shape import SheetRows


def trade() -> Iterator[SheetRows]:
    yield opening_stock(OPENING_DAY)
    yield from _demand()


def opening_stock(day: object) -> SheetRows:
    """What the data says lies where, opened on `day`."""
    lying: dict[tuple[str, str], int] = defaultdict(int)
    for row in read("product_inventory"):
        lying[row["product_id"], row["location_id"]] += int(row["quantity"])
    return (
        "opening_stock",
        ("site", "location", "item", "quantity", "day"),
        [
            (SITE, place, numbers()[product], quantity, day)
            for (product, place), quantity in lying.items()
            if quantity
        ],
    )


def _demand() -> Iterator[SheetRows]:
    lines = read("sales_order_lines")
    customers = sorted({row["customer_id"] for row in lines}, key=int)
    yield "customers", ("number", "name"), [(number, f"Customer {number}") for number in customers]
    heads = (
        "source_system",
        "kind",
        "number",
        "line",
        "site",
        "item",
        "unit",
        "quantity",
        "ordered_on",
        "due_on",
        "customer",
    )
    known, units = numbers(), {key: unit_of(key) for key in numbers()}
    yield (
        "demand",
        heads,
        [
            (
                SOURCE,
                "sales",
                row["sales_order_id"],
                row["line_no"],
                SITE,
                known[row["product_id"]],
                units[row["product_id"]],
                row["order_qty"],
                row["order_date"],
                row["due_date"],
                row["customer_id"],
            )
            for row in lines
        ],
    )
