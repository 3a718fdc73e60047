"""Documented examples of the area strategies that the engines compute."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from strategies.engine.consumption import (
    Dimensions,
    by_formula,
    eligible,
    input_through,
    measured,
    per_unit,
)
from tests.vectors.cases import NOT_COMPARED


def measurement(given: dict[str, Any]) -> dict[str, Any]:
    raw, total, rest = measured(
        Fraction(given["production_qty"]), Fraction(given["height"]), Fraction(str(given["multiple"]))
    )
    return {"pieces_of_raw": raw, "total_consumption": total, "scrap_per_raw_piece": rest}


def formulas(given: dict[str, Any]) -> dict[str, Any]:
    size = Dimensions(Fraction(2), Fraction(3), Fraction(5), Fraction(7))
    names = ("standard", "height", "area", "volume", "density")
    values = [by_formula(name, Fraction(11), size) for name in names]
    assert values == [11, 22, 66, 330, Fraction(330, 7)]
    assert len(given["formulas"]) == len(names)
    return {"count": len(set(values))}


def routing_scrap(_given: dict[str, Any]) -> dict[str, Any]:
    assert input_through(Fraction(100), [(Fraction(1, 10), Fraction(5))]) == [115]
    assert input_through(Fraction(100), [(Fraction(0), Fraction(1)), (Fraction(1, 10), Fraction(5))]) == [
        116,
        115,
    ]
    return {"input_qty": NOT_COMPARED}


def capability(given: dict[str, Any]) -> dict[str, Any]:
    need = given["requirement"]
    resources: dict[str, dict[str, Fraction]] = {}
    for row in given["resources"]:
        resources.setdefault(row["id"], {})[row["capability"]] = Fraction(row["level"])
    assert eligible({need["capability"]: None}, resources) == list(resources)
    return {"eligible": eligible({need["capability"]: Fraction(need["min_level"])}, resources)}


def setup_share(given: dict[str, Any]) -> dict[str, Any]:
    return {"setup_minutes_per_unit": per_unit(Fraction(given["setup_minutes"]), Fraction(given["lot_size"]))}


EXAMPLES = {
    "STR-03": measurement,
    "STR-04": formulas,
    "STR-07": routing_scrap,
    "STR-08": capability,
    "STR-20": setup_share,
}
