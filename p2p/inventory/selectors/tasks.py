"""Work with stock that is to be done: what waits, for whom, in which order."""

from __future__ import annotations

from django.db.models import F, QuerySet

from p2p.inventory.models import StockTask
from strategies.models import Site

OPEN = (StockTask.State.OPEN, StockTask.State.STARTED)
RELATED = (
    "item__unit", "lot", "serial", "handling_unit", "source__site", "target__site", "site", "started_by", "rule",
)  # fmt: skip


def tasks() -> QuerySet[StockTask]:
    """Tasks with what a list shows, urgent ones first."""
    return StockTask.objects.select_related(*RELATED).order_by("priority", "due_at", "id")


def open_tasks(site: Site, kind: str = "") -> QuerySet[StockTask]:
    """What is still to do at the site: the urgent first, then on the way through the store."""
    rows = tasks().filter(site=site, state__in=OPEN)
    rows = rows.filter(kind=kind) if kind else rows
    return rows.order_by(
        "priority",
        F("due_at").asc(nulls_last=True),
        F("source__walk_order").asc(nulls_last=True),
        "source__code",
        "id",
    )


def open_count(site: Site, kind: str) -> int:
    return StockTask.objects.filter(site=site, kind=kind, state__in=OPEN).count()
