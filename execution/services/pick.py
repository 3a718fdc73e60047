"""Bringing components to the line, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from execution.facts import MaterialIssued
from execution.models import MaterialMove, PickLine, PickList
from execution.models.pick import PICK_FLOW
from execution.services import genealogy
from execution.services.chosen import Issue
from execution.services.flush import issued, takings
from execution.services.job import Job, lock_job
from execution.services.lines import reservation_for
from execution.services.put_back import put_back
from execution.services.set_aside import not_of_others
from p2p.core.clock import now
from p2p.core.facts import tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Lot, Move, Reservation, Serial
from p2p.inventory.refusals import in_words
from p2p.inventory.services.catch_parts import parted
from p2p.inventory.services.count_asked import withdraw_count
from p2p.inventory.services.ledger import MoveLine, post_within
from p2p.inventory.services.reservations import consume
from p2p.inventory.services.taking import Taken
from planning.services import progress
from strategies.models import Location, ReasonCode


@dataclass(frozen=True, kw_only=True)
class Picked:
    """What was taken for a line of the list: `quantity`, by default from where and what the line says;
    `catch_quantity` pieces, of what is weighed and counted."""

    line: PickLine
    quantity: Decimal
    location: Location | None = None
    lot: Lot | None = None
    serial: Serial | None = None
    catch_quantity: Decimal | None = None


@transaction.atomic
def pick(
    *,
    pick_list: PickList,
    lines: Sequence[Picked] | None = None,
    weighed: bool = False,
    reason: ReasonCode | None = None,
    at: datetime | None = None,
    by: User | None,
) -> list[MaterialMove]:
    """Issue the lines of a pick list to its order: all that is left on it, or the quantities in `lines`.

    The list is picked when nothing is left on it. Lines without a place take free stock, of what has supply
    of its own what is kept for the order. Tells MaterialIssued. Refused when the list or the order is not open, a line
    was picked before, or more is picked than the line says, unless it was `weighed`. The moves keep `reason`.
    """
    job = lock_job(pick_list.order_id)
    _must_be_open(job)
    moment = at or now()
    open_lines = _open_lines(pick_list)
    chosen = _chosen(open_lines, lines, weighed=weighed)
    if not chosen:
        raise Refused(
            _("Nothing is left to pick on {pick_list}."), about=pick_list, pick_list=pick_list.number
        )
    whole = len(chosen) == len(open_lines) and all(one.quantity == _left(one.line) for one in chosen)
    found = _find(job, chosen, moment)
    _lift(chosen)
    moves, rows = _issue(job, chosen, found, moment, reason, by)
    _tick_off(job, chosen, by)
    if whole:
        PICK_FLOW.take(pick_list, "pick", picked_at=moment, picked_by=by)
    progress.issue(quantities=issued([(row.material, row.move.quantity) for row in rows]))
    genealogy.catch_up(order=job.order, materials=job.materials)
    tell(MaterialIssued(order=job.order, moves=tuple(moves), material_moves=tuple(rows), by=by))
    return rows


def _must_be_open(job: Job) -> None:
    order = job.order
    if order.state not in ("released", "started"):
        raise Refused(
            _("{order} is {state}: nothing is picked for it."),
            code="wrong_state",
            about=order,
            order=order.number,
            state=order.get_state_display(),
        )


def _open_lines(pick_list: PickList) -> list[PickLine]:
    if pick_list.state != PickList.State.OPEN:
        refusal = PICK_FLOW.refusal(pick_list, "pick")
        if refusal is not None:
            raise refusal
    rows = PickLine.objects.filter(
        pick_list=pick_list, pick_list__state=PickList.State.OPEN, picked_quantity__lt=F("quantity")
    )
    related = (
        "material__item__unit",
        "material__operation__group",
        "location__site",
        "lot",
        "serial",
        "handling_unit",
        "reservation",
    )
    return list(rows.select_related(*related).order_by("pk"))


def _left(line: PickLine) -> Decimal:
    left: Decimal = line.quantity - line.picked_quantity
    return left


def _chosen(open_lines: Sequence[PickLine], lines: Sequence[Picked] | None, *, weighed: bool) -> list[Picked]:
    if lines is None:
        return [Picked(line=line, quantity=_left(line)) for line in open_lines]
    known = {line.pk: line for line in open_lines}
    chosen = []
    for one in lines:
        line = known.pop(one.line.pk, None)
        if line is None:
            raise Refused(
                _("A line of this list was picked by someone else meanwhile."), code="changed_meanwhile"
            )
        if one.quantity > _left(line) and not weighed:
            raise Refused(
                _("{quantity} {unit} of {item} is more than the {left} left on this line."),
                code="over_pick",
                field="quantity",
                about=line.material,
                quantity=plain(one.quantity),
                unit=line.material.item.unit.code,
                item=line.material.item.number,
                left=plain(_left(line)),
            )
        if one.quantity > 0:
            chosen.append(replace(one, line=line))
    return chosen


def _place(one: Picked) -> Location | None:
    return one.location or one.line.location


def _find(job: Job, chosen: Sequence[Picked], at: datetime) -> list[tuple[PickLine, MoveLine]]:
    """Free stock for the lines without a place, chosen while the others' reservations still stand."""
    homeless = [one for one in chosen if _place(one) is None]
    if homeless:
        not_of_others(job.order, [(one.line, one.quantity) for one in homeless])
    also = [(one.line.material.item, place) for one in chosen for place in [_place(one)] if place is not None]
    taken = takings(job, [(one.line.material, one.quantity) for one in homeless], at=at, also=also)
    found = []
    for one in homeless:
        mine = [taking.line for taking in taken if taking.material.pk == one.line.material_id]
        parts = [
            Taken(line.source, line.quantity, line.lot, line.serial, line.handling_unit) for line in mine
        ]
        counts = parted(item=one.line.material.item, pieces=one.catch_quantity, parts=parts)
        found += [
            (one.line, replace(line, catch_quantity=count)) for line, count in zip(mine, counts, strict=True)
        ]
    return found


