"""The bare SQL that figures are compared with is not run by the suite: its columns are checked against the tables."""

from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

import p2p.bench
from p2p.bench.rows import Row

INSERT = re.compile(r"INSERT\s+INTO\s+(\w+)\s*\(([^()]*)\)", re.IGNORECASE)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts(each)


def inserts() -> list[tuple[str, str, frozenset[str]]]:
    """(module, table, columns) of every INSERT in the benchmarks' constants."""
    found = []
    for each in pkgutil.iter_modules(p2p.bench.__path__, "p2p.bench."):
        for text in texts(list(vars(import_module(each.name)).values())):
            for table, columns in INSERT.findall(text):
                found.append((each.name, table, frozenset(re.findall(r"\w+", columns))))
    return found


@pytest.mark.django_db
def test_every_bare_insert_of_a_benchmark_names_the_columns_that_its_table_needs() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'"
            " FROM information_schema.columns WHERE table_schema = current_schema()"
        )
        known: dict[str, dict[str, bool]] = {}
        for table, column, needed in cursor.fetchall():
            known.setdefault(table, {})[column] = needed
    found = [(module, table, columns) for module, table, columns in inserts() if table in known]
    wrong = [
        f"{module}: {table} has no {column}"
        for module, table, columns in found
        for column in sorted(columns - known[table].keys())
    ]
    wrong += [
        f"{module}: {table} needs {column}"
        for module, table, columns in found
        for column in sorted(name for name, needed in known[table].items() if needed and name not in columns)
    ]
    assert len(found) > 10
    assert not wrong, "\n".join(wrong)


def test_a_benchmark_that_fails_does_not_lose_what_the_others_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken() -> list[Row]:
        raise RuntimeError("no room")

    def sound() -> list[Row]:
        return [Row("count", 3, "s")]

    known = {"inventory/counts": broken, "inventory/trace": sound, "planning": sound}
    monkeypatch.setattr("p2p.setup.management.commands.bench.find", known.__getitem__)
    monkeypatch.setattr("p2p.bench.registry.KNOWN", known)
    said = StringIO()
    with pytest.raises(CommandError, match=r"Failed: inventory/counts\."):
        call_command("bench", "inventory", json_to=str(tmp_path / "rows.json"), stdout=said, stderr=said)
    assert "inventory/counts failed: no room" in said.getvalue()
    assert list(json.loads((tmp_path / "rows.json").read_text())["rows"]) == ["inventory/trace"]


def test_a_benchmark_that_does_not_exist_is_named() -> None:
    with pytest.raises(CommandError, match="There is no benchmark stocks: choose from planning,"):
        call_command("bench", "stocks")
