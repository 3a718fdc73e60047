"""A week of working time as a picture: seven days down, twenty-four hours across."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from p2p.core import clock
from p2p.core.web import formats
from strategies.models import Calendar
from strategies.selectors.work import Worked, worked_in

LEFT, HOUR, ROW, TOP = 92, 28, 30, 22
SHADES = ("scheduled", "released", "firm", "started")


def week_of(days: Sequence[date], worked: Iterable[Worked], *, title: str) -> SafeString:
    """`worked` in local time; each shift name has a colour of its own, days that differ are marked."""
    found = list(worked)
    names = list(dict.fromkeys(one.name for one in found))
    width, height = LEFT + 24 * HOUR, TOP + ROW * len(days)
    hours = sum((one.ends - one.starts for one in found), timedelta())
    return format_html(
        '<svg class="p-plot s-week" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        width,
        height,
        _("{title}: {hours} hours of work in the week.").format(
            title=title, hours=formats.number(hours.total_seconds() / 3600)
        ),
        format_html_join("", "{}", ((each,) for each in _grid(len(days), height))),
        format_html_join("", "{}", ((_head(place, day),) for place, day in enumerate(days))),
        format_html_join("", "{}", ((each,) for one in found for each in _bars(one, days, names))),
    )


def _grid(count: int, height: int) -> Iterable[SafeString]:
    for hour in range(0, 25, 2):
        x = LEFT + hour * HOUR
        yield format_html('<line class="grid" x1="{}" y1="{}" x2="{}" y2="{}"></line>', x, TOP, x, height)
        yield format_html(
            '<text x="{}" y="14" text-anchor="middle">{}</text>', min(x, LEFT + 24 * HOUR - 8), f"{hour:02d}"
        )
    for place in range(count):
        y = TOP + place * ROW + 4
        yield format_html(
            '<rect class="track" x="{}" y="{}" width="{}" height="{}" rx="3"></rect>',
            LEFT,
            y,
            24 * HOUR,
            ROW - 8,
        )


def _head(place: int, day: date) -> SafeString:
    words = formats.day(day, weekday=True)
    return format_html('<text class="lab" x="0" y="{}">{}</text>', TOP + place * ROW + 19, words)


def _bars(one: Worked, days: Sequence[date], names: Sequence[str]) -> Iterable[SafeString]:
    """A shift over midnight has a part on each day."""
    shade = "late" if one.exceptional else SHADES[names.index(one.name) % len(SHADES)]
    for place, day in enumerate(days):
        first, last = datetime.combine(day, time(0)), datetime.combine(day + timedelta(days=1), time(0))
        starts, ends = max(one.starts, first), min(one.ends, last)
        if starts >= ends:
            continue
        x = LEFT + (starts - first).total_seconds() / 3600 * HOUR
        width = (ends - starts).total_seconds() / 3600 * HOUR
        yield _bar(one, shade, x, width, TOP + place * ROW + 4)


def _bar(one: Worked, shade: str, x: float, width: float, y: int) -> SafeString:
    tip = f"{one.name} {one.starts:%H:%M}–{one.ends:%H:%M}"
    words = one.name if width > 9 * len(one.name) else ""
    return format_html(
        '<g><title>{}</title><rect data-s="{}" x="{}" y="{}" width="{}" height="{}" rx="3"></rect>'
        '<text class="s-onbar" x="{}" y="{}">{}</text></g>',
        *(tip, shade, x + 0.5, y, max(width - 1, 1), ROW - 8, x + 6, y + 15, words),
    )


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def days_of(first: date) -> list[date]:
    return [first + timedelta(days=each) for each in range(7)]


def table_of(days: Sequence[date], worked: Iterable[Worked]) -> list[tuple[date, list[Any]]]:
    """The twin for readers of tables: what begins on each day."""
    found = list(worked)
    return [(day, [one for one in found if one.starts.date() == day]) for day in days]


def week_context(calendar: Calendar | None, asked: str) -> dict[str, Any]:
    """The picture of one week of a calendar, with the weeks beside it."""
    try:
        first = monday_of(date.fromisoformat(asked))
    except ValueError:
        first = monday_of(clock.today())
    days = days_of(first)
    worked = worked_in(calendar, days) if calendar else []
    return {
        "calendar": calendar,
        "week": week_of(days, worked, title=calendar.name) if calendar else "",
        "days": table_of(days, worked),
        "first_day": first,
        "last_day": days[-1],
        "before": (first - timedelta(days=7)).isoformat(),
        "after": (first + timedelta(days=7)).isoformat(),
    }
