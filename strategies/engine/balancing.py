"""Balancing a batch of a formula by the potency of what was really drawn (Dynamics 365: batch balancing)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from p2p.core.numbers import rounded

Role: TypeAlias = Literal["none", "active", "compensating", "filler"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredient:
    """A line of a formula, scaled to the batch: `quantity` is what it takes at the target level.

    active: `target` and `potency` are levels of the same attribute, in percent. compensating: gives way to what
    the ingredient `compensates` takes more or less, by `factor`. filler: what is left of the batch.
    """

    name: str
    quantity: Fraction
    role: Role = "none"
    target: Fraction = Fraction(0)
    potency: Fraction = Fraction(0)
    compensates: str = ""
    factor: Fraction = Fraction(1)


def scaled_to(quantity: Fraction, per: Fraction, batch: Fraction) -> Fraction:
    """What a batch takes of an ingredient given for `per` of it."""
    return quantity * batch / per


def active_quantity(line: Ingredient) -> Fraction:
    """Pure active substance in the line's quantity at the target level."""
    return line.quantity * line.target / 100


def balanced(lines: Sequence[Ingredient], batch: Fraction, places: int) -> dict[str, Decimal]:
    """Name -> quantity to draw, each step rounded half up to `places` as the source does.

    active = quantity x target / potency; compensating = quantity - (balanced - estimated of the active) x factor;
    filler = batch - all others. Raises ValueError for a potency of 0, more than one filler, an ingredient that
    compensates nothing, or a filler that would be below 0.
    """
    step = Decimal(1).scaleb(-places)
    found: dict[str, Decimal] = {}
    differences: dict[str, Decimal] = {}
    for line in lines:
        if line.role == "active":
            if line.potency <= 0:
                raise ValueError(f"{line.name} has no potency")
            found[line.name] = rounded(line.quantity * line.target / line.potency, step)
            differences[line.name] = rounded(Fraction(found[line.name]) - line.quantity, step)
        elif line.role == "none":
            found[line.name] = rounded(line.quantity, step)
    _compensate(lines, differences, found, step)
    _fill(lines, batch, found, step)
    return {line.name: found[line.name] for line in lines}


def _compensate(
    lines: Sequence[Ingredient], differences: Mapping[str, Decimal], found: dict[str, Decimal], step: Decimal
) -> None:
    for line in lines:
        if line.role != "compensating":
            continue
        if line.compensates not in differences:
            raise ValueError(f"{line.name} compensates {line.compensates!r}, which is not active")
        given_way = rounded(Fraction(differences[line.compensates]) * line.factor, step)
        found[line.name] = rounded(line.quantity - Fraction(given_way), step)


def _fill(lines: Sequence[Ingredient], batch: Fraction, found: dict[str, Decimal], step: Decimal) -> None:
    fillers = [line for line in lines if line.role == "filler"]
    if len(fillers) > 1:
        raise ValueError("a batch has one filler at most")
    for line in fillers:
        left = batch - sum((Fraction(quantity) for quantity in found.values()), Fraction(0))
        if left < 0:
            raise ValueError(f"nothing is left for {line.name}")
        found[line.name] = rounded(left, step)
