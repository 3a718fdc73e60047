"""Where stock lies now that came by given moves: still where they put it, or where it was carried on to since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from p2p.inventory.models import Move
from strategies.models import Location

Key = tuple[int, int, int | None, int | None, int | None]
"""Item, place, lot, serial number, handling unit: of a balance."""


@dataclass(frozen=True, slots=True)
class Lying:
    """At most so much of what `move` brought lies in the balance of `key`. `since`: the move that put it there."""

    move: Move
    key: Key
    quantity: Decimal
    since: int


def put_there(moves: Iterable[Move]) -> list[Lying]:
    """Where the moves themselves put their stock. No query."""
    return [Lying(move, came_to(move), move.quantity, move.pk) for move in moves]


def carried_on(moves: Iterable[Move]) -> list[Lying]:
    """For each move where it put its stock, then where transfers within the site took that since, in their order, each
    with what it may be at most. A pile that had more in it may have given its other part away, so the parts of one move
    can be more than it brought together: the caller takes no more than that, the first ones first. What went into
    another lot or left the site is not followed. One query for each time it was carried on, whatever the number."""
    found = put_there(moves)
    ends: Sequence[Lying] = found
    while ends:
        gone = _from(ends)
        ends = [
            Lying(end.move, came_to(move), min(end.quantity, move.quantity), move.pk)
            for end in ends
            for move in gone
            if move.pk > end.since and came_from(move) == end.key
        ]
        found = [*found, *ends]
    return found


def _from(ends: Sequence[Lying]) -> list[Move]:
    """The transfers that stand which took something out of where these lie."""
    items, places = {end.key[0] for end in ends}, {end.key[1] for end in ends}
    rows = Move.objects.filter(item__in=items, source__in=places, pk__gt=min(end.since for end in ends))
    rows = rows.filter(kind=Move.Kind.TRANSFER, reverses=None, reversed_by=None)
    rows = rows.exclude(target__kind__in=Location.OUTSIDE).select_related("source", "target")
    return [move for move in rows.order_by("pk") if move.target.site_id == move.source.site_id]


def came_to(move: Move) -> Key:
    return move.item_id, move.target_id, move.lot_id, move.serial_id, move.into_unit_id


def came_from(move: Move) -> Key:
    return move.item_id, move.source_id, move.lot_id, move.serial_id, move.handling_unit_id
