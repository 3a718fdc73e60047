"""What becomes of nonconforming pieces: used, scrapped, reworked, returned to the vendor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from outsourcing.models import SubcontractLine
from outsourcing.services import correct
from p2p.core import clock
from p2p.core.facts import Refused, tell
from p2p.core.models import User
from p2p.inventory.services import holds
from planning.models import Operation, ProductionOrder
from planning.services.order import create_order
from quality.facts import InspectionDecided, NonConformanceDecided
from quality.models import Inspection, NonConformance
from quality.models.inspection import INSPECTION_FLOW
from quality.models.nonconformance import NCR_FLOW
from quality.services import blocking, stock
from quality.services.corrected import Which, scrap_reported
from strategies.models import ReasonCode

_Disposition = NonConformance.Disposition
REWORK_DAYS = 7
"""How soon a rework order is due when nobody says otherwise."""


@transaction.atomic
def decide(
    *,
    nonconformance: NonConformance,
    disposition: str,
    reason: ReasonCode | None = None,
    note: str = "",
    serials: Sequence[str] = (),
    sent_again: bool = False,
    catch_quantity: Decimal | None = None,
    by: User,
) -> NonConformance:
    """Decide once and for all what becomes of the pieces, and do it.

    use: the inspection it came from is conceded; needs a note. scrap: the report that called them good is
    corrected, or stock is scrapped, of co- and by-products too; needs a reason. rework: a rework order is made.
    return: they go back to the vendor they came from; `sent_again`: the purchase expects as many again. `serials`
    names pieces of an item that has serial numbers, when not all that were inspected go; `catch_quantity` counts what
    is weighed and counted and is scrapped or returned. Its hold ends, and with the last one decided the block of its
    inspection.
    Raises Refused; then nothing is decided.
    """
    record = NonConformance.objects.select_for_update(of=("self",)).get(pk=nonconformance.pk)
    NCR_FLOW.take(
        record,
        "decide",
        disposition=disposition,
        decided_at=clock.now(),
        decided_by=by,
        decision_note=note[:200],
        reason=reason or record.reason,
        sent_again=sent_again and disposition == _Disposition.RETURN,
    )
    if record.hold is not None and record.hold.released_at is None:
        holds.unhold(holds=[record.hold], by=by)
    if record.inspection is not None:
        # The correction itself has to pass the block; what is still undecided blocks again below.
        blocking.unblock(record.inspection, by=by)
    steps = {
        _Disposition.USE: _use,
        _Disposition.SCRAP: _scrap,
        _Disposition.REWORK: _rework,
        _Disposition.RETURN: _return,
    }
    steps[_Disposition(disposition)](record, note, Which(serials, catch_quantity), by)
    _block_again(record, by)
    tell(NonConformanceDecided(nonconformance=record, by=by))
    nonconformance.refresh_from_db()
    return record


@transaction.atomic
def close(*, nonconformance: NonConformance, note: str = "", by: User) -> NonConformance:
    """Everything that was decided is done. Raises Refused while its rework order is open."""
    order = nonconformance.rework_order
    if order is not None and order.state in ProductionOrder.OPEN:
        raise Refused(
            _("{nonconformance} waits for its rework order {order}."),
            code="rework_open",
            nonconformance=nonconformance,
            order=order,
        )
    NCR_FLOW.take(nonconformance, "close")
    tell(NonConformanceDecided(nonconformance=nonconformance, by=by))
    return nonconformance


def _block_again(record: NonConformance, by: User) -> None:
    """With its last nonconformance decided an inspection blocks no more: the good pieces may go on."""
    inspection = record.inspection
    if inspection is None or inspection.state != Inspection.State.REJECTED or not inspection.plan.blocks:
        return
    if inspection.nonconformances.filter(state=NonConformance.State.OPEN).exists():
        blocking.block([inspection], by=by)
        blocking.hold_again(inspection=inspection, by=by)


def _use(record: NonConformance, note: str, _which: Which, by: User) -> None:
    if not note.strip():
        raise Refused(
            _("Write down who agreed that {record} is used as it is, and why."),
            code="note_missing",
            field="note",
            record=record,
        )
    inspection = record.inspection
    others = inspection and inspection.nonconformances.exclude(pk=record.pk).exclude(
        disposition=_Disposition.USE
    )
    if inspection is None or inspection.state != Inspection.State.REJECTED or (others and others.exists()):
        return
    INSPECTION_FLOW.take(inspection, "concede", decided_at=clock.now(), decided_by=by, note=note[:200])
    tell(InspectionDecided(inspection=inspection, by=by))


def _made_by(record: NonConformance) -> Operation | None:
    """The operation that reported these pieces as its good ones; none of stock, nor of a co- or by-product: that lies
    in stock once it came, and the product is not to be scrapped for it."""
    operation = record.operation
    return operation if operation is not None and operation.order.item_id == record.item_id else None


def _scrap(record: NonConformance, _note: str, which: Which, by: User) -> None:
    if record.reason is None:
        raise Refused(
            _("Say why {record} is scrapped."), code="reason_missing", field="reason", record=record
        )
    made = _made_by(record)
    if made is not None and made.outside:
        _correct_receipt(record, scrapped=True, by=by)
    elif made is not None:
        record.report = scrap_reported(record, which, by)
    else:
        pieces = stock.pieces_of(record, which.serials, by=by)
        record.move = stock.scrap(record, pieces, catch_quantity=which.catch_quantity, by=by)
    record.save(update_fields=["report", "move"])


def _rework(record: NonConformance, _note: str, _which: Which, by: User) -> None:
    operation = record.operation
    if operation is None:
        raise Refused(
            _("{record} names no operation: rework needs the production order it came from."),
            code="no_order",
            record=record,
        )
    record.rework_order = create_order(
        site=operation.order.site,
        item=record.item,
        quantity=record.quantity,
        due_on=max(
            operation.order.due_on, clock.today(operation.order.site.time_zone) + timedelta(days=REWORK_DAYS)
        ),
        kind=ProductionOrder.Kind.REWORK,
        parent=operation.order,
        by=by,
    )
    record.save(update_fields=["rework_order"])


def _return(record: NonConformance, _note: str, which: Which, by: User) -> None:
    if _made_by(record) is not None:
        _correct_receipt(record, scrapped=False, by=by)
        return
    record.move = stock.send_back(
        record,
        stock.pieces_of(record, which.serials, by=by),
        sent_again=record.sent_again,
        catch_quantity=which.catch_quantity,
        by=by,
    )
    record.save(update_fields=["move"])


def _correct_receipt(record: NonConformance, *, scrapped: bool, by: User) -> None:
    """Take the pieces off what was received as good: rejected at our door, or back at the vendor's."""
    line = SubcontractLine.objects.filter(operation=record.operation, cancelled=False).first()
    if line is None:
        raise Refused(
            _("{record} did not come from a vendor: it cannot go back to one."),
            code="no_vendor",
            record=record,
        )
    correct.correct(
        line=line,
        less_good=record.quantity,
        more_rejected=record.quantity if scrapped else Decimal(0),
        reason=record.reason,
        by=by,
    )
