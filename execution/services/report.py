"""Reporting pieces: the busiest door of the plant. One transaction, a fixed number of set-based
statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from execution.facts import FinishingOperation, OperationFinished, Reported, Reporting
from execution.models import Device, MaterialMove, OutputMove, Report, WipMove
from execution.services import gate, genealogy, output, reserve, wip
from execution.services.flush import Flushing, Taking, due, issued, needs_of, takings
from execution.services.job import Job, lock_job
from execution.services.planned import planned_seconds
from p2p.core.clock import now
from p2p.core.facts import ask, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.services.ledger import post_within
from planning.models import Operation, ProductionOrder
from planning.services import progress
from strategies.models import ReasonCode, Resource, Worker

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the person says: pieces in the order's unit, resource seconds, when it happened."""

    good: Decimal
    scrap: Decimal
    seconds: int
    at: datetime
    finish: bool


@transaction.atomic
def report(
    *,
    operation: Operation,
    good: Decimal,
    scrap: Decimal = ZERO,
    reason: ReasonCode | None = None,
    seconds: int = 0,
    resource: Resource | None = None,
    worker: Worker | None = None,
    device: Device | None = None,
    at: datetime | None = None,
    finish: bool = False,
    vendor_receipt: str = "",
    note: str = "",
    lot: str = "",
    serials: Sequence[str] = (),
    plate: str = "",
    by: User | None,
) -> Report:
    """Report good and scrapped pieces (the order's unit) of an operation, and `seconds` of resource time for
    them.

    Takes the pieces from the operations before, flushes the components that are due, and at the last
    operation brings the good ones into stock, with the edges of the trace. `finish` finishes the operation
    too. An outside operation is reported with the number of its `vendor_receipt` only.

    There `lot` or `serials` name the product by hand, and `plate` is the license plate (a handling unit by its number,
    "+" for a new one) that it is put on.

    Where no time is given and the operation's route group says so, the planned time of the pieces is booked.

    Asks Reporting (and FinishingOperation), tells Reported (and OperationFinished). Refused in one sentence:
    order or operation not open, blocked, over the site's tolerance, pieces of the operation before not
    there, more digits than the unit allows, scrap without a reason, components short.
    """
    job = lock_job(operation.order_id)
    current = job.operation(operation.pk)
    spent = seconds or planned_seconds(current, good + scrap)
    figures = Figures(good=good, scrap=scrap, seconds=spent, at=at or now(), finish=finish)
    naming = output.Naming(lot=lot.strip(), serials=tuple(serials), plate=plate.strip())
    _check(job, current, figures, reason, vendor_receipt)
    _check_naming(job, current, figures, naming)
    ask(Reporting(operations=(current,), by=by))
    if finish:
        ask(FinishingOperation(operations=(current,), by=by))
    row = _record(
        current,
        figures,
        reason=reason,
        resource=resource,
        worker=worker,
        device=device,
        vendor_receipt=vendor_receipt,
        note=note,
        by=by,
    )
    material_moves, output_moves = _move(job, current, row, naming)
    last = current is job.last
    progress.book(operation=current, good=good, scrap=scrap, last=last, finish=finish, at=figures.at)
    fact = Reported(
        report=row,
        operation=current,
        order=job.order,
        material_moves=tuple(material_moves),
        output_moves=tuple(output_moves),
        by=by,
    )
    tell(fact)
    if finish:
        tell(OperationFinished(operations=(current,), by=by))
    return row


def _check(
    job: Job, operation: Operation, figures: Figures, reason: ReasonCode | None, vendor_receipt: str
) -> None:
    gate.check_open(job, operation)
    gate.check_vendor(operation, vendor_receipt)
    gate.check_time(operation, figures.at)
    gate.check_figures(
        job, operation, good=figures.good, scrap=figures.scrap, reason=reason, seconds=figures.seconds
    )
    gate.check_tolerance(job, operation, figures.good, figures.scrap)
    gate.check_pieces(job, operation, figures.good + figures.scrap)


def _check_naming(job: Job, operation: Operation, figures: Figures, naming: output.Naming) -> None:
    """Lot, serial numbers and plate are of what comes into stock."""
    if naming.says and not (operation is job.last and figures.good):
        raise Refused(
            _(
                "Nothing comes into stock with this report: leave lot, serial numbers and license plate empty."
            ),
            code="nothing_comes",
            field="plate" if naming.plate else "lot" if naming.lot else "serials",
        )


def _next_key() -> int:
    """The report's number is its key: a number series would be a row that all reports of the plant queue
    at.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('execution_report_id_seq')")
        return int(cursor.fetchone()[0])


def number_of(key: int) -> str:
    """RP-000123."""
    return f"RP-{key:06d}"


def _record(
    operation: Operation,
    figures: Figures,
    *,
    reason: ReasonCode | None,
    resource: Resource | None,
    worker: Worker | None,
    device: Device | None,
    vendor_receipt: str,
    note: str,
    by: User | None,
) -> Report:
    key = _next_key()
    row = Report(
        pk=key,
        number=number_of(key),
        operation=operation,
        good=figures.good,
        scrap=figures.scrap,
        reason=reason,
        seconds=figures.seconds,
        resource=resource,
        worker=worker,
        device=device,
        finishes=figures.finish,
        vendor_receipt=vendor_receipt,
        note=note,
        effective_at=figures.at,
        posted_at=now(),
        by=by,
    )
    row.save(force_insert=True)
    return row


def _move(
    job: Job, operation: Operation, row: Report, naming: output.Naming
) -> tuple[list[MaterialMove], list[OutputMove]]:
    """Components out of stock, products into it: one posting, so that all balances are locked in one
    order.
    """
    processed = operation.good_quantity + operation.scrap_quantity + row.good + row.scrap
    coming = output.coming(job, row, naming) if operation is job.last and row.good else []
    lacking = (
        due(job, operation, processed, (Flushing.START, Flushing.OPERATION)) if row.good + row.scrap else []
    )
    also = [(one.line.item, one.line.target) for one in coming]
    if job.order.state == ProductionOrder.State.RELEASED:
        reserve.at_start(order=job.order, beside=needs_of(job, lacking), also=also, by=row.by)
    taken = takings(job, lacking, at=row.effective_at, also=also)
    moves = post_within(lines=[*(one.line for one in taken), *(one.line for one in coming)], by=row.by)
    material_moves = _material_moves(taken, moves, row)
    output_moves = OutputMove.objects.bulk_create(
        OutputMove(output=one.output, move=move, report=row)
        for one, move in zip(coming, moves[len(taken) :], strict=True)
    )
    WipMove.objects.bulk_create(wip.rows_of_report(job, operation, row))
    if material_moves:
        progress.issue(quantities=issued([(one.material, one.move.quantity) for one in material_moves]))
    output.count(coming)
    receipts = [one.move for one in output_moves if one.output.kind == "main"]
    if receipts:
        own = [(one.material, one.move) for one in material_moves]
        genealogy.link_receipts(order=job.order, materials=job.materials, receipts=receipts, own=own)
    return material_moves, output_moves


def _material_moves(taken: Sequence[Taking], moves: Sequence[object], row: Report) -> list[MaterialMove]:
    return MaterialMove.objects.bulk_create(
        MaterialMove(material=one.material, move=move, report=row)  # type: ignore[misc]
        for one, move in zip(taken, moves, strict=False)
    )
