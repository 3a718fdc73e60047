"""Probability functions the engines need: exact sums for counts, series and integrals for the rest.

Sources: Abramowitz & Stegun 26.5 (incomplete beta, continued fraction), 6.5 (incomplete gamma); the noncentral t
as an average of normal probabilities over the chi distribution.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

NORMAL = NormalDist()
CLOSE = 1e-14


def binomial_cdf(count: int, n: int, p: float) -> float:
    """P(X <= count) of n trials with chance p."""
    if count < 0:
        return 0.0
    if count >= n:
        return 1.0
    return math.fsum(binomial(d, n, p) for d in range(count + 1))


def binomial(count: int, n: int, p: float) -> float:
    """P(X = count), through logarithms, so that no power under- or overflows."""
    if p <= 0.0:
        return float(count == 0)
    if p >= 1.0:
        return float(count == n)
    ways = math.lgamma(n + 1) - math.lgamma(count + 1) - math.lgamma(n - count + 1)
    return math.exp(ways + count * math.log(p) + (n - count) * math.log1p(-p))


def poisson_cdf(count: int, mean: float) -> float:
    """P(X <= count) of a mean >= 0."""
    if mean <= 0.0:
        return float(count >= 0)
    return math.fsum(
        math.exp(d * math.log(mean) - mean - math.lgamma(d + 1)) for d in range(max(0, count + 1))
    )


def hypergeometric_cdf(count: int, lot: int, bad: int, n: int) -> float:
    """P(X <= count) of n pieces drawn without putting back from a lot with `bad` bad ones. Exact integers."""
    whole = math.comb(lot, n)
    ways = sum(
        math.comb(bad, d) * math.comb(lot - bad, n - d)
        for d in range(min(count, n, bad) + 1)
        if n - d <= lot - bad
    )
    return ways / whole


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1.0 - front * _beta_fraction(1.0 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Lentz's evaluation of the continued fraction; converges fast for x below the mean."""
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 500):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + term / c
            c = c if abs(c) > tiny else tiny
            value *= c * d
        if abs(c * d - 1.0) < CLOSE:
            break
    return value


def f_tail(value: float, above: int, below: int) -> float:
    """P(F >= value) with so many degrees of freedom above and below."""
    return beta_cdf(below / (below + above * value), below / 2, above / 2) if value > 0 else 1.0


def gamma_cdf(x: float, shape: float) -> float:
    """The regularised lower incomplete gamma function P(shape, x), by its series."""
    if x <= 0.0:
        return 0.0
    if x > shape + 40 * math.sqrt(shape) + 100:
        return 1.0
    term = total = 1.0 / shape
    step = shape
    while abs(term) > abs(total) * 1e-16:
        step += 1.0
        term *= x / step
        total += term
    return min(1.0, total * math.exp(-x + shape * math.log(x) - math.lgamma(shape)))


def chi2_quantile(share: float, df: int) -> float:
    """The value below which a chi-square variable falls with this chance."""
    return 2.0 * solve(lambda x: gamma_cdf(x, df / 2), share, 0.0, df / 2 + 60 * math.sqrt(df / 2) + 60)


def beta_quantile(share: float, a: float, b: float) -> float:
    return solve(lambda x: beta_cdf(x, a, b), share, 0.0, 1.0)


def solve(rising: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Where a rising function reaches the target, by bisection to the last digit."""
    for _step in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def noncentral_t_cdf(t: float, df: int, shift: float) -> float:
    """P(T <= t) of a noncentral t: the normal chance averaged over the sample's deviation (Simpson's rule)."""
    half, steps = df / 2, 4000
    centre, spread = math.sqrt(df), 12.0
    low, high = max(1e-12, centre - spread), centre + spread
    width = (high - low) / steps
    log_front = (1 - half) * math.log(2) - math.lgamma(half)

    def weight(v: float) -> float:
        return math.exp(log_front + (df - 1) * math.log(v) - v * v / 2)

    values = [
        weight(v) * NORMAL.cdf(t * v / centre - shift) for v in (low + width * i for i in range(steps + 1))
    ]
    inner = 4 * math.fsum(values[1:-1:2]) + 2 * math.fsum(values[2:-1:2])
    return (values[0] + values[-1] + inner) * width / 3
