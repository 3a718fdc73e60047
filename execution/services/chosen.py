"""What is taken of stock for one component by hand: what is reserved for it first, else what somebody has in the hand
or the item's picking rule says; and its issue to the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from execution.facts import MaterialIssued
from execution.models import Adjustment, MaterialMove, PickLine, PickList
from execution.models.pick import PICK_FLOW
from execution.services import genealogy
from execution.services.job import Job, lock_job
from execution.services.reserve import free_standing
from execution.services.together import lock_stock
from p2p.core.facts import tell
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import HandlingUnit, Lot, Move, Reservation, Serial
from p2p.inventory.services.catch_parts import parted
from p2p.inventory.services.ledger import MoveLine, post_within
from p2p.inventory.services.needs import PRODUCTION
from p2p.inventory.services.reservations import draw
from p2p.inventory.services.taking import Taken, Wish, check_pieces, take
from planning.models import Material
from planning.services import progress
from strategies.models import BomLine, Location, ReasonCode

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class InHand:
    """What somebody named of it: place, lot, pieces, the unit it is in, how many pieces were counted of what is
    weighed. What is left out the item's picking rule chooses."""

    location: Location | None = None
    lot: Lot | None = None
    serials: tuple[Serial, ...] = ()
    unit: HandlingUnit | None = None
    catch_quantity: Decimal | None = None


ANYTHING = InHand()


@dataclass(frozen=True)
class Part:
    """So much from one pile, for this line of a pick list (None: for none); `held` is reserved for it."""

    taken: Taken
    line: PickLine | None
    held: Reservation | None = None
    catch_quantity: Decimal | None = None


@dataclass(frozen=True)
class Issue:
    """The circumstances of what is issued."""

    at: datetime
    by: User | None
    reason: ReasonCode | None = None
    adjustment: Adjustment | None = None


def opened(material: Material) -> tuple[Job, Material]:
    """The order, locked, and the component as it is now. Refused when nothing is taken for it any more, or it is used
    at a vendor."""
    job = lock_job(material.order_id)
    order = job.order
    if order.state not in ("released", "started"):
        raise Refused(
            _("{order} is {state}: nothing is taken or given back for it."),
            code="wrong_state",
            about=order,
            order=order.number,
            state=order.get_state_display(),
        )
    row = next((one for one in job.materials if one.pk == material.pk), None)
    step = row.operation or job.first if row is not None else None
    if row is None or row.kind not in BomLine.FROM_STOCK or (step is not None and step.outside):
        raise Refused(
            _("{item} is used or brought by a vendor: it is not taken here for {order}."),
            code="outside",
            about=order,
            item=material.item.number,
            order=order.number,
        )
    return job, row


def open_lines(material: Material) -> list[PickLine]:
    """Its lines on open pick lists on which something is left."""
    rows = PickLine.objects.filter(
        material=material, pick_list__state=PickList.State.OPEN, picked_quantity__lt=F("quantity")
    )
    related = ("pick_list", "location__site", "lot", "serial", "handling_unit", "reservation")
    return list(rows.select_related(*related).order_by("pk"))


def choose(
    *, job: Job, material: Material, quantity: Decimal, named: InHand, only: PickLine | None = None
) -> list[Part]:
    """Lock the stock of the order's components and choose what is taken; what lines reserve goes first, then free
    stock, which fills lines that have no place before others. `only`: for this line and no other.

    Refused by name: too little of what is named is free, it is on hold, too old or not there; other pieces than the
    quantity says.
    """
    check_pieces(material.item, quantity, named.serials)
    places = [(material.item, line.location) for line in open_lines(material) if line.location is not None]
    lock_stock(job=job, also=places)
    lines = [line for line in open_lines(material) if only is None or line.pk == only.pk]
    parts, open_quantity = _reserved(job, material, lines, quantity, named)
    if open_quantity:
        pieces = {part.taken.serial for part in parts}
        wish = Wish(
            item=material.item,
            quantity=open_quantity,
            site=job.order.site,
            location=named.location,
            lot=named.lot,
            serials=[one for one in named.serials if one not in pieces],
            unit=named.unit,
            purpose=PRODUCTION,
        )
        (found,) = take(wishes=[wish])
        parts += _for_lines(found, lines, parts)
    counts = parted(item=material.item, pieces=named.catch_quantity, parts=[part.taken for part in parts])
    return [replace(part, catch_quantity=count) for part, count in zip(parts, counts, strict=True)]


