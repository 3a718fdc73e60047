"""Plots over time: a line with limits, a strip of load against capacity, a spark line for a table cell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from p2p.core.web import formats
from p2p.core.web.plots import (
    HEIGHT,
    Point,
    Value,
    _figure,
    _grid,
    _numbers,
    _px,
    _sentence,
    rect,
    stroke,
    text,
)
from p2p.core.web.scales import Scale, ticks


def line(
    points: Sequence[Point],
    *,
    title: Any,
    limits: Sequence[tuple[Any, Value]] = (),
    target: tuple[Any, Value] | None = None,
    out: Collection[Any] = (),
    places: int = 1,
    width: int = 640,
    height: int = HEIGHT,
) -> SafeString:
    """A line through the points; limits dashed and named at their end, `out` marks points by label.

    More than 2,000 points belong on a canvas; a missing value leaves a gap.
    """
    levels = [float(value) for _name, value in [*limits, *([target] if target else [])] if value is not None]
    values = _numbers(points) + levels or [0.0, 1.0]
    low, high = min(values), max(values)
    pad = (high - low) * 0.08 or abs(high) * 0.05 or 1.0
    # No room beyond zero where nothing is: stock that was never below it does not seem to be.
    bottom = 0.0 if 0 <= low < pad else low - pad
    top = 0.0 if low < 0 and -pad < high <= 0 else high + pad
    marks = ticks(bottom, top, 4)
    scale = Scale(marks[0], marks[-1], height - 24, 10)
    left, right = 46.0, width - (64.0 if levels else 34.0)
    across = Scale(0, max(1, len(points) - 1), left, right)
    parts = _grid(scale, marks, left, right)
    for name, value in limits:
        parts += _level(name, value, scale, left, right, "limit", places)
    if target:
        parts += _level(target[0], target[1], scale, left, right, "target", places)
    parts += _path(points, across, scale) + _dots(points, across, scale, out, places)
    parts += _labels(points, across, height)
    rows = [
        (label, formats.number(value, places), _("out of limits") if label in out else "")
        for label, value in points
    ]
    says = _sentence(title, points, places)
    return _figure(parts, width=width, height=height, says=says, heads=("", title, ""), rows=rows)


def _level(
    name: Any, value: Value, scale: Scale, left: float, right: float, kind: str, places: int
) -> list[SafeString]:
    if value is None:
        return []
    y = scale(float(value))
    words = format_html("{} {}", name, formats.number(value, places))
    return [stroke(left, y, right, y, kind), text(right + 5, y + 4, words, f"{kind}-name")]


def _path(points: Sequence[Point], across: Scale, scale: Scale) -> list[SafeString]:
    pieces, pen = [], "M"
    for number, (_label, value) in enumerate(points):
        if value is None:
            pen = "M"
            continue
        pieces.append(f"{pen}{_px(across(number))},{_px(scale(float(value)))}")
        pen = "L"
    return [format_html('<path d="{}" class="line"></path>', "".join(pieces))] if pieces else []


def _dots(
    points: Sequence[Point], across: Scale, scale: Scale, out: Collection[Any], places: int
) -> list[SafeString]:
    if len(points) > 80 and not out:
        return []
    return [
        format_html(
            '<circle cx="{}" cy="{}" r="{}" class="{}"><title>{}: {}</title></circle>',
            _px(across(number)),
            _px(scale(float(value))),
            "4" if label in out else "2.5",
            "pt out" if label in out else "pt",
            label,
            formats.number(value, places),
        )
        for number, (label, value) in enumerate(points)
        if value is not None and (len(points) <= 80 or label in out)
    ]


def _labels(points: Sequence[Point], across: Scale, height: int) -> list[SafeString]:
    every = max(1, -(-len(points) // 8))
    return [
        text(across(number), height - 6, label, anchor="middle")
        for number, (label, _value) in enumerate(points)
        if number % every == 0
    ]


def load_strip(
    periods: Sequence[tuple[Any, Value, Value]], *, title: Any, width: int = 380, height: int = 46
) -> SafeString:
    """(label, load, capacity) per period as one strip: full height is capacity, red is over it."""
    parts: list[SafeString] = []
    step = width / max(1, len(periods))
    tall = height - 18.0
    rows, over = [], []
    for number, (label, load, capacity) in enumerate(periods):
        share = float(load or 0) / float(capacity) if capacity else (float("inf") if load else 0.0)
        words = formats.percent(share) if share != float("inf") else _("no capacity")
        fill, x = min(1.0, share) * tall, number * step
        parts += [
            rect(x + 1, 0, step - 2, tall, "track"),
            rect(
                x + 1,
                tall - fill,
                step - 2,
                fill,
                "fill-over" if share > 1 else "fill-plain",
                f"{label}: {words}",
            ),
            text(x + step / 2, height - 4, label, anchor="middle"),
        ]
        rows.append((label, formats.number(load, 1), formats.number(capacity, 1), words))
        over += [f"{label} {words}"] if share > 1 else []
    says = _("{title}: {count} periods.").format(title=title, count=len(periods))
    says += " " + _("Over capacity: {labels}.").format(labels=", ".join(over)) if over else ""
    heads = ("", _("Load"), _("Capacity"), "%")
    return _figure(parts, width=width, height=height, says=says, heads=heads, rows=rows)


def spark(
    values: Sequence[Value], *, title: Any, floor: Value = None, width: int = 76, height: int = 20
) -> SafeString:
    """A step line for a table cell; what is below `floor` is marked. The row beside it is its table."""
    known = [float(value) for value in values if value is not None] or [0.0]
    low, high = min([*known, float(floor or 0)]), max([*known, float(floor or 0)])
    scale, step = Scale(low, high or 1.0, height - 2, 2), width / max(1, len(values))
    path, parts, pen = [], [], "M"
    for number, value in enumerate(values):
        if value is None:
            continue
        x, y = number * step, scale(float(value))
        path.append(f"{pen}{_px(x)},{_px(y)}L{_px(x + step)},{_px(y)}")
        pen = "L"
        if floor is not None and float(value) < float(floor):
            parts.append(
                rect(x, min(y, scale(float(floor))), step, abs(y - scale(float(floor))), "fill-over")
            )
    says = f"{title}: {formats.number(min(known))} – {formats.number(max(known))}"
    return format_html(
        '<svg class="p-plot p-spark" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<path d="{}" class="line"></path></svg>',
        width,
        height,
        says,
        format_html("{}" * len(parts), *parts) if parts else "",
        "".join(path),
    )
