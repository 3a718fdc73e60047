"""The benchmark of stock: each part measures in a database of its own."""

from __future__ import annotations

from importlib import import_module

from p2p.bench.rows import Row

PARTS = (
    "p2p.bench.ledger.bench_ledger",
    "p2p.bench.long.bench_long",
    "p2p.bench.counts.bench_counts",
    "p2p.bench.trace.bench_trace",
)
"""Dotted paths of functions that return rows."""


def bench_inventory() -> list[Row]:
    """The parts one after the other."""
    rows: list[Row] = []
    for path in PARTS:
        module, _dot, function = path.rpartition(".")
        rows += getattr(import_module(module), function)()
    return rows
