"""Master data at the size of a big plant: import, explosion, where-used, low-level codes, mass replacement, pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from p2p.bench.apart import Apart, apart, setting
from p2p.bench.rows import Row

PARTS = "p2p.bench.engineering"
SECONDS = "5"


def bench_strategies() -> list[Row]:
    """100,000 items and 500,000 BOM lines in a database of its own, dropped afterwards."""
    with apart(PARTS) as own, TemporaryDirectory() as folder:
        path = str(Path(folder) / "plant.zip")
        count = own.run("write", path)["rows"]
        loaded = own.run("load", path)
        rows = _import(count, loaded)
        with own.web() as port:
            rows += _questions(own, port, str(loaded["token"]))
            rows += _pages(own, port)
        rows.append(_levels(own.run("levels")))
        rows.append(_firm(own.run("firm")))
        rows.append(_replace(own))
        return rows


def _import(count: int, loaded: Mapping[str, Any]) -> list[Row]:
    seconds = loaded["seconds"]
    note = (
        f"{count:,} rows of a ZIP of CSV files, checked and stored in {seconds:.1f} s by {loaded['queries']:,}"
        f" statements; fsync {setting('fsync')}"
    )
    return [
        Row("import", count / seconds, "rows/s", "bare COPY of the same rows", count / loaded["bare"], note),
        Row(
            "most memory of the import",
            loaded["memory"],
            "MB",
            "",
            None,
            f"{loaded['memory_before']:.0f} before",
        ),
    ]


def _questions(own: Apart, port: int, token: str) -> list[Row]:
    asked = {
        "explode": "explosion of a product over HTTP, p95",
        "where-used": "where-used of a bought item over HTTP, p95",
        "hot": "where-used of a part of 10,000 parents over HTTP, p95",
        "nest": "explosion of the nested 26 items over HTTP, p95",
        "nest-used": "where-used in the nested 26 items over HTTP, p95",
    }
    rows = []
    for kind, name in asked.items():
        found = _asked(own, name, str(port), "Authorization", f"Bearer {token}", SECONDS, kind)
        peer = (
            ("peer: Odoo, more than 10 minutes for such a bill", 600_000.0) if kind == "nest" else ("", None)
        )
        rows.append(Row(name, _p95(found), "ms", *peer, _size(found)))
    return rows


def _pages(own: Apart, port: int) -> list[Row]:
    shown = {
        "long": ("page of a 2,000-line bill over HTTP, p95", ("peer: Odoo, 1,800 lines", 41_000.0)),
        "nest": (
            "page of the nested 26 items over HTTP, p95",
            ("peer: Odoo, more than 10 minutes", 600_000.0),
        ),
        "item": ("page of an item over HTTP, p95", ("", None)),
        "items": ("list of 100,000 items over HTTP, p95", ("", None)),
        "found": ("list of items found by a part of the number or name over HTTP, p95", ("", None)),
    }
    rows = []
    for part, (name, peer) in shown.items():
        page = own.run("page", part)
        signed = f"sessionid={page['session']}"
        found = _asked(own, name, str(port), "Cookie", signed, SECONDS, str(page["path"]))
        rows.append(Row(name, _p95(found), "ms", *peer, _size(found)))
    return rows


def _size(found: Mapping[str, Any]) -> str:
    return f"{found['queries']} queries, {found['bytes'] / 1000:,.0f} kB at most"


def _asked(own: Apart, name: str, *arguments: str) -> dict[str, Any]:
    found = own.run("ask", *arguments)
    if found["trouble"]:
        raise RuntimeError(f"{name} went wrong: {found['trouble'][0]}")
    return found


def _levels(found: Mapping[str, Any]) -> Row:
    note = f"{found['items']:,} items, deepest level {found['deepest']}, 1 query"
    return Row(
        "low-level codes of all items, read included", found["seconds"], "s", "bare read of the lines",
        found["read"], note,
    )  # fmt: skip


def _replace(own: Apart) -> Row:
    bare = own.run("bare_replace")
    found = own.run("replace")
    return Row(
        "mass replacement", found["seconds"], "s", "the same two changes as plain SQL", bare["seconds"],
        f"{found['changed']:,} parents, {found['queries']} statements, {found['memory']:.0f} MB",
    )  # fmt: skip


def _firm(found: Mapping[str, Any]) -> Row:
    note = f"{found['parts']} components, {found['queries']} queries, among {found['lines']:,} BOM lines"
    return Row(
        "one order firmed, phantoms and route included", found["seconds"] * 1000, "ms",
        "plain SQL that reads the same bills and writes the same rows", found["bare"] * 1000, note,
    )  # fmt: skip


def _p95(found: Mapping[str, Any]) -> float:
    took = found["took"]
    return float(took[int(len(took) * 0.95)] * 1000)
