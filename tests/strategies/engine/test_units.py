"""Exact conversions, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from strategies.engine.units import Contradiction, Conversion, Conversions, MissingConversion

KNOWN = Conversions(
    [
        Conversion("FT", "IN", Fraction(12)),
        Conversion("IN", "CM", Fraction(254, 100)),
        Conversion("CTN", "EA", Fraction(24), "837"),
        Conversion("KG", "EA", Fraction(1, 3), "837"),
    ]
)


def test_units_convert_exactly_over_several_steps_and_back() -> None:
    assert KNOWN.convert(Decimal(1), "FT", "CM") == Fraction(3048, 100)
    assert KNOWN.convert(Decimal(1), "CM", "FT") == Fraction(100, 3048)
    assert KNOWN.convert(Decimal("0.1"), "CTN", "KG", "837") == Fraction(36, 5)


def test_a_missing_conversion_is_refused_by_name_and_never_one_to_one() -> None:
    with pytest.raises(MissingConversion, match="no conversion from CTN to EA for item 12"):
        KNOWN.convert(Decimal(1), "CTN", "EA", "12")
    with pytest.raises(MissingConversion, match="no conversion from CTN to IN"):
        KNOWN.factor("CTN", "IN")


def test_two_factors_for_the_same_step_contradict_each_other() -> None:
    with pytest.raises(Contradiction):
        Conversions([Conversion("A", "B", Fraction(2)), Conversion("B", "A", Fraction(1, 3))])


def test_an_items_own_conversion_comes_before_the_general_one() -> None:
    both = Conversions([Conversion("BOX", "EA", Fraction(10)), Conversion("BOX", "EA", Fraction(8), "X")])
    assert both.factor("BOX", "EA", "X") == 8
    assert both.factor("BOX", "EA", "Y") == 10
