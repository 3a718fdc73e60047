"""Receiving from the vendor: pieces back, good or rejected; a receipt taken back; a receipt corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from execution.facts import FinishingOperation
from execution.services.job import lock_job
from execution.services.report import report
from execution.services.undo import undo as undo_report
from outsourcing.facts import Received, Receiving
from outsourcing.models import Receipt, ReceiptLine, SubcontractLine, SubcontractOrder
from outsourcing.models.order import SUBCONTRACT_FLOW
from outsourcing.services import losses
from outsourcing.services.dispatch import step_back
from outsourcing.services.loading import components
from p2p.core import clock
from p2p.core.facts import Refused, ask, objections, tell
from p2p.core.fields import plain
from p2p.core.models import User
from planning.models import Operation
from planning.services import vendors
from strategies.models import ReasonCode
from strategies.services.numbering import take_numbers

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Back:
    """What came back of one line. `complete`: nothing more will come; pieces of ours that are missing are scrap under
    the reason. `borne_by` ("vendor" or "us") and `why`: the decision about what is lost beyond the agreed share."""

    line: SubcontractLine
    good: Decimal = ZERO
    rejected: Decimal = ZERO
    reason: ReasonCode | None = None
    complete: bool = False
    borne_by: str = ""
    why: str = ""


@transaction.atomic
def receive(
    *,
    order: SubcontractOrder,
    lines: Sequence[Back],
    packing_slip: str = "",
    at: datetime | None = None,
    by: User,
) -> Receipt:
    """Receive pieces from the vendor, in part or whole; each line reports its operation, which books the rest.

    The operation is finished with its last pieces, unless an open inspection keeps it. Raises Refused naming the
    line: nothing named, more than ordered and tolerated, more than lies at the vendor, rejected or missing pieces
    without a reason, more lost than the policy agrees without a decision.
    """
    locked = _locked(order)
    ask(Receiving(order=locked, by=by))
    chosen = _checked(locked, lines)
    receipt = Receipt.objects.create(
        number=take_numbers(code="RC", count=1)[0],
        order=locked,
        packing_slip=packing_slip,
        effective_at=at or clock.now(),
        by=by,
    )
    rows = [_receive_line(receipt, line, back, by) for line, back in chosen]
    _advance(order)
    tell(Received(receipt=receipt, lines=tuple(rows), by=by))
    return receipt


def _locked(order: SubcontractOrder) -> SubcontractOrder:
    locked = (
        SubcontractOrder.objects.select_for_update(of=("self",))
        .select_related("vendor", "site")
        .get(pk=order.pk)
    )
    refusal = SUBCONTRACT_FLOW.refusal(locked, "receive")
    if refusal is not None:
        raise refusal
    return locked


def _checked(order: SubcontractOrder, lines: Sequence[Back]) -> list[tuple[SubcontractLine, Back]]:
    if not any(back.good or back.rejected or back.complete for back in lines):
        raise Refused(_("Say what came back: at least one line with pieces."), code="empty", field="lines")
    rows = (
        SubcontractLine.objects.filter(order=order, cancelled=False, complete=False)
        .select_related("operation__order__item", "operation__order__site", "order__vendor")
        .order_by("operation__order_id", "pk")
        .select_for_update(of=("self",))
    )
    known = {line.pk: line for line in rows}
    named = {back.line.pk: back for back in lines}
    stranger = next((back for back in lines if back.line.pk not in known), None)
    if stranger is not None or len(named) != len(lines):
        line = stranger.line if stranger else lines[0].line
        raise Refused(
            _("{line} is no open line of {order}."), code="line", field="lines", line=line, order=order
        )
    chosen = [(line, named[key]) for key, line in known.items() if key in named]
    for line, back in chosen:
        _check_quantity(order, line, back)
    return chosen


def _check_quantity(order: SubcontractOrder, line: SubcontractLine, back: Back) -> None:
    came = back.good + back.rejected
    if back.good < 0 or back.rejected < 0 or not came.is_finite():
        raise Refused(
            _("{line}: pieces cannot be fewer than none."), code="quantity", field="good", line=line
        )
    so_far = line.received_quantity + line.rejected_quantity
    limit = line.quantity * (1 + order.site.over_report_fraction)
    if so_far + came > limit:
        raise Refused(
            _("{line}: {came} pieces with the {so_far} before are more than the {quantity} ordered."),
            code="over_tolerance",
            field="good",
            line=line,
            came=plain(came),
            so_far=plain(so_far),
            quantity=plain(line.quantity),
        )
    if (
        came
        and sends(line.operation)
        and so_far + came > line.sent_quantity * (1 + order.site.over_report_fraction)
    ):
        raise Refused(
            _("{line}: {sent} pieces were sent to {vendor}, {came} cannot come back now."),
            code="not_sent",
            field="good",
            line=line,
            sent=plain(line.sent_quantity - so_far),
            vendor=order.vendor,
            came=plain(came),
        )


def sends(operation: Operation) -> bool:
    """Whether something of ours has to be at the vendor first: pieces of the operation before, or components."""
    job = lock_job(operation.order_id)
    mine = job.operation(operation.pk)
    return bool(job.before[mine.pk] or components(job, mine))


def _receive_line(receipt: Receipt, line: SubcontractLine, back: Back, by: User) -> ReceiptLine:
    came = back.good + back.rejected
    whole = line.received_quantity + line.rejected_quantity + came >= line.quantity
    complete = back.complete or whole
    away = losses.missing(line, came) if complete else ZERO
    away = away if away and _worked_before(line.operation) else ZERO
    row = _row(receipt, line, back, complete=complete, away=away)
    if came or away:
        row.report = report(
            operation=line.operation,
            good=row.good,
            scrap=row.rejected,
            reason=back.reason,
            resource=line.operation.resource,
            at=receipt.effective_at,
            finish=complete and _may_finish(line.operation, by),
            vendor_receipt=receipt.number,
            by=by,
        )
        _take_from_vendor(line.operation, came + away)
    row.save()
    line.received_quantity += row.good
    line.rejected_quantity += row.rejected
    line.complete = complete
    line.save(update_fields=["received_quantity", "rejected_quantity", "complete"])
    return row


def _row(
    receipt: Receipt, line: SubcontractLine, back: Back, *, complete: bool, away: Decimal
) -> ReceiptLine:
    """The line of the receipt; when nothing more comes, with what was lost beyond the agreed share."""
    if away and back.reason is None:
        raise Refused(
            _("{line}: {missing} pieces do not come back: choose a reason, they are scrap."),
            code="missing",
            field="reason",
            line=line,
            missing=plain(away),
        )
    row = ReceiptLine(receipt=receipt, line=line, good=back.good, rejected=back.rejected + away, missing=away)
    row.reason = back.reason
    if complete:
        found = losses.lost(line, row.rejected)
        said = losses.Decision(borne_by=back.borne_by, why=back.why)
        decision = losses.decided(line, found, said)
        row.over_agreed, row.borne_by, row.why = found.over, decision.borne_by, decision.why
    return row


def _worked_before(operation: Operation) -> bool:
    """Whether pieces went there, not components for them."""
    job = lock_job(operation.order_id)
    return bool(job.before[operation.pk])


def _may_finish(operation: Operation, by: User) -> bool:
    """An inspection that is still open keeps the operation unfinished, not the pieces outside the door."""
    return not objections(FinishingOperation(operations=(operation,), by=by))


def _take_from_vendor(operation: Operation, came: Decimal) -> None:
    """Never below zero: where the vendor has it all, nothing of ours was there."""
    operation.refresh_from_db(fields=["with_vendor"])
    there = min(came, operation.with_vendor)
    if there:
        vendors.lie_at_vendor(operation=operation, quantity=-there)


def _lie_there_again(line: SubcontractLine, gone: Decimal) -> None:
    """What came beyond the pieces that were sent never lay there."""
    left = line.sent_quantity - line.received_quantity - line.rejected_quantity
    there = max(ZERO, left + gone) - max(ZERO, left)
    if there:
        vendors.lie_at_vendor(operation=line.operation, quantity=there)


def _advance(order: SubcontractOrder) -> None:
    open_still = order.lines.filter(cancelled=False, complete=False).exists()
    SUBCONTRACT_FLOW.take(order, "receive_part" if open_still else "receive", revision=F("revision") + 1)


@transaction.atomic
def undo(*, receipt: Receipt, by: User) -> Receipt:
    """Take a receipt back: its reports are undone and the pieces lie at the vendor again. Returns the reversal.

    Raises Refused when it was taken back before, when later operations have worked on the pieces, or when they
    have been invoiced.
    """
    order = SubcontractOrder.objects.select_for_update(of=("self",)).get(pk=receipt.order_id)
    if receipt.reverses_id or Receipt.objects.filter(reverses=receipt).exists():
        raise Refused(_("{receipt} was taken back before."), code="already_undone", receipt=receipt)
    rows = list(
        receipt.lines.select_related("line__operation", "line__order", "report", "reason")
        .order_by("line__operation__order_id", "-id")
        .select_for_update(of=("self", "line"))
    )
    reversal = Receipt.objects.create(
        number=take_numbers(code="RC", count=1)[0],
        order=order,
        packing_slip=receipt.packing_slip,
        effective_at=clock.now(),
        reverses=receipt,
        by=by,
    )
    mirrors = [_undo_line(reversal, row, by) for row in rows]
    SUBCONTRACT_FLOW.take(order, "reopen", revision=F("revision") + 1)
    step_back(order)
    tell(Received(receipt=reversal, lines=tuple(mirrors), by=by))
    return reversal


def _undo_line(reversal: Receipt, row: ReceiptLine, by: User) -> ReceiptLine:
    line = row.line
    if line.received_quantity - row.good < line.invoiced_quantity:
        raise Refused(
            _("{line}: {invoiced} pieces are invoiced already, the receipt cannot be taken back."),
            code="invoiced",
            line=line,
            invoiced=plain(line.invoiced_quantity),
        )
    mirror = ReceiptLine(
        receipt=reversal,
        line=line,
        good=-row.good,
        rejected=-row.rejected,
        missing=-row.missing,
        reason=row.reason,
    )
    if row.report is not None:
        mirror.report = undo_report(report=row.report, by=by)
        _lie_there_again(line, row.good + row.rejected)
    mirror.save()
    line.received_quantity -= row.good
    line.rejected_quantity -= row.rejected
    line.complete = False
    line.save(update_fields=["received_quantity", "rejected_quantity", "complete"])
    return mirror
