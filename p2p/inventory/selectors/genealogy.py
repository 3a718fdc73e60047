"""The rows of a trace: everything reached from the starts, both ways, as one recursive query; then what came of each.

A node is a serial number, a lot, or, for untracked items, a single move: those are followed by their own edges only.
An edge whose issue or receipt was reversed never happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from p2p.inventory.engine.tracing import Key, Link
from strategies.models import Location

KINDS = ("move", "lot", "serial")
CODES = {kind: code for code, kind in enumerate(KINDS)}
LIMIT = 2000
"""Nodes that one trace shows in each direction; what lies behind is said to be cut."""

_OUTSIDE = ", ".join(f"'{kind.value}'" for kind in sorted(Location.OUTSIDE, key=str))

# The moves of a node. OFFSET 0 keeps each probe an index look-up, whatever the planner thinks of a recursion.
_MINE = """
    CROSS JOIN LATERAL (
        SELECT m.id, m.quantity, m.item_id FROM inventory_move m
        WHERE {node}.kind = 1 AND m.lot_id = {node}.id AND m.serial_id IS NULL
        UNION ALL
        SELECT m.id, m.quantity, m.item_id FROM inventory_move m WHERE {node}.kind = 2 AND m.serial_id = {node}.id
        UNION ALL
        SELECT m.id, m.quantity, m.item_id FROM inventory_move m WHERE {node}.kind = 0 AND m.id = {node}.id
        OFFSET 0
    ) mine
    CROSS JOIN LATERAL (
        SELECT c.issue_id, c.receipt_id, c.receipt_id AS far, c.quantity FROM inventory_consumed c
        WHERE {node}.up AND c.issue_id = mine.id
        UNION ALL
        SELECT c.issue_id, c.receipt_id, c.issue_id, c.quantity FROM inventory_consumed c
        WHERE NOT {node}.up AND c.receipt_id = mine.id
        OFFSET 0
    ) e
    CROSS JOIN LATERAL (
        SELECT f.id, f.quantity, f.item_id, f.lot_id, f.serial_id FROM inventory_move f WHERE f.id = e.far OFFSET 0
    ) far
"""
_ALIVE = """
    NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = e.issue_id OFFSET 0)
    AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = e.receipt_id OFFSET 0)
"""
_KIND = "CASE WHEN {0}.serial_id IS NOT NULL THEN 2 WHEN {0}.lot_id IS NOT NULL THEN 1 ELSE 0 END"
_ID = "coalesce({0}.serial_id, {0}.lot_id, {0}.id)"
TRACE = f"""
    WITH RECURSIVE walk(up, kind, id) AS (
        SELECT way.up, s.kind, s.id
        FROM unnest(%(kinds)s::int[], %(ids)s::bigint[]) s(kind, id)
        CROSS JOIN unnest(%(ways)s::boolean[]) way(up)
        UNION
        SELECT w.up, {_KIND.format("far")}, {_ID.format("far")}
        FROM walk w {_MINE.format(node="w")}
        WHERE {_ALIVE}
    ), found AS MATERIALIZED (SELECT * FROM walk LIMIT %(limit)s), way AS MATERIALIZED (
        SELECT n.up, n.kind, n.id, {_KIND.format("far")} AS far_kind, {_ID.format("far")} AS far_id, e.receipt_id,
               CASE WHEN n.up THEN far.quantity ELSE mine.quantity END AS came, e.quantity,
               CASE WHEN n.up THEN mine.item_id ELSE far.item_id END AS item_id
        FROM found n {_MINE.format(node="n")}
        WHERE {_ALIVE}
    ), blend AS MATERIALIZED (
        SELECT r.receipt_id, i.item_id FROM (SELECT DISTINCT receipt_id FROM way) r
        CROSS JOIN LATERAL (
            SELECT m.item_id, m.lot_id, m.serial_id, m.id FROM inventory_consumed o
            JOIN inventory_move m ON m.id = o.issue_id
            WHERE o.receipt_id = r.receipt_id
                AND NOT EXISTS (SELECT FROM inventory_move x WHERE x.reverses_id = o.issue_id OFFSET 0)
            OFFSET 0
        ) i
        GROUP BY 1, 2
        HAVING count(DISTINCT ({_KIND.format("i")}, {_ID.format("i")})) > 1
    )
    SELECT w.up, w.kind, w.id, w.far_kind, w.far_id, w.receipt_id, w.came, sum(w.quantity),
           bool_or(b.item_id IS NOT NULL), (SELECT count(*) FROM found)
    FROM way w LEFT JOIN blend b ON b.receipt_id = w.receipt_id AND b.item_id = w.item_id
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    ORDER BY 1, 2, 3, 4, 5, 6
"""
# What came of each node and what left, by kind of move and of the place outside.
_FLOWS = f"""
    SELECT n.kind, n.id, m.kind, s.kind, t.kind, sum(m.quantity), min(m.effective_at), max(m.effective_at)
    FROM unnest(%(kinds)s::int[], %(ids)s::bigint[]) n(kind, id)
    CROSS JOIN LATERAL (
        SELECT m.* FROM inventory_move m WHERE n.kind = 1 AND m.lot_id = n.id AND m.serial_id IS NULL
        UNION ALL
        SELECT m.* FROM inventory_move m WHERE n.kind = 2 AND m.serial_id = n.id
        UNION ALL
        SELECT m.* FROM inventory_move m WHERE n.kind = 0 AND m.id = n.id
        OFFSET 0
    ) m
    JOIN strategies_location s ON s.id = m.source_id
    JOIN strategies_location t ON t.id = m.target_id
    WHERE (s.kind IN ({_OUTSIDE})) <> (t.kind IN ({_OUTSIDE})) AND m.reverses_id IS NULL
        AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = m.id)
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Rows:
    """What the recursive query found: links both ways, and whether there was more than it may show."""

    up: list[Link]
    down: list[Link]
    cut: bool


