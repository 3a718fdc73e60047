"""Spares a calculation that makes many rows, and no cycles among them, the walks of the garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No cycle collection inside, as it was afterwards; a third of the time of a large plan.

    Reference counting goes on. The switch is the whole process's, so keep it round pure calculations only.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
