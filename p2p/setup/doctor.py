"""What runs, where the data are, and what is wrong, for `manage.py doctor`."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import django
import psutil
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from p2p.core import clock, runs
from p2p.setup import bootstrap, leases, plant_clock, postgres
from p2p.setup.processes import Worker
from p2p.setup.trouble import Trouble

LOW_DISK = 1_000_000_000  # bytes
SILENCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what was found, and whether somebody has to act."""

    what: str
    found: str
    wrong: bool = False


def examine() -> Iterator[Finding]:
    """Look at everything; starts nothing."""
    if not settings.DATABASE_URL:
        plant_clock.take_up(settings.P2P_DATA)
    yield from _versions()
    yield from _folder()
    yield from _database()
    yield from _worker()
    yield _web()


def _versions() -> Iterator[Finding]:
    yield Finding("python", f"{platform.python_version()}, Django {django.get_version()}")
    told = bootstrap.installed() or bootstrap.installed("dev")
    yield Finding(
        "packages", f"as locked, installed in {told['seconds']} s" if told else "not installed by p2p"
    )


def _folder() -> Iterator[Finding]:
    data: Path = settings.P2P_DATA
    if not data.exists():
        yield Finding("data folder", f"{data}, which the first start makes")
        return
    free = shutil.disk_usage(data).free
    yield Finding("data folder", str(data))
    room = f"{free / 1e9:.1f} GB free"
    yield Finding("disk", room if free >= LOW_DISK else f"only {room}", wrong=free < LOW_DISK)


def _database() -> Iterator[Finding]:
    """The server, and what is in it if it can be asked."""
    if not settings.DATABASE_URL:
        server = postgres.Server(settings.P2P_DATA)
        if (where := server.running()) is None:
            yield _sleeping(server)
            return
        users = len(leases.alive(server.users))
        yield Finding(
            "embedded postgres", f"process {server.pid()}, socket {where['host']}, {users} programs use it"
        )
    try:
        with connection.cursor() as cursor:
            cursor.execute("show server_version_num")
            number = int(cursor.fetchone()[0])
    except (Error, Trouble) as error:
        yield Finding("database", f"does not answer: {str(error).strip().splitlines()[0]}", wrong=True)
        return
    old = number < 150000
    version = f"PostgreSQL {number // 10000}.{number % 10000}"
    yield Finding("database", f"{version}, but p2p needs 15 or newer" if old else version, wrong=old)
    if not old:
        yield from _tables()


def _sleeping(server: postgres.Server) -> Finding:
    made_by = server.version()
    if server.pid():
        return Finding(
            "embedded postgres", f"process {server.pid()} does not answer: see {server.log}", wrong=True
        )
    if made_by is None:
        return Finding("embedded postgres", "no data yet: 'manage.py demo' makes a plant")
    return Finding(
        "embedded postgres", f"not running; its data are of PostgreSQL {made_by} in {server.cluster}"
    )


def _tables() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Finding("migrations", f"{len(plan)} to apply: run 'manage.py migrate'", wrong=True)
        return
    yield Finding("migrations", "all applied")
    yield from _runs()


def _runs() -> Iterator[Finding]:
    since = clock.now() - SILENCE
    counts = {"running": 0, "queued": 0}
    for model in runs.kinds().values():
        for run in model._base_manager.filter(state__in=counts).order_by("pk"):
            counts[run.state] += 1
            if run.heartbeat_at and run.heartbeat_at < since:
                silent = (
                    f"{run.state}, but silent since {run.heartbeat_at:%Y-%m-%d %H:%M} UTC: does a worker run?"
                )
                yield Finding(f"{model._meta.verbose_name} {run.pk}", silent, wrong=True)
    yield Finding("runs", f"{counts['running']} running, {counts['queued']} waiting")


def _worker() -> Iterator[Finding]:
    if settings.REDIS_URL:
        yield _redis()
        return
    waiting = len(list((settings.P2P_DATA / "broker" / "queue").glob("[0-9]*.msg")))
    pid = Worker(settings.P2P_DATA, root=settings.ROOT).pid()
    served = _demo() is not None
    if pid is None:
        yield Finding("worker", f"not running, {waiting} messages wait for one", wrong=served)
    else:
        orphan = not served
        words = (
            "left over from a demo that was killed; it ends by itself within seconds" if orphan else "at work"
        )
        yield Finding("worker", f"process {pid}, {words}, {waiting} messages wait", wrong=orphan)


def _redis() -> Finding:
    import redis

    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3).ping()
    except redis.RedisError as error:
        return Finding("redis", f"does not answer: {error}", wrong=True)
    from p2p.celery import app

    names = sorted(app.control.inspect(timeout=1.5).ping() or {})
    return Finding("workers", ", ".join(names) or "none answers behind Redis", wrong=not names)


def _demo() -> dict[str, object] | None:
    try:
        told: dict[str, object] = json.loads((settings.P2P_DATA / "demo.json").read_text())
        return told if psutil.pid_exists(int(str(told["pid"]))) else None
    except (OSError, ValueError, KeyError):
        return None


def _web() -> Finding:
    told = _demo()
    if told is None:
        return Finding("demo", "not running")
    return Finding(
        "demo", f"process {told['pid']}, " + (f"serving {told['url']}" if told["url"] else "not serving")
    )
