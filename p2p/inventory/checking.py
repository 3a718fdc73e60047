"""Every invariant of the ledger as a query that finds the rows that break it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from p2p.core.facts import gather
from p2p.inventory import checking_work
from p2p.inventory.facts import CheckingLedger, Finding

_OUTSIDE = "('supplier', 'customer', 'production', 'scrap', 'adjustment')"
_KEY = "item_id, location_id, lot_id, serial_id, handling_unit_id"
_NAMED = """
    JOIN strategies_item i ON i.id = x.item_id JOIN strategies_location l ON l.id = x.location_id
    LEFT JOIN inventory_lot t ON t.id = x.lot_id LEFT JOIN inventory_serial s ON s.id = x.serial_id
"""
_WORDS = "concat_ws(' ', i.number, t.number, s.number, 'at', l.code)"

# Each finds (row, what it has, what it should have).
RULES: dict[str, str] = {
    "balance is the sum of moves": f"""
        SELECT {_WORDS}, trim_scale(coalesce(x.has, 0))::text, trim_scale(coalesce(x.should, 0))::text
        FROM (
            SELECT item_id, location_id, lot_id, serial_id, sum(has) AS has, sum(should) AS should
            FROM (
                SELECT {_KEY}, quantity AS has, 0 AS should FROM inventory_balance
                UNION ALL
                SELECT item_id, target_id, lot_id, serial_id, into_unit_id, 0, quantity
                FROM inventory_move
                WHERE target_id NOT IN (SELECT id FROM strategies_location WHERE kind IN {_OUTSIDE})
                UNION ALL
                SELECT item_id, source_id, lot_id, serial_id, handling_unit_id, 0, -quantity
                FROM inventory_move
                WHERE source_id NOT IN (SELECT id FROM strategies_location WHERE kind IN {_OUTSIDE})
            ) r GROUP BY {_KEY} HAVING sum(has) <> sum(should)
        ) x {_NAMED} ORDER BY 1""",
    "pieces of what is weighed are the sum of moves": f"""
        SELECT {_WORDS}, trim_scale(coalesce(x.has, 0))::text, trim_scale(coalesce(x.should, 0))::text
        FROM (
            SELECT item_id, location_id, lot_id, serial_id, sum(has) AS has, sum(should) AS should
            FROM (
                SELECT {_KEY}, catch_quantity AS has, 0 AS should FROM inventory_balance
                WHERE catch_quantity IS NOT NULL
                UNION ALL
                SELECT item_id, target_id, lot_id, serial_id, into_unit_id, 0, catch_quantity
                FROM inventory_move
                WHERE catch_quantity IS NOT NULL
                    AND target_id NOT IN (SELECT id FROM strategies_location WHERE kind IN {_OUTSIDE})
                UNION ALL
                SELECT item_id, source_id, lot_id, serial_id, handling_unit_id, 0, -catch_quantity
                FROM inventory_move
                WHERE catch_quantity IS NOT NULL
                    AND source_id NOT IN (SELECT id FROM strategies_location WHERE kind IN {_OUTSIDE})
            ) r GROUP BY {_KEY} HAVING sum(has) <> sum(should)
        ) x {_NAMED} ORDER BY 1""",
    "what is weighed and counted has both": f"""
        SELECT {_WORDS}, coalesce(trim_scale(x.catch_quantity)::text, 'no count'), 'pieces with a weight'
        FROM inventory_balance x {_NAMED}
        WHERE x.quantity <> 0 AND (i.catch_unit_id IS NOT NULL) <> (x.catch_quantity IS NOT NULL) ORDER BY 1""",
    "reserved is the sum of reservations": f"""
        SELECT {_WORDS}, trim_scale(x.has)::text, trim_scale(x.should)::text
        FROM (
            SELECT item_id, location_id, lot_id, serial_id, sum(has) AS has, sum(should) AS should
            FROM (
                SELECT {_KEY}, reserved AS has, 0 AS should FROM inventory_balance
                UNION ALL SELECT {_KEY}, 0, quantity FROM inventory_reservation
            ) r GROUP BY {_KEY} HAVING sum(has) <> sum(should)
        ) x {_NAMED} ORDER BY 1""",
    "reservations never exceed stock": f"""
        SELECT {_WORDS}, trim_scale(x.reserved)::text, 'at most ' || trim_scale(greatest(x.quantity, 0))::text
        FROM inventory_balance x {_NAMED}
        WHERE x.reserved > greatest(x.quantity, 0) ORDER BY 1""",
    "stock is not below zero": f"""
        SELECT {_WORDS}, trim_scale(x.quantity)::text, '0 or more' FROM inventory_balance x {_NAMED}
        WHERE x.quantity < 0 AND NOT x.may_go_negative ORDER BY 1""",
    "outside places hold no balance": f"""
        SELECT {_WORDS}, trim_scale(x.quantity)::text, 'no balance' FROM inventory_balance x {_NAMED}
        WHERE l.kind IN {_OUTSIDE} ORDER BY 1""",
    "a serial number is in one place": """
        SELECT concat_ws(' ', i.number, s.number), count(*)::text, '1 place'
        FROM inventory_balance x
        JOIN strategies_item i ON i.id = x.item_id JOIN inventory_serial s ON s.id = x.serial_id
        WHERE x.quantity > 0 GROUP BY 1 HAVING sum(x.quantity) > 1 ORDER BY 1""",
    "lots and serials belong to their item": """
        SELECT 'move ' || m.id, i.number, coalesce(s.number, t.number)
        FROM inventory_move m JOIN strategies_item i ON i.id = m.item_id
        LEFT JOIN inventory_lot t ON t.id = m.lot_id LEFT JOIN inventory_serial s ON s.id = m.serial_id
        WHERE t.item_id <> m.item_id OR s.item_id <> m.item_id ORDER BY m.id""",
    "sums by month are the sums of their moves": f"""
        SELECT concat_ws(' ', i.number, 'at', l.code, 'in', to_char(x.month, 'YYYY-MM')),
               trim_scale(x.has)::text, trim_scale(x.should)::text
        FROM (
            SELECT item_id, location_id, month, sum(has) AS has, sum(should) AS should
            FROM (
                SELECT item_id, location_id, month, came - went AS has, 0 AS should FROM inventory_movesum
                UNION ALL
                SELECT item_id, target_id, date_trunc('month', effective_at AT TIME ZONE 'UTC')::date, 0, quantity
                FROM inventory_move
                WHERE id <= (SELECT coalesce(max(through), 0) FROM inventory_summark)
                    AND target_id NOT IN (SELECT id FROM strategies_location WHERE kind IN {_OUTSIDE})
                UNION ALL
                SELECT item_id, source_id, date_trunc('month', effective_at AT TIME ZONE 'UTC')::date, 0, -quantity
                FROM inventory_move
                WHERE id <= (SELECT coalesce(max(through), 0) FROM inventory_summark)
                    AND source_id NOT IN (SELECT id FROM strategies_location WHERE kind IN {_OUTSIDE})
            ) r GROUP BY 1, 2, 3 HAVING sum(has) <> sum(should)
        ) x JOIN strategies_item i ON i.id = x.item_id JOIN strategies_location l ON l.id = x.location_id
        ORDER BY 1""",
    "a reversal mirrors its move": """
        SELECT 'move ' || r.id, trim_scale(r.quantity)::text, 'the mirror of move ' || m.id
        FROM inventory_move r JOIN inventory_move m ON m.id = r.reverses_id
        WHERE (r.item_id, r.source_id, r.target_id, r.quantity)
                <> (m.item_id, m.target_id, m.source_id, m.quantity)
            OR r.catch_quantity IS DISTINCT FROM m.catch_quantity
            OR r.lot_id IS DISTINCT FROM m.lot_id OR r.serial_id IS DISTINCT FROM m.serial_id
            OR r.handling_unit_id IS DISTINCT FROM m.into_unit_id
            OR r.into_unit_id IS DISTINCT FROM m.handling_unit_id
            OR m.reverses_id IS NOT NULL ORDER BY r.id""",
    "what is in a handling unit lies where it stands": f"""
        SELECT concat_ws(' ', u.number, {_WORDS}), l.code, coalesce(p.code, 'no place') || ', where it stands'
        FROM inventory_balance x {_NAMED}
        JOIN inventory_handlingunit u ON u.id = x.handling_unit_id
        LEFT JOIN strategies_location p ON p.id = u.location_id
        WHERE x.quantity <> 0 AND u.location_id IS DISTINCT FROM x.location_id ORDER BY 1""",
    "a handling unit stands where the one it is in stands": """
        SELECT u.number, coalesce(l.code, 'no place'),
               coalesce(p.code, 'no place') || ', where ' || a.number || ' stands'
        FROM inventory_handlingunit u JOIN inventory_handlingunit a ON a.id = u.parent_id
        LEFT JOIN strategies_location l ON l.id = u.location_id
        LEFT JOIN strategies_location p ON p.id = a.location_id
        WHERE u.location_id IS DISTINCT FROM a.location_id ORDER BY 1""",
    # What comes out of one process side by side holds its components whole, each of it: they are no shares. Of the
    # product alone the sum is looked at where orders are known.
    "no more went into products than was issued": """
        SELECT 'move ' || m.id, trim_scale(sum(c.quantity))::text, 'at most ' || trim_scale(m.quantity)::text
        FROM inventory_consumed c JOIN inventory_move m ON m.id = c.issue_id
        JOIN inventory_move p ON p.id = c.receipt_id
        WHERE NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id IN (c.issue_id, c.receipt_id))
        GROUP BY m.id, m.quantity, CASE WHEN p.kind = 'output' THEN p.id END
        HAVING sum(c.quantity) > m.quantity ORDER BY m.id""",
}


def findings() -> Iterator[Finding]:
    """Every row that breaks an invariant, here and in the documents on the right; reads only."""
    with connection.cursor() as cursor:
        for rule, sql in [*RULES.items(), *checking_work.RULES.items()]:
            cursor.execute(sql)
            for row, has, should in cursor.fetchall():
                yield Finding(rule, row, f"{row}: has {has}, should be {should}")
    for answer in gather(CheckingLedger()):
        yield from answer


def problems() -> list[Finding]:
    """`findings` as a list, read in one snapshot."""
    return list(findings())
