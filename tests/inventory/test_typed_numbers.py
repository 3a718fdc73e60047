"""Numbers as people type and scan them in the store."""

from __future__ import annotations

from decimal import Decimal

import pytest

from p2p.inventory.forms.counts import number_of
from p2p.pages.floor.hand import number


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("7", "7"),
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        ("0.000000000001", "0.000000000001"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_a_point_and_a_comma_are_both_decimal_signs(typed: str, value: str) -> None:
    assert number_of(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["1.234,5", "1,234.5"])
def test_where_both_signs_occur_the_last_one_is_the_decimal_sign(typed: str) -> None:
    assert number_of(typed) == Decimal("1234.5")


@pytest.mark.parametrize("typed", ["12.34,5", "1,2,3.4", "1.234,567.8", "1.234.5,6", "1.234,5,6", ".123,4"])
def test_what_could_be_read_in_two_ways_is_no_number(typed: str) -> None:
    assert number_of(typed) is None


@pytest.mark.parametrize(
    "typed", ["1e-900000000", "1e999999999999", "0e-900000000", "1e16", "1e-13", "nan", "inf"]
)
def test_what_could_not_be_written_out_is_no_number(typed: str) -> None:
    assert number_of(typed) is None
    assert number(typed) is None
