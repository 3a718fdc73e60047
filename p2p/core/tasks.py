"""What workers do for the core. Each is a thin door to a function that can be called without a worker."""

from __future__ import annotations

from celery import shared_task

from p2p.core import outbox, runs, webhooks
from p2p.core.cleaning import clean


@shared_task(name="p2p.core.perform", ignore_result=True)
def perform(label: str, key: int) -> None:
    """Do the next run of a kind and scope."""
    runs.perform(label, key)


@shared_task(name="p2p.core.sweep", ignore_result=True)
def sweep() -> None:
    """Every few seconds: runs whose worker died, or whose message was lost."""
    runs.sweep()


@shared_task(name="p2p.core.deliver", ignore_result=True)
def deliver() -> None:
    """After commits and every few seconds: facts told later, and webhooks."""
    outbox.deliver()
    webhooks.relay()
    webhooks.deliver()


@shared_task(name="p2p.core.clean", ignore_result=True)
def clean_up() -> None:
    """Nightly: drop what has served its time."""
    clean()
