"""A receipt corrected after the fact: fewer good pieces, more rejected, or back at the vendor."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from outsourcing.models import Receipt, ReceiptLine, SubcontractLine, SubcontractOrder
from outsourcing.services.receive import Back, receive, undo
from p2p.core.facts import Refused
from p2p.core.fields import plain
from p2p.core.models import User
from strategies.models import ReasonCode

ZERO = Decimal(0)


@transaction.atomic
def correct(
    *,
    line: SubcontractLine,
    less_good: Decimal,
    more_rejected: Decimal = ZERO,
    reason: ReasonCode | None = None,
    by: User,
) -> Receipt | None:
    """Correct the latest receipt of a line that has so many good pieces: fewer good, perhaps more rejected.

    What is neither any more lies at the vendor again, and with it what was missing. What is rejected afterwards beyond
    the agreed loss the vendor bears, unless it was decided otherwise before. Returns the new receipt, None when nothing
    of it is left. Raises Refused when no receipt has that many.
    """
    row = (
        ReceiptLine.objects.filter(line=line, good__gte=less_good)
        .filter(receipt__reverses__isnull=True, receipt__reversed_by__isnull=True)
        .select_related("receipt__order", "line")
        .order_by("-id")
        .first()
    )
    if row is None:
        raise Refused(
            _("No receipt of {line} has {quantity} good pieces to correct."),
            code="no_receipt",
            line=line,
            quantity=plain(less_good),
        )
    rows = list(row.receipt.lines.select_related("line", "reason").order_by("id"))
    undo(receipt=row.receipt, by=by)
    again = [_again(each, row, less_good, more_rejected, reason) for each in rows]
    left = [back for back in again if back.good or back.rejected]
    if not left:
        return None
    return receive(
        order=SubcontractOrder.objects.get(pk=row.receipt.order_id),
        lines=left,
        packing_slip=row.receipt.packing_slip,
        at=row.receipt.effective_at,
        by=by,
    )


def _again(
    each: ReceiptLine, row: ReceiptLine, less_good: Decimal, more_rejected: Decimal, reason: ReasonCode | None
) -> Back:
    mine = each.pk == row.pk
    why = reason or each.reason if mine else each.reason
    return Back(
        line=each.line,
        good=each.good - less_good if mine else each.good,
        rejected=each.rejected - each.missing + (more_rejected if mine else ZERO),
        reason=why,
        complete=bool(each.missing) and not (mine and less_good > more_rejected),
        borne_by=each.borne_by or ReceiptLine.Bearer.VENDOR,
        why=each.why or str(why or ""),
    )
