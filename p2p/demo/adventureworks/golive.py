"""AdventureWorks on the evening of 30 June 2012, as a plant that goes live the next morning would hand it over.

The data keeps one pair of dates for all operations of an order. How far an order in work is, is therefore reckoned:
an operation is done when the share of the order's hours up to its end is no more than the share of its days that
have passed. Components are taken as issued when an order began. What lay in stock is the data's only inventory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from p2p.demo.adventureworks.files import (
    CURRENCY,
    SITE,
    Record,
    accounts,
    numbers,
    read,
    unit_of,
)
from p2p.demo.adventureworks.golive_orders import LAST_DAY, day_of, next_order, open_orders, orders, pieces
from p2p.demo.adventureworks.plant import plant
from p2p.demo.adventureworks.products import catalogue
from p2p.demo.adventureworks.routes import routes
from p2p.demo.adventureworks.shape import SheetRows, packed
from p2p.demo.adventureworks.trade import opening_stock

FIRST_DAY_HERE = LAST_DAY + timedelta(days=1)
NAME = "Bothell, mid-2012"


def master_data() -> bytes:
    """Everything that is there before the plant goes live: a ZIP for Imports."""
    return packed([*plant(), *catalogue(), *routes(), *_customers()])


def going_live() -> bytes:
    """What runs on the last evening: a ZIP for the cut-over desk."""
    return packed(sheets())


def sheets() -> Iterator[SheetRows]:
    """The sheets of the desk, one by one."""
    yield "number_series", ("code", "prefix", "width", "next_value"), [("MO", "WO-", 1, next_order())]
    yield from _stock()
    yield from orders()
    yield from _purchases()
    yield from _sales()
    yield (
        "control_figures",
        ("cut_over", "measure", "of", "expected"),
        [(NAME, measure, of, expected) for (measure, of), expected in figures().items()],
    )


def figures() -> dict[tuple[str, str], Decimal]:
    """(measure, of) -> what the old books say, counted straight from the data."""
    lines = _open_lines()
    found = {
        ("orders.count", ""): Decimal(len(open_orders())),
        ("purchases.count", ""): Decimal(len(lines)),
        ("purchases.value", ""): sum((_money(line) for line in lines), Decimal(0)),
        ("demand.count", ""): Decimal(len(_waiting())),
        ("stock.items", ""): Decimal(len(stock())),
        ("opening.value", ""): sum(values().values(), Decimal(0)),
    }
    for product, quantity in stock().items():
        found["stock.quantity", numbers()[product]] = Decimal(quantity)
    for product, quantity in pieces().items():
        found["orders.quantity", numbers()[product]] = Decimal(quantity)
    return found


# ---- stock


def stock() -> Counter[str]:
    """product_id -> pieces in stock."""
    lying: Counter[str] = Counter()
    for row in read("product_inventory"):
        lying[row["product_id"]] += int(row["quantity"])
    return Counter({product: quantity for product, quantity in lying.items() if quantity})


def values() -> dict[str, Decimal]:
    """product_id -> what the stock is worth at the cost of the last day, to the cent."""
    cost = {
        row["product_id"]: Decimal(row["standard_cost"])
        for row in read("product_cost_history")
        if day_of(row, "start_date") <= LAST_DAY
        and (not row["end_date"] or day_of(row, "end_date") >= LAST_DAY)
    }
    cent = Decimal("0.01")
    return {
        product: (quantity * cost[product]).quantize(cent)
        for product, quantity in stock().items()
        if cost.get(product)
    }


def _stock() -> Iterator[SheetRows]:
    yield opening_stock(FIRST_DAY_HERE)
    yield (
        "opening_values",
        ("site", "item", "value", "day"),
        [(SITE, numbers()[product], value, FIRST_DAY_HERE) for product, value in values().items()],
    )


# ---- trade


def _open_lines() -> list[dict[str, str]]:
    """Lines ordered and not due yet, in a unit the item is counted in: for cartons nobody says how many are in one."""
    orders = {row["purchase_order_id"]: row for row in read("purchase_orders")}
    units = {
        (row["product_id"], row["vendor_id"]): row["unit_measure_code"] for row in read("product_vendors")
    }
    found = []
    for line in read("purchase_order_lines"):
        order = orders[line["purchase_order_id"]]
        if not day_of(order, "order_date") <= LAST_DAY < day_of(line, "due_date"):
            continue
        asked = units.get((line["product_id"], order["vendor_id"]))
        if asked == unit_of(line["product_id"]):
            found.append({**line, "vendor_id": order["vendor_id"], "order_date": order["order_date"]})
    return found


def _money(line: Record) -> Decimal:
    return Decimal(line["unit_price"]) * Decimal(line["order_qty"])


def _purchases() -> Iterator[SheetRows]:
    heads = (
        "number", "site", "item", "vendor", "quantity", "received", "price", "currency", "ordered_on", "due_on",
    )  # fmt: skip
    yield (
        "open_purchases",
        heads,
        [
            (
                f"PO-{line['purchase_order_id']}-{line['purchase_order_detail_id']}",
                SITE,
                numbers()[line["product_id"]],
                accounts()[line["vendor_id"]],
                line["order_qty"],
                0,
                line["unit_price"],
                CURRENCY,
                line["order_date"][:10],
                line["due_date"][:10],
            )
            for line in _open_lines()
        ],
    )


def _customers() -> Iterator[SheetRows]:
    known = sorted({row["customer_id"] for row in read("sales_order_lines")}, key=int)
    yield "customers", ("number", "name"), [(number, f"Customer {number}") for number in known]


def _waiting() -> list[dict[str, str]]:
    """Sales lines ordered and not shipped."""
    return [
        row
        for row in read("sales_order_lines")
        if day_of(row, "order_date") <= LAST_DAY < day_of(row, "ship_date")
    ]


def _sales() -> Iterator[SheetRows]:
    heads = (
        "kind", "number", "line", "site", "item", "unit", "quantity", "ordered_on", "due_on", "customer",
    )  # fmt: skip
    yield (
        "demand",
        heads,
        [
            (
                "sales", row["sales_order_id"], row["line_no"], SITE, numbers()[row["product_id"]],
                unit_of(row["product_id"]), row["order_qty"], row["order_date"][:10], row["due_date"][:10],
                row["customer_id"],
            )
            for row in _waiting()
        ],
    )  # fmt: skip
    yield (
        "sales_history",
        ("number", "line", "site", "item", "quantity", "day", "customer"),
        [
            (
                row["sales_order_id"], row["line_no"], SITE, numbers()[row["product_id"]], row["order_qty"],
                row["order_date"][:10], row["customer_id"],
            )
            for row in read("sales_order_lines")
            if day_of(row, "ship_date") <= LAST_DAY
        ],
    )  # fmt: skip
