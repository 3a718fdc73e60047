"""How the data was read where it leaves something open, in a planner's words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from p2p.demo.adventureworks.files import is_made, numbers, products, read, stations, work_places
from p2p.demo.adventureworks.routes import PAINT, PAINT_STORAGE, from_work_orders, read_as_paint, steps
from strategies.services.importer import Problem


def notes() -> list[Problem]:
    """Warnings that are kept with the import, beside those that the import finds itself (items that are made
    without a bill or a route, prices in units that lead nowhere)."""
    return [*_routes(), *_places(), *_costs(), *_bills()]


def _note(sheet: str, code: str, text: str, column: str = "") -> Problem:
    return Problem(sheet, text, column=column, level="warning", code=code)


def _some(keys: Iterable[str]) -> str:
    known = sorted(numbers()[key] for key in keys)
    more = f" and {len(known) - 8} more" if len(known) > 8 else ""
    return ", ".join(known[:8]) + more


def _routes() -> list[Problem]:
    with_bill = {row["product_assembly_id"] for row in read("bill_of_materials")}
    made = {key for key, row in products().items() if is_made(row)}
    bare = (made & with_bill) - from_work_orders()
    lent = bare & set(steps())
    return [
        _note(
            "routes",
            "routes_missing",
            f"{len(bare)} made products with a BOM have no route in the data: {len(lent)} take the operations of "
            f"their model, {len(bare) - len(lent)} have none and take their lead time.",
        ),
        _note(
            "route_operations",
            "hours_per_order",
            "The data's hours are the same for an order of 1 and of 1,000: they are read as hours per order "
            "(run_basis “order”), not per piece.",
            "run_seconds",
        ),
        _note(
            "route_operations",
            "place_without_hours",
            f"The model of {_some(read_as_paint())} paints at location {PAINT_STORAGE}, Paint Storage, which has "
            f"no hours: it is read as location {PAINT}, Paint.",
            "group",
        ),
    ]


def _places() -> list[Problem]:
    text = (
        "Availability is read as hours a day over three shifts of eight hours: parallel stations = hours / 24"
    )
    counts = [f"{row['name']} {Decimal(row['availability']):.0f} h: {stations(row)}" for row in work_places()]
    return [_note("resources", "hours_per_day", f"{text}, rounded down ({', '.join(counts)}).", "stations")]


def _costs() -> list[Problem]:
    free = {key for key, row in products().items() if not Decimal(row["standard_cost"])}
    bought = {key for key in free if not is_made(products()[key])}
    return [
        _note(
            "items",
            "cost_is_zero",
            f"{len(free)} products have a standard cost of 0, {len(bought)} of them are bought "
            f"({_some(bought)}): costing takes no 0 for a price and warns until one is entered.",
        )
    ]


def _bills() -> list[Problem]:
    sold = [row for row in read("bill_of_materials") if not row["product_assembly_id"]]
    text = f"{len(sold)} lines name a product that is part of nothing (it is sold): they are no BOM lines."
    return [_note("bom_lines", "no_parent", text, "item")]
