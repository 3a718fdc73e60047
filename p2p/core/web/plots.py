"""Plots as SVG drawn on the server: bars, waterfall, line with limits, load strip, spark line.

Each returns one `<figure>`: the picture with a sentence for those who cannot see it, and the figures as a
table behind "As table". Colours are classes of p2p.css, never values; bars start at zero, a cut axis says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from p2p.core.web import formats
from p2p.core.web.scales import Scale, ticks

Value: TypeAlias = Decimal | int | float | None
Point: TypeAlias = tuple[Any, Value]
HEIGHT, LABEL = 186, 11
EMPTY = SafeString("")
GROWS = 1.4
"""A plot fills its card up to so many times its own size; beyond that its letters would shout."""


def _px(value: float) -> str:
    return f"{value:.1f}"


def rect(x: float, y: float, width: float, height: float, kind: str, tip: str = "") -> SafeString:
    inner = format_html("<title>{}</title>", tip) if tip else EMPTY
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" class="{}">{}</rect>',
        _px(x),
        _px(y),
        _px(max(0.5, width)),
        _px(max(0.5, height)),
        kind,
        inner,
    )


def text(x: float, y: float, words: Any, kind: str = "", anchor: str = "start") -> SafeString:
    return format_html(
        '<text x="{}" y="{}" class="{}" text-anchor="{}">{}</text>', _px(x), _px(y), kind, anchor, words
    )


def stroke(x1: float, y1: float, x2: float, y2: float, kind: str) -> SafeString:
    return format_html(
        '<line x1="{}" x2="{}" y1="{}" y2="{}" class="{}"></line>', _px(x1), _px(x2), _px(y1), _px(y2), kind
    )


def _join(parts: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _figure(
    parts: Sequence[SafeString],
    *,
    width: float,
    height: float,
    says: str,
    heads: Sequence[Any],
    rows: Sequence[Sequence[Any]],
    note: str = "",
) -> SafeString:
    return render_to_string(
        "components/plot.html",
        {
            "parts": _join(parts),
            "box": f"0 0 {_px(width)} {_px(height)}",
            "widest": round(float(width) * GROWS),
            "says": says,
            "heads": heads,
            "rows": rows,
            "note": note,
        },
    )


def _numbers(points: Sequence[Point]) -> list[float]:
    return [float(value) for _label, value in points if value is not None]


def _grid(scale: Scale, marks: Sequence[float], left: float, right: float) -> list[SafeString]:
    lines = [stroke(left, scale(mark), right, scale(mark), "grid") for mark in marks]
    words = [text(left - 6, scale(mark) + 4, formats.number(_tidy(mark)), anchor="end") for mark in marks]
    return lines + words


def _tidy(value: float) -> Decimal:
    return Decimal(repr(round(value, 9))).normalize()


def bars(
    points: Sequence[Point],
    *,
    title: Any,
    limit: Value = None,
    limit_name: Any = "",
    places: int = 0,
    width: int = 380,
    height: int = HEIGHT,
) -> SafeString:
    """Columns from zero; what stands above `limit` is red and names its excess."""
    values = _numbers(points)
    top = max([*values, float(limit or 0), 1e-9])
    marks = ticks(0, top, 4)
    scale = Scale(0, max(top, marks[-1]), height - 22, 18)
    left, right = 34.0, width - 6.0
    step = (right - left) / max(1, len(points))
    parts = _grid(scale, marks, left, right)
    for number, (label, value) in enumerate(points):
        x = left + number * step
        parts += _column(label, value, limit, scale, x, step, places)
        parts.append(text(x + step / 2, height - 6, label, anchor="middle"))
    parts.append(stroke(left, scale(0), right, scale(0), "axis"))
    if limit is not None:
        parts.append(stroke(left, scale(float(limit)), right, scale(float(limit)), "cap"))
        named = f"{limit_name or _('limit')} {formats.number(limit, places)}"
        parts.append(text(right, 11, named, "lab", "end"))
    rows = [(label, formats.number(value, places)) for label, value in points]
    says = _sentence(title, points, places, limit=limit)
    return _figure(parts, width=width, height=height, says=says, heads=("", title), rows=rows)


def _column(
    label: Any, value: Value, limit: Value, scale: Scale, x: float, step: float, places: int
) -> list[SafeString]:
    if value is None:
        return []
    high, cap = float(value), float(limit) if limit is not None else float("inf")
    tip = f"{label}: {formats.number(value, places)}"
    wide, at = step * 0.64, x + step * 0.18
    solid = min(high, cap)
    parts = [rect(at, scale(solid), wide, scale(0) - scale(solid), "fill-plain", tip)]
    if high > cap:
        parts.append(rect(at, scale(high), wide, scale(cap) - scale(high), "fill-over", tip))
        over = "+" + formats.number(high - cap, places)
        parts.append(text(at + wide / 2, scale(high) - 4, over, "over", "middle"))
    return parts


def _sentence(title: Any, points: Sequence[Point], places: int, limit: Value = None) -> str:
    known = [(label, value) for label, value in points if value is not None]
    if not known:
        return _("{title}: no values.").format(title=title)
    least, most = min(known, key=lambda each: float(each[1])), max(known, key=lambda each: float(each[1]))
    words = _("{title}: {count} values, from {least} ({low}) to {most} ({high}).").format(
        title=title,
        count=len(known),
        least=formats.number(least[1], places),
        low=least[0],
        most=formats.number(most[1], places),
        high=most[0],
    )
    over = [label for label, value in known if limit is not None and float(value) > float(limit)]
    if over:
        words += " " + _("Over {limit}: {labels}.").format(
            limit=formats.number(limit, places), labels=", ".join(str(label) for label in over)
        )
    return words


def waterfall(
    start: Point, steps: Sequence[Point], end: Point, *, title: Any, places: int = 2, width: int = 346
) -> SafeString:
    """From one total to another by named steps: grey totals, red costs more, green costs less.

    Raises ValueError when the steps do not lead from `start` to `end`: a waterfall that does not add up lies.
    """
    total = Decimal(str(start[1] or 0)) + sum((Decimal(str(value or 0)) for _l, value in steps), Decimal(0))
    if total != Decimal(str(end[1] or 0)):
        raise ValueError(f"{title}: {start[1]} and its steps make {total}, not {end[1]}")
    levels, run = [float(start[1] or 0)], Decimal(str(start[1] or 0))
    for _label, value in steps:
        run += Decimal(str(value or 0))
        levels.append(float(run))
    low, high = _cut(levels)
    # Words of more than fifteen letters push the bars to the right.
    longest = max(len(str(label)) for label, _value in [start, *steps, end])
    scale = Scale(low, high, 108.0 + 6.5 * max(0, longest - 15), width - 74.0)
    parts, y, before = [_total(start, scale, low, 4.0, places)], 4.0, levels[0]
    for (label, value), after in zip(steps, levels[1:], strict=True):
        parts.append(stroke(scale(before), y + 17, scale(before), y + 25, "join"))
        y += 25
        parts.append(_step(label, value, (before, after), scale, low, y, places))
        before = after
    parts.append(stroke(scale(before), y + 17, scale(before), y + 25, "join"))
    y += 25
    parts += [_total(end, scale, low, y, places), stroke(scale(low), 0, scale(low), y + 21, "axis")]
    rows = [
        (label, formats.number(value, places, sign=0 < number <= len(steps)))
        for number, (label, value) in enumerate([start, *steps, end])
    ]
    note = _("axis cut at {value}").format(value=formats.number(low, 0)) if low > 0 else ""
    says = _waterfall_sentence(title, start, steps, end, places)
    return _figure(parts, width=width, height=y + 24, says=says, heads=("", title), rows=rows, note=note)


def _cut(levels: Sequence[float]) -> tuple[float, float]:
    """The axis starts at zero unless the steps would vanish there; then a little below the smallest level."""
    low, high = min(levels), max(levels)
    spread = (high - low) or abs(high) or 1.0
    if low <= 0:
        return low, max(high, 0) or 1.0
    return (0.0, high) if spread > high * 0.25 else (max(0.0, ticks(low - spread * 0.35, high, 4)[0]), high)


def _total(point: Point, scale: Scale, low: float, y: float, places: int) -> SafeString:
    at = float(point[1] or 0)
    words = formats.number(point[1], places)
    left, right = sorted((scale(low), scale(at)))
    return _join(
        [
            text(scale(low) - 8, y + 13, point[0], "t2", "end"),
            rect(left, y, right - left, 17, "fill-total", f"{point[0]}: {words}"),
            text(right + 5, y + 13, words, "lab"),
        ]
    )


def _step(
    label: Any, value: Value, levels: tuple[float, float], scale: Scale, low: float, y: float, places: int
) -> SafeString:
    before, after = levels
    words = formats.number(value, places, sign=True)
    left, right = sorted((scale(before), scale(after)))
    kind = "fill-more" if after > before else "fill-less"
    return _join(
        [
            text(scale(low) - 8, y + 13, label, "t2", "end"),
            rect(left, y, right - left, 17, kind, f"{label}: {words}"),
            text(right + 5, y + 13, words, "lab"),
        ]
    )


def _waterfall_sentence(title: Any, start: Point, steps: Sequence[Point], end: Point, places: int) -> str:
    named = ", ".join(f"{label} {formats.number(value, places, sign=True)}" for label, value in steps)
    return _("{title}: from {start} to {end} by {steps}.").format(
        title=title, start=formats.number(start[1], places), end=formats.number(end[1], places), steps=named
    )
