"""Invariants of the cost ledger that hang on goods between sites."""

from __future__ import annotations

from django.db import connection

from p2p.inventory.facts import CheckingLedger, Finding

# Each finds (row, what it has, what it should have).
RULES: dict[str, str] = {
    "nothing is carried in transit for an order when nothing travels": """
        SELECT o.number, trim_scale(sum(p.amount))::text, '0'
        FROM costing_posting p JOIN costing_entry e ON e.id = p.entry_id
        JOIN planning_replenishmentorder o ON o.number = e.reference
        WHERE p.account = 'transit' AND o.shipped_quantity <= o.received_quantity
        GROUP BY o.id, o.number HAVING sum(p.amount) <> 0 ORDER BY 1""",
    "no more is carried in transit for an order than travels": """
        SELECT concat_ws(' ', o.number, c.code), trim_scale(sum(sign(p.amount) * p.quantity))::text,
               'at most ' || trim_scale(o.shipped_quantity - o.received_quantity)::text
        FROM costing_posting p JOIN costing_entry e ON e.id = p.entry_id
        JOIN planning_replenishmentorder o ON o.number = e.reference
        JOIN costing_costelement c ON c.id = p.element_id
        WHERE p.account = 'transit' GROUP BY o.id, o.number, c.code
        HAVING sum(sign(p.amount) * p.quantity) > o.shipped_quantity - o.received_quantity ORDER BY 1""",
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
