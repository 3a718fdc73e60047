"""The flow of `manage.py demo`: database, tables, worker, the steps of p2p.demo, then pages to look at."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from p2p.demo.steps import FIRST_MOMENT, LOGINS, Say, Step
from p2p.setup import bootstrap, holding, locks, plant_clock, postgres
from p2p.setup.processes import Worker
from p2p.setup.progress import Bar
from p2p.setup.trouble import Trouble

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

ROOM = 500_000_000  # bytes that the plant and its journal may want
HOST = "127.0.0.1"


class Demonstration:
    """One `manage.py demo`; `close` ends whatever it started."""

    def __init__(self, *, port: int, write: Callable[[str], object]) -> None:
        self.data: Path = settings.P2P_DATA
        self.port = port
        self.write = write
        self.worker = Worker(self.data, root=settings.ROOT)
        self.lock: IO[str] | None = None
        self.door: socket.socket | None = None

    # -- the steps, in their order

    def claim(self, *, serve: bool) -> None:
        """Be the only one on this data folder, with a port of its own and room to work."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.lock = locks.take(self.data / "demo.lock", wait=0, busy=self._already())
        free = shutil.disk_usage(self.data).free
        if free < ROOM:
            raise Trouble(
                f"The disk under {self.data} has {free / 1e9:.2f} GB left, and the demo needs "
                f"{ROOM / 1e9:.1f} GB: make room, then start again."
            )
        if serve:
            self.door = _open_door(self.port)
            self.port = self.door.getsockname()[1]
        note = {"pid": os.getpid(), "url": self.url if serve else None}
        (self.data / "demo.json").write_text(json.dumps(note))

    def clear(self) -> None:
        """`--fresh`: forget the plant of this data folder. A database server of yours is never emptied."""
        if settings.DATABASE_URL:
            raise Trouble(
                "--fresh starts the embedded database over; empty the one in DATABASE_URL yourself."
            )
        bar = Bar("Forgetting the earlier plant")
        postgres.Server(self.data).remove()
        for name in ("broker", "attachments", "plans"):
            shutil.rmtree(self.data / name, ignore_errors=True)
        self._account_file.unlink(missing_ok=True)
        plant_clock.forget(self.data)
        bar.end()

    def set_clock(self) -> None:
        """The plant lives in the days of its data: from a first moment on, time goes on as it does outside."""
        if not plant_clock.take_up(self.data):
            plant_clock.begin(self.data, FIRST_MOMENT)

    def open_database(self) -> None:
        bar = Bar("Starting PostgreSQL")
        with connection.cursor() as cursor:
            cursor.execute("show server_version")
            version = cursor.fetchone()[0].split()[0]
        bar.end(f"PostgreSQL {version}")

    def make_tables(self) -> None:
        """Migrate, when there is something to migrate."""
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not plan:
            return
        bar = Bar("Making tables")
        call_command(
            "migrate", interactive=False, verbosity=1, stdout=_Applied(bar, len(plan)), no_color=True
        )
        bar.end(f"{len(plan)} migrations")

    def start_worker(self) -> None:
        self.worker.start()

    def work(self, steps: list[Step]) -> None:
        """Run what has not been done yet; every figure is kept for the account of later starts."""
        for step in steps:
            if step.done():
                continue
            began = time.monotonic()
            bar = Bar(step.title)
            told = step.run(self._say(bar))
            bar.end(told if isinstance(told, str) else "done")
            self._remember(step, told, time.monotonic() - began)

    def account(self, steps: list[Step]) -> None:
        """What was done, with the figures."""
        known = self._known()
        rows = [(step, known[step.name]) for step in steps if step.name in known]
        if rows:
            self.write("\nWhat this plant has done so far")
        for step, entry in rows:
            self.write(f"  {step.title} ({entry['seconds']:.1f} s)")
            self.write(f"      {_in_words(entry['told'])}")

    def ready(self) -> None:
        """The seconds from the start of the program; the installs before them apart."""
        installs = float(os.environ.get(bootstrap.INSTALLED) or 0)
        whole = time.time() - psutil.Process().create_time()
        once = bootstrap.installed().get("seconds") or bootstrap.installed("dev").get("seconds")
        apart = f"; the installs before that took {installs:.1f} s" if installs else ""
        earlier = f" (packages were installed earlier, in {once} s)" if once and not installs else ""
        self.write(f"\nReady in {whole - installs:.1f} s{apart}{earlier}.")

    def serve(self, application: WSGIHandler) -> None:
        """Answer browsers until Ctrl-C or SIGTERM."""
        import waitress

        assert self.door is not None
        self.write(f"\nOpen {self.url}")
        for login in LOGINS:
            self.write(f"  {login.role:<18} {login.username:<14} {login.password:<14} {login.sees}")
        self.write("\nCtrl-C stops everything; the next start finds the plant as it is.")
        sys.stdout.flush()  # into a file or a pipe, too, the address stands there while it serves
        server = waitress.create_server(application, sockets=[self.door], threads=8, ident="p2p")
        try:
            server.run()  # returns on Ctrl-C and SIGTERM, after the answers under way
        finally:
            server.close()
        self.write("\nStopped.")

    def close(self) -> None:
        """End the worker by its pid and give the database up; a second Ctrl-C does not interrupt this."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.worker.end()
            connection.close()
            if self.lock:
                (self.data / "demo.json").unlink(missing_ok=True)
                holding.release(self.data)
                self.lock.close()
            if self.door:
                self.door.close()
        finally:
            signal.signal(signal.SIGINT, before)

    # -- parts

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    @property
    def _account_file(self) -> Path:
        return self.data / "demo-account.json"

    def _already(self) -> str:
        try:
            told = json.loads((self.data / "demo.json").read_text())
            where = f" on {told['url']}" if told["url"] else ""
            who = f" (process {told['pid']}{where})"
        except (OSError, ValueError, KeyError):
            who = ""
        return f"A demo already works in {self.data}{who}: stop it first, or set P2P_DATA to another folder."

    def _say(self, bar: Bar) -> Say:
        def say(phase: str, done: int, total: int) -> None:
            self.worker.check()
            bar.show(done, total, phase)

        return say

    def _known(self) -> dict[str, dict[str, object]]:
        try:
            known: dict[str, dict[str, object]] = json.loads(self._account_file.read_text())
            return known
        except (OSError, ValueError):
            return {}

    def _remember(self, step: Step, told: Mapping[str, object] | str, seconds: float) -> None:
        entry = {"told": told if isinstance(told, str) else dict(told), "seconds": round(seconds, 2)}
        draft = self._account_file.with_suffix(".draft")
        draft.write_text(json.dumps({**self._known(), step.name: entry}, default=_plain, indent=1))
        draft.replace(self._account_file)


class _Applied(StringIO):
    """Counts the migrations that Django tells of."""

    def __init__(self, bar: Bar, total: int) -> None:
        super().__init__()
        self.bar, self.total, self.seen = bar, total, 0

    def write(self, text: str) -> int:
        if named := re.search(r"Applying (\S+)\.\.\.", text):
            self.seen += 1
            self.bar.show(self.seen, self.total, named[1])
        return super().write(text)


def _open_door(port: int) -> socket.socket:
    """The port is held from the start, and answers once everything behind it is ready."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((HOST, port))
    except (OSError, OverflowError):
        door.close()
        raise Trouble(
            f"Port {port} on {HOST} is taken or not allowed: choose another, for example --port {port + 1}."
        ) from None
    return door


def _in_words(told: object) -> str:
    if not isinstance(told, Mapping):
        return str(told)
    return ", ".join(f"{name.replace('_', ' ')} {_figure(value)}" for name, value in told.items())


def _figure(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.2f}" if abs(value) >= 1000 and isinstance(value, float) else f"{value:,}"


def _plain(value: object) -> object:
    """Decimals are shown as figures, everything else by its name."""
    return float(value) if isinstance(value, Decimal) else str(value)
