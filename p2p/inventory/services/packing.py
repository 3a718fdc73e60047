"""Stock goes into a handling unit and out of it, at the place where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from p2p.core.facts import tell
from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.facts import UnitsHandled
from p2p.inventory.models import Balance, HandlingUnit, Lot, Move, Serial
from p2p.inventory.services.checks import check_quantity
from p2p.inventory.services.transfer import ORDER, RELATED, carried, counted_in
from p2p.inventory.services.unit_moves import stand
from p2p.inventory.services.units import locked, must_be_open
from strategies.models import Item, Location


@dataclass(frozen=True, kw_only=True)
class Packing:
    """`quantity` (the item's unit; None: all there is) of an item, of the named lot or serial number only;
    `catch_quantity` pieces, of what is weighed and counted."""

    item: Item
    quantity: Decimal | None = None
    lot: Lot | None = None
    serial: Serial | None = None
    catch_quantity: Decimal | None = None


@transaction.atomic
def pack(
    *,
    unit: HandlingUnit,
    lines: Sequence[Packing],
    location: Location | None = None,
    out_of: HandlingUnit | None = None,
    by: User | None,
) -> list[Move]:
    """Put stock that lies loose (or in the unit `out_of`) at the unit's place into it; first expired first where no
    lot is named. A unit that stands nowhere yet comes to `location`.

    Reservations of what is packed go along. Refused: a unit that is not open or stands elsewhere, less there than
    asked for, and whatever the ledger refuses. Holds do not forbid packing: the stock stays where it is.
    """
    return _repack(unit=unit, lines=lines, location=location, out_of=out_of, into=unit, step="packed", by=by)


@transaction.atomic
def unpack(*, unit: HandlingUnit, lines: Sequence[Packing] = (), by: User | None) -> list[Move]:
    """Take stock out of a unit; it lies loose at the same place. Without lines, everything.

    Refused: a unit that is not open or holds nothing itself (what lies in a unit that stands in it is taken out of that
    one), less in it than asked for."""
    return _repack(unit=unit, lines=lines, location=None, out_of=unit, into=None, step="unpacked", by=by)


def _repack(
    *,
    unit: HandlingUnit,
    lines: Sequence[Packing],
    location: Location | None,
    out_of: HandlingUnit | None,
    into: HandlingUnit | None,
    step: str,
    by: User | None,
) -> list[Move]:
    rows = locked([one for one in (unit, out_of) if one is not None])
    for row in rows.values():
        must_be_open(row)
    if into is None and rows[unit.pk].location is None:
        raise _empty(unit)
    place = _place(rows[unit.pk], location)
    piles = _piles(place, out_of, lines)
    chosen, counts = _chosen(lines, piles, place, out_of)
    if not chosen:
        raise _empty(unit)
    moves = carried(chosen, place, into, unit.number, by, counts=counts)
    tell(UnitsHandled(units=(rows[unit.pk],), step=step, by=by))
    return moves


def _empty(unit: HandlingUnit) -> Refused:
    return Refused(_("{unit} is empty."), code="empty", about=unit, unit=unit.number)


def _place(row: HandlingUnit, location: Location | None) -> Location:
    if row.location is None:
        if location is None:
            raise Refused(
                _("{unit} stands nowhere yet: say where it is packed."),
                code="no_place",
                field="location",
                unit=row.number,
            )
        stand(unit=row, place=location)
        return location
    if location is not None and location.pk != row.location_id:
        raise Refused(
            _("{unit} stands at {place}, not at {named}."),
            code="other_place",
            field="location",
            unit=row.number,
            place=row.location.code,
            named=location.code,
        )
    return row.location


def _piles(place: Location, out_of: HandlingUnit | None, lines: Sequence[Packing]) -> list[Balance]:
    rows = Balance.objects.filter(location=place, handling_unit=out_of, quantity__gt=0)
    if lines:
        rows = rows.filter(item__in={line.item.pk for line in lines})
    return sorted(rows.select_related(*RELATED).order_by(*ORDER), key=_expires)


def _expires(pile: Balance) -> tuple[bool, str]:
    day = pile.lot.expires_on if pile.lot else None
    return day is None, day.isoformat() if day else ""


def _chosen(
    lines: Sequence[Packing], piles: Sequence[Balance], place: Location, out_of: HandlingUnit | None
) -> tuple[list[tuple[Balance, Decimal]], list[Decimal | None]]:
    """Which piles it is taken from, how much of each, and how many pieces that is where lines name them."""
    if not lines:
        return [(pile, pile.quantity) for pile in piles], [None] * len(piles)
    left = {pile.pk: pile.quantity for pile in piles}
    parts: dict[int, Decimal] = {}
    counts: dict[int, Decimal] = {}
    for line in lines:
        mine = _of_line(line, piles, left, place, out_of)
        for pile, part in mine:
            parts[pile.pk] = parts.get(pile.pk, Decimal(0)) + part
        for (pile, _part), count in zip(mine, counted_in(mine, line.catch_quantity), strict=False):
            counts[pile.pk] = counts.get(pile.pk, Decimal(0)) + (count or 0)
    taken = [pile for pile in piles if pile.pk in parts]
    return [(pile, parts[pile.pk]) for pile in taken], [counts.get(pile.pk) for pile in taken]


def _of_line(
    line: Packing,
    piles: Sequence[Balance],
    left: dict[int, Decimal],
    place: Location,
    out_of: HandlingUnit | None,
) -> list[tuple[Balance, Decimal]]:
    """What a line takes; `left` shrinks."""
    if line.quantity is not None:
        check_quantity(line.item, line.quantity)
    fitting = [pile for pile in piles if _fits(pile, line)]
    there = sum((left[pile.pk] for pile in fitting), Decimal(0))
    wanted = there if line.quantity is None else line.quantity
    if there < wanted or wanted == 0:
        raise _too_little(line, there, wanted, place, out_of)
    mine, missing = [], wanted
    for pile in fitting:
        part = min(missing, left[pile.pk])
        if part > 0:
            left[pile.pk] -= part
            missing -= part
            mine.append((pile, part))
    return mine


def _fits(pile: Balance, line: Packing) -> bool:
    return (
        pile.item_id == line.item.pk
        and (line.lot is None or pile.lot_id == line.lot.pk)
        and (line.serial is None or pile.serial_id == line.serial.pk)
    )


def _too_little(
    line: Packing, there: Decimal, wanted: Decimal, place: Location, out_of: HandlingUnit | None
) -> Refused:
    piece = line.serial or line.lot
    return Refused(
        _("Only {there} {unit} of {item} lie in {out_of} at {place}: {wanted} {unit} cannot be taken.")
        if out_of
        else _("Only {there} {unit} of {item} lie loose at {place}: {wanted} {unit} cannot be packed."),
        code="not_enough_stock",
        field="quantity",
        about=line.item,
        there=plain(there),
        unit=line.item.unit.code,
        item=f"{line.item.number} {piece.number}" if piece else line.item.number,
        place=place.code,
        wanted=plain(wanted),
        out_of=out_of.number if out_of else "",
    )
