"""Which benchmarks there are. Each is a function that returns rows, on data of its own that it takes away again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from p2p.bench.rows import Row

Bench = Callable[[], Sequence[Row]]

KNOWN: Mapping[str, str] = {
    "planning": "p2p.bench.planning.bench_planning",
    "schedule": "p2p.bench.planning.bench_schedule",
    "reports": "p2p.bench.reports.bench_reports",
    "costing": "p2p.bench.costing.bench_costing",
    "strategies": "p2p.bench.definitions.bench_strategies",
    "inventory/moves": "p2p.bench.ledger.bench_ledger",
    "inventory/pages": "p2p.bench.long.bench_long",
    "inventory/counts": "p2p.bench.counts.bench_counts",
    "inventory/trace": "p2p.bench.trace.bench_trace",
}
"""Name -> dotted path. Imported only when asked for, so that one broken benchmark hides no other."""


def chosen(name: str) -> list[str]:
    """The benchmarks of that name: one, or all of an area that has several; none when there is no such name."""
    return [known for known in KNOWN if name in (known, known.partition("/")[0])]


def find(name: str) -> Bench:
    """The benchmark of that name; KeyError when there is none."""
    module, _dot, function = KNOWN[name].rpartition(".")
    found: Bench = getattr(import_module(module), function)
    return found
