"""Documented examples of the area strategies that the engines compute."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from costing.engine.rollup import Part, roll_up
from costing.engine.rollup import Step as Work
from costing.worksteps import hours_of
from p2p.core.numbers import ScrapRule
from strategies.engine.balancing import Ingredient, active_quantity, balanced, scaled_to
from strategies.engine.consumption import (
    Dimensions,
    by_formula,
    measured,
)
from strategies.engine.eligibility import Candidate, Need, applicable
from strategies.engine.need import Row, Through, consumption_of, through_route
from strategies.engine.routing import Step
from strategies.engine.settings import Rule, chosen
from strategies.engine.worktime import WorkTime
from tests.vectors.cases import NOT_COMPARED


def measurement(given: dict[str, Any]) -> dict[str, Any]:
    raw, total, rest = measured(
        Fraction(given["production_qty"]), Fraction(given["height"]), Fraction(str(given["multiple"]))
    )
    said = Row(
        quantity=Decimal(1), consumption="variable", series=Decimal(1), formula="height",
        height=Decimal(given["height"]), width=None, depth=None, density=None, rounding=given["rounding"],
        rounding_multiple=Decimal(str(given["multiple"])), scrap_fraction=Decimal(0), scrap_quantity=Decimal(0),
    )  # fmt: skip
    assert consumption_of(said, batch=1).needed(Fraction(given["production_qty"])) == total
    return {"pieces_of_raw": raw, "total_consumption": total, "scrap_per_raw_piece": rest}


def formulas(given: dict[str, Any]) -> dict[str, Any]:
    size = Dimensions(Fraction(2), Fraction(3), Fraction(5), Fraction(7))
    names = ("standard", "height", "area", "volume", "density")
    values = [by_formula(name, Fraction(11), size) for name in names]
    assert values == [11, 22, 66, 330, Fraction(330, 7)]
    assert len(given["formulas"]) == len(names)
    return {"count": len(set(values))}


def routing_scrap(_given: dict[str, Any]) -> dict[str, Any]:
    found = through_route({10: (0, 1), 20: (Fraction(1, 10), 5)}, [(10, 20)], ScrapRule.MARKUP)
    assert [found[number].of(Fraction(100)) for number in (10, 20)] == [116, 115]
    return {"input_qty": NOT_COMPARED}


def capability(given: dict[str, Any]) -> dict[str, Any]:
    asked = Fraction(given["requirement"]["min_level"])
    machines = [
        Candidate(
            key=key,
            code=row["id"],
            kind="machine",
            group=None,
            capabilities={1: (Fraction(row["level"]), key)},
        )
        for key, row in enumerate(given["resources"])
    ]
    assert applicable([Need("capability", 1)], machines) == machines
    return {"eligible": [each.code for each in applicable([Need("capability", 1, asked)], machines)]}


def setup_share(given: dict[str, Any]) -> dict[str, Any]:
    """Of a setup that costs 1 a minute, as the roll-up spreads it over the costing lot."""
    setup = Step(number=10, setup=given["setup_minutes"] * 60)
    piece, once = hours_of(setup, Through(), Fraction(1))
    part = Part(item=1, lot=given["lot_size"], steps=(Work(1, Decimal(60), piece, once),))
    return {"setup_minutes_per_unit": roll_up([part]).costs[1].total}


def batch_balancing(given: dict[str, Any]) -> dict[str, Any]:
    lines = [
        Ingredient(
            name=line["item"],
            quantity=Fraction(str(line["qty"])),
            role=line["type"],
            target=Fraction(str(line.get("target_level", 0))),
            potency=Fraction(str(line.get("batch_potency", 0))),
            compensates=line.get("compensates", ""),
            factor=Fraction(str(line.get("compensating_factor", 1))),
        )
        for line in given["lines"]
    ]
    found = balanced(lines, Fraction(str(given["batch_size"])), 2)
    answer: dict[str, Any] = {"balanced": {name: float(quantity) for name, quantity in found.items()}}
    for line in lines:
        if line.role == "active":
            answer[f"active_quantity_{line.name}"] = float(active_quantity(line))
            answer[f"base_value_{line.name}"] = float(line.quantity)
    return answer


def linear_ingredient(given: dict[str, Any]) -> dict[str, Any]:
    batch = Fraction(given["batch_size"])
    estimated = scaled_to(Fraction(given["qty_per_100"]), Fraction(100), batch)
    drawn = balanced([Ingredient(name="A", quantity=estimated)], batch, 2)
    return {"estimated": estimated, "balanced": drawn["A"]}


def order_settings(given: dict[str, Any]) -> dict[str, Any]:
    days = "purchase_lead_time"
    rules = [
        Rule(rule[days], rank=rule["rank"], wanted={"config": rule["config"]} if "config" in rule else {})
        for rule in given["rules"]
    ]
    has = {name: value for name, value in given["order"].items() if name != "item"}
    assert chosen(rules, site=None, attributes={"config": "another"}) == given["rules"][-1][days]
    return {days: chosen(rules, site=None, attributes=has)}


def half_capacity(given: dict[str, Any]) -> dict[str, Any]:
    """Run time is worked at the share of the resource; setup holds it by the clock and takes its share."""
    share = Fraction(str(given["concurrent_capacity"])) * given["efficiency"] / 100
    time = WorkTime([(0, 100 * 3600, share)])
    end = time.add(0, given["run_time_h"] * 3600)
    return {
        "allocated_run_h": time.between(0, end) / 3600,
        "duration_h": end / 3600,
        "setup_case": {"setup_h": 2, "allocated_setup_h": time.between(0, 2 * 3600) / 3600, "duration_h": 2},
    }


EXAMPLES = {
    "STR-18": half_capacity,
    "STR-10": batch_balancing,
    "STR-11": linear_ingredient,
    "STR-12": order_settings,
    "STR-03": measurement,
    "STR-04": formulas,
    "STR-07": routing_scrap,
    "STR-08": capability,
    "STR-20": setup_share,
}
