"""What runs inside the processes of a benchmark: pick the part, print its JSON; serve, repeat and time."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any


def main(parts: Mapping[str, Callable[..., Mapping[str, object]]], arguments: list[str]) -> None:
    """Run the part that is named first with the other arguments and print what it found."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2p.settings")
    import django

    django.setup()
    part, *others = arguments
    json.dump({**parts, "web": web}[part](*others), sys.stdout)


@contextmanager
def queries() -> Generator[list[str]]:
    """The statements that are sent while it is open; a COPY goes past Django and is not among them."""
    from django.db import connection

    asked: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        asked.append(sql)
        return execute(sql, *others)

    with connection.execute_wrapper(count):
        yield asked


def web(port: str, threads: str) -> dict[str, object]:
    """Serve until standard input ends."""
    import threading

    import waitress

    from p2p.wsgi import application

    server = waitress.create_server(application, host="127.0.0.1", port=int(port), threads=int(threads))
    threading.Thread(target=server.run, daemon=True).start()
    sys.stdin.read()
    return {}


def repeat(seconds: float, act: Callable[[], None]) -> dict[str, object]:
    """Do it until the time is over; how often, and how long each took (seconds, sorted)."""
    act()
    began = time.perf_counter()
    took: list[float] = []
    while (now := time.perf_counter()) - began < seconds:
        act()
        took.append(time.perf_counter() - now)
    return {"count": len(took), "seconds": time.perf_counter() - began, "took": sorted(took)}
