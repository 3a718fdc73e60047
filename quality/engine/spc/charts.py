"""Control charts: centre, limits, and which points lie beyond (counted from 1).

Sources: Montgomery, Introduction to Statistical Quality Control; ISO 7870 parts 2 (Shewhart), 4 (CUSUM), 6 (EWMA).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean, stdev

from quality.engine.spc.constants import constants

SIGMAS = 3


@dataclass(frozen=True)
class Chart:
    """Points with one centre line and a pair of limits per point; `sigma` is the deviation within subgroups."""

    points: list[float]
    center: float
    upper: list[float]
    lower: list[float]
    sigma: float = math.nan
    beyond: list[int] = field(default_factory=list)


def _chart(
    points: Sequence[float],
    center: float,
    upper: Sequence[float],
    lower: Sequence[float],
    sigma: float = math.nan,
) -> Chart:
    beyond = [
        place
        for place, (point, high, low) in enumerate(zip(points, upper, lower, strict=True), start=1)
        if point > high or point < low
    ]
    return Chart(list(points), center, list(upper), list(lower), sigma, beyond)


def _level(
    points: Sequence[float], center: float, half: float, *, floor: float = -math.inf, sigma: float = math.nan
) -> Chart:
    low = max(floor, center - half)
    return _chart(points, center, [center + half] * len(points), [low] * len(points), sigma)


def xbar_r(groups: Sequence[Sequence[float]], *, baseline: int | None = None) -> tuple[Chart, Chart]:
    """Means and ranges of equal subgroups; limits come from the first `baseline` of them (all by default)."""
    n = len(groups[0])
    known = constants(n)
    means, ranges = [fmean(group) for group in groups], [max(group) - min(group) for group in groups]
    first = slice(0, baseline or len(groups))
    center, rbar = fmean(means[first]), fmean(ranges[first])
    sigma = rbar / known.d2
    means_chart = _level(means, center, SIGMAS * sigma / math.sqrt(n), sigma=sigma)
    size = len(ranges)
    return means_chart, _chart(ranges, rbar, [known.D4 * rbar] * size, [known.D3 * rbar] * size, sigma)


def xbar_s(groups: Sequence[Sequence[float]], *, baseline: int | None = None) -> tuple[Chart, Chart]:
    """Means and standard deviations of equal subgroups."""
    n = len(groups[0])
    known = constants(n)
    means, spreads = [fmean(group) for group in groups], [stdev(group) for group in groups]
    first = slice(0, baseline or len(groups))
    center, sbar = fmean(means[first]), fmean(spreads[first])
    sigma = sbar / known.c4
    means_chart = _level(means, center, SIGMAS * sigma / math.sqrt(n), sigma=sigma)
    size = len(spreads)
    return means_chart, _chart(spreads, sbar, [known.B4 * sbar] * size, [known.B3 * sbar] * size, sigma)


def individuals(values: Sequence[float], *, d2: float | None = None) -> tuple[Chart, Chart]:
    """Single values and their moving ranges of two. `d2`: a rounded constant, to agree with a book that used one."""
    if len(values) < 2:
        raise ValueError("A chart of single values needs at least two of them.")
    moving = [abs(after - before) for before, after in pairwise(values)]
    mrbar, known = fmean(moving), constants(2)
    sigma = mrbar / (d2 or known.d2)
    chart = _level(values, fmean(values), SIGMAS * sigma, sigma=sigma)
    return chart, _chart(moving, mrbar, [known.D4 * mrbar] * len(moving), [0.0] * len(moving), sigma)


def p_chart(bad: Sequence[int], sizes: Sequence[int]) -> Chart:
    """Shares of bad pieces; limits follow each sample's size."""
    center = sum(bad) / sum(sizes)
    halves = [SIGMAS * math.sqrt(center * (1 - center) / n) for n in sizes]
    shares = [count / n for count, n in zip(bad, sizes, strict=True)]
    upper = [min(1.0, center + half) for half in halves]
    return _chart(shares, center, upper, [max(0.0, center - half) for half in halves])


def c_chart(defects: Sequence[int]) -> Chart:
    """Defects of equal areas of opportunity."""
    center = fmean(defects)
    return _level([float(count) for count in defects], center, SIGMAS * math.sqrt(center), floor=0.0)


def u_chart(defects: Sequence[int], sizes: Sequence[float]) -> Chart:
    """Defects per unit; limits follow each sample's size."""
    center = sum(defects) / sum(sizes)
    halves = [SIGMAS * math.sqrt(center / n) for n in sizes]
    rates = [count / n for count, n in zip(defects, sizes, strict=True)]
    upper = [center + half for half in halves]
    return _chart(rates, center, upper, [max(0.0, center - half) for half in halves])


def ewma(
    values: Sequence[float],
    *,
    start: float,
    sigma: float,
    weight: float,
    width: float = 3.0,
    exact: bool = False,
) -> Chart:
    """Exponentially weighted means; `exact` limits widen from the start, else they are those of the long run."""
    smoothed, last = [], start
    for value in values:
        last = weight * value + (1 - weight) * last
        smoothed.append(last)
    long_run = weight / (2 - weight)
    shares = [1 - (1 - weight) ** (2 * place) if exact else 1.0 for place in range(1, len(values) + 1)]
    halves = [width * sigma * math.sqrt(long_run * share) for share in shares]
    return _chart(
        smoothed, start, [start + half for half in halves], [start - half for half in halves], sigma
    )


@dataclass(frozen=True)
class Cusum:
    """Sums of what exceeds the slack, upwards and downwards; `first_signal` counts from 1, None without one."""

    high: list[float]
    low: list[float]
    first_signal: int | None


def cusum(values: Sequence[float], *, target: float, slack: float, decision: float) -> Cusum:
    """Tabular CUSUM; `slack` (K) and `decision` (H) in the unit of the values."""
    high, low = [0.0], [0.0]
    for value in values:
        high.append(max(0.0, high[-1] + value - target - slack))
        low.append(max(0.0, low[-1] + target - slack - value))
    pairs = enumerate(zip(high[1:], low[1:], strict=True), start=1)
    first = next((place for place, (up, down) in pairs if up > decision or down > decision), None)
    return Cusum(high[1:], low[1:], first)
