"""Rows go into their table in one statement: new ones in, changed ones over, equal ones left alone."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Field as ModelField
from django.db.models import Model
from django.utils.translation import gettext as _

from strategies.services.importer.checking import Checked
from strategies.services.importer.sheets import Attributes, Field, Sheet, Tally
from strategies.services.importer.spool import Rows
from strategies.services.importer.wholes import count_change

_STAGE = "import_stage"
_MOST_BROKEN = 50
"""Rows a table may refuse by its own constraints before we stop looking for the next."""

_MANY = 5_000
"""New rows after which what the database knows of the table no longer holds."""


@dataclass(frozen=True)
class Plan:
    """The statements that take rows of one sheet, as far as its file has columns."""

    targets: tuple[str, ...]
    stage: str
    copy: str
    upsert: str
    fixed: tuple[Any, ...]


class Broken(Exception):
    """The table refuses a row: which one, the sentence, and the column if the table names one."""

    def __init__(self, line: int, sentence: str, column: str) -> None:
        super().__init__(sentence)
        self.line, self.sentence, self.column = line, sentence, column


def _quote(name: str | None) -> str:
    return connection.ops.quote_name(name or "")


def _field(model: type[Model], name: str) -> ModelField[Any, Any]:
    return model._meta.get_field(name)  # type: ignore[return-value]


def plan(sheet: Sheet, given: frozenset[str], *, naming: bool = False) -> Plan:
    """Prepare the statements. Only columns the file has are changed in rows that exist. With `naming` they say which
    rows are new or have changed."""
    model = sheet.model
    targets = tuple(dict.fromkeys(one.target for one in sheet.fields))
    columns = [_quote(_field(model, name).column) for name in targets]
    others, fixed = _others(model, set(targets))
    changing = [
        _quote(_field(model, one.target).column) for one in sheet.fields if _may_change(sheet, one, given)
    ]
    table, stage = _quote(model._meta.db_table), _quote(_STAGE)
    keys = ", ".join(_quote(_field(model, name).column) for name in sheet.key)
    action = "NOTHING"
    if changing:
        sets = [f"{name} = excluded.{name}" for name in changing]
        if any(one.name == "revision" for one in model._meta.concrete_fields):
            sets.append("revision = kept.revision + 1")
        old, new = (", ".join(f"{side}.{name}" for name in changing) for side in ("kept", "excluded"))
        action = f"UPDATE SET {', '.join(sets)} WHERE ({old}) IS DISTINCT FROM ({new})"
    touched = f"kept.{_quote(model._meta.pk.column)}" if naming else "NULL::bigint"
    upsert = f"""
        WITH done AS (
            INSERT INTO {table} AS kept ({", ".join([*columns, *others])})
            SELECT {", ".join([*columns, *["%s"] * len(others)])} FROM {stage}
             WHERE line_ <= %s ORDER BY line_
            ON CONFLICT ({keys}) DO {action}
            RETURNING (xmax = 0) AS is_new, {_whole(sheet)} AS whole, {touched} AS touched
        ) SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new),
                 array_agg(DISTINCT whole), array_agg(touched) FROM done"""
    return Plan(
        targets,
        f"CREATE TEMP TABLE {stage} ON COMMIT DROP AS"
        f" SELECT 0::int AS line_, {', '.join(columns)} FROM {table} LIMIT 0",
        f"COPY {stage} (line_, {', '.join(columns)}) FROM STDIN",
        upsert,
        tuple(fixed),
    )


def _whole(sheet: Sheet) -> str:
    """The column that names what a row belongs to."""
    return f"kept.{_quote(_field(sheet.model, sheet.whole[0]).column)}" if sheet.whole else "NULL::bigint"


def _may_change(sheet: Sheet, one: Field, given: frozenset[str]) -> bool:
    if one.only_new or one.target in sheet.key:
        return False
    if isinstance(one, Attributes):
        return any(heading.startswith(one.prefix) for heading in given)
    return one.headings[-1] in given


def _others(model: type[Model], named: set[str]) -> tuple[list[str], list[Any]]:
    """Columns the sheet does not know, with what a new row has there."""
    names, values = [], []
    for one in model._meta.concrete_fields:
        if one.primary_key or one.name in named:
            continue
        names.append(_quote(one.column))
        values.append(one.get_db_prep_save(one.get_default(), connection))
    return names, values


def upsert(checked: Checked, rows: Rows, tally: Tally) -> None:
    """Store rows and count them. Rows that a constraint of the table refuses are refused by name, with all
    that belongs to them, and the rest is tried again."""
    if not rows:
        return
    prepared = plan(checked.sheet, checked.given, naming=checked.touched is not None)
    left = rows
    for _attempt in range(_MOST_BROKEN):
        try:
            created, changed, wholes, touched = _store(prepared, left, checked.sheet)
        except Broken as broken:
            checked.refuse(broken.line, broken.column, broken.sentence, "rule")
            checked.drop_refused()
            left = left.both(checked.rows)
            if not left:
                return
            continue
        if checked.touched is not None:
            checked.touched.update(touched)
        tally.created += created
        tally.changed += changed
        tally.unchanged += len(left) - created - changed
        count_change(checked.sheet, wholes)
        _count_anew(checked.sheet, created)
        return
    checked.refuse(
        left[0].line, "", _("Too many rows break rules of the table: nothing more was tried."), "rule"
    )
    checked.rows.drop_all()


def _count_anew(sheet: Sheet, created: int) -> None:
    """Tell the database how big its table is now. It would learn that only afterwards, and until then join a hundred
    thousand new rows as if there were none."""
    if created >= _MANY:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {_quote(sheet.model._meta.db_table)}")


def _store(prepared: Plan, rows: Rows, sheet: Sheet) -> tuple[int, int, list[int], list[int]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_quote(_STAGE)}")
        cursor.execute(prepared.stage)
        cursor.copy_expert(prepared.copy, Copied(prepared.targets, rows))
        lines = rows.lines()
        try:
            return _try(prepared, lines[-1])
        except (IntegrityError, DataError) as error:
            line = _first_broken(prepared, lines)
            raise Broken(line, _sentence(error, sheet), _column(error, sheet)) from error


def _try(prepared: Plan, last: int) -> tuple[int, int, list[int], list[int]]:
    """How many rows are new, how many have changed, what these belong to, and which they are."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(prepared.upsert, [*prepared.fixed, last])
        created, changed, *keys = cursor.fetchone()
        wholes, touched = ([key for key in found or () if key is not None] for found in keys)
        return int(created), int(changed), wholes, touched


