"""Exact arithmetic: hand-checked cases, then what must hold for every number."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from p2p.core.fields import plain
from p2p.core.numbers import (
    Rounding,
    ScrapRule,
    converted,
    decimal_of,
    from_scaled,
    rounded,
    split_exactly,
    to_scaled,
    with_scrap,
)

D = Decimal
AS_DECIMAL = {
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.CEILING: ROUND_CEILING,
    Rounding.FLOOR: ROUND_FLOOR,
}
decimals = some.decimals(min_value=-(10**9), max_value=10**9, places=6)


@pytest.mark.parametrize(
    ("value", "step", "mode", "expected"),
    [
        ("2.1", "1", Rounding.UP, "3"),
        ("-2.1", "1", Rounding.UP, "-3"),
        ("2.9", "1", Rounding.DOWN, "2"),
        ("2.5", "1", Rounding.HALF_UP, "3"),
        ("-2.5", "1", Rounding.HALF_UP, "-3"),
        ("2.5", "1", Rounding.HALF_EVEN, "2"),
        ("3.5", "1", Rounding.HALF_EVEN, "4"),
        ("-2.1", "1", Rounding.CEILING, "-2"),
        ("-2.1", "1", Rounding.FLOOR, "-3"),
        ("25", "12", Rounding.UP, "36"),
        ("24", "12", Rounding.UP, "24"),
        ("1.0005", "0.001", Rounding.HALF_UP, "1.001"),
    ],
)
def test_rounding_goes_the_way_it_is_told(value, step, mode, expected):
    assert rounded(D(value), D(step), mode) == D(expected)


@given(decimals, some.sampled_from(list(Rounding)))
def test_rounding_agrees_with_the_decimal_module(value, mode):
    assert rounded(value, D("0.001"), mode) == value.quantize(D("0.001"), AS_DECIMAL[mode])


def test_a_third_of_a_big_number_is_rounded_from_the_exact_fraction_not_from_28_digits():
    huge = Fraction(10**40 + 1, 2)
    assert rounded(huge, 1) == D(10**40 // 2 + 1)


def test_scrap_divides_by_default_and_multiplies_where_a_site_chooses_it():
    assert with_scrap(D(100), D("0.10")) == Fraction(1000, 9)
    assert with_scrap(D(100), D("0.10"), ScrapRule.MARKUP) == 110
    assert rounded(with_scrap(D(90), D("0.10")), 1, Rounding.UP) == 100


@pytest.mark.parametrize("share", ["1", "-0.01", "2"])
def test_a_scrap_share_outside_its_range_is_refused(share):
    with pytest.raises(ValueError, match="at least 0 and less than 1"):
        with_scrap(D(1), D(share))


def test_units_convert_as_exact_fractions_there_and_back():
    assert converted(converted(D(7), Fraction(1, 3)), Fraction(3, 1)) == 7


def test_a_split_adds_up_to_the_cent_and_the_rest_goes_where_it_is_told():
    shares = split_exactly(D("100.00"), {"a": 1, "b": 1, "c": 1}, D("0.01"), "b")
    assert shares == {"a": D("33.33"), "b": D("33.34"), "c": D("33.33")}
    rounding = split_exactly(D("0.05"), {"a": 1, "b": 1}, D("0.01"), "rounding")
    assert rounding == {"a": D("0.03"), "b": D("0.03"), "rounding": D("-0.01")}


@given(
    some.integers(-(10**12), 10**12),
    some.dictionaries(some.text(max_size=3), some.integers(0, 10**6), min_size=1, max_size=8),
)
def test_nothing_is_lost_in_any_split(cents, weights):
    total = from_scaled(cents, 2)
    if not any(weights.values()):
        with pytest.raises(ValueError, match="every weight is zero"):
            split_exactly(total, weights, D("0.01"), "rest")
        return
    shares = split_exactly(total, weights, D("0.01"), "rest")
    assert sum(shares.values()) == total
    assert all(share == share.quantize(D("0.01")) for share in shares.values())


def test_a_total_finer_than_the_minor_unit_cannot_be_split_into_it():
    with pytest.raises(ValueError, match="not a multiple"):
        split_exactly(D("1.005"), {"a": 1}, D("0.01"), "a")


@given(decimals)
def test_scaled_integers_are_exact_there_and_back(value):
    assert from_scaled(to_scaled(value, 6), 6) == value


def test_more_digits_than_the_scale_has_are_refused_not_rounded():
    with pytest.raises(ValueError, match="more than 2 decimal places"):
        to_scaled(D("1.005"), 2)


def test_a_fraction_without_end_is_rounded_once_to_twelve_places():
    assert decimal_of(Fraction(1, 3)) == D("0.333333333333")
    assert decimal_of(Fraction(1, 8)) == D("0.125")
    assert decimal_of(Fraction(2, 3), 2) == D("0.67")


@pytest.mark.parametrize(
    ("number", "text"), [("5.0000", "5"), ("0E-12", "0"), ("-0.00", "0"), ("1E+3", "1000"), ("12.50", "12.5")]
)
def test_numbers_are_written_as_people_write_them(number, text):
    assert plain(D(number)) == text
