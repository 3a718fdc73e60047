"""Rows that come as records (from the API) instead of a file go through the same checks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from p2p.core.facts import tell
from p2p.core.models import User
from strategies.list_facts import TakenIn
from strategies.services.importer.habits import Habits
from strategies.services.importer.reading import as_text
from strategies.services.importer.running import Outcome, take_in
from strategies.services.importer.sheets import Sheet, find_sheet
from strategies.services.importer.tables import Table
from strategies.services.importer.where import EDITORS


def take_rows(
    *,
    sheet: str,
    rows: Sequence[Mapping[str, Any]],
    partly: bool = False,
    dry_run: bool = False,
    roles: Sequence[str] = EDITORS,
    by: User | None,
) -> Outcome:
    """Add or change records of one sheet by natural key; the line of a row counts from 1. One transaction, in which
    the journal of every record that is new or has changed says so; a part without a page is said at its whole."""
    headings = list(dict.fromkeys(str(name) for row in rows for name in row))
    lines = [
        (place, [as_text(row.get(name)) for name in headings]) for place, row in enumerate(rows, start=1)
    ]
    table = Table(sheet, headings, lines, len(lines), Habits(strict=True))
    with transaction.atomic():
        outcome = take_in([table], dry_run=dry_run, partly=partly, roles=roles, naming=True, by=by)
        kind = find_sheet(sheet)
        if outcome.saved and kind is not None and kind.store is None:
            _tell(kind, outcome.touched.get(kind.name, ()), by)
    return outcome


def _tell(sheet: Sheet, keys: Collection[int], by: User | None) -> None:
    """A sheet with a service of its own needs none of this: what its service does is told by it."""
    if not keys:
        return
    path, kind = _to_its_page(sheet), sheet.model
    for name in path:
        kind = kind._meta.get_field(name).related_model  # type: ignore[assignment]  # no generic relation is a key
    rows = sheet.model._base_manager.filter(pk__in=keys)
    pages = set(rows.values_list("__".join(path) or "pk", flat=True)) - {None}
    records = kind._base_manager.filter(pk__in=pages).select_related().order_by("pk")
    tell(TakenIn(sheet=sheet.name, records=tuple(records), by=by))


def _to_its_page(sheet: Sheet) -> tuple[str, ...]:
    """From a row of the sheet to the record on whose page its journal is read: itself, or what it is a part of."""
    if hasattr(sheet.model, "get_absolute_url"):
        return ()
    if sheet.whole:
        return sheet.whole
    first = sheet.model._meta.get_field(sheet.key[0])
    return (sheet.key[0],) if first.is_relation else ()
