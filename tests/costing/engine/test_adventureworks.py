"""Every operation record of three years costs its hours at the rate of its location, to the cent."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from costing.engine.rollup import Part, Step, roll_up

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("P2P_SHARED", ROOT.parent / "shared")) / "data" / "adventureworks"


def rows(name: str) -> Any:
    with (FOLDER / name).open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no data under {FOLDER}; set P2P_SHARED")
def test_hours_times_rate_is_the_recorded_cost_of_every_operation() -> None:
    rates = {row["location_id"]: Decimal(row["cost_rate"]) for row in rows("locations.csv")}
    records = list(rows("work_order_routing.csv"))
    parts = [
        Part(
            place,
            steps=(
                Step(int(row["location_id"]), rates[row["location_id"]], Decimal(row["actual_resource_hrs"])),
            ),
        )
        for place, row in enumerate(records)
    ]
    costs = roll_up(parts).costs
    assert all(costs[place].total == Decimal(row["actual_cost"]) for place, row in enumerate(records))
    by_location: dict[int, Decimal] = defaultdict(Decimal)
    hours: dict[str, Decimal] = defaultdict(Decimal)
    for place, row in enumerate(records):
        hours[row["location_id"]] += Decimal(row["actual_resource_hrs"])
        for location, amount in costs[place].this.items():
            by_location[location] += amount
    assert len(records) == 67_131
    assert sum(by_location.values()) == Decimal("3487969.50")
    assert all(by_location[int(key)] == total * rates[key] for key, total in hours.items())
