"""Stock is booked without an order: received, issued, returned to a vendor, scrapped, adjusted, moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import ask
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.facts import Reversing
from p2p.inventory.models import HandlingUnit, Lot, Move, Serial, TaskMove
from p2p.inventory.services import ledger
from p2p.inventory.services.catch_parts import parted
from p2p.inventory.services.checks import check_quantity, lock_units
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.ledger import MoveLine
from p2p.inventory.services.lots import Arrival, lots_for_receipt
from p2p.inventory.services.needs import PRODUCTION, TRANSFER
from p2p.inventory.services.pieces import named
from p2p.inventory.services.taking import Wish, take
from strategies.models import Item, Location, ReasonCode, Vendor

Kind = Move.Kind
Outside = Location.Kind


class Act(TextChoices):
    RECEIPT = "receipt", _("Receipt")
    ISSUE = "issue", _("Issue")
    RETURN = "return", _("Return to vendor")
    SCRAP = "scrap", _("Scrap")
    MORE = "more", _("More than booked")
    LESS = "less", _("Less than booked")
    TRANSFER = "transfer", _("Transfer")


@dataclass(frozen=True)
class _How:
    """kind of the moves, the place outside, of which kind the reason must be ("" where none is asked for), and
    whether the piece must be named because it is about this one and no other.
    """

    kind: str
    outside: str
    reason: str
    named: bool


HOW = {
    Act.RECEIPT: _How(Kind.RECEIPT, Outside.SUPPLIER, "", False),
    Act.ISSUE: _How(Kind.ISSUE, Outside.ADJUSTMENT, ReasonCode.Kind.ADJUSTMENT, False),
    Act.RETURN: _How(Kind.RETURN, Outside.SUPPLIER, ReasonCode.Kind.RETURN, True),
    Act.SCRAP: _How(Kind.SCRAP, Outside.SCRAP, ReasonCode.Kind.SCRAP, True),
    Act.MORE: _How(Kind.ADJUSTMENT, Outside.ADJUSTMENT, ReasonCode.Kind.ADJUSTMENT, True),
    Act.LESS: _How(Kind.ADJUSTMENT, Outside.ADJUSTMENT, ReasonCode.Kind.ADJUSTMENT, True),
    Act.TRANSFER: _How(Kind.TRANSFER, "", "", False),
}


@dataclass(frozen=True, kw_only=True)
class HandLine:
    """`quantity` (> 0, the item's unit) at `place`; a transfer takes it `to` another place.

    `unit` is the handling unit it is in, `into_unit` the one it is put into. `lot` and `serials` are numbers: of new
    goods at a receipt (made by rule where empty), else of what is there. `catch_quantity` are the pieces of an item
    that is weighed and counted.
    """

    item: Item
    quantity: Decimal
    place: Location
    to: Location | None = None
    unit: HandlingUnit | None = None
    into_unit: HandlingUnit | None = None
    lot: str = ""
    serials: Sequence[str] = ()
    vendor: Vendor | None = None
    vendor_lot: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    catch_quantity: Decimal | None = None


@transaction.atomic
def book_by_hand(
    *,
    act: str,
    lines: Sequence[HandLine],
    reason: ReasonCode | None = None,
    reference: str = "",
    at: datetime | None = None,
    by: User | None,
) -> list[Move]:
    """Book all lines or none. `reference` is the paper behind it, or the cost place an issue goes to.

    Refused, naming item and place: a reason that is missing or of another kind, a lot or piece that must be named or
    is not known, a place outside, stock that is not there, on hold, expired or reserved.
    """
    chosen = Act(act)
    how = HOW[chosen]
    _check_reason(chosen, how, reason)
    for line in lines:
        check_quantity(line.item, line.quantity)
        _check_places(line, chosen)
    doors = Doors(line.place.site for line in lines)
    if chosen == Act.RECEIPT:
        moves = _entering(_arriving(lines, at, by), how, doors)
    elif chosen == Act.MORE:
        moves = _entering(_known(lines), how, doors)
    else:
        moves = _leaving(lines, how, doors)
    said = [replace(move, reason=reason, reference=reference, effective_at=at) for move in moves]
    return ledger.post_within(lines=said, by_hand=True, by=by)


@transaction.atomic
def reverse_by_hand(
    *, move: Move, reason: ReasonCode | None = None, at: datetime | None = None, by: User | None
) -> Move:
    """Take one move back by its mirror image. Refused when it belongs to a document: that takes it back, so that
    both stay in step.
    """
    ask(Reversing(moves=(move,), by=by))
    production = Location.Kind.PRODUCTION in {move.source.kind, move.target.kind}
    if production or move.kind == Kind.COUNT or TaskMove.objects.filter(move=move).exists():
        raise Refused(
            _("Move {move} belongs to {document}: take it back there."),
            code="of_a_document",
            about=move,
            move=move.pk,
            document=move.reference or move.get_kind_display(),
        )
    return ledger.reverse(moves=[move], reason=reason, at=at, by=by)[0]


def _check_reason(act: Act, how: _How, reason: ReasonCode | None) -> None:
    if how.reason and reason is None:
        raise Refused(_("Say why: {act} needs a reason."), code="reason", field="reason", act=act.label)
    if reason is not None and reason.kind != (how.reason or reason.kind):
        raise Refused(
            _("{reason} is no reason for this: {act} needs one of the kind {kind}."),
            code="reason",
            field="reason",
            reason=reason,
            act=act.label,
            kind=ReasonCode.Kind(how.reason).label,
        )


def _check_places(line: HandLine, act: Act) -> None:
    for place, field in ((line.place, "place"), (line.to, "to")):
        if place is not None and not place.holds_stock:
            raise Refused(_("{place} holds no stock: name a place inside."), field=field, place=place.code)
    if (line.to is None) == (act == Act.TRANSFER):
        raise Refused(_("Say where {item} is taken."), field="to", about=line.item, item=line.item.number)
    if line.to is not None and line.to.site_id != line.place.site_id:
        raise Refused(
            _("{source} and {target} are at two sites: send it with a transfer order."),
            field="to",
            source=line.place.code,
            target=line.to.code,
        )
    tracked = line.item.tracking != Item.Tracking.NONE
    if HOW[act].named and tracked and not line.lot and not line.serials:
        raise Refused(
            _("{item} is tracked: name the lot or the serial numbers."),
            code="piece_missing",
            field="serials" if line.item.tracking == Item.Tracking.SERIAL else "lot",
            about=line.item,
            item=line.item.number,
        )


Piece = tuple[HandLine, Lot | None, Serial | None, Decimal]


def _arriving(lines: Sequence[HandLine], at: datetime | None, by: User | None) -> Iterator[Piece]:
    arrivals = [
        Arrival(
            item=line.item,
            site=line.place.site,
            quantity=line.quantity,
            lot=line.lot,
            serials=line.serials,
            vendor=line.vendor,
            vendor_lot=line.vendor_lot,
            made_on=line.made_on,
            expires_on=line.expires_on,
        )
        for line in lines
    ]
    for line, found in zip(lines, lots_for_receipt(arrivals=arrivals, at=at, by=by), strict=True):
        for piece in found:
            yield line, piece.lot, piece.serial, piece.quantity


def _known(lines: Sequence[HandLine]) -> Iterator[Piece]:
    """Pieces that turned up: of numbers that are known."""
    pieces = named(lines)
    for line in lines:
        for number in line.serials:
            yield line, None, pieces[Serial, line.item.pk, number], Decimal(1)
        if not line.serials:
            lot = pieces[Lot, line.item.pk, line.lot] if line.lot else None
            yield line, lot, None, line.quantity
        elif len(line.serials) != line.quantity:
            raise Refused(
                _("{count} pieces of {item} need {count} serial numbers, not {given}."),
                code="serial_count",
                field="serials",
                about=line.item,
                count=int(line.quantity),
                item=line.item.number,
                given=len(line.serials),
            )


def _entering(pieces: Iterable[Piece], how: _How, doors: Doors) -> list[MoveLine]:
    return [
        MoveLine(
            item=line.item,
            source=doors.outside(line.place.site, how.outside),
            target=line.place,
            quantity=quantity,
            kind=how.kind,
            lot=lot,
            serial=serial,
            into_unit=line.into_unit or line.unit,
            catch_quantity=line.catch_quantity,
        )
        for line, lot, serial, quantity in pieces
    ]


def _leaving(lines: Sequence[HandLine], how: _How, doors: Doors) -> list[MoveLine]:
    """Locks the units it goes into first, then the stock."""
    pieces = named(lines)
    lock_units([line.into_unit for line in lines if line.to])
    wishes = [
        Wish(
            item=line.item,
            quantity=line.quantity,
            site=line.place.site,
            location=line.place,
            lot=pieces[Lot, line.item.pk, line.lot] if line.lot else None,
            serials=[pieces[Serial, line.item.pk, number] for number in line.serials],
            unit=line.unit,
            purpose=PRODUCTION if how.kind == Kind.ISSUE else TRANSFER,
        )
        for line in lines
    ]
    targets = [(line.item, line.to) for line in lines if line.to]
    return [
        MoveLine(
            item=line.item,
            source=one.place,
            target=line.to or doors.outside(line.place.site, how.outside),
            quantity=one.quantity,
            kind=how.kind,
            lot=one.lot,
            serial=one.serial,
            handling_unit=one.unit,
            into_unit=line.into_unit if line.to else None,
            catch_quantity=pieces_of_one,
        )
        for line, taken in zip(lines, take(wishes=wishes, targets=targets), strict=True)
        for one, pieces_of_one in zip(
            taken, parted(item=line.item, pieces=line.catch_quantity, parts=taken), strict=True
        )
    ]
