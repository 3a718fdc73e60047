"""Messages to the workers. A lost or refused message does no harm: the sweeper looks every few seconds."""

from __future__ import annotations

import logging

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def through_workers() -> bool:
    """Whether long work goes to Celery; otherwise (tests, one-off scripts) it is done on the spot."""
    return str(getattr(settings, "RUNS", "celery")) == "celery"


def send(task: str, *args: object, queue: str) -> bool:
    """Drop a message for a worker; False when the broker cannot be reached just now."""
    try:
        current_app.send_task(task, args=args, queue=queue, retry=False)
    except (OperationalError, OSError) as unreachable:
        log.warning("No worker could be told about %s: %s", task, unreachable)
        return False
    return True


def deliver_soon() -> None:
    """Ask a worker to look at the outbox now."""
    if through_workers():
        send("p2p.core.deliver", queue="light")
