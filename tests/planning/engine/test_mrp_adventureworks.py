"""The plain plan against a real plant: every work order of three years, and nothing else."""

from __future__ import annotations

import csv
import os
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from planning.engine.mrp import BomLine, Demand, Item, Problem, lot_for_lot, plan

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("P2P_SHARED", ROOT.parent / "shared")) / "data"


def rows(folder: str, name: str) -> Any:
    with (DATA / folder / name).open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def problem(folder: str, first: date, last: date) -> Problem:
    """Sales lines are needed three days after their order date; bought parts are not planned in this mode."""
    return Problem(
        items=[
            Item(id=int(row["product_id"]), source="make" if row["make_flag"] == "1" else "buy")
            for row in rows(folder, "products.csv")
        ],
        lines=[
            BomLine(
                parent=int(row["product_assembly_id"]),
                component=int(row["component_id"]),
                per=Decimal(row["per_assembly_qty"]),
                valid_from=day(row["start_date"]),
                valid_to=day(row["end_date"]),
            )
            for row in rows(folder, "bill_of_materials.csv")
            if row["product_assembly_id"]
        ],
        demands=[
            Demand(
                id=place,
                item=int(row["product_id"]),
                day=date.fromisoformat(row["order_date"]) + timedelta(days=3),
                quantity=Decimal(row["order_qty"]),
            )
            for place, row in enumerate(rows(folder, "sales_order_lines.csv"))
        ],
        settings=lot_for_lot(first=first, last=last, flat_days=11),
    )


@pytest.mark.parametrize(
    ("folder", "first", "last", "orders", "units"),
    [
        ("adventureworks_jan2012", date(2012, 1, 4), date(2012, 2, 3), 1_410, 129_340),
        ("adventureworks", date(2011, 1, 1), date(2014, 12, 31), 72_591, 4_507_721),
        ("adventureworks", date(2012, 1, 4), date(2012, 2, 3), 1_410, 129_340),
    ],
)
def test_lot_for_lot_reproduces_every_work_order(
    folder: str, first: date, last: date, orders: int, units: int
) -> None:
    if not (DATA / folder).is_dir():
        pytest.skip(f"no data under {DATA / folder}; set P2P_SHARED")
    answer = plan(problem(folder, first, last))
    planned = Counter((row.item, row.start, row.due, int(row.quantity)) for row in answer.orders)
    real = Counter(
        (int(row["product_id"]), day(row["start_date"]), day(row["due_date"]), int(row["order_qty"]))
        for row in rows(folder, "work_orders.csv")
        if first <= date.fromisoformat(row["start_date"]) <= last
    )
    assert planned == real
    assert len(answer.orders) == orders
    assert sum(key[3] * count for key, count in planned.items()) == units
    assert sum(peg.quantity for peg in answer.pegs) == units
    assert [message.code for message in answer.messages if message.code != "no_bom"] == []
