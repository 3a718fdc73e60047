"""Sheets of products: items, how they are supplied, vendors and what they ask, bills of material."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from p2p.demo.adventureworks.files import (
    CURRENCY,
    FIRST_DAY,
    SITE,
    SOURCE,
    Record,
    accounts,
    is_made,
    numbers,
    products,
    read,
    unit_of,
)
from p2p.demo.adventureworks.shape import SheetRows


def catalogue() -> Iterator[SheetRows]:
    yield from _items()
    yield from _vendors()
    yield from _bills()


def _items() -> Iterator[SheetRows]:
    groups = {row["category"]: "" for row in products().values() if row["category"]}
    groups |= {row["subcategory"]: row["category"] for row in products().values() if row["subcategory"]}
    yield "item_groups", ("code", "name", "parent"), [(code, code, parent) for code, parent in groups.items()]
    features = ("color", "size", "weight", "class", "style", "model")
    yield (
        "items",
        (
            "number",
            "name",
            "kind",
            "group",
            "unit",
            "list_price",
            "source_system",
            "external_id",
            *[f"attribute.{f}" for f in features],
        ),
        [
            (
                row["product_number"],
                row["name"],
                "product" if row["finished_goods_flag"] == "1" else "material",
                row["subcategory"],
                unit_of(key),
                row["list_price"] if Decimal(row["list_price"]) else "",
                SOURCE,
                key,
                *[row[feature] for feature in features],
            )
            for key, row in products().items()
        ],
    )
    yield from _policies()


def _policies() -> Iterator[SheetRows]:
    homes = home_locations()
    rows = []
    for key, row in products().items():
        vendor = _first_vendor().get(key)
        days = row["days_to_manufacture"] if is_made(row) or not vendor else vendor["average_lead_time"]
        rows.append(
            (
                row["product_number"],
                SITE,
                "make" if is_made(row) else "buy",
                "lot_for_lot",
                days,
                row["safety_stock_level"],
                row["reorder_point"],
                accounts()[vendor["vendor_id"]] if vendor else "",
                homes[key],
            )
        )
    heads = (
        "item",
        "site",
        "supply",
        "lot_policy",
        "lead_time_days",
        "safety_stock",
        "reorder_point",
        "vendor",
        "location",
    )
    yield "item_policies", heads, rows


@cache
def home_locations() -> dict[str, str]:
    """product_id -> where most of it lies; else finished goods or miscellaneous storage."""
    most: dict[str, tuple[int, str]] = {}
    for row in read("product_inventory"):
        most[row["product_id"]] = max(
            most.get(row["product_id"], (-1, "")), (int(row["quantity"]), row["location_id"])
        )
    return {
        key: most[key][1] if key in most else "7" if row["finished_goods_flag"] == "1" else "6"
        for key, row in products().items()
    }


@cache
def _first_vendor() -> dict[str, dict[str, str]]:
    """product_id -> the vendor price to plan with: an active vendor, the shortest lead time, the lowest
    price."""
    active = {row["vendor_id"] for row in read("vendors") if row["active_flag"] == "1"}
    best: dict[str, dict[str, str]] = {}

    def rank(row: Record) -> tuple[bool, int, Decimal]:
        return row["vendor_id"] not in active, int(row["average_lead_time"]), Decimal(row["standard_price"])

    for row in sorted(read("product_vendors"), key=rank):
        best.setdefault(row["product_id"], row)
    return best


def _vendors() -> Iterator[SheetRows]:
    flags = ("no", "yes")
    yield (
        "vendors",
        ("number", "name", "currency", "preferred", "active", "source_system", "external_id"),
        [
            (
                row["account_number"],
                row["name"],
                CURRENCY,
                flags[int(row["preferred_vendor_status"])],
                flags[int(row["active_flag"])],
                SOURCE,
                row["vendor_id"],
            )
            for row in read("vendors")
        ],
    )
    yield from _prices()


def _prices() -> Iterator[SheetRows]:
    heads = (
        "vendor",
        "item",
        "unit",
        "currency",
        "price",
        "order_minimum",
        "order_maximum",
        "lead_time_days",
        "valid_from",
    )
    yield (
        "vendor_prices",
        heads,
        [
            (
                accounts()[row["vendor_id"]],
                numbers()[row["product_id"]],
                row["unit_measure_code"],
                CURRENCY,
                row["standard_price"],
                row["min_order_qty"],
                row["max_order_qty"],
                row["average_lead_time"],
                FIRST_DAY,
            )
            for row in read("product_vendors")
        ],
    )


def _bills() -> Iterator[SheetRows]:
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read("bill_of_materials"):
        if row["product_assembly_id"]:  # the others say which products are sold, not what they are made of
            lines[row["product_assembly_id"]].append(row)
    parents = sorted(lines, key=int)
    yield "boms", ("item", "version", "state"), [(numbers()[parent], 1, "active") for parent in parents]
    heads = ("item", "site", "version", "position", "component", "quantity", "unit", "valid_from", "valid_to")
    yield (
        "bom_lines",
        heads,
        [
            (
                numbers()[parent],
                "",
                1,
                10 * place,
                numbers()[row["component_id"]],
                row["per_assembly_qty"],
                row["unit_measure_code"],
                row["start_date"],
                row["end_date"],
            )
            for parent in parents
            for place, row in enumerate(sorted(lines[parent], key=_by_component), start=1)
        ],
    )


def _by_component(row: Record) -> tuple[int, str]:
    return int(row["component_id"]), row["start_date"]
