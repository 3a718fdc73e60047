"""Work with stock that is to be done: what waits, for whom, in which order."""

from __future__ import annotations

from django.db.models import Case, F, QuerySet, When

from p2p.core.models import User
from p2p.inventory.models import StockTask
from strategies.models import Site

OPEN = (StockTask.State.OPEN, StockTask.State.STARTED)
RELATED = (
    "item__unit", "lot", "serial", "handling_unit", "source__site", "target__site", "site", "started_by", "rule",
)  # fmt: skip


def tasks() -> QuerySet[StockTask]:
    """Tasks with what a list shows, urgent ones first."""
    return StockTask.objects.select_related(*RELATED).order_by("priority", "due_at", "id")


URGENT = 20
"""Tasks up to this priority are done before one goes on along the way."""


def open_tasks(site: Site, kind: str = "") -> QuerySet[StockTask]:
    """What is still to do at the site. Lines are supplied by need; the rest goes urgent first, then on the way through
    the store."""
    rows = tasks().filter(site=site, state__in=OPEN)
    rows = rows.filter(kind=kind) if kind else rows
    way = (F("source__walk_order").asc(nulls_last=True), F("source__code").asc(nulls_last=True), "id")
    if kind == StockTask.Kind.SUPPLY:
        return rows.order_by("priority", F("due_at").asc(nulls_last=True), *way)
    return rows.order_by(Case(When(priority__lte=URGENT, then=0), default=1), *way)


def next_task(site: Site, kind: str, person: User) -> StockTask | None:
    """What this person does next: what they have already, else the first that nobody has."""
    rows = open_tasks(site, kind)
    mine = rows.filter(state=StockTask.State.STARTED, started_by=person).first()
    return mine or rows.filter(state=StockTask.State.OPEN).first()


def open_count(site: Site, kind: str) -> int:
    return StockTask.objects.filter(site=site, kind=kind, state__in=OPEN).count()
