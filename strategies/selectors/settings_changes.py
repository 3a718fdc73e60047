"""What changes of many order settings did to each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects

from p2p.core.access import at_sites
from strategies.models import Item, ItemPolicy, SettingsChange

Values = list[tuple[str, Any, Any]]


def settings_changes(user: Any) -> QuerySet[SettingsChange]:
    """Those at the user's sites, and those for all sites."""
    rows = SettingsChange.objects.select_related("site", "by", "undone_by")
    return at_sites(rows, user)


def changed_lines(change: SettingsChange, most: int) -> list[tuple[Item | None, bool, Values]]:
    """Item (None once it is deleted), whether its row was made, and each field with its value before and after; at
    most so many rows in the order of item numbers. Three queries, whatever the number."""
    kept = [(row, False) for row in change.before] + [(row, True) for row in change.made]
    items = Item.objects.in_bulk([row["item_id"] for row, _made in kept])
    there = sorted(kept, key=lambda pair: _number(items.get(pair[0]["item_id"])))[:most]
    pairs = [(_row(row), _row(row | change.wanted), made) for row, made in there]
    prefetch_related_objects([one for old, new, _made in pairs for one in (old, new)], "vendor", "location")
    return [
        (items.get(old.item_id), made, _values(old, new, change.wanted, made)) for old, new, made in pairs
    ]


def _number(item: Item | None) -> str:
    return item.number if item else ""


def _row(columns: Mapping[str, Any]) -> ItemPolicy:
    """The row as it was, out of what JSON kept."""
    fields = {field.attname: field for field in ItemPolicy._meta.concrete_fields}
    return ItemPolicy(**{name: fields[name].to_python(value) for name, value in columns.items()})


def _values(old: ItemPolicy, new: ItemPolicy, wanted: Mapping[str, Any], made: bool) -> Values:
    names = [field.name for field in ItemPolicy._meta.concrete_fields if field.attname in wanted]
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in names]
    return [(name, None if made else was, now) for name, was, now in pairs if made or was != now]
