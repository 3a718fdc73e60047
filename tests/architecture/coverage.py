"""The coverage tables: for each promise of an issue the service, the endpoint, the page and the test behind it."""

from __future__ import annotations

import ast
import csv
import importlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import Resolver404, resolve

from p2p.core.rest.serializers import key_of
from tests.architecture.rows import make_row
from tests.conftest import ROOT

TABLES = ROOT / "p2p" / "docs" / "coverage"
HEADS = ["row", "what", "service", "endpoint", "page", "test"]
_PLACE = re.compile(r"[{<][^}>]*[}>]")


@dataclass(frozen=True)
class Promise:
    """One line of a table; a cell may name several things, apart by semicolons."""

    table: str
    row: str
    what: str
    service: tuple[str, ...]
    endpoint: tuple[str, ...]
    page: tuple[str, ...]
    test: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.what}"


@cache
def promises() -> list[Promise]:
    """Every line of every table; a table with other headings is an error."""
    found = []
    for path in sorted(TABLES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            assert reader.fieldnames == HEADS, f"{path.name} has the headings {reader.fieldnames}"
            for cells in reader:
                named = {head: _several(cells[head]) for head in HEADS[2:]}
                found.append(Promise(path.stem, cells["row"].strip(), cells["what"].strip(), **named))
    return found


def _several(cell: str | None) -> tuple[str, ...]:
    return tuple(one.strip() for one in (cell or "").split(";") if one.strip())


def service_fault(path: str) -> str:
    """What is wrong with a dotted path of a function or class, "" when nothing is."""
    module, _dot, name = path.rpartition(".")
    if not re.search(
        r"\.(services|engine|selectors|checking|tracing|reactions|snapshot|beside|count_paper|half_finished)(\.|$)",
        path,
    ):
        return f"{path} is neither a service nor an engine nor a selector"
    try:
        return "" if callable(getattr(importlib.import_module(module), name)) else f"{path} cannot be called"
    except (ImportError, AttributeError, ValueError) as missing:
        return f"{path}: {missing}"


def test_fault(named: str) -> str:
    """What is wrong with path::name of a test, "" when the file has that test."""
    path, _colons, name = named.partition("::")
    file = ROOT / path
    if not file.is_file():
        return f"{named}: there is no such file"
    names = _functions(file)
    return (
        "" if name.rpartition("::")[2].partition("[")[0] in names else f"{named}: the file has no such test"
    )


@cache
def _functions(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def address(written: str) -> str:
    """An address with the key of a new row in the place of {…}; "GET " and the like before it are left out."""
    path = written.rsplit(" ", maxsplit=1)[-1]
    if not _PLACE.search(path):
        return path
    try:
        view = resolve(_PLACE.sub("1", path.partition("?")[0])).func
    except Resolver404:
        raise AssertionError(f"{written} is no address of the product") from None
    return _PLACE.sub(str(_key(view, written)), path)


def _key(view: Any, written: str) -> Any:
    cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
    queryset = getattr(cls, "queryset", None)
    model = queryset.model if queryset is not None else getattr(cls, "model", None)
    assert model is not None, f"{written}: {cls} names no model, so nobody knows which key to open"
    row = make_row(model)
    if queryset is not None:
        named = cls.key or key_of(model)
        return "~".join(str(_value(row, one)) for one in ([named] if isinstance(named, str) else named))
    lookup = getattr(cls, "lookup", "pk")
    return _value(row, "pk" if re.search(r"pk[>}]", written) else lookup)


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def endpoint_fault(client: Any, written: str) -> str:
    """What is wrong with an address of the API: it has to answer, and to a GET where it takes one."""
    path = address(written)
    options = client.options(path)
    if options.status_code not in (200, 204):
        return f"{written} answers {options.status_code} to OPTIONS"
    if "GET" not in options.headers.get("Allow", ""):
        return ""
    status = client.get(path).status_code
    return "" if status == 200 else f"{written} answers {status}"
