"""Pieces between operations: where they stand, and every step that brings them on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from execution.models import Report, WipMove
from execution.services.ends import place_behind
from execution.services.job import Job
from p2p.core.clock import now
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from planning.models import Operation
from strategies.models import Location

ZERO = Decimal(0)


def piles(operations: Iterable[Operation]) -> dict[int, list[tuple[int | None, str, Decimal]]]:
    """Operation key -> (place, its kind, pieces) of what stands behind it. One query."""
    found: dict[int, list[tuple[int | None, str, Decimal]]] = {}
    rows = (
        WipMove.objects.filter(operation__in=list(operations))
        .values_list("operation_id", "location_id", "location__kind")
        .annotate(pieces=Sum("quantity"))
        .order_by("operation_id", "location_id")
    )
    for operation, place, kind, pieces in rows:
        if pieces > 0:
            found.setdefault(operation, []).append((place, kind or "", pieces))
    return found


def rows_of_report(job: Job, operation: Operation, report: Report) -> list[WipMove]:
    """The steps of one report: pieces taken from before, good ones behind this operation, or on into stock.

    An outside operation takes what lies at the vendor first, one in house what lies here.
    """
    good, taken = report.good, report.good + report.scrap
    rows: list[tuple[Operation, int | None, Decimal, str]] = []
    sources = job.takes_from(operation) if taken else []
    standing = piles(sources) if sources else {}
    for source in sources:
        there = sorted(
            standing.get(source.pk, []),
            key=lambda pile: (pile[1] == Location.Kind.VENDOR) != operation.outside,
        )
        left = taken
        for place, _kind, pieces in there:
            part = min(left, pieces)
            if part > 0:
                rows.append((source, place, -part, WipMove.Kind.TAKEN))
                left -= part
        if left > 0:
            rows.append((source, None, -left, WipMove.Kind.TAKEN))
    if good:
        behind = place_behind(operation)
        place = behind.pk if behind else None
        rows.append((operation, place, good, WipMove.Kind.REPORTED))
        if operation is job.last:
            rows.append((operation, place, -good, WipMove.Kind.RECEIVED))
    return [_row(step, place, pieces, kind, report) for step, place, pieces, kind in rows]


def _row(operation: Operation, place: int | None, pieces: Decimal, kind: str, report: Report) -> WipMove:
    return WipMove(
        operation=operation,
        location_id=place,
        quantity=pieces,
        kind=kind,
        report=report,
        reference=report.vendor_receipt,
        effective_at=report.effective_at,
        posted_at=report.posted_at,
        by=report.by,
    )


def mirror(report: Report, reversal: Report) -> list[WipMove]:
    """What takes the steps of a report back."""
    return [
        WipMove(
            operation_id=row.operation_id,
            location_id=row.location_id,
            lot_id=row.lot_id,
            quantity=-row.quantity,
            kind=row.kind,
            report=reversal,
            reference=row.reference,
            effective_at=reversal.effective_at,
            posted_at=reversal.posted_at,
            by=reversal.by,
        )
        for row in WipMove.objects.filter(report=report).order_by("pk")
    ]


@transaction.atomic
def carry(
    *,
    operation: Operation,
    quantity: Decimal,
    source: Location | None,
    target: Location | None,
    kind: str,
    reference: str = "",
    at: datetime | None = None,
    by: User | None,
) -> list[WipMove]:
    """Bring pieces that stand behind `operation` from one place to another: to a vendor, or back.

    Refused when fewer stand at `source`. `kind` is WipMove.Kind.DISPATCHED or RETURNED.
    """
    there = sum(
        (
            pieces
            for place, _kind, pieces in piles([operation]).get(operation.pk, [])
            if place == (source and source.pk)
        ),
        ZERO,
    )
    if quantity <= 0 or quantity > there:
        raise Refused(
            _("{there} pieces stand behind {operation} at {place}: {quantity} cannot be sent."),
            code="pieces_not_there",
            field="quantity",
            about=operation,
            there=plain(there),
            operation=operation,
            place=source.code if source else _("the line"),
            quantity=plain(quantity),
        )
    moment = now()
    return WipMove.objects.bulk_create(
        WipMove(
            operation=operation,
            location=place,
            quantity=pieces,
            kind=kind,
            reference=reference,
            effective_at=at or moment,
            posted_at=moment,
            by=by,
        )
        for place, pieces in ((source, -quantity), (target, quantity))
    )
