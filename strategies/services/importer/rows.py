"""Rows that come as records (from the API) instead of a file go through the same checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from p2p.core.models import User
from strategies.services.importer.habits import Habits
from strategies.services.importer.reading import as_text
from strategies.services.importer.running import Outcome, take_in
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
    """Add or change records of one sheet by natural key; the line of a row counts from 1. One transaction."""
    headings = list(dict.fromkeys(str(name) for row in rows for name in row))
    lines = [
        (place, [as_text(row.get(name)) for name in headings]) for place, row in enumerate(rows, start=1)
    ]
    table = Table(sheet, headings, lines, len(lines), Habits(strict=True))
    return take_in([table], dry_run=dry_run, partly=partly, roles=roles, by=by)
