"""Sending pieces and components to the vendor, and taking a delivery note back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from execution.models import WipMove
from execution.services import wip
from execution.services.job import Job, lock_job
from outsourcing.facts import Dispatched, Dispatching
from outsourcing.models import Dispatch, DispatchMove, Receipt, SubcontractLine, SubcontractOrder
from outsourcing.models.order import SUBCONTRACT_FLOW
from outsourcing.services.loading import ToSend, Trip
from p2p.core import clock
from p2p.core.facts import Refused, ask, tell
from p2p.core.models import User
from p2p.inventory.services import ledger
from p2p.inventory.services.kept import keep_again
from planning.services import vendors
from strategies.services.numbering import take_numbers


@transaction.atomic
def dispatch(
    *,
    order: SubcontractOrder,
    lines: Sequence[ToSend] | None = None,
    at: datetime | None = None,
    by: User,
) -> Dispatch:
    """Send pieces of the operations before, or components where there are none, to the vendor's place.

    Without `lines` everything goes that stands ready. Raises Refused naming the operation: nothing ready, more
    than the line asks for, fewer pieces there than named, components short.
    """
    locked = (
        SubcontractOrder.objects.select_for_update(of=("self",))
        .select_related("vendor", "site")
        .get(pk=order.pk)
    )
    ask(Dispatching(order=locked, by=by))
    refusal = SUBCONTRACT_FLOW.refusal(locked, "dispatch")
    if refusal is not None:
        raise refusal
    trip = Trip(locked, at or clock.now(), by)
    chosen = trip.chosen(lines)
    trip.hold(chosen)
    # The series is shared with deliveries to customers, which take their number once they hold their stock.
    (trip.number,) = take_numbers(code="DN", count=1)
    for line, quantity in chosen:
        trip.load(line, quantity)
    if not trip.rows:
        raise Refused(
            _("Nothing stands ready to go to {vendor}."), code="nothing_ready", vendor=locked.vendor
        )
    note = trip.leave()
    SUBCONTRACT_FLOW.take(order, "dispatch", revision=F("revision") + 1)
    tell(Dispatched(dispatch=note, by=by))
    return note


@transaction.atomic
def undo(*, dispatch: Dispatch, by: User) -> Dispatch:
    """Take a delivery note back: pieces and components lie where they came from, and what of them was reserved for a
    production order that still runs is reserved for it again.

    Raises Refused when the vendor has worked on them already, or the note was taken back before.
    """
    order = SubcontractOrder.objects.select_for_update(of=("self",)).get(pk=dispatch.order_id)
    if not Dispatch.objects.filter(pk=dispatch.pk, undone_at__isnull=True).update(
        undone_at=clock.now(), undone_by=by
    ):
        raise Refused(_("{dispatch} was taken back before."), code="already_undone", dispatch=dispatch)
    rows = list(dispatch.lines.select_related("line__operation").order_by("id"))
    keys = sorted({row.line.operation.order_id for row in rows})
    _take_back(dispatch, [lock_job(key) for key in keys], by)
    for row in rows:
        vendors.lie_at_vendor(operation=row.line.operation, quantity=-row.quantity)
        SubcontractLine.objects.filter(pk=row.line_id).update(sent_quantity=F("sent_quantity") - row.quantity)
    step_back(order)
    dispatch.refresh_from_db()
    tell(Dispatched(dispatch=dispatch, undone=True, by=by))
    return dispatch


def _take_back(dispatch: Dispatch, jobs: Sequence[Job], by: User) -> None:
    sent = DispatchMove.objects.filter(dispatch_line__dispatch=dispatch).order_by("id")
    moved = sent.filter(move__isnull=False).select_related(
        "move__item__unit", "move__source__site", "move__target__site", "dispatch_line__line__operation"
    )
    ledger.reverse(moves=[row.move for row in moved if row.move], by=by)
    running = {job.order.pk: job.order.number for job in jobs if job.order.state in ("released", "started")}
    orders = {row.pk: row.dispatch_line.line.operation.order_id for row in moved}
    again = [row for row in moved if row.move and orders[row.pk] in running]
    keep_again(
        taken=[(row.move, row.reserved) for row in again if row.move],
        documents=[running[orders[row.pk]] for row in again],
        by=by,
    )
    for row in sent.filter(wip_move__isnull=False).select_related(
        "wip_move__operation", "wip_move__location"
    ):
        arrived = row.wip_move
        assert arrived is not None
        # The pair of a carry is written together: what left stands right before what arrived.
        left = WipMove.objects.filter(
            operation=arrived.operation,
            reference=dispatch.number,
            quantity=-arrived.quantity,
            pk__lt=arrived.pk,
        ).select_related("location")
        wip.carry(
            operation=arrived.operation,
            quantity=arrived.quantity,
            source=arrived.location,
            target=left.latest("pk").location,
            kind=WipMove.Kind.RETURNED,
            reference=dispatch.number,
            by=by,
        )


def step_back(order: SubcontractOrder) -> None:
    """Where an order stands when nothing of it is on the way or back any more."""
    standing = (
        Dispatch.objects.filter(order=order, undone_at__isnull=True).exists()
        or Receipt.objects.filter(order=order, reverses__isnull=True, reversed_by__isnull=True).exists()
    )
    if standing or order.state != SubcontractOrder.State.IN_WORK:
        return
    SUBCONTRACT_FLOW.take(order, "back_to_acknowledged" if order.acknowledged_at else "back_to_sent")
