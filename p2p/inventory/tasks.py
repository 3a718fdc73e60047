"""What workers do for the store by themselves."""

from __future__ import annotations

from celery import shared_task

from p2p.inventory.services import supply
from p2p.inventory.services.sums import add_up


@shared_task(name="p2p.inventory.replenish", ignore_result=True)
def replenish() -> None:
    """Nightly: line-side places below their minimum are filled up in the morning."""
    supply.replenish(by=None)


@shared_task(name="p2p.inventory.add_up", ignore_result=True)
def sums_by_month() -> None:
    """Several times a night: take new moves into the sums by month. It gives way to whoever is writing moves."""
    add_up()
