"""The verdict: accept, reject, concede, reopen, cancel. Two inspectors cannot both decide."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core import clock
from p2p.core.facts import Refused, tell
from p2p.core.models import User
from planning.models import Operation
from quality import selectors
from quality.engine.verdict import Verdict
from quality.facts import InspectionDecided, InspectionReopened
from quality.models import Inspection
from quality.models.inspection import INSPECTION_FLOW
from quality.services import blocking, nonconformance
from strategies.models import ReasonCode


@transaction.atomic
def accept(*, inspection: Inspection, note: str = "", by: User) -> Inspection:
    """Accept an open inspection: every piece of the sample is read and no line has failed.

    The block on its operation and the hold on its lot end. Raises Refused naming what is missing or bad.
    """
    locked = _locked(inspection)
    refusal = against_accepting(locked)
    if refusal is not None:
        raise refusal
    return _decide(locked, "accept", note=note, by=by)


@transaction.atomic
def reject(
    *,
    inspection: Inspection,
    quantity: Decimal | None = None,
    reason: ReasonCode | None = None,
    note: str = "",
    by: User,
) -> Inspection:
    """Reject an open inspection; block and hold stay. `quantity` pieces become a nonconformance at once.

    Without a failed result a note has to say why. Raises Refused.
    """
    locked = _locked(inspection)
    if not note and selectors.verdict(locked) is not Verdict.FAIL:
        raise Refused(
            _("No result of {inspection} is bad: write down why it is rejected."),
            code="note_missing",
            field="note",
            inspection=locked,
        )
    decided = _decide(locked, "reject", note=note, by=by)
    if quantity is not None:
        nonconformance.open_from_inspection(
            inspection=decided, quantity=quantity, reason=reason, note=note, by=by
        )
    return decided


@transaction.atomic
def concede(*, inspection: Inspection, note: str, by: User) -> Inspection:
    """Accept a rejected inspection with concession; the note says on whose word. Raises Refused."""
    if not note.strip():
        raise Refused(
            _("A concession needs a note: who agreed that {inspection} may pass, and why."),
            code="note_missing",
            field="note",
            inspection=inspection,
        )
    for refusal in against_conceding(inspection):
        raise refusal
    return _decide(inspection, "concede", note=note, by=by)


def against_conceding(inspection: Inspection) -> list[Refused]:
    """Why a rejected inspection cannot be conceded now."""
    if not selectors.undecided(inspection):
        return []
    return [
        Refused(
            _("{inspection} has a nonconformance that is not decided: decide that first."),
            code="nonconformance_open",
            inspection=inspection,
        )
    ]


@transaction.atomic
def cancel(*, inspection: Inspection, note: str, by: User) -> Inspection:
    """Skip an open inspection; the note says why. Raises Refused."""
    if not note.strip():
        raise Refused(
            _("Write down why {inspection} is skipped."),
            code="note_missing",
            field="note",
            inspection=inspection,
        )
    return _decide(inspection, "cancel", note=note, by=by)


@transaction.atomic
def call_off(*, inspections: Iterable[Inspection], note: str, by: User | None) -> list[Inspection]:
    """Cancel the open ones of these because what they were to inspect is not there any more."""
    found = list(
        Inspection.objects.filter(
            pk__in=[one.pk for one in inspections], state=Inspection.State.OPEN
        ).order_by("pk")
    )
    for one in found:
        INSPECTION_FLOW.take(one, "cancel", decided_at=clock.now(), decided_by=by, note=note[:200])
        blocking.unblock(one, by=by)
        tell(InspectionDecided(inspection=one, by=by))
    return found


@transaction.atomic
def reopen(*, inspection: Inspection, note: str = "", by: User) -> Inspection:
    """Open a decided inspection again, to correct a result; it blocks and holds as before.

    Refused once its operation has finished: reopen that first.
    """
    operation = inspection.operation
    if operation is not None and inspection.receipt_line_id is None:
        operation.refresh_from_db(fields=["state"])
        if operation.state == Operation.State.FINISHED:
            raise Refused(
                _("{operation} is finished: reopen it before {inspection}."),
                code="operation_finished",
                operation=operation,
                inspection=inspection,
            )
    INSPECTION_FLOW.take(inspection, "reopen", decided_at=None, decided_by=None, note=note or inspection.note)
    blocking.lift(inspection, by=by)
    if inspection.plan.blocks:
        blocking.block([inspection], by=by)
        blocking.hold_again(inspection=inspection, by=by)
    tell(InspectionReopened(inspection=inspection, by=by))
    return inspection


def _locked(inspection: Inspection) -> Inspection:
    """The row, held until the transaction ends: no result comes in between the look and the verdict."""
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("plan", "operation__order")
    return rows.get(pk=inspection.pk)


def _decide(inspection: Inspection, step: str, *, note: str, by: User) -> Inspection:
    INSPECTION_FLOW.take(
        inspection, step, decided_at=clock.now(), decided_by=by, note=note or inspection.note
    )
    if step != "reject":
        blocking.unblock(inspection, by=by)
    elif inspection.plan.blocks:
        blocking.lift(inspection, by=by)
        blocking.block([inspection], by=by)
    tell(InspectionDecided(inspection=inspection, by=by))
    return inspection


def against_accepting(inspection: Inspection) -> Refused | None:
    """What is missing or bad: why the inspection cannot be accepted now. Two queries."""
    for found in selectors.findings(inspection):
        name = found.line.characteristic.name
        if found.tally.verdict is Verdict.FAIL:
            return Refused(
                _("{name}: {bad} of {read} pieces are bad, {allowed} would be allowed. Reject {inspection}."),
                code="failed",
                name=name,
                bad=found.tally.nonconforming,
                read=found.tally.read,
                allowed=found.line.accept_number,
                inspection=inspection,
            )
        if found.tally.missing:
            return Refused(
                _("{name}: {missing} of {size} pieces are still to be read before {inspection} is accepted."),
                code="results_missing",
                name=name,
                missing=found.tally.missing,
                size=inspection.sample_size,
                inspection=inspection,
            )
    return None
