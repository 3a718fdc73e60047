"""What the database ended although nothing was wrong with it is done again: two people at once are no error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction

Done = TypeVar("Done")

TRIES = 3
PASSING = {"40P01", "40001", "55P03"}
"""What passes by itself: a deadlock the database ended, a clash of transactions, a lock waited for too long."""


class StillBusy(Exception):
    """It was tried as often as makes sense; nothing of it is saved."""


def passes(error: OperationalError) -> bool:
    """Whether the same may go well a moment later."""
    return getattr(error.__cause__, "pgcode", "") in PASSING


def until_done(act: Callable[[], Done]) -> Done:
    """`act()` in one transaction; done again when the database ended it for the sake of somebody else's.

    Safe because the whole of it was rolled back. Inside of a transaction it is done once: only whoever began that one
    can begin it again. Raises StillBusy when it was ended every time.
    """
    if connection.in_atomic_block:
        return act()
    saved: list[bool] = []
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                transaction.on_commit(lambda: saved.append(True))
                return act()
        except OperationalError as error:
            # What follows a commit may be ended as well, but what was committed is not done twice.
            if saved or not passes(error):
                raise
            if not left:
                raise StillBusy from error
    raise AssertionError("unreachable")
