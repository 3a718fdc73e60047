"""What a process can hold: Cp, Cpk and their company, with confidence intervals; yields of defect counts.

Sources: ISO 22514-2; Bissell (1990) for the interval of Cpk; Taguchi's Cpm. Cp and Cpk take the deviation within
subgroups, Pp and Ppk the overall one: the caller says which it gives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from quality.engine.distributions import NORMAL, chi2_quantile


@dataclass(frozen=True, kw_only=True)
class Capability:
    """Of a process against its limits; `k` is how far it is off the middle, 0 to 1. None where a limit lacks."""

    cp: float | None
    cpl: float | None
    cpu: float | None
    cpk: float | None
    k: float | None
    cpm: float | None


def capability(
    *,
    mean: float,
    sigma: float,
    lsl: float | None = None,
    usl: float | None = None,
    target: float | None = None,
) -> Capability:
    """Indices of a process with `sigma` > 0. Raises ValueError without any limit."""
    if sigma <= 0:
        raise ValueError("Sigma has to be above zero.")
    if lsl is None and usl is None:
        raise ValueError("Capability needs at least one limit.")
    cpl = None if lsl is None else (mean - lsl) / (3 * sigma)
    cpu = None if usl is None else (usl - mean) / (3 * sigma)
    sides = [side for side in (cpl, cpu) if side is not None]
    if lsl is None or usl is None:
        return Capability(cp=None, cpl=cpl, cpu=cpu, cpk=min(sides), k=None, cpm=None)
    wide = usl - lsl
    aim = (lsl + usl) / 2 if target is None else target
    return Capability(
        cp=wide / (6 * sigma),
        cpl=cpl,
        cpu=cpu,
        cpk=min(sides),
        k=abs((lsl + usl) / 2 - mean) / (wide / 2),
        cpm=wide / (6 * math.hypot(sigma, mean - aim)),
    )


def cp_interval(cp: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """By the chi-square distribution of the deviation of n values."""
    rest = (1 - confidence) / 2
    low, high = chi2_quantile(rest, n - 1), chi2_quantile(1 - rest, n - 1)
    return cp * math.sqrt(low / (n - 1)), cp * math.sqrt(high / (n - 1))


def cpk_interval(cpk: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Bissell's normal approximation."""
    z = NORMAL.inv_cdf(1 - (1 - confidence) / 2)
    half = z * math.sqrt(1 / (9 * n * cpk * cpk) + 1 / (2 * (n - 1)))
    return cpk * (1 - half), cpk * (1 + half)


@dataclass(frozen=True)
class Yields:
    """Shares of opportunities that ended well: at the end, without rework, through all steps; and defects."""

    final: float
    first_time: float
    rolled: float
    defects: int
    dpmo: float


def yields(defects: Sequence[int], rework: Sequence[int], opportunities: int) -> Yields:
    """Of a chain of steps that each see the same number of opportunities."""
    total, again = sum(defects), sum(rework)
    rolled = math.prod(
        1 - (bad + redone) / opportunities for bad, redone in zip(defects, rework, strict=True)
    )
    return Yields(
        final=1 - total / opportunities,
        first_time=1 - (total + again) / opportunities,
        rolled=rolled,
        defects=total,
        dpmo=1e6 * total / opportunities,
    )
