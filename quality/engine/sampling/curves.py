"""Operating characteristics of attribute plans: how likely a lot of some quality passes.

Sources: ISO 2859-1 annexes; Schilling & Neubauer, Acceptance Sampling in Quality Control.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from quality.engine.distributions import binomial, binomial_cdf, hypergeometric_cdf, poisson_cdf, solve

LARGEST = 100_000


def accepts(n: int, ac: int, p: float, *, kind: str = "binomial", lot: int | None = None) -> float:
    """The chance that a lot with a share p of bad pieces is accepted: at most `ac` bad ones among n.

    kind: binomial (of a process), poisson (defects), hypergeometric (of one lot of `lot` pieces).
    """
    if kind == "poisson":
        return poisson_cdf(ac, n * p)
    if kind == "hypergeometric":
        if lot is None:
            raise ValueError("A hypergeometric curve needs the size of the lot.")
        return hypergeometric_cdf(ac, lot, round(lot * p), n)
    return binomial_cdf(ac, n, p)


def accepts_double(n1: int, n2: int, ac1: int, re1: int, ac2: int, p: float) -> float:
    """The same for a double plan: a second sample decides between ac1 and re1; ac2 counts both samples."""
    second = (binomial(first, n1, p) * binomial_cdf(ac2 - first, n2, p) for first in range(ac1 + 1, re1))
    return binomial_cdf(ac1, n1, p) + math.fsum(second)


def quality_at(chance: float, n: int, ac: int, *, kind: str = "binomial") -> float:
    """The share of bad pieces at which a lot passes with this chance."""
    top = 1.0 if kind == "binomial" else max(10.0, (ac + 10.0) * 4 / n)
    return solve(lambda p: -accepts(n, ac, p, kind=kind), -chance, 0.0, top)


@dataclass(frozen=True)
class Plan:
    """Draw n, accept with at most `ac` bad ones, reject from `re` on."""

    n: int
    ac: int
    re: int


def find_plan(
    good: tuple[float, float], bad: tuple[float, float], *, kind: str = "binomial", lot: int | None = None
) -> Plan:
    """The smallest plan that passes quality `good[0]` with at least the chance good[1] and `bad[0]` with at most
    bad[1]. ValueError when none exists within the lot, or 100,000 pieces."""

    def passes(n: int, ac: int, p: float) -> float:
        return accepts(n, ac, p, kind=kind, lot=lot)

    ac, n, most = 0, 1, lot or LARGEST
    while n <= most:
        if passes(n, ac, bad[0]) > bad[1]:
            n += 1
        elif passes(n, ac, good[0]) < good[1]:
            ac += 1
        else:
            return Plan(n, ac, ac + 1)
    raise ValueError("No plan of this size tells the two qualities apart.")


@dataclass(frozen=True)
class Rectified:
    """What leaves when rejected lots are sorted: chance to pass, outgoing quality, pieces inspected per lot."""

    passes: float
    aoq: float
    ati: float


def rectified(lot: int, n: int, ac: int, p: float) -> Rectified:
    """A single plan whose rejected lots are inspected whole, bad pieces replaced."""
    passes = binomial_cdf(ac, n, p)
    return Rectified(passes, passes * p * (lot - n) / lot, n + (1 - passes) * (lot - n))


def zero_acceptance(confidence: float, reliability: float) -> int:
    """The smallest sample that, without a bad piece in it, shows the reliability with that confidence."""
    n = math.ceil(math.log(1 - confidence) / math.log(reliability) - 1e-9)
    return max(1, n)
