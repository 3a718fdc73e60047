"""Pages of a long ledger: 20,000,000 moves made in blocks, then stock, stock card and movements over HTTP.

Making them takes minutes, so the database stays when the work is interrupted: the next run goes on with it. The
environment variable P2P_BENCH_MOVES says how many moves.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from p2p.bench.apart import Apart, apart, setting
from p2p.bench.rows import Row

PARTS = "p2p.bench.millions"
MOVES = "20000000"
SECONDS = "10"
LIMIT = ("target: a page in a second", 1000.0)
PAGES = {
    "stock": "stock page, p95",
    "items": "stock by item, p95",
    "past": "stock by item as of a past day, p95",
    "card": "stock card of any item, p95",
    "busiest": "stock card of the busiest item, p95",
    "old": "stock card, a year long ago, p95",
    "moves": "movements page, p95",
    "moves-item": "movements of an item, p95",
}


def bench_long() -> list[Row]:
    """Make what is missing, prove it, measure, drop it."""
    with apart(PARTS, kept_as="millions") as own:
        made = fill(own, os.environ.get("P2P_BENCH_MOVES", MOVES))
        rows = [Row("moves in the ledger", float(made["there"]), "moves", "", None, _how(own, made))]
        rows.append(_sums(own))
        pages = own.run("pages")
        with own.web() as port:
            rows += [_page(own, port, pages, kind, name) for kind, name in PAGES.items()]
        found = own.run("check", at_most=3600)
        if found["problems"]:
            raise RuntimeError(f"The ledger is not exact: {found['problems'][0]}")
    return rows


def fill(own: Apart, moves: str) -> dict[str, Any]:
    """Blocks until all moves are there; interrupted, the next call goes on with the block after the last one."""
    now = own.run("prepare", moves, at_most=1800)
    if not now["there"]:
        proof = own.run("proof")
        if proof["differences"]:
            raise RuntimeError(f"{proof['differences']} balances differ from what the triggers make.")
    while now["there"] < now["wanted"]:
        now |= own.run("fill", "600")
    if not (now["balanced"] and now["indexed"]):
        own.run("finish", at_most=7200)
    return now


def _how(own: Apart, made: Mapping[str, Any]) -> str:
    made_at = f", made at {made['made'] / made['seconds']:,.0f}/s" if made.get("made") else ""
    return f"every rule of check_ledger holds{made_at}; fsync {setting('fsync')}"


def _sums(own: Apart) -> Row:
    found = own.run("sums", at_most=7200)
    return Row(
        "sums by month brought up to date", found["seconds"], "s", "", None, f"{found['moves']:,} moves added"
    )


def _page(own: Apart, port: int, pages: Mapping[str, Any], kind: str, name: str) -> Row:
    found = own.run("ask", str(port), f"sessionid={pages['session']}", SECONDS, kind)
    if found["trouble"]:
        raise RuntimeError(f"{name} went wrong: {found['trouble'][0]}")
    took = found["took"]
    p95 = took[int(len(took) * 0.95)] * 1000
    note = f"{found['count']} pages, median {took[len(took) // 2] * 1000:.0f} ms"
    return Row(f"{name}, over HTTP", p95, "ms", *LIMIT, note)
