"""Open clockings end when nothing more is done at an operation, and run on when that is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef

from execution.models import Clocking
from planning.models import Operation


def clock_off(*, operations: Sequence[Operation], at: datetime) -> None:
    """Whoever is clocked on to the operations is clocked off at that moment."""
    Clocking.objects.filter(operation__in=operations, ended_at__isnull=True, began_at__lte=at).update(
        ended_at=at
    )


def clock_on_again(*, operation: Operation, at: datetime) -> None:
    """Clockings that ended at that moment run on; not those of people who are clocked on again by now."""
    open_now = Clocking.objects.filter(
        operation=OuterRef("operation"), by=OuterRef("by"), ended_at__isnull=True
    )
    ended = Clocking.objects.filter(~Exists(open_now), operation=operation, ended_at=at)
    ended.update(ended_at=None)
