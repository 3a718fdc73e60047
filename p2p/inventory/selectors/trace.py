"""What went into what, both ways, each as one recursive query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from p2p.inventory.models import Lot, Move
from strategies.models import Item


@dataclass(frozen=True)
class TraceLine:
    """A move found on the way, `depth` steps from where the trace began; `via` is the step before."""

    depth: int
    move: int
    via: int
    item: int
    lot: int | None
    quantity: Decimal
    reference: str
    at: datetime


# An edge whose issue or receipt was reversed never happened. A receipt may hand its lot on through
# transfers, so a step goes from a receipt to every issue of the same item and lot; untracked stock is traced
# by its own edges only.
_TRACE = """
    WITH RECURSIVE alive AS (
        SELECT c.issue_id, c.receipt_id, c.quantity FROM inventory_consumed c
        WHERE NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id IN (c.issue_id, c.receipt_id))
    ), walk(depth, from_id, to_id, quantity) AS (
        SELECT 1, e.{near}, e.{far}, e.quantity FROM alive e WHERE e.{near} = ANY(%(starts)s)
        UNION
        SELECT w.depth + 1, e.{near}, e.{far}, e.quantity
        FROM walk w
        JOIN inventory_move reached ON reached.id = w.to_id
            AND (reached.lot_id IS NOT NULL OR reached.serial_id IS NOT NULL)
        JOIN inventory_move again ON again.item_id = reached.item_id
            AND again.lot_id IS NOT DISTINCT FROM reached.lot_id
            AND again.serial_id IS NOT DISTINCT FROM reached.serial_id
        JOIN alive e ON e.{near} = again.id
        WHERE w.depth < 50
    )
    SELECT DISTINCT ON (w.to_id)
        w.depth, m.id, w.from_id, m.item_id, m.lot_id, w.quantity, m.reference, m.effective_at
    FROM walk w JOIN inventory_move m ON m.id = w.to_id
    ORDER BY w.to_id, w.depth
"""


def _trace(near: str, far: str, start: Move | Lot) -> list[TraceLine]:
    if isinstance(start, Lot):
        same = Move.objects.filter(lot=start)
    elif start.lot or start.serial:
        same = Move.objects.filter(item=start.item, lot=start.lot, serial=start.serial)
    else:
        same = Move.objects.filter(pk=start.pk)
    starts = list(same.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_TRACE.format(near=near, far=far), {"starts": starts})
        lines = [TraceLine(*row) for row in cursor.fetchall()]
    return sorted(lines, key=lambda line: (line.depth, line.move))


def trace_up(start: Move | Lot) -> list[TraceLine]:
    """Where it went: the receipts that this issue (or any issue of this lot) became part of, and theirs.
    One query.
    """
    return _trace("issue_id", "receipt_id", start)


def trace_down(start: Move | Lot) -> list[TraceLine]:
    """What it was made of: the issues behind this receipt (or any receipt of this lot), and theirs. One
    query.
    """
    return _trace("receipt_id", "issue_id", start)


def items_of(lines: Sequence[TraceLine]) -> dict[int, Item]:
    """The items a trace speaks of."""
    return Item.objects.select_related("unit").in_bulk({line.item for line in lines})
