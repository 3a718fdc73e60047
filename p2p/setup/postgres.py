"""The embedded PostgreSQL of one machine: made, started, found again, stopped; for use without DATABASE_URL.

Every process that uses it holds a lease (see holding.py), and the last one out stops it. What a killed process
left behind is recovered by the next one.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import psycopg2
from psycopg2 import errors

from p2p.setup import binaries, leases, locks
from p2p.setup.trouble import Trouble

PLANT = "p2p"  # the database of the plant; it is made when missing
WINDOWS = sys.platform == "win32"
CONFIGURATION = """
max_connections = 100
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
log_min_messages = warning
logging_collector = off
password_encryption = 'scram-sha-256'
"""


class Server:
    """One data folder and the server on it. `durable=False` is for tests: quick, lost in a power cut."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.durable = durable
        self.data = data
        self.who = binaries.account()
        self.users = data / "database-users"
        self._joined_as: int | None = None  # a forked child has to join for itself

    @cached_property
    def folder(self) -> Path:
        """Inside the data folder; for root below a private folder, where the server's user can reach it."""
        self.data.mkdir(parents=True, exist_ok=True)
        if self.who.other and not binaries.reachable_by_others(self.data):
            return Path("/var/lib") / f"p2p-{binaries.tag(self.data.resolve())}"
        return self.data.resolve() / "postgres"

    @cached_property
    def programs(self) -> Path:
        return binaries.runnable(binaries.find(), self.who)

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def told(self) -> Path:
        return self.folder / "address.json"

    @property
    def sockets(self) -> Path:
        """A socket's path may have some 100 bytes; a deep data folder gets one among the temporary files."""
        inside = self.folder / "run"
        if len(str(inside / ".s.PGSQL.5432")) <= 100:
            return inside
        return Path(tempfile.gettempdir()) / f"p2p-{binaries.tag(self.folder)}"

    # -- asking

    def running(self) -> dict[str, Any] | None:
        """The address of the server if it answers now."""
        try:
            where: dict[str, Any] = json.loads(self.told.read_text())
            if WINDOWS:
                socket.create_connection((where["host"], where["port"]), timeout=2).close()
            else:
                with socket.socket(socket.AF_UNIX) as line:
                    line.connect(f"{where['host']}/.s.PGSQL.{where['port']}")
        except (OSError, ValueError, KeyError):
            return None
        return where

    def pid(self) -> int | None:
        """The server's process, if one lives."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split()[0])
            return pid if "postgres" in psutil.Process(pid).name() else None
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def version(self) -> str | None:
        """The major version that made the data folder; None before there is one."""
        try:
            return (self.cluster / "PG_VERSION").read_text().strip()
        except OSError:
            return None

    # -- doing

    def ensure(self) -> dict[str, Any]:
        """The address of a server that answers; started first if need be."""
        if self._joined_as == os.getpid() and (where := self.running()):
            return where
        with self._alone():  # nobody joins a server that its last user is just stopping
            leases.join(self.users)
            self._joined_as = os.getpid()
            return self.running() or self._start()

    def stop(self) -> None:
        """Stop the server whoever uses it."""
        with self._alone():
            self._stop()

    def leave(self) -> None:
        """Give up this process's lease; the last one out stops the server."""
        with self._alone():
            leases.leave(self.users)
            self._joined_as = None
            if not leases.alive(self.users):
                self._stop()

    def remove(self) -> None:
        """Stop the server and delete its data."""
        with self._alone():
            self._stop()
            shutil.rmtree(self.folder, ignore_errors=True)
            if not WINDOWS:
                shutil.rmtree(self.sockets, ignore_errors=True)

    # -- parts

    def _alone(self) -> Any:
        busy = f"Another program has been starting or stopping the database in {self.data} for two minutes."
        return locks.held(self.data / "database.lock", wait=120, busy=busy)

    def _stop(self) -> None:
        if self.pid():
            self._run("pg_ctl", "-D", self.cluster, "-w", "-t", 60, "-m", "fast", "stop", check=False)
        self.told.unlink(missing_ok=True)

    def _start(self) -> dict[str, Any]:
        made_by, ours = self.version(), binaries.major(self.programs)
        if made_by and made_by != ours:
            raise Trouble(
                f"The data in {self.cluster} belong to PostgreSQL {made_by}, but the programs in "
                f"{self.programs} are PostgreSQL {ours}: set P2P_PG_BIN to the programs of "
                f"PostgreSQL {made_by}, or P2P_DATA to another folder."
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        self.who.own(self.folder)
        self.told.unlink(missing_ok=True)
        if made_by is None:
            self._make()
        where = {"host": "127.0.0.1" if WINDOWS else str(self.sockets), "user": "p2p"}
        where["port"] = str(_free_port() if WINDOWS else 5432)
        where["password"] = (self.folder / "password").read_text().strip()
        self._clear_way()
        self._launch(where)
        _make_database(where)
        _write_private(self.told, json.dumps(where), binaries.Account())
        return where

    def _make(self) -> None:
        """initdb under another name first: a half-made cluster is never mistaken for a whole one."""
        draft = self.folder / "cluster.draft"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(self.cluster, ignore_errors=True)
        password = self.folder / "password"
        _write_private(password, secrets.token_urlsafe(24) + "\n", self.who)
        locale = "C.UTF-8" if sys.platform.startswith("linux") else "C"
        self._run(
            "initdb", "-D", draft, "-U", "p2p", "-E", "UTF8", f"--locale={locale}", f"--pwfile={password}",
            "--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--no-instructions", "--no-sync",
        )  # fmt: skip
        sync = "syncfs" if sys.platform.startswith("linux") else "fsync"
        with open(draft / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(CONFIGURATION + f"recovery_init_sync_method = {sync}\n")
        draft.rename(self.cluster)

    def _launch(self, where: dict[str, Any]) -> None:
        options = [] if self.durable else ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        if WINDOWS:
            options += ["listen_addresses=127.0.0.1"]
        else:
            options += ["listen_addresses=", f"unix_socket_directories={self.sockets}"]
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            self.who.own(self.sockets)
        told = shlex.join([*(f"-c{option}" for option in options), f"-p{where['port']}"])
        for attempt in range(40):
            try:
                self._run("pg_ctl", "-D", self.cluster, "-l", self.log, "-w", "-t", 90, "-o", told, "start")
                return
            except Trouble as trouble:
                # the orphans of a killed server hold its memory for a moment
                waiting = any(words in str(trouble) for words in ("already exists", "still in use"))
                if attempt == 39 or not waiting:
                    raise
                time.sleep(0.5)

    def _clear_way(self) -> None:
        """What a start that was killed midway, or a crash of the machine, left behind."""
        if self.pid():  # started, but its address was never written down
            self._stop()
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)  # its pid may be another program's now

    def _run(self, tool: str, *arguments: object, check: bool = True) -> None:
        with tempfile.TemporaryFile("w+") as output:  # a file: the server would keep a pipe open
            done = subprocess.run(
                [str(self.programs / (tool + binaries.EXE)), *map(str, arguments)],
                check=False,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                env={**os.environ, "LC_ALL": "C.UTF-8" if sys.platform.startswith("linux") else "C"},
                **self.who.popen(),
            )
            output.seek(0)
            said = output.read()
        if check and done.returncode:
            raise Trouble(_why(tool, said, self.log))


def _why(tool: str, said: str, log: Path) -> str:
    tail = log.read_text(errors="replace")[-1500:] if log.exists() and tool == "pg_ctl" else ""
    if "No space left" in said + tail:
        return f"The disk is full: the database in {log.parent} needs some room."
    return f"The database could not start ({tool}):\n{said.strip()}\n{tail}".strip()


def _write_private(path: Path, text: str, who: binaries.Account) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    who.own(path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_database(where: dict[str, Any]) -> None:
    line = psycopg2.connect(dbname="postgres", **where)
    try:
        line.autocommit = True
        with line.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", [PLANT])
            if cursor.fetchone() is None:
                cursor.execute(f'create database "{PLANT}"')
    except errors.DuplicateDatabase:
        pass
    finally:
        line.close()
