"""What costing reads: prices of what is bought and rates of who works."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from p2p.demo.adventureworks.files import is_made, numbers, products, read, work_places


def standard_costs() -> dict[str, Decimal]:
    """Item number -> standard cost, of bought items that have one: made ones are rolled up."""
    return {
        row["product_number"]: Decimal(row["standard_cost"])
        for row in products().values()
        if not is_made(row) and Decimal(row["standard_cost"])
    }


def published_costs() -> dict[str, Decimal]:
    """Item number -> standard cost of made items as the data has it, to hold a roll-up against."""
    return {
        row["product_number"]: Decimal(row["standard_cost"])
        for row in products().values()
        if is_made(row) and Decimal(row["standard_cost"])
    }


def category_of(location: str) -> str:
    """Code of the cost category that hours at a location are booked under."""
    return f"WC-{location}"


def cost_rates() -> dict[str, Decimal]:
    """Code of the cost category -> money per hour."""
    return {category_of(row["location_id"]): Decimal(row["cost_rate"]) for row in work_places()}


@cache
def vendor_prices() -> dict[str, tuple[str, Decimal, int]]:
    """Item number -> (unit, lowest standard price, lead time in days) of what vendors ask."""
    best: dict[str, tuple[str, Decimal, int]] = {}
    for row in sorted(read("product_vendors"), key=lambda one: Decimal(one["standard_price"])):
        price = (row["unit_measure_code"], Decimal(row["standard_price"]), int(row["average_lead_time"]))
        best.setdefault(numbers()[row["product_id"]], price)
    return best
