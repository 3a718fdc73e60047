"""Sums of moves by month, kept up at night so that old balances are quick to find."""

from __future__ import annotations

from django.db import DatabaseError, connection, transaction

from p2p.inventory.models import SumMark
from strategies.models import Location

PATIENCE = "3s"
"""How long writers of moves may be kept waiting for the mark; then it is set another time."""

# Numbers of moves are given out before their transaction ends, so a move with a smaller number may yet appear. Once
# this lock is had, nobody is writing: every number up to the last one is there, or will never be.
_LAST = "LOCK TABLE inventory_move IN SHARE MODE; SELECT coalesce(max(id), 0) FROM inventory_move"

_ADD = """
    INSERT INTO inventory_movesum AS known (item_id, location_id, month, came, went)
    SELECT item_id, location_id, month, sum(came), sum(went)
    FROM (
        SELECT item_id, target_id AS location_id, date_trunc('month', effective_at AT TIME ZONE 'UTC')::date AS month,
               quantity AS came, 0 AS went
        FROM inventory_move WHERE id > %(after)s AND id <= %(through)s
        UNION ALL
        SELECT item_id, source_id, date_trunc('month', effective_at AT TIME ZONE 'UTC')::date, 0, quantity
        FROM inventory_move WHERE id > %(after)s AND id <= %(through)s
    ) m
    WHERE location_id NOT IN (SELECT id FROM strategies_location WHERE kind = ANY(%(outside)s))
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
    ON CONFLICT ON CONSTRAINT move_sum_once
        DO UPDATE SET came = known.came + excluded.came, went = known.went + excluded.went
"""


def add_up() -> int:
    """Take the moves since the last time into the sums by month; how many numbers of moves that were.

    Exact at every moment: readers add what is newer than the mark themselves. While somebody writes moves for
    longer than a few seconds, nothing is done and 0 returned.
    """
    through = _last_finished()
    if through is None:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        SumMark.objects.get_or_create(pk=1)
        mark = SumMark.objects.select_for_update().get(pk=1)
        after = mark.through
        if through <= after:
            return 0
        cursor.execute(_ADD, {"after": after, "through": through, "outside": list(Location.OUTSIDE)})
        mark.through = through
        mark.save(update_fields=["through"])
    return through - after


def _last_finished() -> int | None:
    """The number up to which all moves are committed; None when writers do not pause."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            cursor.execute(_LAST)
            return int(cursor.fetchone()[0])
    except DatabaseError as error:
        if (
            getattr(error.__cause__, "sqlstate", None) == "55P03"
            or getattr(error.__cause__, "pgcode", None) == "55P03"
        ):
            return None
        raise
