"""How much of a component an order should have consumed by now: one formula for every way of flushing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from p2p.core.numbers import Rounding, rounded


@dataclass(frozen=True)
class Proposal:
    """`remaining` is what to issue now: never negative, never counted twice."""

    expected: Decimal
    issued: Decimal
    remaining: Decimal


def propose(
    *,
    needed: Decimal,
    constant: bool,
    processed: Decimal,
    planned: Decimal,
    issued: Decimal,
    step: Decimal,
    rounding: Rounding,
) -> Proposal:
    """What `processed` pieces (good and scrapped) of `planned` consume of a component.

    `needed` is for the whole order, scrap included, in the component's unit; a constant is needed whole with
    the first piece. Expected is needed x processed / planned, rounded once to `step` (the unit's last
    digit); at `planned` pieces it is exactly `needed`. Works on totals, so that partial reports never add
    rounding errors and what was issued by hand counts.
    """
    if processed <= 0 or planned <= 0:
        expected = Decimal(0)
    elif constant or processed == planned:
        expected = needed
    else:
        expected = rounded(Fraction(needed) * Fraction(processed) / Fraction(planned), step, rounding)
    return Proposal(expected, issued, max(Decimal(0), expected - issued))
