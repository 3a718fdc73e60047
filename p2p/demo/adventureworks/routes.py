"""Sheets of routes: what the data's work orders did, else the model's instructions, else none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from p2p.demo.adventureworks.files import SITE, WORKING, is_made, numbers, operation_number, products, read
from p2p.demo.adventureworks.money import category_of
from p2p.demo.adventureworks.shape import SheetRows

PAINT, PAINT_STORAGE = "40", "4"


@dataclass(frozen=True)
class Step:
    """One operation of a product: hours are for the whole order."""

    sequence: str
    location: str
    hours: Decimal
    setup_hours: Decimal = Decimal(0)


@cache
def steps() -> dict[str, list[Step]]:
    """product_id -> its operations."""
    done, models = _done(), _models()
    found = {}
    for key, row in products().items():
        if is_made(row) and (known := done.get(key) or models.get(row["product_model_id"])):
            found[key] = known
    return found


@cache
def _done() -> dict[str, list[Step]]:
    """What work orders did; the hours were the same for each."""
    found: dict[str, list[Step]] = defaultdict(list)
    for row in read("derived_product_routing"):
        found[row["product_id"]].append(
            Step(row["operation_sequence"], row["location_id"], Decimal(row["resource_hours"]))
        )
    return dict(found)


@cache
def _models() -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = defaultdict(list)
    for row in read("model_routing"):
        place = PAINT if row["location_id"] == PAINT_STORAGE else row["location_id"]
        hours = max(Decimal(row["machine_hours"] or 0), Decimal(row["labor_hours"] or 0))
        found[row["product_model_id"]].append(
            Step(row["sequence"], place, hours, Decimal(row["setup_hours"] or 0))
        )
    return dict(found)


def from_work_orders() -> set[str]:
    """Products whose route is what their work orders did."""
    return {key for key in steps() if key in _done()}


def read_as_paint() -> list[str]:
    """Products whose model names the paint storage, a place without hours, for painting."""
    odd = {row["product_model_id"] for row in read("model_routing") if row["location_id"] not in WORKING}
    return [key for key in steps() if key not in _done() and products()[key]["product_model_id"] in odd]


def _seconds(hours: Decimal) -> str:
    return str(int(hours * 3600))


def routes() -> Iterator[SheetRows]:
    made = sorted(steps(), key=int)
    yield "routes", ("item", "version", "state"), [(numbers()[key], 1, "active") for key in made]
    heads = ("item", "site", "version", "number", "name", "group_site", "group", "run_category")
    times = ("setup_seconds", "run_seconds", "run_basis")
    names = {row["location_id"]: row["name"] for row in read("locations")}
    yield (
        "route_operations",
        (*heads, *times),
        [
            (
                numbers()[key],
                "",
                1,
                operation_number(step.sequence),
                names[step.location],
                SITE,
                step.location,
                category_of(step.location),
                _seconds(step.setup_hours),
                _seconds(step.hours),
                "order",
            )
            for key in made
            for step in steps()[key]
        ],
    )
    heads = (
        "item",
        "site",
        "version",
        "operation",
        "position",
        "text",
        "tools",
        "materials",
        "specifications",
    )
    yield "instruction_steps", heads, list(_instructions(made))


def _instructions(made: list[str]) -> Iterator[tuple[str | int, ...]]:
    """The model's words, at the operation with the same place; where it was not painted in a store."""
    words: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in read("model_routing_steps"):
        place = PAINT if row["location_id"] == PAINT_STORAGE else row["location_id"]
        words[row["product_model_id"], place].append(row)
    for key in made:
        for step in steps()[key]:
            for place, row in enumerate(words[products()[key]["product_model_id"], step.location], start=1):
                yield (
                    numbers()[key],
                    "",
                    1,
                    operation_number(step.sequence),
                    place,
                    row["text"],
                    row["tools"][:200],
                    row["materials"][:200],
                    row["specs"][:200],
                )