def _reserved(
    job: Job, material: Material, lines: Sequence[PickLine], quantity: Decimal, named: InHand
) -> tuple[list[Part], Decimal]:
    """What of it is reserved already, on the lists or for the order, as far as it is what was named; what is open."""
    rows = [(line.reservation, line) for line in lines if line.reservation is not None]
    free = free_standing([job.order.number]).filter(item=material.item)
    related = free.select_related("location__site", "lot", "serial", "handling_unit")
    every: list[tuple[Reservation, PickLine | None]] = [*rows, *((row, None) for row in related)]
    parts = []
    for row, line in every:
        place = line.location if line is not None and line.location is not None else row.location
        part = min(quantity, row.quantity)
        if part > 0 and is_of(row, named):
            pile = line if line is not None else row
            taken = Taken(place, part, pile.lot, pile.serial, pile.handling_unit, reserved=True)
            parts.append(Part(taken, line, row))
            quantity -= part
    return parts, quantity


def is_of(row: Reservation, named: InHand) -> bool:
    """Whether it is reserved of what was named."""
    pairs = ((named.location, row.location_id), (named.lot, row.lot_id), (named.unit, row.handling_unit_id))
    right = all(wanted is None or wanted.pk == key for wanted, key in pairs)
    return right and (not named.serials or row.serial_id in {one.pk for one in named.serials})


def _for_lines(found: Sequence[Taken], lines: Sequence[PickLine], own: Sequence[Part]) -> list[Part]:
    """Other stock than what was reserved: it serves the lines all the same, and what they hold is free again."""
    room = {line.pk: line.quantity - line.picked_quantity for line in lines}
    for part in own:
        if part.line is not None:
            room[part.line.pk] -= part.taken.quantity
    first = sorted(lines, key=lambda line: (line.reservation_id is not None, line.pk))
    parts = []
    for one in found:
        left = one.quantity
        for line in first:
            quantity = min(left, room[line.pk])
            if quantity > 0:
                parts.append(Part(replace(one, quantity=quantity), line, line.reservation))
                room[line.pk] -= quantity
                left -= quantity
        if left > 0:
            parts.append(Part(replace(one, quantity=left), None))
    return parts


def issue(*, job: Job, material: Material, parts: Sequence[Part], told: Issue) -> list[MaterialMove]:
    """Post what was chosen: stock into the order, lines ticked off, lists on which nothing is left picked, the trace
    caught up. Tells MaterialIssued."""
    _lift(parts)
    moves = post_within(lines=[_line(job, material, part, told) for part in parts], by=told.by)
    rows = MaterialMove.objects.bulk_create(
        MaterialMove(material=material, move=move, pick_line=part.line, adjustment=told.adjustment)
        for part, move in zip(parts, moves, strict=True)
    )
    _tick_off(parts, told)
    progress.issue(quantities={material.pk: sum((move.quantity for move in moves), ZERO)})
    genealogy.catch_up(order=job.order, materials=job.materials)
    tell(MaterialIssued(order=job.order, moves=tuple(moves), material_moves=tuple(rows), by=told.by))
    return rows


def _line(job: Job, material: Material, part: Part, told: Issue) -> MoveLine:
    return MoveLine(
        item=material.item,
        source=part.taken.place,
        target=job.production,
        quantity=part.taken.quantity,
        kind=Move.Kind.ISSUE,
        lot=part.taken.lot,
        serial=part.taken.serial,
        handling_unit=part.taken.unit,
        reason=told.reason,
        reference=job.order.number,
        effective_at=told.at,
        catch_quantity=part.catch_quantity,
    )


def _lift(parts: Sequence[Part]) -> None:
    held: dict[int, Decimal] = {}
    rows = {part.held.pk: part.held for part in parts if part.held is not None}
    for part in parts:
        if part.held is not None:
            held[part.held.pk] = held.get(part.held.pk, ZERO) + part.taken.quantity
    gone = [key for key, quantity in held.items() if quantity >= rows[key].quantity]
    PickLine.objects.filter(reservation__in=gone).update(reservation=None)
    draw(parts=[(rows[key], quantity) for key, quantity in held.items()])


def _tick_off(parts: Sequence[Part], told: Issue) -> None:
    lines: dict[int, PickLine] = {}
    for part in parts:
        if part.line is not None:
            line = lines.setdefault(part.line.pk, part.line)
            line.picked_quantity += part.taken.quantity
    if not lines:
        return
    PickLine.objects.bulk_update(lines.values(), ["picked_quantity"])
    for row in PickList.objects.filter(pk__in={line.pick_list_id for line in lines.values()}).order_by("pk"):
        if not PickLine.objects.filter(pick_list=row, picked_quantity__lt=F("quantity")).exists():
            PICK_FLOW.take(row, "pick", picked_at=told.at, picked_by=told.by)
