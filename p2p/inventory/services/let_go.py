"""What was kept for a document when its goods came to shipping is free again before they are taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from p2p.inventory.models import Move, Reservation, StockTask
from p2p.inventory.services.ledger import lock_carried
from p2p.inventory.services.reservations import draw, lock
from strategies.models import Location


def let_go(*, task: StockTask, moves: Sequence[Move]) -> None:
    """Lift as much of the reservations of the task's document as `moves` brought to shipping, pile by pile. Call it
    before the mirror images are written, in their transaction; locks what they lock, in the same order."""
    brought = [move for move in moves if move.target.kind == Location.Kind.SHIPPING]
    rows = Reservation.objects.filter(
        reference=task.reference, item=task.item_id, location__in={move.target_id for move in brought}
    ).order_by("pk")
    if not task.reference or not brought or not rows.exists():
        return
    lock_carried(moves=moves)
    ends = [(move.item_id, move.target_id, move.lot_id, move.serial_id, move.into_unit_id) for move in moves]
    ends += [
        (move.item_id, move.source_id, move.lot_id, move.serial_id, move.handling_unit_id) for move in moves
    ]
    lock(ends)
    left: dict[tuple[int | None, ...], Decimal] = defaultdict(Decimal)
    for move in brought:
        left[move.target_id, move.lot_id, move.serial_id, move.into_unit_id] += move.quantity
    parts = []
    for row in rows.all():
        pile = (row.location_id, row.lot_id, row.serial_id, row.handling_unit_id)
        part = min(row.quantity, left[pile])
        if part > 0:
            left[pile] -= part
            parts.append((row, part))
    draw(parts=parts)
