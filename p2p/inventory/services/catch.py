"""Catch weight: items that are weighed in their unit and counted in pieces as well; no move of theirs without both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from p2p.core.fields import plain
from p2p.core.models import User
from p2p.core.refusal import Refused
from p2p.inventory.models import Balance, Move, Reservation
from p2p.inventory.services.doors import Doors
from p2p.inventory.services.reservations import Key, give_back, lock, unreserve
from strategies.models import Item, Location, ReasonCode, Unit

if TYPE_CHECKING:
    from p2p.inventory.services.ledger import MoveLine

ZERO = Decimal(0)
DIFFERENCE = "WEIGHT"
"""Code of the reason of what the last pieces weighed otherwise than booked."""

WEIGHING = (Move.Kind.ADJUSTMENT, Move.Kind.COUNT)
"""Kinds that may correct the weight of pieces alone."""


@dataclass
class _Pile:
    """What is left of one balance while the lines of a batch take from it and add to it."""

    weight: Decimal
    pieces: Decimal
    last: MoveLine | None = None


def completed(lines: Sequence[MoveLine], *, by_hand: bool, by: User | None) -> list[MoveLine]:
    """The lines with their pieces, and behind them the differences of weight that must be booked beside them.

    Pieces that a line does not name are known when it takes all that lies there. What is not done `by_hand` may also
    leave them out where the weight can be one whole number of pieces only. Nothing is guessed otherwise.

    When the last pieces of a pile weigh other than booked, the rest is lost weight (or was never booked): an
    adjustment of no pieces. What was reserved of it goes. Refused in one sentence, naming item, weight and range.
    Locks all balances in key order. Three queries, four more for a difference.
    """
    units = Unit.objects.in_bulk({line.item.catch_unit_id for line in lines if line.item.catch_unit_id})
    for line in lines:
        if line.item.catch_unit_id:
            line.item.catch_unit = units[line.item.catch_unit_id]
    lock([key for line in lines for key in ends(line)])
    piles = _piles([line for line in lines if line.item.catch_unit_id])
    told = [_told(line, piles, by_hand=by_hand) if line.item.catch_unit_id else line for line in lines]
    return [*told, *_differences(piles, by)]


def ends(line: MoveLine) -> tuple[Key, Key]:
    """The balances at both ends of a line."""
    item, lot = line.item.pk, line.lot.pk if line.lot else None
    serial = line.serial.pk if line.serial else None
    return (
        (item, line.source.pk, lot, serial, line.handling_unit.pk if line.handling_unit else None),
        (item, line.target.pk, lot, serial, line.into_unit.pk if line.into_unit else None),
    )


def _piles(lines: Sequence[MoveLine]) -> dict[Key, _Pile]:
    places = {place.pk for line in lines for place in (line.source, line.target) if place.holds_stock}
    rows = Balance.objects.filter(item__in={line.item.pk for line in lines}, location__in=places)
    names = ("item", "location", "lot", "serial", "handling_unit", "quantity", "catch_quantity")
    return {tuple(key): _Pile(weight, pieces or ZERO) for *key, weight, pieces in rows.values_list(*names)}


def _told(line: MoveLine, piles: dict[Key, _Pile], *, by_hand: bool) -> MoveLine:
    source, target = ends(line)
    pile = piles.get(source)
    pieces = line.catch_quantity
    if pieces is None:
        pieces = pile.pieces if pile and pile.weight == line.quantity else None
    if pieces is None and not by_hand:
        pieces = only_number(line.item, line.quantity)
    as_booked = pile is not None and (pile.weight, pile.pieces) == (line.quantity, pieces)
    if not as_booked:
        differing = line.kind == Move.Kind.COUNT or (line.kind == Move.Kind.REGROUP and pile is None)
        check_pieces(line.item, line.quantity, pieces, correcting=line.kind in WEIGHING, differing=differing)
    assert pieces is not None
    if pile is not None:
        pile.weight, pile.pieces, pile.last = pile.weight - line.quantity, pile.pieces - pieces, line
    into = piles.get(target)
    if into is not None:
        into.weight, into.pieces = into.weight + line.quantity, into.pieces + pieces
    return replace(line, catch_quantity=pieces)


def only_number(item: Item, weight: Decimal) -> Decimal | None:
    """The whole number of pieces that this weight must be, by what one weighs at least and at most; None when there
    are several or none, and of an item that is not counted beside its weight."""
    if item.catch_least is None or item.catch_most is None or not weight.is_finite():
        return None
    fewest = (weight / item.catch_most).to_integral_value(ROUND_CEILING)
    largest = (weight / item.catch_least).to_integral_value(ROUND_FLOOR)
    return fewest if fewest == largest and fewest > 0 else None


def check_pieces(
    item: Item, weight: Decimal, pieces: Decimal | None, *, correcting: bool = False, differing: bool = False
) -> None:
    """Refused when the pieces are not named, are no number the unit allows, or weigh less or more than they may.

    What is `correcting` may be weight alone; what is `differing`, the difference of two figures, weighs anything.
    """
    if pieces is None or not pieces.is_finite() or pieces < 0 or (pieces == 0 and not correcting):
        raise _refused(
            item,
            weight,
            _(
                "{weight} {unit} of {item}: say how many {piece} that is, one weighs {least} to {most} {unit}."
            ),
        )
    digits = item.catch_unit.digits if item.catch_unit else 0
    if pieces != round(pieces, digits):
        raise _refused(
            item,
            weight,
            _("{pieces} {piece} of {item} has more digits than {piece} allows ({digits})."),
            {"pieces": plain(pieces), "digits": digits},
        )
    if pieces and not differing and not least(item) * pieces <= weight <= most(item) * pieces:
        raise _refused(
            item,
            weight,
            _(
                "{weight} {unit} of {item} cannot be {pieces} {piece}: one weighs {least} to {most} {unit}, so they"
                " would weigh {from} to {to} {unit}."
            ),
            {
                "pieces": plain(pieces),
                "from": plain(least(item) * pieces),
                "to": plain(most(item) * pieces),
            },
        )


def least(item: Item) -> Decimal:
    """What one piece weighs at least, in the item's unit."""
    return item.catch_least or ZERO


