"""Work with stock that is to be done: what waits, for whom, in which order."""

from __future__ import annotations

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from p2p.core.models import User
from p2p.inventory.models import Balance, Hold, StockTask
from p2p.inventory.selectors.stock import held_stock
from strategies.models import Site

OPEN = (StockTask.State.OPEN, StockTask.State.STARTED)
RELATED = (
    "item__unit", "lot", "serial", "handling_unit", "source__site", "target__site", "site", "started_by", "rule",
)  # fmt: skip


def tasks() -> QuerySet[StockTask]:
    """Tasks with what a list shows, urgent ones first; `waits_for` is the inspection without whose verdict goods cannot
    be put away yet, else empty; `on_hold` whether something of what lies there for it is held."""
    rows = StockTask.objects.select_related(*RELATED).annotate(waits_for=_waits_for(), on_hold=_on_hold())
    return rows.order_by("priority", "due_at", "id")


def _waits_for() -> Case:
    """What is to be put away lies there, all of it on hold for an inspection."""
    key = BigIntegerField()
    lying = Balance.objects.filter(item=OuterRef("item"), location=OuterRef("source"), quantity__gt=0).alias(
        lot_asked=ExpressionWrapper(OuterRef("lot"), output_field=key), held=held_stock()
    )
    free = lying.filter(Q(lot_asked__isnull=True) | Q(lot=F("lot_asked")), held=False)
    pieces = Balance.objects.filter(
        serial=OuterRef("serial"), location=OuterRef("source_asked"), quantity__gt=0
    )
    holds = (
        Hold.objects.filter(kind=Hold.Kind.QUALITY, released_at__isnull=True, item=OuterRef("item"))
        .exclude(reference="")
        .alias(
            lot_asked=ExpressionWrapper(OuterRef("lot"), output_field=key),
            source_asked=ExpressionWrapper(OuterRef("source"), output_field=key),
        )
        .filter(
            Q(lot__isnull=True) | Q(lot=F("lot_asked")) | Q(lot_asked__isnull=True),
            Q(location__isnull=True) | Q(location=F("source_asked")),
            Q(serial__isnull=True) | Exists(pieces),
        )
        .order_by("pk")
        .values("reference")[:1]
    )
    to_put = Q(kind=StockTask.Kind.PUT_AWAY, state__in=OPEN, source__isnull=False)
    return Case(
        When(to_put & ~Exists(free), then=Coalesce(Subquery(holds), Value(""))),
        default=Value(""),
        output_field=CharField(),
    )


def _on_hold() -> Exists:
    """Of what lies at the source something is on hold: of the lot or serial number, where the task names one."""
    key = BigIntegerField()
    lying = Balance.objects.filter(item=OuterRef("item"), location=OuterRef("source"), quantity__gt=0).alias(
        lot_asked=ExpressionWrapper(OuterRef("lot"), output_field=key),
        serial_asked=ExpressionWrapper(OuterRef("serial"), output_field=key),
        held=held_stock(),
    )
    return Exists(
        lying.filter(
            Q(lot_asked__isnull=True) | Q(lot=F("lot_asked")),
            Q(serial_asked__isnull=True) | Q(serial=F("serial_asked")),
            held=True,
        )
    )


URGENT = 20
"""Tasks up to this priority are done before one goes on along the way."""


def open_tasks(site: Site, kind: str = "", *, waiting: bool = False) -> QuerySet[StockTask]:
    """What is still to do at the site, and can be; with `waiting` what cannot before its inspection. Lines are supplied
    by need; the rest goes urgent first, then on the way through the store."""
    rows = tasks().filter(site=site, state__in=OPEN)
    rows = rows.exclude(waits_for="") if waiting else rows.filter(waits_for="")
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
    return open_tasks(site, kind).count()
