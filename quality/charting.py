"""What the readings of a control plan say about the process: one chart per measured characteristic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from p2p.core.web import formats, series
from quality.engine.spc import charts, rules
from quality.engine.spc.capability import Capability, capability
from quality.models import ControlPlan, ControlPlanLine, Inspection, Result
from strategies.models import Characteristic

LATEST = 2000
"""Readings that a chart looks back on."""
FEWEST = 8
"""Points below which limits would be guesses."""
RULE_WORDS: dict[str, Any] = {
    "1_beyond_3s": gettext_lazy("beyond three sigma"),
    "9_same_side": gettext_lazy("nine in a row on one side"),
    "6_trend": gettext_lazy("six in a row rising or falling"),
    "14_alternating": gettext_lazy("fourteen in a row up and down"),
    "2of3_beyond_2s": gettext_lazy("two of three beyond two sigma"),
    "4of5_beyond_1s": gettext_lazy("four of five beyond one sigma"),
    "15_within_1s": gettext_lazy("fifteen in a row within one sigma"),
    "8_outside_1s": gettext_lazy("eight in a row outside one sigma"),
}


@dataclass(frozen=True)
class ChartedLine:
    """A characteristic over time. `chart` is None while there are too few points for limits."""

    line: ControlPlanLine
    kind: Any
    readings: int
    labels: list[str]
    chart: charts.Chart | None = None
    signals: tuple[tuple[Any, list[str]], ...] = ()
    within: Capability | None = None
    overall: Capability | None = None
    plot: SafeString = SafeString("")


def charted(plan: ControlPlan) -> list[ChartedLine]:
    """Every measured line of the plan with the readings of all its versions. Two queries."""
    measured = plan.lines.filter(characteristic__kind=Characteristic.Kind.VARIABLE)
    found = list(measured.select_related("characteristic__unit").order_by("position"))
    groups = _groups(plan, [line.characteristic_id for line in found])
    return [_charted_line(line, groups.get(line.characteristic_id, {})) for line in found]


def _groups(plan: ControlPlan, wanted: Sequence[int]) -> dict[int, dict[str, list[float]]]:
    """Characteristic -> inspection -> its values, in the order of time."""
    rows = (
        Result.objects.filter(inspection__plan__code=plan.code, characteristic__in=wanted)
        .filter(superseded=False, value__isnull=False)
        .exclude(inspection__state=Inspection.State.CANCELLED)
        .order_by("-inspection__opened_at", "-inspection_id", "-sample")
        .values_list("characteristic_id", "inspection__number", "value")[: LATEST * max(1, len(wanted))]
    )
    groups: dict[int, dict[str, list[float]]] = {}
    for characteristic, number, value in reversed(rows):
        groups.setdefault(characteristic, {}).setdefault(number, []).append(float(value))
    return groups


def _charted_line(line: ControlPlanLine, groups: dict[str, list[float]]) -> ChartedLine:
    values = [value for group in groups.values() for value in group]
    size = max((len(group) for group in groups.values()), default=0)
    whole = {number: group for number, group in groups.items() if len(group) == size}
    if size >= 2 and len(whole) >= FEWEST:
        chart, _ranges = charts.xbar_r(list(whole.values()))
        return _judged(line, _("Means of {size}").format(size=size), list(whole), chart, values, size)
    if len(values) >= FEWEST:
        chart, _moving = charts.individuals(values)
        return _judged(
            line, _("Single values"), [str(place) for place in range(1, len(values) + 1)], chart, values, 1
        )
    return ChartedLine(line, _("Single values"), len(values), [])


def _judged(
    line: ControlPlanLine, kind: Any, labels: list[str], chart: charts.Chart, values: list[float], size: int
) -> ChartedLine:
    said = _signals(chart, labels, size)
    return ChartedLine(
        line=line,
        kind=kind,
        readings=len(values),
        labels=labels,
        chart=chart,
        signals=said,
        within=_capability(line, fmean(values), chart.sigma),
        overall=_capability(line, fmean(values), stdev(values)),
        plot=_plot(line, chart, labels, {label for _rule, points in said for label in points}),
    )


def _signals(chart: charts.Chart, labels: list[str], size: int) -> tuple[tuple[Any, list[str]], ...]:
    if not chart.sigma:
        return ()
    sigma = chart.sigma / math.sqrt(size)
    found = rules.signals(chart.points, center=chart.center, sigma=sigma)
    return tuple(
        (RULE_WORDS[rule], [labels[place - 1] for place in places])
        for rule, places in found.items()
        if places
    )


def _capability(line: ControlPlanLine, mean: float, sigma: float) -> Capability | None:
    lower, upper = line.lower_limit, line.upper_limit
    if not sigma or (lower is None and upper is None):
        return None
    return capability(
        mean=mean,
        sigma=sigma,
        lsl=None if lower is None else float(lower),
        usl=None if upper is None else float(upper),
        target=None if line.target is None else float(line.target),
    )


def _plot(line: ControlPlanLine, chart: charts.Chart, labels: list[str], out: set[str]) -> SafeString:
    return series.line(
        [(label, point) for label, point in zip(labels, chart.points, strict=True)],
        title=_("{name} over time").format(name=line.characteristic.name),
        limits=[("UCL", chart.upper[-1]), ("LCL", chart.lower[-1])],
        target=("x̄", chart.center),
        out=out,
        places=line.characteristic.digits,
        width=1100,
        height=200,
    )


def figures(charted_line: ChartedLine) -> list[tuple[Any, str]]:
    """What stands above the chart: label and value."""
    if charted_line.chart is None:
        return []
    digits = charted_line.line.characteristic.digits + 1
    shown = [
        (_("Mean"), formats.number(charted_line.chart.center, digits)),
        (_("Sigma"), formats.number(charted_line.chart.sigma, digits + 1)),
    ]
    pairs = (
        ("Cp", charted_line.within, "cp"),
        ("Cpk", charted_line.within, "cpk"),
        ("Pp", charted_line.overall, "cp"),
        ("Ppk", charted_line.overall, "cpk"),
    )
    for label, index, name in pairs:
        value = getattr(index, name) if index else None
        if value is not None:
            shown.append((label, formats.number(value, 2)))
    return shown
