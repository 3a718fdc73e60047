"""Columns of lists: what to read from a record, how it looks on the page, what goes into a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from p2p.core.templatetags import p2p as tags
from p2p.core.web import formats

RIGHT = {"number", "quantity", "money", "percent", "date", "time", "duration"}
FLEXIBLE = 150
"""Pixels that a column without a width never goes below; then the table scrolls sideways."""
WIDTHS = {
    "number": 88,
    "quantity": 96,
    "money": 112,
    "percent": 72,
    "date": 100,
    "time": 142,
    "duration": 84,
    "state": 112,
    "bar": 112,
    "yes": 64,
}


@dataclass(frozen=True)
class Column:
    """`Column("item.code", _("Item"), kind="code", width=104)`.

    key: dotted path on the record (a method, property or annotation will do); `value` overrides it.
    kind: text, code, state, number, quantity, money, percent, date, time, duration, bar, yes.
    width in px; without it the column takes what is left (text) or what its kind needs.
    order: ORM path to sort by; None derives it from the key, "" makes the column unsortable.
    unit: dotted path of the unit shown after the number; head: unit or currency for all rows, in the head.
    bar: (path of good, path of scrap, path of the whole). total: the bulk bar adds it up. signed: also a plus.
    tone(record) -> "bad", "good", "warn" or "". template gets `record` and `value`. hidden until chosen.
    """

    key: str
    title: Any
    kind: str = "text"
    width: int = 0
    order: str | None = None
    places: int | None = None
    unit: str = ""
    head: Any = ""
    link: bool = False
    href: Callable[[Any], str] | None = None
    bar: tuple[str, str, str] | None = None
    total: bool = False
    signed: bool = False
    tone: Callable[[Any], str] | None = None
    value: Callable[[Any], Any] | None = None
    template: str = ""
    hidden: bool = False

    @property
    def acts(self) -> bool:
        """The column without a title has the buttons of the row: it stays in sight while the rest scrolls."""
        return not self.title

    @property
    def right(self) -> bool:
        return self.kind in RIGHT

    @property
    def pixels(self) -> int:
        least = WIDTHS.get(self.kind, 0)
        if self.kind in ("date", "time"):
            return max(self.width, least)  # a date is never cut, whatever a page says
        return self.width or least

    @property
    def sort_path(self) -> str:
        if self.order is not None:
            return self.order
        return "" if self.value or self.template or self.kind == "bar" else self.key.replace(".", "__")

    def read(self, record: Any) -> Any:
        return self.value(record) if self.value else follow(record, self.key)


@dataclass(frozen=True)
class Cell:
    html: SafeString | str
    classes: str = ""
    raw: str = ""
    full: str = ""


def follow(record: Any, path: str) -> Any:
    """The value at a dotted path (or ORM path); None where something on the way is None or missing."""
    for step in path.replace("__", ".").split("."):
        if record is None:
            return None
        record = record.get(step) if isinstance(record, Mapping) else getattr(record, step, None)
        if callable(record) and not isinstance(record, type):
            record = record()
    return record


def cell(column: Column, record: Any, url: str = "") -> Cell:
    """One cell, ready to draw. `url` is where the record's own page is."""
    value = column.read(record)
    inner = _inner(column, record, value)
    target = column.href(record) if column.href else url if column.link else ""
    html = format_html('<a href="{}">{}</a>', target, inner) if target and value not in (None, "") else inner
    tone = column.tone(record) if column.tone else ""
    parts = (
        "n" if column.right else "",
        "code" if column.kind == "code" else "",
        "stay" if column.acts else "",
        tone,
    )
    classes = " ".join(filter(None, parts))
    raw = str(value) if column.total and value is not None else ""
    full = str(value) if column.kind == "text" and isinstance(value, str) and len(value) > 18 else ""
    return Cell(html, classes, raw, full)


def _inner(column: Column, record: Any, value: Any) -> SafeString | str:
    if column.template:
        return render_to_string(column.template, {"record": record, "value": value})
    if column.kind == "state":
        display = getattr(record, f"get_{column.key}_display", None)
        return tags.badge(value, display() if display else "")
    if column.kind == "bar" and column.bar:
        return _bar(record, column.bar)
    words = _words(column, value)
    if column.unit and words != formats.NONE:
        return format_html('{}<span class="u">{}</span>', words, follow(record, column.unit) or "")
    return words


def _bar(record: Any, parts: tuple[str, str, str]) -> SafeString:
    good, scrap, whole = (follow(record, path) if path else 0 for path in parts)
    share = Decimal(str(good or 0)) / Decimal(str(whole)) if whole else None
    drawn = tags.bar(whole, good=good, scrap=scrap)
    return format_html(
        '<span class="barcell">{}<span class="num">{}</span></span>', drawn, formats.percent(share)
    )


def _words(column: Column, value: Any) -> str:
    if column.kind in ("number", "quantity"):
        return value if isinstance(value, str) else formats.number(value, column.places)
    if column.kind == "money":
        return formats.number(value, 2 if column.places is None else column.places, sign=column.signed)
    if column.kind == "percent":
        return formats.percent(value, column.places or 0)
    if column.kind == "date":
        return formats.day(value)
    if column.kind == "time":
        return formats.moment(value)
    if column.kind == "duration":
        return formats.duration(value)
    if column.kind == "yes":
        return "✓" if value else formats.NONE
    return formats.NONE if value is None or value == "" else str(value)


def plain(column: Column, record: Any) -> Any:
    """The value for a file: a number stays a number, an instant becomes local and naive, the rest is text."""
    if column.kind == "bar" and column.bar:
        good, whole = follow(record, column.bar[0]), follow(record, column.bar[2])
        return Decimal(str(good or 0)) / Decimal(str(whole)) if whole else None
    value = column.read(record)
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, timedelta):
        return Decimal(str(value.total_seconds())) / 3600
    if column.kind == "state":
        display = getattr(record, f"get_{column.key}_display", None)
        return str(display()) if display else value
    if value is None or isinstance(value, (bool, int, float, Decimal, str)) or hasattr(value, "isoformat"):
        return value
    return str(value)
