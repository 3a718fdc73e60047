"""Invariants of the cost ledger that hang on goods between sites."""

from __future__ import annotations

from django.db import connection

from p2p.inventory.facts import CheckingLedger, Finding

# Each finds (row, what it has, what it should have).
RULES: dict[str, str] = {
    "what travels between sites is valued": """
        SELECT o.number, 'nothing', 'a value for each of ' || count(*)::text || ' moves'
        FROM planning_shipmentmove w
        JOIN planning_replenishmentorder o ON o.id = w.order_id
        JOIN strategies_location l ON l.id = o.from_location_id AND l.site_id <> o.site_id
        JOIN inventory_move m ON m.id = w.move_id
        WHERE m.reverses_id IS NULL AND NOT EXISTS (SELECT FROM inventory_move x WHERE x.reverses_id = m.id)
            AND NOT EXISTS (SELECT FROM costing_valuation v WHERE v.move_id = m.id)
        GROUP BY o.id, o.number ORDER BY 1""",
    "nothing is carried in transit for an order when nothing travels": """
        SELECT o.number, trim_scale(sum(p.amount))::text, '0'
        FROM costing_posting p JOIN costing_entry e ON e.id = p.entry_id
        JOIN planning_replenishmentorder o ON o.number = e.reference
        WHERE p.account = 'transit' AND o.shipped_quantity <= o.received_quantity
        GROUP BY o.id, o.number HAVING sum(p.amount) <> 0 ORDER BY 1""",
    "no more is carried in transit for an order than travels": """
        SELECT o.number, trim_scale(sum(q.there))::text,
               'at most ' || trim_scale(o.shipped_quantity - o.received_quantity)::text
        FROM costing_valuation v JOIN inventory_move m ON m.id = v.move_id
        JOIN strategies_location a ON a.id = m.source_id JOIN strategies_location b ON b.id = m.target_id
        JOIN planning_replenishmentorder o ON o.number = m.reference AND o.item_id = m.item_id
        JOIN strategies_location l ON l.id = o.from_location_id AND l.site_id <> o.site_id
        CROSS JOIN LATERAL (SELECT CASE WHEN b.kind = 'transit' THEN m.quantity
                                        WHEN a.kind = 'transit' THEN -m.quantity ELSE 0 END AS there) q
        WHERE m.reference <> '' GROUP BY o.id, o.number
        HAVING sum(q.there) > o.shipped_quantity - o.received_quantity ORDER BY 1""",
    "what one site gave another one got, where both have one currency": """
        SELECT o.number, trim_scale(sum(p.amount))::text, '0'
        FROM costing_posting p JOIN costing_entry e ON e.id = p.entry_id
        JOIN planning_replenishmentorder o ON o.number = e.reference
        JOIN strategies_site s ON s.id = o.site_id JOIN strategies_location l ON l.id = o.from_location_id
        JOIN strategies_site f ON f.id = l.site_id AND f.currency_id = s.currency_id
        WHERE p.account = 'between' GROUP BY o.id, o.number HAVING sum(p.amount) <> 0 ORDER BY 1""",
}


def check(_question: CheckingLedger) -> list[Finding]:
    """What the books say of goods in transit must follow from what travels."""
    found = []
    with connection.cursor() as cursor:
        for rule, sql in RULES.items():
            cursor.execute(sql)
            found += [
                Finding(rule, row, f"{row}: has {has}, should be {should}")
                for row, has, should in cursor.fetchall()
            ]
    return found
