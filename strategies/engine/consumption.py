"""How much of a component an order takes: constants, steps, dimensions, roundings and scrap, all exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal, TypeAlias

Formula: TypeAlias = Literal["standard", "height", "area", "volume", "density"]
"""Which dimensions multiply the constant: none, height, x width, x depth, / density."""


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Measures of the finished piece, in the units of the line."""

    height: Fraction = Fraction(1)
    width: Fraction = Fraction(1)
    depth: Fraction = Fraction(1)
    density: Fraction = Fraction(1)


def by_formula(formula: Formula, constant: Fraction, size: Dimensions) -> Fraction:
    """Quantity for one piece (Dynamics 365, "consumption calculation formula": five formulas)."""
    if formula == "standard":
        return constant
    quantity = constant * size.height
    if formula == "height":
        return quantity
    quantity *= size.width
    if formula == "area":
        return quantity
    quantity *= size.depth
    return quantity if formula == "volume" else quantity / size.density


def gross(
    net: Fraction,
    *,
    scrap: Fraction = Fraction(0),
    constant_scrap: Fraction = Fraction(0),
    divide: bool = True,
) -> Fraction:
    """Quantity to issue so that `net` remains: net / (1 - scrap) by default, net x (1 + scrap) if not
    `divide`.

    Raises ValueError if scrap is negative or, when dividing, 1 or more.
    """
    if scrap < 0 or (divide and scrap >= 1):
        raise ValueError("scrap must be at least 0 and below 1")
    return (net / (1 - scrap) if divide else net * (1 + scrap)) + constant_scrap


def to_multiple(quantity: Fraction, multiple: Fraction) -> Fraction:
    """Rounded up to whole multiples; a multiple of 0 leaves it as it is."""
    return multiple * ceil(quantity / multiple) if multiple else quantity


def measured(pieces: Fraction, measure: Fraction, multiple: Fraction) -> tuple[int, Fraction, Fraction]:
    """Raw pieces of length `multiple` for so many finished ones of length `measure`, none joined from two.

    Returns raw pieces, total length, and the rest of a fully used raw piece. From one raw piece come
    floor(multiple / measure) finished ones (Dynamics 365, rounding up "measurement"). Raises ValueError if
    not even one does.
    """
    fitting = multiple // measure
    if not fitting:
        raise ValueError("the raw piece is shorter than the finished one")
    raw = ceil(pieces / fitting)
    return raw, raw * multiple, multiple - fitting * measure


def stepped(quantity: Fraction, steps: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """Consumption from a table of (from quantity, amount): the last step not above the order."""
    amount = Fraction(0)
    for start, value in sorted(steps):
        if start <= quantity:
            amount = value
    return amount
