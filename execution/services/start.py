"""Beginning work on an operation, and clocking on and off it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from execution.facts import MaterialIssued, Reporting, WorkStarted
from execution.models import Clocking, MaterialMove, Report
from execution.services import gate, reserve
from execution.services.flush import Flushing, due, issued, needs_of, takings
from execution.services.job import Job, lock_job
from p2p.core.clock import now
from p2p.core.facts import ask, tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.services.ledger import post_within, reverse
from planning.models import Operation
from planning.services import progress
from strategies.models import BomLine, Resource


@transaction.atomic
def start(
    *,
    operation: Operation,
    resource: Resource | None = None,
    kind: str = Clocking.Kind.RUN,
    at: datetime | None = None,
    by: User,
) -> Clocking:
    """Begin to work on an operation (or join those who do): clocks the person on, reserves and takes components due
    at start.

    Asks Reporting, tells WorkStarted. Refused when the operation is not open, is done by a vendor, is
    blocked, or the person already works on it.
    """
    job = lock_job(operation.order_id)
    current = job.operation(operation.pk)
    gate.check_open(job, current)
    gate.check_vendor(current, "")
    if Clocking.objects.filter(operation=current, by=by, ended_at__isnull=True).exists():
        raise Refused(
            _("{person} already works on {operation}."), code="already_clocked", person=by, operation=current
        )
    ask(Reporting(operations=(current,), by=by))
    moment = at or now()
    gate.check_time(current, moment)
    progress.start(operation=current, at=moment)
    _flush_at_start(job, current, moment, by)
    clocking = Clocking.objects.create(
        operation=current, by=by, resource=resource, kind=kind, began_at=moment, posted_at=now()
    )
    tell(WorkStarted(operations=(current,), by=by))
    return clocking


def _flush_at_start(job: Job, operation: Operation, at: datetime, by: User) -> None:
    lacking = due(job, operation, operation.quantity, (Flushing.START,))
    reserve.at_start(order=job.order, beside=needs_of(job, lacking), by=by)
    taken = takings(job, lacking, at=at)
    moves = post_within(lines=[one.line for one in taken], by=by)
    rows = MaterialMove.objects.bulk_create(
        MaterialMove(material=one.material, move=move) for one, move in zip(taken, moves, strict=True)
    )
    if rows:
        progress.issue(quantities=issued([(row.material, row.move.quantity) for row in rows]))
        tell(MaterialIssued(order=job.order, moves=tuple(moves), material_moves=tuple(rows), by=by))


@transaction.atomic
def stop(*, operation: Operation, at: datetime | None = None, by: User) -> Clocking:
    """Clock the person off the operation. Refused when they do not work on it, or before they began."""
    clocking = (
        Clocking.objects.select_for_update()
        .filter(operation=operation, by=by, ended_at__isnull=True)
        .order_by("pk")
        .first()
    )
    if clocking is None:
        raise Refused(_("{person} does not work on {operation}."), person=by, operation=operation)
    moment = at or now()
    if moment < clocking.began_at:
        raise Refused(_("Work on {operation} cannot end before it began."), field="at", operation=operation)
    clocking.ended_at = moment
    clocking.save(update_fields=["ended_at"])
    return clocking


@transaction.atomic
def unstart(*, operation: Operation, by: User | None) -> Operation:
    """Work was begun by mistake: the operation is released again, clockings are ended, components come back.

    Refused once something was reported.
    """
    job = lock_job(operation.order_id)
    current = job.operation(operation.pk)
    if Report.objects.filter(operation=current, reverses__isnull=True, reversed_by__isnull=True).exists():
        raise Refused(_("Work on {operation} was reported: undo the reports first."), operation=current)
    others = [each for each in job.operations if each is not current]
    progress.unstart(
        operation=current, order_too=all(each.state in ("planned", "released") for each in others)
    )
    Clocking.objects.filter(operation=current, ended_at__isnull=True).update(ended_at=now())
    give_back(job, [current], BomLine.Flushing.START, by)
    return current


def give_back(job: Job, operations: list[Operation], flushing: str, by: User | None) -> None:
    """Reverse what was taken by this way of flushing outside of any report."""
    mine = [
        material.pk
        for material in job.materials
        if material.flushing == flushing
        and (material.operation_id or job.first.pk) in {one.pk for one in operations}
    ]
    standing = list(
        MaterialMove.objects.filter(
            material__in=mine,
            report__isnull=True,
            pick_line__isnull=True,
            move__reverses__isnull=True,
            move__reversed_by__isnull=True,
        )
        .select_related("material", "move__item__unit", "move__source__site", "move__target__site")
        .order_by("pk")
    )
    if not standing:
        return
    mirrors = reverse(moves=[row.move for row in standing], by=by)
    rows = MaterialMove.objects.bulk_create(
        MaterialMove(material=row.material, move=mirror)
        for row, mirror in zip(standing, mirrors, strict=True)
    )
    progress.issue(quantities=issued([(row.material, -row.move.quantity) for row in rows]))
    tell(
        MaterialIssued(
            order=job.order, moves=tuple(mirrors), material_moves=tuple(rows), reversed=True, by=by
        )
    )
