"""Scrap, multiples, steps and lengths."""

from __future__ import annotations

from fractions import Fraction

import pytest

from strategies.engine.consumption import gross, measured, stepped, to_multiple


def test_scrap_divides_unless_a_site_multiplies() -> None:
    assert gross(Fraction(95), scrap=Fraction(5, 100)) == 100
    assert gross(Fraction(100), scrap=Fraction(5, 100), divide=False) == 105
    assert gross(Fraction(10), constant_scrap=Fraction(2)) == 12
    with pytest.raises(ValueError, match="below 1"):
        gross(Fraction(1), scrap=Fraction(1))


def test_lengths_are_cut_from_whole_pieces() -> None:
    assert measured(Fraction(5), Fraction(3), Fraction(10)) == (2, 20, 1)
    with pytest.raises(ValueError, match="shorter"):
        measured(Fraction(1), Fraction(11), Fraction(10))


def test_a_multiple_rounds_up_and_a_step_table_reads_the_last_step_reached() -> None:
    assert to_multiple(Fraction(11), Fraction(5)) == 15
    assert to_multiple(Fraction(11), Fraction(0)) == 11
    steps = [(Fraction(100), Fraction(3)), (Fraction(0), Fraction(1))]
    assert [stepped(Fraction(q), steps) for q in (1, 99, 100)] == [1, 1, 3]
