"""A schedule back into rows: one COPY and two statements for any number of operations."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from django.db import connection

from planning.copying import NULL, copy_lines
from planning.engine.schedule import Placed
from planning.models import ProductionOrder
from planning.models.order import ORDER_FLOW
from planning.snapshot.keys import resource_of

_STAGE = """
    CREATE TEMP TABLE operation_placed ON COMMIT DROP AS
    SELECT id, starts_at, ends_at, resource_id, station FROM planning_operation LIMIT 0
"""
_OPERATIONS = """
    UPDATE planning_operation AS o
       SET starts_at = p.starts_at, ends_at = p.ends_at, resource_id = p.resource_id, station = p.station,
           revision = o.revision + 1
      FROM operation_placed AS p
     WHERE o.id = p.id
       AND (o.starts_at, o.ends_at, o.resource_id, o.station)
           IS DISTINCT FROM (p.starts_at, p.ends_at, p.resource_id, p.station)
"""
_ORDERS = """
    UPDATE planning_productionorder AS o
       SET starts_at = s.starts_at, ends_at = s.ends_at, revision = o.revision + 1
      FROM (SELECT order_id, min(starts_at) AS starts_at, max(ends_at) AS ends_at
              FROM planning_operation WHERE order_id = ANY(%s) AND state <> 'cancelled' GROUP BY order_id) AS s
     WHERE o.id = s.order_id AND (o.starts_at, o.ends_at) IS DISTINCT FROM (s.starts_at, s.ends_at)
"""


def write(placed: Collection[Placed], orders: Collection[int]) -> int:
    """Put operations into their places and carry the dates to their orders; how many operations moved.

    Rows that stand as they stood are not touched, so that their revision tells who really changed them.
    Call inside a transaction, with the rows locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        columns = ("id", "starts_at", "ends_at", "resource_id", "station")
        copy_lines("operation_placed", columns, _lines(placed))
        cursor.execute(_OPERATIONS)
        moved: int = cursor.rowcount
        cursor.execute("DROP TABLE operation_placed")
        cursor.execute(_ORDERS, [sorted(orders)])
    ORDER_FLOW.take_many(ProductionOrder.objects.filter(pk__in=orders, state="firm"), "schedule")
    return moved


def _lines(placed: Collection[Placed]) -> Iterator[str]:
    for row in placed:
        # Vendors and "anywhere" are no rows of ours: their names are words.
        known = resource_of(row.resource)
        resource = str(known) if known is not None else NULL
        station = str(row.station) if known is not None else NULL
        yield f"{row.operation}\t{_at(row.start)}\t{_at(row.end)}\t{resource}\t{station}\n"


def _at(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()