def most(item: Item) -> Decimal:
    """What one piece weighs at most, in the item's unit."""
    return item.catch_most or ZERO


def _refused(
    item: Item, weight: Decimal, sentence: object, also: Mapping[str, object] | None = None
) -> Refused:
    said: dict[str, object] = {
        "item": item.number,
        "weight": plain(weight),
        "unit": item.unit.code,
        "piece": item.catch_unit.code if item.catch_unit else "",
        "least": plain(least(item)),
        "most": plain(most(item)),
    }
    return Refused(
        sentence, code="catch_weight", field="catch_quantity", about=item, **(said | dict(also or {}))
    )


def _differences(piles: dict[Key, _Pile], by: User | None) -> list[MoveLine]:
    """Of piles whose last pieces go with less or more than was booked of them."""
    odd = {key: pile for key, pile in piles.items() if pile.last and not pile.pieces and pile.weight}
    if not odd:
        return []
    reason, _made = ReasonCode.objects.get_or_create(
        kind=ReasonCode.Kind.ADJUSTMENT, code=DIFFERENCE, defaults={"name": "Difference of weight"}
    )
    doors = Doors(pile.last.source.site for pile in odd.values() if pile.last)
    for key, pile in odd.items():
        if pile.weight > 0:
            _free(key, pile.last, by)
    return [_difference(pile, pile.last, reason, doors) for pile in odd.values() if pile.last]


def _difference(pile: _Pile, line: MoveLine, reason: ReasonCode, doors: Doors) -> MoveLine:
    outside = doors.outside(line.source.site, Location.Kind.ADJUSTMENT)
    lost = pile.weight > 0
    return replace(
        line,
        source=line.source if lost else outside,
        target=outside if lost else line.source,
        handling_unit=line.handling_unit if lost else None,
        into_unit=None if lost else line.handling_unit,
        quantity=abs(pile.weight),
        catch_quantity=ZERO,
        kind=Move.Kind.ADJUSTMENT,
        reason=reason,
    )


def _free(key: Key, line: MoveLine | None, by: User | None) -> None:
    """What is still reserved of a pile without pieces: the own rest goes, others are asked."""
    names = ("item_id", "location_id", "lot_id", "serial_id", "handling_unit_id")
    rows = list(Reservation.objects.filter(**dict(zip(names, key, strict=True))).order_by("pk"))
    own = [row for row in rows if line is not None and row.reference == line.reference]
    unreserve(reservations=own, by=by)
    give_back(reservations=[row for row in rows if row not in own], by=by)


def differences_of(moves: Sequence[Move]) -> list[Move]:
    """The differences of weight that were booked beside these moves and still stand. They were posted in the same
    moment, from the same pile. No query when none of the moves has pieces."""
    weighed = {_beside(move): move for move in moves if move.catch_quantity}
    if not weighed:
        return []
    rows = Move.objects.filter(
        item__in={move.item_id for move in weighed.values()},
        effective_at__in={move.effective_at for move in weighed.values()},
        kind=Move.Kind.ADJUSTMENT,
        catch_quantity=0,
        reverses=None,
        reversed_by=None,
    )
    known = {move.pk for move in moves}
    rows = rows.select_related("source__site", "target__site", "item__unit").order_by("pk")
    return [row for row in rows if row.pk not in known and _origin(row) in weighed]


def _beside(move: Move) -> tuple[object, ...]:
    return move.posted_at, move.item_id, move.source_id, move.lot_id, move.handling_unit_id


def _origin(row: Move) -> tuple[object, ...]:
    """Which pile a difference was of, as `_beside` names it."""
    lost = row.source.holds_stock
    place, unit = (row.source_id, row.handling_unit_id) if lost else (row.target_id, row.into_unit_id)
    return row.posted_at, row.item_id, place, row.lot_id, unit
