"""The one place that knows what time it is, so that a test or a replay can say otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.utils import timezone

_frozen: ContextVar[datetime | None] = ContextVar("p2p_clock", default=None)


def now() -> datetime:
    """This instant, aware, UTC."""
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
