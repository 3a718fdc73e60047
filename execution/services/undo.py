"""Taking a report back: everything it did, by reversal, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from execution.facts import OperationReopened, Reported
from execution.models import Clocking, MaterialMove, OutputMove, Report, WipMove
from execution.services import beside, gate, genealogy, wip
from execution.services.clocks import clock_on_again
from execution.services.flush import issued
from execution.services.giving_up import expect_again
from execution.services.job import Job, lock_job
from execution.services.report import _next_key, number_of
from execution.services.together import lock_stock
from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Move
from p2p.inventory.services.ledger import reverse
from planning.models import Operation
from planning.services import made_for, progress
from strategies.models import ReasonCode


@transaction.atomic
def undo(
    *, report: Report, reason: ReasonCode | None = None, at: datetime | None = None, by: User | None
) -> Report:
    """Take a report back by its mirror image; returns the reversal. `reason` is one for reversals.

    Components return, products leave stock, pieces go back to the operations before, counters and states are
    as if the report had never been; what it gave up is expected again, clockings it ended run on, and what was made
    up for it goes with it. Refused when it was undone before, when the order is finished, when the
    operation was finished by something else, when later operations worked on the pieces, or when the
    products are gone from stock.
    """
    known = Report.objects.select_related("operation").get(pk=report.pk)
    job = lock_job(known.operation.order_id)
    operation = job.operation(known.operation_id)
    _check(job, operation, known)
    made_up = list(known.made_up.filter(reversed_by=None).order_by("-pk"))
    if made_up or job.order.made_for is not None:
        lock_stock(job=job, reports=[known, *made_up])
    moment = at or now()
    reversal = _mirror_report(known, operation, reason, moment, by)
    material_moves, output_moves = _take_back(job, known, reversal, by)
    WipMove.objects.bulk_create(wip.mirror(known, reversal))
    _book_back(job, operation, known)
    beside.let_go(order=job.order, report=known)
    if known.ends_picking:
        expect_again(report=known, by=by)
    if known.ends_route:
        clock_on_again(operation=operation, at=known.effective_at)
    if output_moves:
        genealogy.catch_up(order=job.order, materials=job.materials)
    fact = Reported(
        report=reversal,
        operation=operation,
        order=job.order,
        material_moves=tuple(material_moves),
        output_moves=tuple(output_moves),
        by=by,
    )
    tell(fact)
    if known.finishes:
        tell(OperationReopened(operations=(operation,), by=by))
    for one in made_up:
        undo(report=one, reason=reason, at=moment, by=by)
    return reversal


def _check(job: Job, operation: Operation, report: Report) -> None:
    if report.reverses_id is not None:
        raise Refused(_("{report} takes another report back: report anew instead."), report=report.number)
    if Report.objects.filter(reverses=report).exists():
        raise Refused(_("{report} was already undone."), code="already_reversed", report=report.number)
    if job.order.state not in ("released", "started"):
        raise Refused(
            _("{order} is {state}: reopen it before you undo {report}."),
            code="wrong_state",
            about=job.order,
            order=job.order.number,
            state=job.order.get_state_display(),
            report=report.number,
        )
    if operation.state == Operation.State.FINISHED and not report.finishes:
        raise Refused(
            _("{operation} is finished: reopen it before you undo {report}."),
            code="wrong_state",
            about=operation,
            operation=operation,
            report=report.number,
        )
    gate.check_unused(job, operation, operation.good_quantity - report.good)


def _mirror_report(
    report: Report, operation: Operation, reason: ReasonCode | None, at: datetime, by: User | None
) -> Report:
    key = _next_key()
    row = Report(
        pk=key,
        number=number_of(key),
        operation=operation,
        good=-report.good,
        scrap=-report.scrap,
        reason=reason or report.reason,
        cause=report.cause,
        seconds=-report.seconds,
        resource_id=report.resource_id,
        worker_id=report.worker_id,
        device_id=report.device_id,
        vendor_receipt=report.vendor_receipt,
        reverses=report,
        effective_at=at,
        posted_at=now(),
        by=by,
    )
    row.save(force_insert=True)
    return row


def _take_back(
    job: Job, report: Report, reversal: Report, by: User | None
) -> tuple[list[MaterialMove], list[OutputMove]]:
    related = ("move__item__unit", "move__source__site", "move__target__site")
    materials = list(
        MaterialMove.objects.filter(report=report, move__reverses=None, move__reversed_by=None)
        .select_related("material", *related)
        .order_by("pk")
    )
    outputs = list(OutputMove.objects.filter(report=report).select_related("output", *related).order_by("pk"))
    moves: list[Move] = [row.move for row in materials] + [row.move for row in outputs]
    made_for.let_out(came=[(job.order, [row.move for row in outputs])], by=by)
    mirrors = reverse(moves=moves, at=reversal.effective_at, by=by)
    back = MaterialMove.objects.bulk_create(
        MaterialMove(material=row.material, move=mirror, report=reversal)
        for row, mirror in zip(materials, mirrors, strict=False)
    )
    out = OutputMove.objects.bulk_create(
        OutputMove(output=row.output, move=mirror, report=reversal)
        for row, mirror in zip(outputs, mirrors[len(materials) :], strict=True)
    )
    progress.issue(quantities=issued([(row.material, -row.move.quantity) for row in back]))
    _uncount(out)
    return back, out


def _uncount(rows: Sequence[OutputMove]) -> None:
    for row in rows:
        progress.receive(output=row.output, quantity=-row.move.quantity)


def _book_back(job: Job, operation: Operation, report: Report) -> None:
    """Counters back; and the states, when nothing else stands that made them so."""
    if operation.state == Operation.State.FINISHED:
        progress.reopen_operation(operation=operation)
    last = operation is job.last
    at = operation.began_at or report.effective_at
    progress.book(operation=operation, good=-report.good, scrap=-report.scrap, last=last, finish=False, at=at)
    if not _still_begun(operation):
        others = [each for each in job.operations if each is not operation]
        progress.unstart(
            operation=operation,
            order_too=all(each.state in ("planned", "released") for each in others),
        )


def _still_begun(operation: Operation) -> bool:
    """Whether a report or a clocking still says that somebody worked on it."""
    standing = Report.objects.filter(operation=operation, reverses__isnull=True, reversed_by__isnull=True)
    return standing.exists() or Clocking.objects.filter(operation=operation).exists()
