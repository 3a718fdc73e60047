"""What has served its time goes: answers kept for repeated requests, delivered messages, old notices."""

from __future__ import annotations

from datetime import timedelta

from p2p.core import clock
from p2p.core.models import IdempotencyKey, Notification, OutboxRow, WebhookDelivery

KEPT = timedelta(days=30)
NOTICES_KEPT = timedelta(days=180)


def clean() -> int:
    """Delete what is old; how many rows. The journal is never touched."""
    old, older = clock.machine_now() - KEPT, clock.now() - NOTICES_KEPT
    doomed = (
        IdempotencyKey.objects.filter(created_at__lt=old),
        OutboxRow.objects.filter(done_at__lt=old),
        WebhookDelivery.objects.filter(state="delivered", ended_at__lt=old),
        Notification.objects.filter(read_at__lt=older),
    )
    return sum(rows.delete()[0] for rows in doomed)
