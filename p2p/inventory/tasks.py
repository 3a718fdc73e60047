"""What workers do for the store by themselves."""

from __future__ import annotations

from celery import shared_task

from p2p.inventory.services import supply


@shared_task(name="p2p.inventory.replenish", ignore_result=True)
def replenish() -> None:
    """Nightly: line-side places below their minimum are filled up in the morning."""
    supply.replenish(by=None)
