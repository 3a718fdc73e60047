"""Exact conversions and their one rounding."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.engine.units import Contradiction, Conversion, Conversions, MissingConversion, rounded

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


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("half_up", ["0.13", "-0.13", "0.12"]),
        ("half_even", ["0.12", "-0.12", "0.12"]),
        ("up", ["0.13", "-0.12", "0.13"]),
        ("down", ["0.12", "-0.13", "0.12"]),
    ],
)
def test_every_rounding_mode_rounds_its_own_way(mode: str, expected: list[str]) -> None:
    values = [Fraction(1, 8), Fraction(-1, 8), Fraction(61, 500)]
    assert [str(rounded(value, 2, mode)) for value in values] == expected  # type: ignore[arg-type]


def test_a_very_long_number_loses_no_digit() -> None:
    assert str(rounded(Decimal("123456789012345678901234567890123.456"), 3)).endswith("890123.456")


@given(st.fractions(), st.integers(0, 6))
def test_nearest_is_never_more_than_half_a_step_away(value: Fraction, places: int) -> None:
    for mode in ("half_up", "half_even"):
        near = Fraction(rounded(value, places, mode))  # type: ignore[arg-type]
        assert abs(near - value) <= Fraction(1, 2 * 10**places)
