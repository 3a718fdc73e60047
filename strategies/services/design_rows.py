"""Rows of a draft bill as they are, as JSON, and put back exactly so."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import F, Max, Model

from strategies.models import BomAlternate, BomLine, BomOutput, BomStep, BomVersion

OF_LINES: tuple[type[Model], ...] = (BomAlternate, BomStep)
OWN = ("batch_quantity", "yield_fraction", "multiple_quantity")
"""Columns of the bill itself that a change in the designer may touch."""


def snapshot(bom: BomVersion, touched: Collection[int] | None) -> dict[str, Any]:
    """The lines `touched` (None: all) with what belongs to them; with all lines the outputs and the head, too."""
    keys = list(bom.lines.values_list("pk", flat=True)) if touched is None else list(touched)
    found: dict[str, Any] = {"touched": keys, "lines": _rows(BomLine, "id", keys)}
    for model in OF_LINES:
        found[model._meta.db_table] = _rows(model, "line_id", keys)
    if touched is None:
        found["outputs"] = _rows(BomOutput, "bom_id", [bom.pk])
        found["head"] = {name: str(getattr(bom, name)) for name in OWN}
    return found


def _rows(model: type[Model], column: str, keys: Collection[int]) -> list[dict[str, Any]]:
    if not keys:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        # As text and back: psycopg would read numbers of JSON as floats.
        cursor.execute(
            f"SELECT to_jsonb(one)::text, {column} FROM {table} AS one WHERE {column} = ANY(%s) ORDER BY id",
            [list(keys)],
        )
        return [{"row": text, "of": key} for text, key in cursor.fetchall()]


def added_since(bom: BomVersion, last: int) -> list[int]:
    """Keys of the lines that were added after the line with key `last`."""
    return list(bom.lines.filter(pk__gt=last).values_list("pk", flat=True))


def restore(bom: BomVersion, before: dict[str, Any]) -> None:
    """Put the rows of a snapshot back, and take away what was added since."""
    touched = before["touched"]
    BomLine.objects.filter(bom=bom, pk__in=before["added"]).delete()
    BomStep.objects.filter(line__in=touched).delete()
    # Out of the way first: the database looks at each row as it is written.
    lines = BomLine.objects.filter(bom=bom)
    top = 1_000_000 + (lines.aggregate(last=Max("position"))["last"] or 0)
    there = set(lines.filter(pk__in=touched).values_list("pk", flat=True))
    lines.filter(pk__in=touched).update(position=F("position") + top)
    _put(BomLine, before["lines"])
    _put(BomStep, before[BomStep._meta.db_table])
    # Alternates are agreed on beside the draft: those of a line that is still there stay as they are.
    _put(BomAlternate, [each for each in before[BomAlternate._meta.db_table] if each["of"] not in there])
    if "outputs" in before:
        BomOutput.objects.filter(bom=bom).delete()
        _put(BomOutput, before["outputs"])
        BomVersion.objects.filter(pk=bom.pk).update(**before["head"])


def _put(model: type[Model], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = model._meta.db_table
    names = [each.column for each in model._meta.concrete_fields]
    columns = ", ".join(f'"{name}"' for name in names)
    new = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in names if name != "id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns})"
            f" SELECT {columns} FROM unnest(%s::text[]) AS old (row)"
            f" CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, old.row::jsonb)"
            f" ON CONFLICT (id) DO UPDATE SET {new}",
            [[each["row"] for each in rows]],
        )
