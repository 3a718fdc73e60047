"""How a process comes by the embedded server: the first one starts it, and each holds it until it exits."""

from __future__ import annotations

import atexit
import os
from pathlib import Path
from typing import Any

from p2p.setup import leases
from p2p.setup.postgres import Server

_joined: dict[Path, tuple[int, Server]] = {}


def address(data: Path, *, durable: bool = True) -> dict[str, Any]:
    """Host, port, user and password of the server on `data`; this process holds it until it exits."""
    return _joined_server(data, durable=durable).ensure()


def attend(data: Path) -> None:
    """Hold the server without asking for it: a worker whose children use it is to be the last one out."""
    leases.join(_joined_server(data, durable=True).users)


def _joined_server(data: Path, *, durable: bool) -> Server:
    pid, server = _joined.get(data, (0, None))
    if server is None or pid != os.getpid():  # a forked child has a lease of its own
        server = Server(data, durable=durable)
        _joined[data] = (os.getpid(), server)
        atexit.register(_leave, server, os.getpid())
    return server


def release(data: Path) -> None:
    """Give the server on `data` up before this process exits; does nothing if it never asked for it."""
    pid, server = _joined.pop(data, (0, None))
    if server is not None and pid == os.getpid():
        server.leave()


def _leave(server: Server, pid: int) -> None:
    if pid == os.getpid():
        server.leave()
