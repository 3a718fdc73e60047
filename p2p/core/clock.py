"""The one place that knows what time it is, so that a test or a replay can say otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from django.utils import timezone

_frozen: ContextVar[datetime | None] = ContextVar("p2p_clock", default=None)


SHIFT = "P2P_CLOCK_SHIFT"
"""Environment: whole seconds that a replayed plant lives before (-) or after the real time. Never in production."""

_shift = timedelta(seconds=int(os.environ.get(SHIFT, "0")))


def now() -> datetime:
    """This instant, aware, UTC; in a replayed plant, the instant it has reached."""
    return _frozen.get() or timezone.now() + _shift


def today(zone: str = "") -> date:
    """The day it is in this time zone, as a site names its own; without one, at the reader's plant (in a job, and for
    a machine, in the server's zone)."""
    return timezone.localtime(now(), ZoneInfo(zone) if zone else None).date()


def live_at(moment: datetime) -> int:
    """Let time go on from `moment` (aware) in this process and those it starts: the shift in whole seconds."""
    return shift_by(ceil((moment - timezone.now()).total_seconds()))


def shift_by(seconds: int) -> int:
    """Live so many seconds off the real time, here and in every process started from here."""
    global _shift  # noqa: PLW0603 (one process has one clock)
    _shift = timedelta(seconds=seconds)
    os.environ[SHIFT] = str(seconds)
    return seconds


def shifted() -> timedelta:
    """How far this process lives from the real time; zero in production."""
    return _shift


def machine_now() -> datetime:
    """The real time, for heartbeats and retries: two processes must agree on it even when one replays the past."""
    return _frozen.get() or timezone.now()


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """Time stands still at `at` (aware) inside the block, in this thread or task only."""
    if timezone.is_naive(at):
        raise ValueError("A frozen clock needs an aware instant.")
    token = _frozen.set(at)
    try:
        yield at
    finally:
        _frozen.reset(token)


def ago(**span: float) -> datetime:
    """`ago(seconds=30)`: the instant that long before now."""
    return now() - timedelta(**span)
