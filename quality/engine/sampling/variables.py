"""Variables plans (ANSI Z1.9, ISO 3951): the sample's mean and deviation against a limit. Source: Lieberman &
Resnikoff (1955) for the estimated share beyond the limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from quality.engine.distributions import NORMAL, beta_cdf, beta_quantile, noncentral_t_cdf


@dataclass(frozen=True)
class Reading:
    """A sample against one upper limit: quality index Q and estimated share beyond it."""

    n: int
    mean: float
    s: float
    q: float
    beyond: float


def against_upper(values: Sequence[float], limit: float) -> Reading:
    """Sigma unknown. Needs at least three values that differ."""
    n, mean, s = len(values), fmean(values), stdev(values)
    q = (limit - mean) / s
    return Reading(n, mean, s, q, share_beyond(q, n))


def share_beyond(q: float, n: int) -> float:
    """The best unbiased estimate of the share beyond a limit Q deviations away."""
    x = max(0.0, 0.5 - 0.5 * q * math.sqrt(n) / (n - 1))
    return beta_cdf(min(1.0, x), n / 2 - 1, n / 2 - 1)


def k_of_share(share: float, n: int) -> float:
    """The quality index at which just this share is estimated beyond the limit."""
    x = beta_quantile(share, n / 2 - 1, n / 2 - 1)
    return (1 - 2 * x) * (n - 1) / math.sqrt(n)


def accepts(n: int, k: float, p: float, *, sigma_known: bool) -> float:
    """The chance that a lot with a share p beyond the limit passes Q >= k."""
    z = -NORMAL.inv_cdf(p)
    if sigma_known:
        return NORMAL.cdf((z - k) * math.sqrt(n))
    return 1 - noncentral_t_cdf(k * math.sqrt(n), n - 1, z * math.sqrt(n))
