"""What was taken for a document and lies there again is kept for it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from p2p.core.clock import now
from p2p.core.models import User
from p2p.inventory.models import Balance, Move, Reservation
from p2p.inventory.refusals import in_words
from p2p.inventory.selectors.carried_on import Key, Lying


@transaction.atomic
def keep_again(
    *, taken: Sequence[tuple[Move, Decimal]], documents: Sequence[str] = (), by: User | None
) -> list[Reservation]:
    """Reserve so much (the item's unit, 0: nothing) of what each move took out, where it took it, for its reference, or
    for the document of `documents` that stands at the same place in the list.

    Call it after the move was taken back, in the same transaction: its balances are locked then. Less is reserved where
    less lies free: the rest makes good what was owed there. Two statements.
    """
    moment = now()
    own = [move.reference for move, _quantity in taken]
    rows = [
        Reservation(
            location_id=move.source_id,
            item_id=move.item_id,
            lot_id=move.lot_id,
            serial_id=move.serial_id,
            handling_unit_id=move.handling_unit_id,
            quantity=quantity,
            reference=document,
            reserved_at=moment,
            by=by,
        )
        for (move, quantity), document in zip(taken, documents or own, strict=True)
        if quantity > 0
    ]
    with in_words():
        return Reservation.objects.bulk_create(within_free(rows))


def within_free(rows: Sequence[Reservation]) -> list[Reservation]:
    """New reservations cut to what lies free at their places, the first ones first: what comes in where stock is below
    zero makes that good before anything is kept. The balances are locked. One query, none without rows."""
    if not rows:
        return []
    free = _free([_place_of(row) for row in rows])
    kept = []
    for row in rows:
        row.quantity = min(row.quantity, free[_place_of(row)])
        free[_place_of(row)] -= row.quantity
        if row.quantity > 0:
            kept.append(row)
    return kept


def free_parts(lying: Sequence[Lying], *, most: Decimal) -> list[tuple[Lying, Decimal]]:
    """How much may be kept of what came by moves where it lies now, the first places first: no more than `most`, of
    each move no more than it brought, at each place no more than is free. The balances are locked. One query."""
    if not lying:
        return []
    free = _free([one.key for one in lying])
    brought = {one.move.pk: one.move.quantity for one in lying}
    parts = []
    for one in lying:
        part = min(one.quantity, brought[one.move.pk], free[one.key], most)
        if part > 0:
            parts.append((one, part))
            brought[one.move.pk] -= part
            free[one.key] -= part
            most -= part
    return parts


def _free(keys: Sequence[Key]) -> dict[Key, Decimal]:
    piles = Balance.objects.filter(item__in={key[0] for key in keys}, location__in={key[1] for key in keys})
    free: dict[Key, Decimal] = defaultdict(Decimal)
    for pile in piles:
        free[_place_of(pile)] = max(pile.quantity - pile.reserved, Decimal(0))
    return free


def _place_of(row: Balance | Reservation) -> Key:
    return row.item_id, row.location_id, row.lot_id, row.serial_id, row.handling_unit_id
