"""Delivers facts told `later` to their listeners, after commit, again and again until they take it."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from p2p.core import carry, clock
from p2p.core.facts import later_listeners
from p2p.core.models import OutboxRow

log = logging.getLogger(__name__)
ATTEMPTS = 12


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: 5 s, 20 s, 80 s, ... six hours at most."""
    return timedelta(seconds=min(5 * 4 ** (attempts - 1), 6 * 3600))


def deliver(*, limit: int = 500) -> int:
    """Deliver what is due, oldest first; how many were taken by their listener. Many workers may run it."""
    taken = 0
    for _ in range(limit):
        outcome = _deliver_one()
        if outcome is None:
            break
        taken += outcome
    return taken


def _deliver_one() -> bool | None:
    with transaction.atomic():
        due = OutboxRow.objects.filter(
            done_at__isnull=True, dead_at__isnull=True, next_at__lte=clock.machine_now()
        )
        row = due.order_by("next_at", "id").select_for_update(skip_locked=True).first()
        if row is None:
            return None
        try:
            with transaction.atomic():
                later_listeners()[row.listener](carry.unpack(row.payload))
        except Exception as error:  # whatever a listener does wrong must not stop the others
            _put_off(row, error)
            return False
        OutboxRow.objects.filter(pk=row.pk).update(done_at=clock.machine_now(), problem="")
        return True


def _put_off(row: OutboxRow, error: Exception) -> None:
    log.warning("%s was not taken by %s: %s", row.fact, row.listener, error)
    hopeless = isinstance(error, (carry.Gone, KeyError)) or row.attempts + 1 >= ATTEMPTS
    OutboxRow.objects.filter(pk=row.pk).update(
        attempts=row.attempts + 1,
        next_at=clock.machine_now() + pause(row.attempts + 1),
        dead_at=clock.machine_now() if hopeless else None,
        problem=f"{type(error).__name__}: {error}"[:2000],
    )
