"""Programs started for real, in data folders of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from p2p.setup import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 90  # seconds until a condition that has to come true is given up

Program = subprocess.Popen[str]


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that any user may walk to; whatever still runs on it afterwards is ended."""
    above = Path(tempfile.mkdtemp(prefix="p2p-"))
    above.chmod(0o755)
    folder = above / "data"
    yield folder
    if folder.exists():
        postgres.Server(folder).remove()
    shutil.rmtree(above)


@pytest.fixture(scope="session")
def tables() -> Iterator[Path]:
    """A data folder with tables in it, at rest, to be copied: making them takes longer than everything else."""
    above = Path(tempfile.mkdtemp(prefix="p2p-"))
    above.chmod(0o755)
    subprocess.run(
        [sys.executable, "-m", "tests.setup.tables"],
        cwd=ROOT,
        env={
            **kept(),
            "P2P_DATA": str(above / "data"),
            "P2P_NO_BOOTSTRAP": "1",
            "DJANGO_SETTINGS_MODULE": "p2p.settings",
        },
        check=True,
        timeout=300,
    )
    yield above / "data"
    shutil.rmtree(above)


@pytest.fixture
def plant(data: Path, tables: Path) -> Path:
    """A data folder whose database has its tables already; owners are kept, the server insists on them."""
    subprocess.run(["cp", "-a", str(tables), str(data)], check=True, timeout=60)
    return data


def kept() -> dict[str, str]:
    """The environment without anything that concerns these tests' own database and settings."""
    gone = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    return {
        name: value
        for name, value in os.environ.items()
        if name not in gone and not name.startswith(("P2P_", "PYTEST_"))
    }


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., Program]]:
    """Start `manage.py <words>` on the data folder, away from the database and settings of these tests."""
    begun: list[Program] = []

    def begin(*words: str) -> Program:
        program = subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env={**kept(), "P2P_DATA": str(data), "P2P_NO_BOOTSTRAP": "1", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        begun.append(program)
        return program

    yield begin
    for program in begun:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate(timeout=60)


def until(true: Callable[[], object], what: str) -> None:
    """Wait for a condition; fail with its name if it never comes true."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            pytest.fail(f"waited in vain until {what}")
        time.sleep(0.05)


def said(program: Program) -> str:
    """Everything a program printed, once it has ended."""
    return program.communicate(timeout=PATIENCE)[0]


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]
