"""The integer roll-up against plain fractions: equal to the last digit, not just close."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from costing.engine.rollup import Fee, Part, Step, Surcharge, Use, roll_up
from p2p.core.numbers import PRICE_PLACES, decimal_of

SURCHARGES = [Surcharge(2, 3, Decimal("0.155")), Surcharge(1, 4, Decimal("-0.0333"))]


@st.composite
def plants(draw: st.DrawFn) -> list[Part]:
    money = st.decimals(-50, 1000, places=5)
    share = st.one_of(st.fractions(0, 20), st.decimals(0, 20, places=12), st.integers(0, 5))
    parts = []
    for item in range(draw(st.integers(1, 8))):
        chosen = draw(st.lists(st.integers(0, item - 1), unique=True, max_size=4)) if item else []
        made = bool(chosen) or draw(st.booleans())
        parts.append(
            Part(
                item,
                price=None if made else draw(money),
                price_element=1,
                lot=draw(st.one_of(st.integers(1, 50), st.decimals("0.5", 9, places=1))),
                output_share=draw(st.sampled_from((1, Decimal("0.97"), Fraction(1, 3)))),
                uses=tuple(Use(one, draw(share), draw(share)) for one in chosen),
                steps=tuple(
                    Step(2, draw(money), draw(share), draw(share)) for _ in range(draw(st.integers(0, 2)))
                )
                if made
                else (),
                fees=(Fee(5, draw(share)),) if made else (),
            )
        )
    return parts


def reference(parts: list[Part]) -> dict[int, tuple[dict[int, Decimal], dict[int, Decimal]]]:
    """The documented rule in fractions, item by item; components come first in these plants."""
    costs: dict[int, tuple[dict[int, Decimal], dict[int, Decimal]]] = {}
    for part in parts:
        this: dict[int, Fraction] = {}
        if not part.made:
            this[1] = Fraction(part.price or 0)
        for step in part.steps:
            hours = Fraction(step.hours_per_piece) / Fraction(part.output_share)
            hours += Fraction(step.hours_per_lot) / Fraction(part.lot)
            this[2] = this.get(2, Fraction(0)) + hours * Fraction(step.per_hour)
        for fee in part.fees:
            this[5] = this.get(5, Fraction(0)) + Fraction(fee.per_piece) / Fraction(part.output_share)
        for one in SURCHARGES if part.made else ():
            if one.base in this:
                this[one.element] = this[one.base] * Fraction(one.fraction)
        lower: dict[int, Fraction] = {}
        for use in part.uses:
            quantity = Fraction(use.per_piece) / Fraction(part.output_share)
            quantity += Fraction(use.per_lot) / Fraction(part.lot)
            for level in costs[use.component]:
                for element, amount in level.items():
                    lower[element] = lower.get(element, Fraction(0)) + quantity * Fraction(amount)
        costs[part.item] = (rounded(this), rounded(lower))
    return costs


def rounded(amounts: dict[int, Fraction]) -> dict[int, Decimal]:
    return {element: decimal_of(amount, PRICE_PLACES) for element, amount in amounts.items() if amount}


@settings(max_examples=150, deadline=None)
@given(plants())
def test_integers_give_the_same_last_digit_as_fractions(parts: list[Part]) -> None:
    rolled = roll_up(parts, SURCHARGES)
    for item, (this, lower) in reference(parts).items():
        assert rolled.costs[item].this == this
        assert rolled.costs[item].lower == lower
