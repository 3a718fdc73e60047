"""AdventureWorks planned and scheduled, beside the bare COPY of the same rows. All of it is rolled back again."""

from __future__ import annotations

import gzip
import io
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import psutil
from django.db import connection, transaction

from p2p.bench.rows import Row
from p2p.core import clock
from p2p.demo import adventureworks
from planning import selectors
from planning.models import Message, Peg, PlanRun, ProductionOrder, Proposal, ScheduleRun
from planning.rules import Rules
from planning.services import mrp, schedule
from planning.services.firm import firm
from strategies.models import Site
from strategies.services.importer import Table, take_in

YEARS = (date(2011, 6, 3), date(2014, 6, 30))
JANUARY = (date(2012, 1, 4), date(2012, 2, 3))
NEW_YEAR = datetime(2012, 1, 1, 8, tzinfo=UTC)
INPUTS = ("planning_demand", "strategies_item", "strategies_itempolicy", "strategies_bomline")
Result = TypeVar("Result")


def bench_planning() -> list[Row]:
    """Three years: 72,591 orders with all their pegs, read, planned, checked and stored."""
    with _plant() as site:
        seconds, run = _timed(lambda: _plan(site, YEARS))
        summary = run.summary
        bare = _bare_copy(run)
        match = summary["kinds"]["make"]["orders"]
        parts = summary["seconds"]
        return [
            Row("three years planned, load and store included", seconds, "s", "bare COPY out and in", bare,
                f"{match:,} orders, {summary['pegs']:,} pegs; load {parts['load']}, think {parts['think']} s"),
            Row("store alone", parts["store"], "s", "target of the roadmap: 2 x bare COPY", 2 * bare),
            Row("most memory of the process", float(summary["peak_memory_mb"]), "MB", "target", 2048.0),
        ]  # fmt: skip


def bench_schedule() -> list[Row]:
    """January 2012: firmed into orders, scheduled on work centres and shifts, drawn."""
    with _plant() as site:
        run = _plan(site, JANUARY)
        firming, result = _timed(lambda: firm(run=run, by=None))
        placing, done = _timed(lambda: _schedule(site))
        drawing, size, bars = _draw(site)
        summary = done.summary
        return [
            Row("January firmed into orders", firming, "s", "", None, f"{len(result.orders):,} orders"),
            Row("January scheduled, load, proof and store included", placing, "s",
                "target for 10,000 operations", 2.5,
                f"{summary['operations']:,} operations, {summary['late']} late, {summary['unplaced_count']} unplaced"),
            Row("Gantt of the whole month", drawing * 1000, "ms", "target for 10,000 bars", 150.0,
                f"{bars:,} bars"),
            Row("its payload, gzipped", size / 1000, "kB", "target for 10,000 bars", 150.0),
            Row("memory of the process", psutil.Process(os.getpid()).memory_info().rss / 2**20, "MB"),
        ]  # fmt: skip


@contextmanager
def _plant() -> Iterator[Site]:
    """The demo's plant through the importer, in a transaction that is rolled back."""
    with transaction.atomic():
        tables = [
            Table(name, list(headings), [(place, _cells(row)) for place, row in enumerate(rows, 2)])
            for name, headings, rows in adventureworks.sheets()
        ]
        take_in(tables, by=None)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield Site.objects.get(code=adventureworks.SITE)
        transaction.set_rollback(True)


def _cells(row: Any) -> list[str]:
    return ["" if cell is None else str(cell) for cell in row]


def _timed(act: Callable[[], Result]) -> tuple[float, Result]:
    began = time.perf_counter()
    result = act()
    return time.perf_counter() - began, result


def _say(phase: str, done: int = 0, total: int = 0) -> None:
    """Nobody watches a benchmark."""


def _started(run: Any) -> Any:
    """A run as a worker has taken it; benchmarks do the work in their own transaction."""
    run.state, run.attempt, run.began_at, run.heartbeat_at = "running", 1, clock.now(), clock.now()
    run.save()
    return run


def _plan(site: Site, days: tuple[date, date]) -> PlanRun:
    rules = Rules(
        first=days[0],
        last=days[1],
        netting=False,
        lead_times=False,
        lot_sizes=False,
        safety_stock=False,
        start_after_order_days=3,
        flat_days=11,
    )
    run: PlanRun = _started(
        PlanRun(
            site=site,
            scope=f"bench {site.code}",
            from_date=days[0],
            to_date=days[1],
            settings=rules.as_settings(),
        )
    )
    mrp.perform(run, _say)
    PlanRun.FLOW.take(run, "finish", ended_at=clock.now())
    return run


def _schedule(site: Site) -> ScheduleRun:
    run: ScheduleRun = _started(ScheduleRun(site=site, scope=f"bench {site.code}", starts_at=NEW_YEAR))
    schedule.perform(run, _say)
    ScheduleRun.FLOW.take(run, "finish", ended_at=clock.now())
    return run


def _bare_copy(run: PlanRun) -> float:
    """Seconds to COPY the same inputs out and the same results into equal tables with equal indexes."""
    spent = 0.0
    with connection.cursor() as cursor:
        for table in INPUTS:
            spent += _timed(lambda: cursor.copy_expert(f"COPY {table} TO STDOUT", io.StringIO()))[0]  # noqa: B023 (called at once)
        for model in (Proposal, Peg, Message):
            table = model._meta.db_table
            rows = io.StringIO()
            cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE run_id = {run.pk}) TO STDOUT", rows)
            cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
            rows.seek(0)
            spent += _timed(lambda: cursor.copy_expert(f"COPY bench_{table} FROM STDIN", rows))[0]  # noqa: B023 (called at once)
            cursor.execute(f"DROP TABLE bench_{table}")
    return spent


def _draw(site: Site) -> tuple[float, int, int]:
    """Median seconds of five payloads of everything scheduled, its size gzipped, its bars."""
    ends = ProductionOrder.objects.filter(site=site, starts_at__isnull=False).order_by("ends_at")
    last = ends.values_list("ends_at", flat=True).last() or NEW_YEAR
    first_minute = selectors.gantt_minute(NEW_YEAR)
    last_minute = selectors.gantt_minute(last)
    spent, body, bars = [], "", 0
    for _ in range(5):
        began = time.perf_counter()
        payload = selectors.gantt(site, first=first_minute, last=last_minute)
        body = json.dumps(payload, separators=(",", ":"))
        spent.append(time.perf_counter() - began)
        bars = len(payload["bars"]["id"])
    return sorted(spent)[2], len(gzip.compress(body.encode(), 1)), bars