def _lift(chosen: Sequence[Picked]) -> None:
    """The reservations end here; what is left of a line is reserved again after the moves."""
    reservations = [one.line.reservation for one in chosen if one.line.reservation is not None]
    PickLine.objects.filter(pk__in=[one.line.pk for one in chosen]).update(reservation=None)
    also = [(one.line.material.item, place) for one in chosen for place in [_place(one)] if place is not None]
    consume(reservations=reservations, also=also)


def _issue(
    job: Job,
    chosen: Sequence[Picked],
    found: Sequence[tuple[PickLine, MoveLine]],
    at: datetime,
    reason: ReasonCode | None,
    by: User | None,
) -> tuple[list[Move], list[MaterialMove]]:
    lines = [
        (
            one.line,
            MoveLine(
                item=one.line.material.item,
                source=place,
                target=job.production,
                quantity=one.quantity,
                kind=Move.Kind.ISSUE,
                lot=one.lot or one.line.lot,
                serial=one.serial or one.line.serial,
                handling_unit=one.line.handling_unit if place == one.line.location else None,
                reference=job.order.number,
                effective_at=at,
                catch_quantity=one.catch_quantity,
            ),
        )
        for one in chosen
        for place in [_place(one)]
        if place is not None
    ] + list(found)
    moves = post_within(lines=[replace(line, reason=reason) for _pick_line, line in lines], by=by)
    rows = MaterialMove.objects.bulk_create(
        MaterialMove(material=pick_line.material, move=move, pick_line=pick_line)
        for (pick_line, _line), move in zip(lines, moves, strict=True)
    )
    return moves, rows


def _tick_off(job: Job, chosen: Sequence[Picked], by: User | None) -> None:
    for one in chosen:
        one.line.picked_quantity += one.quantity
    rest = [one.line for one in chosen if one.line.location is not None and _left(one.line) > 0]
    with in_words():
        kept = Reservation.objects.bulk_create(
            reservation_for(line, _left(line), job.order.number, by) for line in rest
        )
    for line in (one.line for one in chosen):
        line.reservation = None
    for line, reservation in zip(rest, kept, strict=True):
        line.reservation = reservation
    PickLine.objects.bulk_update([one.line for one in chosen], ["picked_quantity", "reservation"])


@transaction.atomic
def unpick(*, pick_list: PickList, at: datetime | None = None, by: User | None) -> list[MaterialMove]:
    """Bring everything picked from a list back to where it came from, and reserve it again. Counts that were asked for
    because something was missing are cancelled unless somebody has begun them.

    Refused when the order is no longer open, or when products already contain what was picked.
    """
    job = lock_job(pick_list.order_id)
    _must_be_open(job)
    standing = list(
        MaterialMove.objects.filter(
            pick_line__pick_list=pick_list, move__reverses__isnull=True, move__reversed_by__isnull=True
        )
        .select_related(
            "move__item__unit", "move__source__site", "move__target__site", "material", "pick_line__pick_list"
        )
        .order_by("-move_id")
    )
    if not standing:
        raise Refused(_("Nothing was picked from {pick_list}."), about=pick_list, pick_list=pick_list.number)
    withdraw_count(reference=pick_list.number, by=by)
    return put_back(job=job, rows=standing, told=Issue(at or now(), by))
