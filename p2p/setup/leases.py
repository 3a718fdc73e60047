"""Who uses the embedded server: one file per process, so that the last one out stops it."""

from __future__ import annotations

import os
from pathlib import Path

import psutil


def _born(pid: int) -> str:
    return f"{psutil.Process(pid).create_time():.2f}"


def alive(folder: Path) -> list[int]:
    """The living users; what killed ones left is cleared away."""
    living = []
    for lease in sorted(folder.glob("[0-9]*")):
        try:
            # a pid is used again; together with the time of birth it is not
            if lease.read_text() == _born(int(lease.name)):
                living.append(int(lease.name))
                continue
        except (OSError, ValueError, psutil.Error):
            pass
        lease.unlink(missing_ok=True)
    return living


def join(folder: Path) -> None:
    """This process uses the server from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(os.getpid())).write_text(_born(os.getpid()))


def leave(folder: Path) -> None:
    """This process no longer does."""
    (folder / str(os.getpid())).unlink(missing_ok=True)
