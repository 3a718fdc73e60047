"""A database, processes and a web server of a benchmark's own, taken away afterwards.

The benchmark names a module; its parts run as `python -m <module> <part> <arguments>`, each in a process of its
own on the benchmark's database, and print JSON (see `parts.py`).
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection


@dataclass(frozen=True)
class Apart:
    """The database's address and the module whose parts run on it."""

    address: str
    module: str

    def run(self, *arguments: str, at_most: float = 900) -> dict[str, Any]:
        """One part, to its end; RuntimeError with the last words of a part that failed."""
        return _result(self._start(*arguments), at_most)

    def together(self, parts: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        """Several parts at the same time."""
        return [_result(process, 900) for process in [self._start(*part) for part in parts]]

    @contextmanager
    def web(self) -> Iterator[int]:
        """The port of a web server on this database."""
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            port = int(door.getsockname()[1])
        process = self._start("web", str(port), "8", stdin=subprocess.PIPE)
        try:
            _wait(port, process)
            yield port
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)

    def _start(self, *arguments: str, stdin: Any = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", self.module, *arguments],
            cwd=settings.ROOT,
            env={**os.environ, "DATABASE_URL": self.address, "P2P_LOG_LEVEL": "ERROR"},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


@contextmanager
def apart(module: str, kept_as: str = "") -> Iterator[Apart]:
    """A new, empty database on the same server for the parts of `module`.

    `kept_as` is its last name: then it stays when the work is interrupted, and the next run goes on with it.
    """
    name = f"p2p_bench_{kept_as or os.getpid()}"
    connection.ensure_connection()
    where: dict[str, Any] = connection.get_connection_params()
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [name])
        if not (kept_as and cursor.fetchone()[0]):
            cursor.execute(f'CREATE DATABASE "{name}"')
    who = f"{quote(str(where.get('user') or ''))}:{quote(str(where.get('password') or ''))}"
    # The host goes into the query: a socket's folder has slashes and capitals, which an address would lose.
    query = urlencode({"host": where["host"]}) if where.get("host") else ""
    port = f"&port={where['port']}" if where.get("port") else ""
    done = not kept_as
    try:
        yield Apart(f"postgres://{who}@/{name}?{query}{port}", module)
        done = True
    finally:
        if done:
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def setting(name: str) -> str:
    """A setting of the database server."""
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def _result(process: subprocess.Popen[bytes], at_most: float) -> dict[str, Any]:
    out, err = process.communicate(timeout=at_most)
    if process.returncode:
        lines = err.decode(errors="replace").splitlines()
        said = [line for line in lines if "Error: " in line or "Exception: " in line]
        raise RuntimeError(f"{(said or ['no word'])[-1]}")
    found: dict[str, Any] = json.loads(out)
    return found


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("The web server of the benchmark did not start.")
