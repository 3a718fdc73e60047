"""Gauge R&R: how much of the spread is the measuring. Source: AIAG MSA, 4th edition; ndc is cut, never rounded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean

from quality.engine.distributions import f_tail

DISTINCT = 1.41


@dataclass(frozen=True, kw_only=True)
class RangeStudy:
    """Average-and-range method; equipment, appraiser, together, parts and total as deviations."""

    rbar: float
    xdiff: float
    rp: float
    ev: float
    av: float
    grr: float
    pv: float
    tv: float
    ndc: int

    def share(self, part: float) -> float:
        """Per cent of the total variation."""
        return 100 * part / self.tv


def by_ranges(
    readings: Mapping[str, Sequence[Sequence[float]]], *, k1: float, k2: float, k3: float
) -> RangeStudy:
    """`readings`: appraiser -> trial -> value per part; k1, k2, k3: the method's constants for the sizes."""
    trials = len(next(iter(readings.values())))
    parts = len(next(iter(readings.values()))[0])
    spans = [max(column) - min(column) for table in readings.values() for column in zip(*table, strict=True)]
    rbar = fmean(spans)
    means = [fmean(chain.from_iterable(table)) for table in readings.values()]
    xdiff = max(means) - min(means)
    of_part = [
        fmean(table[trial][part] for table in readings.values() for trial in range(trials))
        for part in range(parts)
    ]
    rp = max(of_part) - min(of_part)
    ev = rbar * k1
    av = math.sqrt(max(0.0, (xdiff * k2) ** 2 - ev**2 / (parts * trials)))
    grr, pv = math.hypot(ev, av), rp * k3
    return RangeStudy(
        rbar=rbar,
        xdiff=xdiff,
        rp=rp,
        ev=ev,
        av=av,
        grr=grr,
        pv=pv,
        tv=math.hypot(grr, pv),
        ndc=int(DISTINCT * pv / grr),
    )


@dataclass(frozen=True, kw_only=True)
class AnovaStudy:
    """Crossed analysis of variance: sums of squares and degrees of freedom in the order part, operator,
    interaction, repeatability, total; then the components of variance."""

    ss: list[float]
    df: list[int]
    f_interaction: float
    p_interaction: float
    pooled: bool
    repeatability: float
    reproducibility: float
    part: float
    ndc: int

    @property
    def grr(self) -> float:
        return self.repeatability + self.reproducibility

    @property
    def total(self) -> float:
        return self.grr + self.part

    def share(self, variance: float) -> float:
        """Per cent of the study's variation, as deviations."""
        return 100 * math.sqrt(variance / self.total)


def by_anova(
    values: Sequence[float], parts: Sequence[object], operators: Sequence[object], *, pool_above: float = 0.05
) -> AnovaStudy:
    """A balanced crossed study, one value per reading; the interaction is pooled when its p is above the bound."""
    cells: dict[tuple[object, object], list[float]] = {}
    for value, part, operator in zip(values, parts, operators, strict=True):
        cells.setdefault((part, operator), []).append(value)
    names, people = list(dict.fromkeys(parts)), list(dict.fromkeys(operators))
    p, o, r = len(names), len(people), len(values) // len(cells)
    ss, df = _squares(values, cells, names, people, r)
    ms = [square / free for square, free in zip(ss, df, strict=True)]
    f = ms[2] / ms[3]
    chance = f_tail(f, df[2], df[3])
    pooled = chance > pool_above
    error = (ss[2] + ss[3]) / (df[2] + df[3]) if pooled else ms[3]
    against = error if pooled else ms[2]
    between = max(0.0, (ms[1] - against) / (p * r))
    crossed = 0.0 if pooled else max(0.0, (ms[2] - ms[3]) / r)
    of_parts = max(0.0, (ms[0] - against) / (o * r))
    grr = error + between + crossed
    return AnovaStudy(
        ss=ss,
        df=df,
        f_interaction=f,
        p_interaction=chance,
        pooled=pooled,
        repeatability=error,
        reproducibility=between + crossed,
        part=of_parts,
        ndc=int(DISTINCT * math.sqrt(of_parts / grr)),
    )


def _squares(
    values: Sequence[float],
    cells: Mapping[tuple[object, object], Sequence[float]],
    names: Sequence[object],
    people: Sequence[object],
    r: int,
) -> tuple[list[float], list[int]]:
    p, o, grand = len(names), len(people), fmean(values)
    of_part = [fmean(v for each in people for v in cells[name, each]) for name in names]
    of_person = [fmean(v for name in names for v in cells[name, each]) for each in people]
    part = o * r * math.fsum((mean - grand) ** 2 for mean in of_part)
    person = p * r * math.fsum((mean - grand) ** 2 for mean in of_person)
    total = math.fsum((value - grand) ** 2 for value in values)
    within = math.fsum((v - fmean(cell)) ** 2 for cell in cells.values() for v in cell)
    df = [p - 1, o - 1, (p - 1) * (o - 1), p * o * (r - 1), p * o * r - 1]
    return [part, person, total - part - person - within, within, total], df
