"""Charts and indices: identities that hold for any data, and the edges of the rules."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.engine.distributions import beta_cdf, beta_quantile, chi2_quantile, f_tail, gamma_cdf
from quality.engine.spc import charts, rules
from quality.engine.spc.capability import capability, cpk_interval
from quality.engine.spc.constants import constants

VALUES = st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=40)


@settings(deadline=None)
@given(VALUES, st.floats(-100, 100), st.floats(0.5, 20))
def test_moving_and_stretching_the_data_moves_and_stretches_the_chart(
    values: list[float], shift: float, factor: float
) -> None:
    plain, _ = charts.individuals(values)
    moved, _ = charts.individuals([value * factor + shift for value in values])
    assert moved.center == pytest.approx(plain.center * factor + shift, abs=1e-6)
    assert moved.sigma == pytest.approx(plain.sigma * factor, abs=1e-6)


@given(VALUES)
def test_limits_lie_on_both_sides_of_the_centre_and_beyond_means_outside(values: list[float]) -> None:
    chart, _moving = charts.individuals(values)
    for place, (point, high, low) in enumerate(
        zip(chart.points, chart.upper, chart.lower, strict=True), start=1
    ):
        assert low <= chart.center <= high
        assert (place in chart.beyond) == (point > high or point < low)


def test_a_single_value_makes_no_chart() -> None:
    with pytest.raises(ValueError, match="at least two"):
        charts.individuals([1.0])


def test_constants_of_a_subgroup_of_one_do_not_exist() -> None:
    with pytest.raises(ValueError, match="at least two"):
        constants(1)


@settings(deadline=None, max_examples=8)
@given(st.integers(2, 40))
def test_constants_grow_the_way_theory_says(n: int) -> None:
    less, more = constants(n), constants(n + 1)
    assert more.d2 > less.d2 and more.c4 > less.c4 and more.A2 < less.A2
    assert 0 < less.c4 < 1


def test_a_rule_counts_from_the_point_that_completes_it() -> None:
    assert rules.trend([1, 2, 3, 4, 5, 6, 7]) == [6, 7]
    assert rules.trend([1, 2, 3, 3, 4, 5, 6]) == []
    assert rules.same_side([0.1] * 9, 9) == [9]
    assert rules.same_side([0.1] * 4 + [0.0] + [0.1] * 4, 9) == []
    assert rules.some_beyond([1.1, 1.1, 0, 1.1, 1.1], 4, 5, 1.0) == [5]
    assert rules.hugging([0.5] * 15) == [15]
    assert rules.avoiding([1.5, -1.5] * 4) == [8]
    assert rules.avoiding([1.5] * 8) == []


def test_rules_need_a_spread() -> None:
    with pytest.raises(ValueError, match="above zero"):
        rules.signals([1, 2], center=0, sigma=0)


def test_one_limit_gives_one_index_and_no_other() -> None:
    found = capability(mean=10, sigma=1, usl=16)
    assert (found.cpu, found.cpk, found.cp, found.cpl, found.k) == (2.0, 2.0, None, None, None)
    with pytest.raises(ValueError, match="at least one limit"):
        capability(mean=10, sigma=1)


@given(st.floats(0.3, 3), st.integers(5, 500))
def test_more_data_makes_the_interval_narrower_around_the_index(cpk: float, n: int) -> None:
    low, high = cpk_interval(cpk, n)
    tighter_low, tighter_high = cpk_interval(cpk, 2 * n)
    assert low < cpk < high
    assert tighter_high - tighter_low < high - low


@given(st.floats(0.001, 0.999), st.integers(1, 80))
def test_quantiles_and_distributions_undo_each_other(share: float, df: int) -> None:
    assert gamma_cdf(chi2_quantile(share, df) / 2, df / 2) == pytest.approx(share, abs=1e-9)
    assert beta_cdf(beta_quantile(share, df / 2, 2.0), df / 2, 2.0) == pytest.approx(share, abs=1e-9)


def test_known_values_of_the_distributions() -> None:
    assert chi2_quantile(0.95, 10) == pytest.approx(18.307038, abs=1e-6)
    assert f_tail(4.0, 1, 1) == pytest.approx(1 - 2 / math.pi * math.atan(2), abs=1e-12)
