"""The filters in force, as chips with a way to take each one off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Model
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _

from p2p.core.web import formats

PAGING = ("after", "export", "counts")


@dataclass(frozen=True)
class Chip:
    label: Any
    value: str
    without: str
    """The query string with this filter taken off."""


def query(params: QueryDict, *, drop: Iterable[str] = (), **put: str) -> str:
    """The current query string without paging and `drop`, with `put`; always starts with "?"."""
    changed = params.copy()
    for name in (*PAGING, *drop):
        changed.pop(name, None)
    for name, value in put.items():
        changed[name] = value
    for name in [name for name, values in changed.lists() if not any(values)]:
        del changed[name]
    return "?" + changed.urlencode()


def chips_of(filterset: Any, params: QueryDict) -> list[Chip]:
    """One chip per filter that has a value, in the order of the filter set."""
    if filterset is None:
        return []
    found = []
    for name, field in filterset.form.fields.items():
        names = _names(name, field)
        if name == "q" or not any(params.get(each) for each in names):
            continue
        cleaned = getattr(filterset.form, "cleaned_data", {})
        value = cleaned.get(name)
        if name in cleaned and value in (None, ""):
            continue
        words = _words(field, value) or ", ".join(filter(None, (params.get(each) for each in names)))
        found.append(Chip(field.label or name, words, query(params, drop=names)))
    return found


def _names(name: str, field: Any) -> list[str]:
    suffixes = getattr(field.widget, "suffixes", None) or getattr(field.widget, "widgets_names", None)
    return (
        [name + (each if each.startswith("_") else f"_{each}") for each in suffixes] if suffixes else [name]
    )


def _words(field: Any, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, slice):
        return _between(value)
    if isinstance(value, (list, tuple)) or (
        hasattr(value, "__iter__") and not isinstance(value, (str, Model))
    ):
        return ", ".join(_words(field, each) for each in value)
    choices = {
        str(key): str(label)
        for key, label in getattr(field, "choices", [])
        if not isinstance(label, (list, tuple))
    }
    return choices.get(str(value)) or _plain(value)


def _plain(value: Any) -> str:
    """Days and moments as the lists themselves write them; of a range of days only the days were typed."""
    if isinstance(value, datetime):
        clock = value.astimezone(timezone.get_current_timezone()).time()
        whole = clock == time.min or clock >= time(23, 59, 59)
        return formats.day(value) if whole else formats.moment(value)
    if isinstance(value, date):
        return formats.day(value)
    return str(localize(value))


def _between(value: slice) -> str:
    if value.start is None:
        return _("up to {value}").format(value=_plain(value.stop))
    if value.stop is None:
        return _("from {value}").format(value=_plain(value.start))
    return f"{_plain(value.start)} – {_plain(value.stop)}"
