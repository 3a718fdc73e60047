"""Many rows into a table at once: COPY, with keys taken beforehand so that rows may point at each other."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model

from p2p.core.fields import CodeField

NULL = "\\N"
CHUNK = 1 << 18
"""Characters handed to the server at a time."""


class _Stream(io.TextIOBase):
    """A file that the database driver reads, made of lines as they come: never whole in memory."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._rest = ""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        if size is None or size < 0:
            return self._rest + "".join(self._lines)
        held, parts = len(self._rest), [self._rest]
        while held < size:
            line = next(self._lines, None)
            if line is None:
                break
            parts.append(line)
            held += len(line)
        text = "".join(parts)
        self._rest = text[size:]
        return text[:size]


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """COPY ready-made tab-separated lines, each with its newline, into database columns."""
    quote = connection.ops.quote_name
    named = ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(table)} ({named}) FROM STDIN", _Stream(lines), CHUNK)


def copy_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows of plain values into a model's database columns; constraints hold as for any insert."""
    copy_lines(model._meta.db_table, columns, text_of(rows))


def copy_records(model: type[Model], records: Sequence[Model]) -> None:
    """COPY unsaved records, keys included, with every column of the model. Refused as a save would be for a number
    with a character that nobody sees."""
    fields = model._meta.concrete_fields
    for field in fields:
        if isinstance(field, CodeField):
            for record in records:
                field.pre_save(record, add=True)
    names = [field.attname for field in fields]
    rows = ([getattr(record, name) for name in names] for record in records)
    copy_rows(model, [str(field.column) for field in fields], rows)


def text_of(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    for row in rows:
        yield "\t".join([_text(value) for value in row]) + "\n"


def _text(value: Any) -> str:
    if value is None:
        return NULL
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, dict):
        return escaped(json.dumps(value, separators=(",", ":")))
    return escaped(str(value))


def escaped(text: str) -> str:
    """A text as COPY wants it."""
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text


def take_keys(model: type[Model], count: int) -> list[int]:
    """So many primary keys of a table, from its own sequence, in rising order."""
    key = model._meta.pk
    assert key is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, key.column, count],
        )
        return [row[0] for row in cursor.fetchall()]
