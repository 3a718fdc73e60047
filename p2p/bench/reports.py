"""Reports of pieces with eight flushed components: the service beside the same rows as bare SQL, and over REST."""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from p2p.bench.rows import Row

SECONDS = 15.0
CLIENTS = 4
ORDERS = 300


def bench_reports() -> list[Row]:
    """Make a database of its own, measure in it, prove its ledger, drop it."""
    with _database() as address:
        rows, total = _measure(address)
        found = _run(address, "check")
    if found["problems"]:
        raise RuntimeError(f"The ledger is not exact after the benchmark: {found['problems'][0]}")
    note = f"{found['reports']:,} reports, every rule of check_ledger holds; fsync {_setting('fsync')}"
    return [*rows, Row("reports written, ledger exact", float(total), "reports", note=note)]


def _measure(address: str) -> tuple[list[Row], int]:
    token = str(_run(address, "prepare")["token"])
    bare = _together(address, [("bare", str(SECONDS), str(seed)) for seed in range(CLIENTS)])
    service = _together(address, [("service", str(SECONDS), str(seed)) for seed in range(CLIENTS)])
    alone = _together(address, [("service", str(SECONDS / 3), "9")])
    rest = _over_rest(address, token)
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
        _way(_run(address, "through", str(ORDERS))),
    ]
    return rows, sum(int(one["count"]) for each in (bare, service, alone, rest) for one in each)


def _over_rest(address: str, token: str) -> list[dict[str, Any]]:
    seconds = str(SECONDS * 2)
    with _web(address) as port:
        rest = _together(
            address, [("client", str(port), token, seconds, str(seed)) for seed in range(CLIENTS)]
        )
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


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


@contextmanager
def _database() -> Iterator[str]:
    """A new database on the same server; its address."""
    name = f"p2p_bench_{os.getpid()}"
    connection.ensure_connection()
    where: dict[str, Any] = connection.get_connection_params()
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    who = f"{quote(str(where.get('user') or ''))}:{quote(str(where.get('password') or ''))}"
    # The host goes into the query: a socket's folder has slashes and capitals, which an address would lose.
    query = urlencode({"host": where["host"]}) if where.get("host") else ""
    try:
        yield f"postgres://{who}@/{name}?{query}" + (f"&port={where['port']}" if where.get("port") else "")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _start(address: str, *arguments: str, stdin: Any = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DATABASE_URL": address, "P2P_LOG_LEVEL": "ERROR"}
    return subprocess.Popen(
        [sys.executable, "-m", "p2p.bench.floor", *arguments],
        cwd=settings.ROOT,
        env=environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _result(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    out, err = process.communicate(timeout=600)
    if process.returncode:
        said = [
            line
            for line in err.decode(errors="replace").splitlines()
            if "Error: " in line or "Exception: " in line
        ]
        raise RuntimeError(f"{(said or ['no word'])[-1]}")
    found: dict[str, Any] = json.loads(out)
    return found


def _run(address: str, *arguments: str) -> dict[str, Any]:
    return _result(_start(address, *arguments))


def _together(address: str, parts: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    return [_result(process) for process in [_start(address, *part) for part in parts]]


@contextmanager
def _web(address: str) -> Iterator[int]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    process = _start(address, "web", str(port), "8", stdin=subprocess.PIPE)
    try:
        _wait(port, process)
        yield port
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("The web server of the benchmark did not start.")
