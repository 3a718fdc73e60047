"""Reports of pieces with eight flushed components: the service beside the same rows as bare SQL, and over REST."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from p2p.bench.apart import Apart, apart, setting
from p2p.bench.rows import Row

PARTS = "p2p.bench.floor"

SECONDS = 15.0
CLIENTS = 4
ORDERS = 300


def bench_reports() -> list[Row]:
    """Make a database of its own, measure in it, prove its ledger, drop it."""
    with apart(PARTS) as own:
        rows, total = _measure(own)
        found = own.run("check")
    if found["problems"]:
        raise RuntimeError(f"The ledger is not exact after the benchmark: {found['problems'][0]}")
    note = f"{found['reports']:,} reports, every rule of check_ledger holds; fsync {setting('fsync')}"
    return [*rows, Row("reports written, ledger exact", float(total), "reports", note=note)]


def _measure(own: Apart) -> tuple[list[Row], int]:
    token = str(own.run("prepare")["token"])
    bare = own.together([("bare", str(SECONDS), str(seed)) for seed in range(CLIENTS)])
    service = own.together([("service", str(SECONDS), str(seed)) for seed in range(CLIENTS)])
    alone = own.together([("service", str(SECONDS / 3), "9")])
    rest = _over_rest(own, token)
    same = ("the same rows as set-based SQL, 4 processes", _rate(bare))
    rows = [
        Row("report service, 1 process", _rate(alone), "reports/s", *same, _p95(alone)),
        Row("report service, 4 processes", _rate(service), "reports/s", *same, _p95(service)),
        Row(
            "reports over REST, 4 clients",
            _rate(rest) * 60,
            "reports/min",
            "target",
            3000,
            f"{_p95(rest)}; token, idempotency key, journal and valuation on; 1 waitress process",
        ),
        _way(own.run("through", str(ORDERS))),
    ]
    return rows, sum(int(one["count"]) for each in (bare, service, alone, rest) for one in each)


def _over_rest(own: Apart, token: str) -> list[dict[str, Any]]:
    seconds = str(SECONDS * 2)
    with own.web() as port:
        rest = own.together([("client", str(port), token, seconds, str(seed)) for seed in range(CLIENTS)])
    trouble = [one for each in rest for one in each["trouble"]]
    if trouble:
        raise RuntimeError(f"A report over REST went wrong: {trouble[0]}")
    return rest


def _way(way: dict[str, Any]) -> Row:
    return Row(
        "orders with 8 components, release to finish",
        way["orders"] / way["seconds"] * 60,
        "orders/min",
        "fastest of the open peers: 1,000 in 241 s",
        1000 / 241 * 60,
        f"{way['orders']} orders in {way['seconds']:.1f} s: released together, picked and reported one by one",
    )


def _rate(results: Sequence[dict[str, Any]]) -> float:
    return float(sum(one["count"] / one["seconds"] for one in results))


def _p95(results: Sequence[dict[str, Any]]) -> str:
    took = sorted(each for one in results for each in one["took"])
    if len(took) < 2:
        return ""
    return f"median {statistics.median(took) * 1000:.0f} ms, p95 {took[int(len(took) * 0.95)] * 1000:.0f} ms"
