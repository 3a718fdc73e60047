"""What of stock is kept for one component of a job, and the choice of what is kept besides: a place, lot, pallet or
pieces that somebody named, else what the item's picking rule says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from execution.models import PickLine
from execution.selectors import FLUSHED
from execution.services.chosen import ANYTHING, InHand, is_of, open_lines
from execution.services.flush import needs_of
from execution.services.job import Job
from execution.services.reserve import free_standing
from p2p.core.clock import now
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, Reservation, Serial
from p2p.inventory.refusals import in_words
from p2p.inventory.selectors.stock import COUNTS, held_stock
from p2p.inventory.services.claims import spend
from p2p.inventory.services.needs import PRODUCTION, Need
from p2p.inventory.services.reservations import reserve, share_out
from p2p.inventory.services.taking import Pile, lack
from planning.models import Material

ZERO = Decimal(0)


@dataclass
class Held:
    """A reservation that stands for it, and the line of a pick list that it is for."""

    row: Reservation
    line: PickLine | None = None

    def pile(self, quantity: Decimal) -> Pile:
        row = self.row
        return Pile(row.location, quantity, row.lot, row.serial, row.handling_unit)


def wanted(material: Material) -> Decimal:
    """How much the order still takes of it; of what reports take, what they will."""
    more = material.beyond if material.flushing in FLUSHED else ZERO  # type: ignore[attr-defined]
    left: Decimal = material.quantity + more - material.issued_quantity
    return max(ZERO, left)


def held(material: Material) -> list[Held]:
    """What is reserved for it, the oldest first: by its pick lines; for the order beside its lists, when no other of
    its components of this item can mean that. Four queries."""
    lines = {line.reservation_id: line for line in open_lines(material) if line.reservation_id}
    rows = list(Reservation.objects.filter(pk__in=lines).select_related(*RELATED))
    alike = Material.objects.filter(order=material.order_id, item=material.item_id)
    if not lines or alike.count() == 1:
        loose = free_standing([material.order.number]).filter(item=material.item_id)
        rows += list(loose.select_related(*RELATED))
    return [Held(row, lines.get(row.pk)) for row in sorted(rows, key=lambda row: row.pk)]


RELATED = ("location__site", "lot", "serial", "handling_unit")


def wanted_beside(job: Job, material: Material) -> Decimal:
    """How much may stand for it: of what is on no pick list, for all components of the same item together."""
    if any(line.reservation_id for line in open_lines(material)):
        return wanted(material)
    return sum((wanted(one) for one in job.materials if one.item_id == material.item_id), ZERO)


def named_as(pile: Pile) -> InHand:
    """The pile as somebody would name it."""
    pieces = (pile.serial,) if pile.serial is not None else ()
    return InHand(location=pile.place, lot=pile.lot, serials=pieces, unit=pile.unit)


def matching(rows: Sequence[Held], named: InHand) -> list[Held]:
    """Those of what is named; what stands in no unit first."""
    found = [one for one in rows if is_of(one.row, named)]
    return sorted(found, key=lambda one: (one.row.handling_unit_id is not None, -one.row.pk))


def reserve_named(
    *, job: Job, material: Material, quantity: Decimal, named: InHand, by: User | None
) -> list[Reservation]:
    """Reserve so much free stock of what is named. The stock is locked.

    Refused by name: too little of it is free, on hold, expired, not here, or not where reports take it.
    """
    need = _need(job, material, quantity, named)
    if named.serials:
        return _pieces(need, named.serials, by)
    outcome = share_out(needs=[need])
    if outcome.missing[0]:
        raise lack([(need, outcome.missing[0])], outcome.reasons.get(0))
    return reserve(needs=[need], by=by)


def _need(job: Job, material: Material, quantity: Decimal, named: InHand) -> Need:
    (base,) = needs_of(job, [(material, quantity)])
    place = named.location or (named.unit.location if named.unit is not None else None)
    own = base.location if material.flushing in FLUSHED else None
    if own is not None and place is not None and place.pk != own.pk:
        raise Refused(
            _("Reports take {item} from {place}: bring it there first."),
            code="elsewhere",
            field="location",
            about=material.item,
            item=material.item.number,
            place=own.code,
        )
    if own is None and named == ANYTHING:
        own = base.location
    return replace(base, location=own or named.location, lot=named.lot, handling_unit=named.unit)


def _pieces(need: Need, serials: Sequence[Serial], by: User | None) -> list[Reservation]:
    piles = Balance.objects.filter(item=need.item, serial__in=serials, quantity__gt=0)
    rows = piles.filter(location__site=need.site).annotate(on_hold=held_stock(PRODUCTION))
    lying = {row.serial_id: row for row in rows.select_related("location")}
    sound = set(piles.filter(COUNTS).values_list("serial", flat=True))
    for piece in serials:
        refusal = _refusal(need, piece, lying.get(piece.pk), sound=piece.pk in sound)
        if refusal is not None:
            raise refusal
    outcome = share_out(needs=[replace(need, quantity=Decimal(len(serials)))])
    if outcome.missing[0]:  # what is left of it is promised to others
        raise lack([(need, outcome.missing[0])], outcome.reasons.get(0))
    fresh = [_row(need, lying[piece.pk], by) for piece in serials]
    with in_words():
        Reservation.objects.bulk_create(fresh)
    spend(outcome.spent)
    return fresh


def _refusal(need: Need, piece: Serial, pile: Balance | None, *, sound: bool) -> Refused | None:
    if pile is None:
        sentence = _("{item} {serial} is not in stock.")
    elif need.location is not None and need.location.pk != pile.location_id:
        sentence = _("{item} {serial} is at {place}.")
    elif pile.on_hold:  # type: ignore[attr-defined]
        sentence = _("{item} {serial} at {place} is on hold.")
    elif not sound:
        sentence = _("{item} {serial} at {place} has expired, or lies where nothing is taken from.")
    elif pile.quantity - pile.reserved < 1:
        sentence = _("{item} {serial} at {place} is reserved for others.")
    else:
        return None
    return Refused(
        sentence,
        field="serials",
        about=need.item,
        item=need.item.number,
        serial=piece.number,
        place=pile.location.code if pile is not None else need.site.code,
    )


def _row(need: Need, pile: Balance, by: User | None) -> Reservation:
    return Reservation(
        location_id=pile.location_id,
        item_id=pile.item_id,
        lot_id=pile.lot_id,
        serial_id=pile.serial_id,
        handling_unit_id=pile.handling_unit_id,
        quantity=Decimal(1),
        reference=need.reference,
        reserved_at=now(),
        by=by,
    )
