"""A line of a pick list is picked with what was scanned: whole, in parts, from elsewhere, or less than it says."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from execution.facts import PickedShort
from execution.models import MaterialMove, PickLine
from execution.services.chosen import ANYTHING, InHand, Issue, choose, issue, open_lines, opened
from execution.services.handed_back import issues_of
from execution.services.job import Job
from execution.services.lines import free_at, reservation_for, without_place
from execution.services.put_back import put_back
from execution.services.reserve import place_lines
from execution.services.together import lock_stock
from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.count_asked import ask_count, withdraw_count
from p2p.inventory.services.reservations import unreserve
from planning.models import Material
from strategies.models import Location, ReasonCode

ZERO = Decimal(0)


@transaction.atomic
def pick_line(
    *,
    line: PickLine,
    quantity: Decimal,
    named: InHand = ANYTHING,
    at: datetime | None = None,
    by: User | None,
) -> list[MaterialMove]:
    """Issue so much of a line (the item's unit) to its order, of what was named; nothing named: what it reserves, else
    what the item's picking rule chooses. Other stock than the reserved sets that free. Tells MaterialIssued.

    Refused: list or line is not open any more, more than is left on the line, too little of what was named is free.
    """
    check_quantity(line.material.item, quantity)
    job, material, current = _locked(line)
    left = current.quantity - current.picked_quantity
    if quantity > left:
        raise Refused(
            _("{quantity} {unit} of {item} is more than the {left} left on this line."),
            code="over_pick",
            field="quantity",
            about=material,
            quantity=plain(quantity),
            unit=material.item.unit.code,
            item=material.item.number,
            left=plain(left),
        )
    parts = choose(job=job, material=material, quantity=quantity, named=named, only=current)
    return issue(job=job, material=material, parts=parts, told=Issue(at or now(), by))


def _locked(line: PickLine) -> tuple[Job, Material, PickLine]:
    job, material = opened(line.material)
    current = _open_line(material, line)
    if current is None:
        raise Refused(
            _("This line of {pick_list} was picked or given up meanwhile."),
            code="changed_meanwhile",
            about=material,
            pick_list=line.pick_list.number,
        )
    return job, material, current


def _open_line(material: Material, line: PickLine) -> PickLine | None:
    found = next((one for one in open_lines(material) if one.pk == line.pk), None)
    if found is not None:
        found.material = material
    return found


@transaction.atomic
def pick_short(
    *,
    line: PickLine,
    quantity: Decimal,
    reason: ReasonCode | None,
    named: InHand = ANYTHING,
    at: datetime | None = None,
    by: User | None,
) -> Decimal:
    """Less lies there than the line says: pick the `quantity` that was found (it may be 0) and look for the rest at
    other piles; what nobody has stays on the list without a place. The place is asked to be counted, unless it is
    already. Answers how much is missing. Tells PickedShort.

    Refused: without a reason for a difference; when nothing is missing; by what `pick_line` refuses.
    """
    if reason is None or reason.kind != ReasonCode.Kind.ADJUSTMENT:
        raise Refused(
            _("Say why it is not all there: choose a reason."), code="reason_missing", field="reason"
        )
    _job, material, known = _locked(line)
    place = known.location
    missing: Decimal = known.quantity - known.picked_quantity - quantity
    if place is not None and missing > 0:
        # Counts come before stock: who makes another one has its number, and waits for what is picked here.
        _have_counted(line, material, place, missing, reason, by)
    if quantity:
        pick_line(line=line, quantity=quantity, named=named, at=at, by=by)
    job, material = opened(line.material)
    current = _open_line(material, line)
    if current is None:
        raise Refused(_("All of this line is there: nothing is missing."), code="nothing_missing")
    lock_stock(job=job, also=[(material.item, place)] if place is not None else [])
    if place is not None:
        _elsewhere(job, current, missing, by)
    tell(
        PickedShort(
            order=job.order,
            pick_list=line.pick_list,
            item=material.item,
            place=place.code if place is not None else "",
            missing=missing,
            reason=reason,
            by=by,
        )
    )
    return missing


def _elsewhere(job: Job, line: PickLine, missing: Decimal, by: User | None) -> None:
    """The rest gets another pile: all that the books say lies in this one is kept off while others are sought."""
    kept = [line.reservation] if line.reservation is not None else []
    free = free_at(line)
    if free > 0:
        rest = reservation_for(line, free, job.order.number, by)
        rest.save(force_insert=True)
        kept.append(rest)
    place_lines(order=job.order, lines=[without_place(line=line, quantity=missing)], by=by)
    unreserve(reservations=kept, by=by)


def _have_counted(
    line: PickLine, material: Material, place: Location, missing: Decimal, reason: ReasonCode, by: User | None
) -> None:
    said = _now("{quantity} {unit} of {item} missing at {place}").format(
        quantity=plain(missing), unit=material.item.unit.code, item=material.item.number, place=place.code
    )
    ask_count(
        item=material.item, place=place, reference=line.pick_list.number, reason=reason, note=said, by=by
    )


@transaction.atomic
def put_line_back(*, line: PickLine, by: User | None) -> list[MaterialMove]:
    """Take back what was picked of a line last, in one go: it lies where it lay, and the line wants it again. A count
    that was asked for because the rest was missing there is cancelled unless somebody has begun it.

    Refused when nothing was picked of it, or products contain it.
    """
    job, material = opened(line.material)
    rows = list(issues_of(material).filter(pick_line=line))
    batch = [row for row in rows if row.move.posted_at == rows[0].move.posted_at]
    if not batch:
        raise Refused(
            _("Nothing was picked from {pick_list}."), about=line.pick_list, pick_list=line.pick_list.number
        )
    places = {row.move.source_id for row in batch} | {line.location_id or batch[0].move.source_id}
    withdraw_count(reference=line.pick_list.number, item=material.item, places=places, by=by)
    return put_back(job=job, rows=batch, told=Issue(now(), by))
