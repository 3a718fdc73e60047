"""Locks on files: the kernel frees them when their holder dies, however it dies. Standard library only."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from p2p.setup.trouble import Trouble

if sys.platform == "win32":
    import msvcrt

    def _try(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def take(path: Path, *, wait: float, busy: str) -> IO[str]:
    """Hold `path` until the returned file is closed; after `wait` seconds in vain, Trouble(busy)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = open(path, "a+", encoding="utf-8")  # noqa: SIM115  (the caller closes it)
    os.set_inheritable(file.fileno(), False)
    end = time.monotonic() + wait
    while True:
        try:
            _try(file)
            return file
        except OSError:
            if time.monotonic() >= end:
                file.close()
                raise Trouble(busy) from None
            time.sleep(0.02)


@contextlib.contextmanager
def held(path: Path, *, wait: float, busy: str) -> Iterator[None]:
    """`take` for the length of a block."""
    file = take(path, wait=wait, busy=busy)
    try:
        yield
    finally:
        file.close()