def _first_broken(prepared: Plan, lines: Sequence[int]) -> int:
    """The first line that cannot follow those before it: halving, so that a thousand rows take ten trials."""
    low, high = 0, len(lines) - 1
    while low < high:
        middle = (low + high) // 2
        try:
            with transaction.atomic():
                _try(prepared, lines[middle])
                transaction.set_rollback(True)
            low = middle + 1
        except (IntegrityError, DataError):
            high = middle
    return lines[low]


def _sentence(error: Exception, sheet: Sheet) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    if name in sheet.sentences:
        path = getattr(diagnosis, "message_detail", None) or ""
        return str(sheet.sentences[name]).replace("{path}", path)
    words = name.replace("_", " ") or str(error).splitlines()[0]
    return _("The row breaks a rule of the table: {rule}.").format(rule=words)


def _column(error: Exception, sheet: Sheet) -> str:
    """The column of the sheet that is kept in the column of the table which the database names; "" when none is."""
    named = getattr(getattr(error.__cause__, "diag", None), "column_name", None)
    headings = {_field(sheet.model, one.target).column: one.headings for one in sheet.fields}
    return (headings.get(named) or ("",))[-1]


class Copied(io.TextIOBase):
    """Rows as PostgreSQL's COPY reads them, written while it reads."""

    def __init__(self, targets: Sequence[str], rows: Rows) -> None:
        self._rows = rows.tuples(targets)
        self._rest = ""

    def read(self, size: int | None = -1) -> str:
        """At most `size` characters, "" at the end."""
        wanted = len(self._rest) if size is None or size < 0 else size
        parts, length = [self._rest], len(self._rest)
        while length < wanted or size in {None, -1}:
            row = next(self._rows, None)
            if row is None:
                break
            parts.append("\t".join([_written(value) for value in row]) + "\n")
            length += len(parts[-1])
        text = "".join(parts)
        wanted = len(text) if size in {None, -1} else wanted
        self._rest = text[wanted:]
        return text[:wanted]


def _written(value: Any) -> str:
    """A value in PostgreSQL's COPY text format."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | Decimal | date | time):
        return str(value)
    return _escaped(json.dumps(value, ensure_ascii=False, sort_keys=True))


def _escaped(text: str) -> str:
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        for raw, safe in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
            text = text.replace(raw, safe)
    return text
