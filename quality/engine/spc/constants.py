"""Control chart constants, computed from their definitions, not copied from a table (ASTM MNL 7, ISO 7870-2)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from quality.engine.distributions import NORMAL

REACH, STEP = 8.0, 0.05


@dataclass(frozen=True)
class Constants:
    """For subgroups of n values of a normal process with sigma 1."""

    n: int
    d2: float
    d3: float
    c4: float

    @property
    def A2(self) -> float:
        return 3 / (self.d2 * math.sqrt(self.n))

    @property
    def A3(self) -> float:
        return 3 / (self.c4 * math.sqrt(self.n))

    @property
    def D3(self) -> float:
        return max(0.0, 1 - 3 * self.d3 / self.d2)

    @property
    def D4(self) -> float:
        return 1 + 3 * self.d3 / self.d2

    @property
    def B3(self) -> float:
        return max(0.0, 1 - self._spread)

    @property
    def B4(self) -> float:
        return 1 + self._spread

    @property
    def _spread(self) -> float:
        return 3 * math.sqrt(1 - self.c4**2) / self.c4


@lru_cache(maxsize=64)
def constants(n: int) -> Constants:
    """For subgroups of n >= 2 values. d2 and d3 are mean and deviation of the range, by the trapezoid rule on a
    grid where it is exact to about 1e-7 (the integrands and all their derivatives vanish at both ends)."""
    if n < 2:
        raise ValueError("A subgroup has at least two values.")
    points = int(REACH / STEP)
    below = [NORMAL.cdf(STEP * i) for i in range(-points, points + 1)]
    d2 = STEP * math.fsum(1 - p**n - (1 - p) ** n for p in below)
    squared = (
        2 * STEP * math.fsum(STEP * lag * (1 - _range_below(below, lag, n)) for lag in range(1, 2 * points))
    )
    c4 = math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))
    # The integrand leaves zero with slope 2: the trapezoid rule's only error term (Euler and Maclaurin).
    squared += STEP**2 / 6
    return Constants(n, d2, math.sqrt(squared - d2 * d2), c4)


def _range_below(below: list[float], lag: int, n: int) -> float:
    """P(range <= lag grid steps): n times the chance that one value is lowest and the others follow within."""
    density = _densities(len(below))
    total = math.fsum(density[i] * (below[i + lag] - below[i]) ** (n - 1) for i in range(len(below) - lag))
    tail = math.fsum(density[i] * (1 - below[i]) ** (n - 1) for i in range(len(below) - lag, len(below)))
    return min(1.0, n * STEP * (total + tail))


@lru_cache(maxsize=2)
def _densities(count: int) -> list[float]:
    half = count // 2
    return [NORMAL.pdf(STEP * i) for i in range(-half, half + 1)]