@dataclass(frozen=True)
class Flow:
    """So much of a node crossed the border of our places: `kind` of move, from and to which kind of place."""

    kind: str
    source: str
    target: str
    quantity: Decimal
    first: Any
    last: Any


def arrays(keys: Iterable[Key]) -> dict[str, Any]:
    """Keys as the two arrays that the statements unnest."""
    chosen = list(keys)
    return {"kinds": [CODES[kind] for kind, _id in chosen], "ids": [number for _kind, number in chosen]}


def links(starts: Sequence[Key], *, ways: Sequence[bool] = (True, False), limit: int = LIMIT) -> Rows:
    """Everything reached from the starts: up (True) is where they went, down what they were made of. One query."""
    # Both ways share one budget, so that the query ends whatever it meets; one more shows that there was more.
    budget = (len(starts) + limit) * len(ways)
    with connection.cursor() as cursor:
        cursor.execute(TRACE, {**arrays(starts), "ways": list(ways), "limit": budget + 1})
        rows = cursor.fetchall()
    answer: dict[bool, list[Link]] = {True: [], False: []}
    for up, kind, number, far_kind, far_id, receipt, came, quantity, blended, _found in rows:
        near, far = (KINDS[kind], number), (KINDS[far_kind], far_id)
        giver, taker = (near, far) if up else (far, near)
        answer[up].append(Link(giver, taker, receipt, came, quantity, blended))
    return Rows(answer[True], answer[False], cut=bool(rows) and rows[0][-1] > budget)


def flows(keys: Iterable[Key]) -> dict[Key, list[Flow]]:
    """Key -> what came of it and what left, reversed moves left out. One query."""
    found: dict[Key, list[Flow]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_FLOWS, arrays(keys))
        for kind, number, *others in cursor.fetchall():
            found.setdefault((KINDS[kind], number), []).append(Flow(*others))
    return found


_ENTRIES = """
    SELECT m.id FROM unnest(%(kinds)s::int[], %(ids)s::bigint[]) n(kind, id)
    JOIN inventory_move m ON (n.kind = 1 AND m.lot_id = n.id) OR (n.kind = 2 AND m.serial_id = n.id)
        OR (n.kind = 0 AND m.id = n.id)
    WHERE m.kind IN ('receipt', 'output', 'opening') AND m.reverses_id IS NULL
        AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = m.id)
    ORDER BY m.id
"""


def entries(keys: Iterable[Key]) -> tuple[int, ...]:
    """The moves that brought these nodes into stock. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, arrays(keys))
        return tuple(row[0] for row in cursor.fetchall())
