"""How many of a half-finished item stand between operations, and where; what comes into a job as what."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from execution.models import WipMove
from execution.services.job import Job
from p2p.core.access import at_sites
from planning.models import Operation, ProductionOrder
from strategies.models import Item, Location, RouteOperation

AT_WORK = (ProductionOrder.State.RELEASED, ProductionOrder.State.STARTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """Pieces behind an operation of an order, at a place (none: at the line) or at the vendor whose place it is."""

    order: str
    operation: int
    name: str
    site: str
    place: str
    vendor: str
    pieces: Decimal

    @property
    def where(self) -> str:
        return self.vendor or self.place


def totals(user: Any = None) -> list[tuple[str, str, str, Decimal]]:
    """(number, name, unit, pieces) of every half-finished item that stands somewhere. With `user` at their sites only.
    One query."""
    columns = tuple(f"operation__half_finished__{name}" for name in ("number", "name", "unit__code"))
    rows = _standing(user).filter(operation__half_finished__isnull=False).values_list(*columns)
    found = rows.annotate(pieces=Sum("quantity")).filter(pieces__gt=0)
    return list(found.order_by(*columns))


def between(item: Item, user: Any = None) -> list[Pile]:
    """Where pieces of a half-finished item stand, by order and operation. With `user` at their sites only. One
    query."""
    columns = (
        "operation__order__number",
        "operation__number",
        "operation__name",
        "operation__order__site__code",
        "location__code",
        "location__kind",
        "location__vendor__name",
    )
    rows = _standing(user).filter(operation__half_finished=item).values_list(*columns)
    found = rows.annotate(pieces=Sum("quantity")).filter(pieces__gt=0)
    return [
        Pile(
            order=order,
            operation=number,
            name=name,
            site=site,
            place=place or "",
            vendor=(vendor or "") if kind == Location.Kind.VENDOR else "",
            pieces=pieces,
        )
        for order, number, name, site, place, kind, vendor, pieces in found.order_by(*columns)
    ]


def _standing(user: Any) -> QuerySet[WipMove]:
    """What stayed in an order that is finished went into what it made."""
    rows = WipMove.objects.filter(operation__order__state__in=AT_WORK)
    return rows if user is None else at_sites(rows, user, path="operation__order__site__code")


def is_half_finished(item: Item) -> bool:
    """Whether an operation of a route or of an order leaves pieces as it. One query."""
    known = Item.objects.filter(pk=item.pk)
    laid = Operation.objects.filter(half_finished=OuterRef("pk"))
    drawn = RouteOperation.objects.filter(half_finished=OuterRef("pk"))
    return known.filter(Q(Exists(laid)) | Q(Exists(drawn))).exists()


def comes_as(job: Job, operation: Operation) -> list[Item]:
    """As what the pieces come in that an operation takes up: those of the operations before it that say so. No query
    where none does, else one."""
    wanted = [one.half_finished_id for one in job.takes_from(operation) if one.half_finished_id]
    known = Item.objects.in_bulk(wanted) if wanted else {}
    return [known[key] for key in wanted]
