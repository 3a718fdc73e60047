"""Rows that are parts of a version: it is held while they come in, and counts one more change afterwards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import F

from strategies.services.importer.sheets import Row, Sheet


def hold(sheet: Sheet, rows: Sequence[Row]) -> None:
    """Lock the versions that these rows are parts of, in key order, until the import ends. A query for each step
    from the row to its version, and one for the locks."""
    if not sheet.whole or not rows:
        return
    kind, keys = _versions(sheet, {row.values[sheet.whole[0]] for row in rows})
    held = kind._base_manager.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    list(held.values_list("pk", flat=True))


def count_change(sheet: Sheet, parents: Collection[int]) -> None:
    """One more revision for the versions behind `parents`, keys of what the changed rows belong to: whoever has
    such a version open is told, instead of saving over what came in. One update."""
    if not sheet.whole or not parents:
        return
    kind, keys = _versions(sheet, parents)
    kind._base_manager.filter(pk__in=keys).update(revision=F("revision") + 1)


def _versions(sheet: Sheet, parents: Collection[Any]) -> tuple[Any, set[Any]]:
    kind: Any = sheet.model._meta.get_field(sheet.whole[0]).related_model
    keys = set(parents)
    for name in sheet.whole[1:]:
        field: Any = kind._meta.get_field(name)
        keys = set(kind._base_manager.filter(pk__in=keys).values_list(field.attname, flat=True))
        kind = field.related_model
    return kind, keys
