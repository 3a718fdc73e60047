"""Costing vectors that the roll-up and the variance engine compute."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from costing.engine.rollup import Part, Step, Use, roll_up
from costing.engine.variances import Case, Consumed, Worked, explain
from p2p.core.numbers import with_scrap

MATERIAL, LABOUR, OVERHEAD = 1, 2, 3
CENT = Decimal("0.01")


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))


def roll(inputs: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: place for place, name in enumerate(inputs["items"])}
    parts = []
    for name, given in inputs["items"].items():
        if "buy" in given:
            parts.append(Part(numbers[name], price=_decimal(given["buy"]), price_element=MATERIAL))
            continue
        steps = [
            Step(element, _decimal(row[rate]), _decimal(row["run_h"]), _decimal(row["setup_h"]))
            for row in given.get("route", [])
            for element, rate in ((LABOUR, "labor_rate"), (OVERHEAD, "oh_rate"))
        ]
        uses = [
            Use(numbers[component], with_scrap(_decimal(per), _decimal(scrap)))
            for component, per, scrap in given["bom"]
        ]
        lot = given.get("costing_lot", 1)
        parts.append(Part(numbers[name], lot=lot, uses=tuple(uses), steps=tuple(steps)))
    costs = roll_up(parts).costs
    answer = {}
    for name in inputs["want"]:
        cost = costs[numbers[name]]
        both = {
            key: cost.this.get(element, Decimal(0)) + cost.lower.get(element, Decimal(0))
            for key, element in (("material", MATERIAL), ("labor", LABOUR), ("overhead", OVERHEAD))
        }
        answer[name] = {**both, "total": cost.total}
    return answer


def card(inputs: dict[str, Any]) -> dict[str, Any]:
    """Each line of the card is an element of its own: quantity x rate."""
    steps = [
        Step(place, _decimal(rate), _decimal(quantity))
        for place, (_, quantity, rate) in enumerate(inputs["lines"])
    ]
    cost = roll_up([Part(0, steps=tuple(steps))]).costs[0]
    return {"lines": [cost.this[step.element] for step in steps], "total": cost.total}


def _explained(case: Case) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in explain(case, CENT):
        sums[one.kind] = sums.get(one.kind, Decimal(0)) + one.amount
    return sums


def _case(
    *,
    consumed: tuple[Consumed, ...] = (),
    worked: tuple[Worked, ...] = (),
    actual: Decimal,
    standard: Decimal,
) -> Case:
    """One piece made, so that what is allowed for the order is what is allowed for the piece."""
    return Case(
        good=1, scrap=0, lot=1, consumed=consumed, worked=worked, outside=(),
        actual={1: actual}, standard={1: standard},
    )  # fmt: skip


def material(inputs: dict[str, Any]) -> dict[str, Any]:
    """Price on what was bought, quantity on what was used: two looks at the same engine."""
    price = {1: _decimal(inputs["sp"])}
    bought, used, allowed = (_decimal(inputs[key]) for key in ("aq_purchased", "aq_used", "sq"))
    paid = bought * _decimal(inputs["ap"])
    at_purchase = Consumed(1, bought, bought, 0, price, {1: paid})
    of_price = _explained(_case(consumed=(at_purchase,), actual=paid, standard=bought * price[1]))
    in_use = Consumed(1, used, allowed, 0, price, {1: used * price[1]})
    of_usage = _explained(_case(consumed=(in_use,), actual=used * price[1], standard=allowed * price[1]))
    both = {"price": of_price.get("price", Decimal(0)), "quantity": of_usage.get("usage", Decimal(0))}
    return {**both, "total_flex": sum(both.values())}


def labour(inputs: dict[str, Any]) -> dict[str, Any]:
    hours, cost, rate, allowed = (_decimal(inputs[key]) for key in ("ah", "actual_cost", "sr", "sh"))
    work = Worked(1, 1, hours, allowed, 0, rate, cost)
    found = _explained(_case(worked=(work,), actual=cost, standard=allowed * rate))
    return {
        "rate": found.get("rate", Decimal(0)),
        "efficiency": found.get("efficiency", Decimal(0)),
        "total": sum(found.values()),
    }


def applied(inputs: dict[str, Any]) -> dict[str, Any]:
    """Overhead applied by the hour is an operation's standard cost; what is left is under-applied."""
    hours, rate, spent = (_decimal(inputs[key]) for key in ("actual_base", "rate", "actual_overhead"))
    work = Worked(1, 1, hours, hours, 0, rate, spent)
    found = _explained(_case(worked=(work,), actual=spent, standard=hours * rate))
    standard = roll_up([Part(0, steps=(Step(1, rate, hours),))]).costs[0]
    return {"rate": rate, "applied": standard.total, "under_over": found["rate"]}


OPS = {
    ("costing", "rollup"): roll,
    ("costing", "standard_card"): card,
    ("costing", "material_variance"): material,
    ("costing", "labor_variance"): labour,
    ("costing", "overhead_applied"): applied,
}
