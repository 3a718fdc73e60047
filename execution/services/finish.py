"""Finishing operations and orders, closing them for good, and opening them again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from execution.facts import (
    Ended,
    Ending,
    Finished,
    Finishing,
    FinishingOperation,
    MaterialIssued,
    OperationFinished,
    OperationReopened,
    Reopened,
)
from execution.models import MaterialMove
from execution.services import gate, genealogy
from execution.services.clocks import clock_off
from execution.services.flush import Flushing, due, issued, takings
from execution.services.job import Job, job_of, lock_job, operations_of
from execution.services.release import cancel_picks
from execution.services.start import give_back
from p2p.core.clock import now
from p2p.core.facts import ask, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.services.ledger import post_within
from planning.models import Operation, ProductionOrder
from planning.services import progress


@transaction.atomic
def finish_operation(*, operation: Operation, at: datetime | None = None, by: User | None) -> Operation:
    """Say that nothing more will be made at this operation; open clockings end.

    Asks FinishingOperation, tells OperationFinished. Refused when it is not open, blocked, or nothing was
    reported.
    """
    job = lock_job(operation.order_id)
    current = job.operation(operation.pk)
    gate.check_open(job, current)
    if not current.good_quantity + current.scrap_quantity:
        raise Refused(_("Nothing was reported on {operation} yet."), about=current, operation=current)
    ask(FinishingOperation(operations=(current,), by=by))
    moment = at or now()
    progress.finish_operations(operations=[current], at=moment)
    clock_off(operations=[current], at=moment)
    tell(OperationFinished(operations=(current,), by=by))
    return current


@transaction.atomic
def reopen_operation(*, operation: Operation, by: User | None) -> Operation:
    """Open a finished operation of an open order again. Tells OperationReopened."""
    job = lock_job(operation.order_id)
    current = job.operation(operation.pk)
    if job.order.state not in ("released", "started"):
        raise Refused(
            _("{order} is {state}: reopen it first."), order=job.order, state=job.order.get_state_display()
        )
    progress.reopen_operation(operation=current)
    tell(OperationReopened(operations=(current,), by=by))
    return current


def _jobs(orders: Sequence[ProductionOrder]) -> list[Job]:
    """All orders locked, with their operations. Two statements."""
    locked = progress.lock(orders=[order.pk for order in orders])
    of_order: dict[int, list[Operation]] = {order.pk: [] for order in locked}
    for operation in operations_of(locked):
        of_order[operation.order_id].append(operation)
    return [job_of(order, of_order[order.pk]) for order in locked]


@transaction.atomic
def finish(
    *, orders: Sequence[ProductionOrder], at: datetime | None = None, by: User | None
) -> list[ProductionOrder]:
    """Nothing more will be made for these orders; operations still open are finished along, all or none.

    Components flushed at finish are taken, open pick lists are cancelled with their reservations, clockings
    end. Asks FinishingOperation and Finishing, tells OperationFinished and Finished. Refused when nothing
    was reported.
    """
    jobs = _jobs(orders)
    moment = at or now()
    found = tuple(job.order for job in jobs)
    along = tuple(each for job in jobs for each in job.operations if each.state != Operation.State.FINISHED)
    progress.check(orders=found, step="finish")
    for job in jobs:
        _check_reported(job)
    if along:
        ask(FinishingOperation(operations=along, by=by))
    ask(Finishing(orders=found, by=by))
    progress.finish(orders=found, at=moment)
    for job in jobs:
        _flush_at_finish(job, moment, by)
    cancel_picks(orders=found, by=by)
    clock_off(operations=along, at=moment)
    if along:
        tell(OperationFinished(operations=along, by=by))
    tell(Finished(orders=found, by=by))
    return list(found)


def _check_reported(job: Job) -> None:
    order = job.order
    if not order.good_quantity + order.scrap_quantity:
        raise Refused(
            _("Nothing was made for {order}: cancel it instead of finishing it."),
            code="nothing_made",
            about=order,
            order=order.number,
        )


def _flush_at_finish(job: Job, at: datetime, by: User | None) -> None:
    lacking = []
    for operation in job.operations:
        processed: Decimal = operation.good_quantity + operation.scrap_quantity
        lacking += due(job, operation, processed, (Flushing.FINISH,))
    if not lacking:
        return
    taken = takings(job, lacking, at=at)
    moves = post_within(lines=[one.line for one in taken], by=by)
    rows = MaterialMove.objects.bulk_create(
        MaterialMove(material=one.material, move=move) for one, move in zip(taken, moves, strict=True)
    )
    progress.issue(quantities=issued([(row.material, row.move.quantity) for row in rows]))
    genealogy.catch_up(order=job.order, materials=job.materials)
    tell(MaterialIssued(order=job.order, moves=tuple(moves), material_moves=tuple(rows), by=by))


@transaction.atomic
def end(
    *, orders: Sequence[ProductionOrder], at: datetime | None = None, by: User | None
) -> list[ProductionOrder]:
    """Close finished orders for good, all or none: nothing can be reported or taken back afterwards.

    Asks Ending, tells Ended (costing settles).
    """
    locked = progress.lock(orders=[order.pk for order in orders])
    progress.check(orders=locked, step="end")
    ask(Ending(orders=tuple(locked), by=by))
    progress.end(orders=locked, at=at or now())
    tell(Ended(orders=tuple(locked), by=by))
    return locked


@transaction.atomic
def reopen(*, orders: Sequence[ProductionOrder], by: User | None) -> list[ProductionOrder]:
    """Open finished orders again, with the operations that were finished along, all or none.

    Components flushed at finish come back. Tells Reopened.
    """
    jobs = _jobs(orders)
    found = [job.order for job in jobs]
    progress.reopen(orders=found)
    for job in jobs:
        give_back(job, job.operations, Flushing.FINISH, by)
    tell(Reopened(orders=tuple(found), by=by))
    return found
