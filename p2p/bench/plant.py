"""A big plant as a user would hand it over: 100,000 items and 500,000 BOM lines in a ZIP of CSV files.

A product has a few hundred components on nine levels, as bicycles and pumps do: an item takes five of those that
lie near its own place one or two levels down. Beside it stand the cases that hurt: one part in 10,000 bills, a bill
of 2,000 lines, and 26 items each of which contains all that follow.
"""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

ITEMS, LEVELS, LINES, NEAR = 100_000, 9, 5, 12
PARENTS, LONG, NEST = 10_000, 2_000, 26
HOT, COLD = "HOT", "COLD"
_ITEM_HEADS = ("number", "name", "kind", "unit")
_LINE_HEADS = ("item", "version", "position", "component", "quantity", "unit")


def numbers() -> Iterator[tuple[str, ...]]:
    """Every item once, as rows of the sheet items."""
    for number in range(ITEMS):
        yield f"I{number:06}", f"Item {number}", "product" if number >= ITEMS // LEVELS else "material", "EA"
    for name in (HOT, COLD, "LONG", *nest()):
        yield name, f"Item {name}", "product", "EA"


def nest() -> list[str]:
    """A contains B to Z, B contains C to Z, and so on: 33.5 million nodes when unfolded."""
    return [f"NEST-{chr(65 + place)}" for place in range(NEST)]


def lines() -> Iterator[tuple[str, str, int]]:
    """(parent, component, quantity); the same plant every time."""
    choose = random.Random(42)
    level = ITEMS // LEVELS
    for number in range(level, ITEMS):
        near = [number + side - level * deep for deep in (1, 2) for side in range(-NEAR, NEAR + 1)]
        for component in choose.sample([one for one in near if 0 <= one < number // level * level], LINES):
            yield f"I{number:06}", f"I{component:06}", choose.randrange(1, 5)
        if number >= ITEMS - PARENTS:
            yield f"I{number:06}", HOT, 1
    for component in range(LONG):
        yield "LONG", f"I{component:06}", 1
    letters = nest()
    for place, parent in enumerate(letters):
        for component in letters[place + 1 :]:
            yield parent, component, 1


def write(path: str) -> dict[str, object]:
    """The ZIP, and how many rows are in it."""
    bills: list[tuple[str, ...]] = []
    rows: list[tuple[str, ...]] = []
    last, position = "", 0
    for parent, component, quantity in lines():
        if parent != last:
            last, position = parent, 0
            bills.append((parent, "1", "active", "1"))
        position += 10
        rows.append((parent, "1", str(position), component, str(quantity), "EA"))
    sheets: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
        "units": (("code", "name", "digits"), [("EA", "Each", "0")]),
        "items": (_ITEM_HEADS, list(numbers())),
        "boms": (("item", "version", "state", "batch_quantity"), bills),
        "bom_lines": (_LINE_HEADS, rows),
    }
    with zipfile.ZipFile(Path(path), "w", zipfile.ZIP_DEFLATED) as file:
        for name, (heads, cells) in sheets.items():
            text = io.StringIO()
            csv.writer(text).writerows([heads, *cells])
            file.writestr(f"{name}.csv", text.getvalue())
    return {"rows": sum(len(cells) for _heads, cells in sheets.values()), "lines": len(rows)}
