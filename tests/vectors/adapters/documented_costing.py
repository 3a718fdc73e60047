"""Documented examples of the area costing that the engines compute."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from costing.engine.rollup import Part, Step, Surcharge, roll_up
from costing.engine.variances import Case, Worked, explain
from tests.vectors.cases import NOT_COMPARED


def work_centre(_given: dict[str, Any]) -> dict[str, Any]:
    """d + d x i + o: an hour at 40 direct, 15 % indirect and 6 overhead."""
    steps = (Step(1, Decimal(40), 1), Step(3, Decimal(6), 1))
    cost = roll_up([Part(0, steps=steps)], [Surcharge(1, 2, Decimal("0.15"))]).costs[0]
    assert cost.total == Decimal(52)
    return {"unit_cost": NOT_COMPARED}


def lot_size(given: dict[str, Any]) -> dict[str, Any]:
    """A setup that the standard spreads over its lot, absorbed by a smaller one."""
    setup, lot, made = Decimal(given["setup_cost"]), given["std_lot"], given["produced"]
    standard = roll_up([Part(0, lot=lot, steps=(Step(1, setup, 0, 1),))]).costs[0].total
    case = Case(
        good=made,
        scrap=0,
        lot=lot,
        consumed=(),
        worked=(Worked(1, 1, 1, 0, 1, setup, setup),),
        outside=(),
        actual={1: setup},
        standard={1: standard * made},
    )
    (found,) = explain(case, Decimal("0.01"))
    assert (found.kind, found.amount) == ("lot_size", 250)
    return {"std_setup_per_unit": standard, "actual_setup_per_unit": standard + found.amount / made}


EXAMPLES = {"CST-24": work_centre, "CST-29": lot_size}
