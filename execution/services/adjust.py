"""A component's use is set right at the machine: more of it is taken, some is given back; stock and order follow at
once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from execution.models import Adjustment, Report
from execution.selectors import FLUSHED
from execution.services.chosen import ANYTHING, InHand, Issue, choose, issue, opened
from execution.services.flush import due
from execution.services.handed_back import give_back, standing_of, take_again
from execution.services.job import Job
from execution.services.keep import give_surplus_up
from execution.services.put_back import put_back
from p2p.core.clock import now
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.services.checks import check_quantity
from planning.models import Material
from strategies.models import ReasonCode

ZERO = Decimal(0)


@transaction.atomic
def adjust(
    *,
    material: Material,
    quantity: Decimal,
    named: InHand = ANYTHING,
    reason: ReasonCode | None = None,
    at: datetime | None = None,
    by: User | None,
) -> list[Adjustment]:
    """Take so much more of a component (its item's unit, above zero), or give so much back (below zero).

    What is taken fills the lines of its pick lists first. What is given back goes where it came from, newest first, of
    what is named. Of a component that reports take by themselves it is what they did not say: they flush neither more
    nor less for it. One row for each report of which something is given back, else one. Tells MaterialIssued.

    Refused: the order is not open; more than planned without a reason; too little free of what is named; more given
    back than was taken and is in no product yet.
    """
    if reason is not None and reason.kind != ReasonCode.Kind.ADJUSTMENT:
        raise Refused(_("{reason} is no reason for a difference."), field="reason", reason=reason.name)
    check_quantity(material.item, abs(quantity))
    job, row = opened(material)
    told = Issue(at or now(), by, reason)
    if quantity < 0:
        return give_back(job, row, -quantity, named, told)
    beyond = _beyond(job, row, quantity)
    _check_reason(job, row, beyond, reason)
    parts = choose(job=job, material=row, quantity=quantity, named=named)
    said = Adjustment.objects.create(
        material=row, quantity=quantity, beyond=beyond, reason=reason, posted_at=now(), by=by
    )
    issue(job=job, material=row, parts=parts, told=replace(told, adjustment=said))
    return [said]


def net(material: Material) -> Decimal:
    """What was taken beyond the plan, less what was given back, by hand and still standing; in the item's unit."""
    found: Decimal = material.beyond  # type: ignore[attr-defined]
    return found


def _beyond(job: Job, material: Material, quantity: Decimal) -> Decimal:
    """What of it the order does not want by itself: what reports take is due as pieces are made."""
    if material.flushing not in FLUSHED:
        left: Decimal = max(ZERO, material.quantity - material.issued_quantity)
        return max(ZERO, quantity - left)
    step = material.operation or job.first
    processed = step.good_quantity + step.scrap_quantity
    lacking = due(job, step, processed, (material.flushing,)) if processed else []
    still = sum((left for one, left in lacking if one.pk == material.pk), ZERO)
    return max(ZERO, quantity - still)


def _check_reason(job: Job, material: Material, beyond: Decimal, reason: ReasonCode | None) -> None:
    over = beyond + net(material) if material.flushing in FLUSHED else beyond
    if over > 0 and reason is None:
        raise Refused(
            _("{quantity} {unit} of {item} are more than {order} wants: say why."),
            code="reason_missing",
            field="reason",
            about=material,
            quantity=plain(over),
            unit=material.item.unit.code,
            item=material.item.number,
            order=job.order.number,
        )


@transaction.atomic
def undo_adjustment(*, adjustment: Adjustment, by: User | None) -> Adjustment:
    """Take an adjustment back: what was taken goes where it came from, what was given back is taken again from there.

    Refused: it was taken back before, what it took was given back or is in a product since, what it gave back is not
    there any more, others were taken instead and the order wants no more, or its report was taken back. What is
    reserved beyond what the order then wants is free again, and on no pick list any more.
    """
    job, material = opened(adjustment.material)
    known = Adjustment.objects.select_related("reverses", "report").get(pk=adjustment.pk)
    _check_stands(known)
    if known.quantity < 0:
        _check_room(job, material, -known.quantity)
    mirror = Adjustment.objects.create(
        material=material,
        quantity=-known.quantity,
        beyond=-known.beyond,
        reason=known.reason,
        report=known.report,
        reverses=known,
        posted_at=now(),
        by=by,
    )
    told = Issue(now(), by, adjustment=mirror)
    if known.quantity > 0:
        rows = standing_of(known)
        if sum((row.move.quantity for row in rows), ZERO) != known.quantity:
            raise _changed(known)
        put_back(job=job, rows=rows, told=told)
    else:
        take_again(job, material, known, told)
        give_surplus_up(material, by=by)
    return mirror


def _check_room(job: Job, material: Material, quantity: Decimal) -> None:
    """What was given back is taken again without a word only as far as the order wants it, or somebody said why it
    takes more: others may have been taken instead."""
    rows = Adjustment.objects.filter(material=material, quantity__gt=0, reverses=None, reversed_by=None)
    granted = rows.exclude(reason=None).aggregate(all=Sum("beyond", default=ZERO))["all"]
    if material.flushing in FLUSHED:
        over = net(material) + quantity - granted
    else:
        over = material.issued_quantity + quantity - material.quantity - granted
    if over > 0:
        raise Refused(
            _(
                "{quantity} {unit} of {item} would be more than {order} wants, as others were taken since: take more"
                " of it and say why."
            ),
            code="over_plan",
            about=material,
            quantity=plain(min(over, quantity)),
            unit=material.item.unit.code,
            item=material.item.number,
            order=job.order.number,
        )


def _check_stands(known: Adjustment) -> None:
    gone = known.reverses_id is not None or Adjustment.objects.filter(reverses=known).exists()
    if gone or (known.report is not None and Report.objects.filter(reverses=known.report).exists()):
        raise _changed(known)


def _changed(known: Adjustment) -> Refused:
    return Refused(
        _("This was changed or taken back since: look at the component again."),
        code="changed_meanwhile",
        about=known.material,
    )
