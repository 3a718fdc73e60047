"""Every read of the floor that more than one edge needs."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from execution.models import MaterialMove, Report
from planning.models import ProductionOrder
from strategies.models import BomLine

Flushing = BomLine.Flushing
PICKED = (Flushing.MANUAL, Flushing.ARRIVAL)
"""Components that somebody brings: they are reserved at release and stand on the pick list."""
FLUSHED = (Flushing.START, Flushing.OPERATION, Flushing.FINISH)
"""Components that are taken by themselves when work is started, reported or finished."""


def standing_moves() -> Exists:
    """Whether an order has a component move that was not taken back."""
    return Exists(
        MaterialMove.objects.filter(
            material__order=OuterRef("pk"), move__reverses__isnull=True, move__reversed_by__isnull=True
        )
    )


def standing_reports() -> Exists:
    """Whether an order has a report that was not taken back."""
    return Exists(
        Report.objects.filter(
            operation__order=OuterRef("pk"), reverses__isnull=True, reversed_by__isnull=True
        )
    )


def touched(orders: Sequence[ProductionOrder]) -> list[ProductionOrder]:
    """The orders for which something was picked or reported that still stands."""
    rows = ProductionOrder.objects.filter(pk__in=[order.pk for order in orders])
    return list(rows.filter(standing_moves() | standing_reports()).order_by("pk"))
