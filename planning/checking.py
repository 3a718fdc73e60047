"""Invariants of planning's documents that hang on the ledger."""

from __future__ import annotations

# Each finds (row, what it has, what it should have). What was received before a plant was taken over has no move.
RULES: dict[str, str] = {
    "received on an order is the sum of its receipts": """
        SELECT o.number, trim_scale(o.received_quantity)::text,
            concat(
                CASE WHEN o.source_system <> '' THEN 'at least ' END, trim_scale(x.total - y.back),
                CASE WHEN o.source_system = '' AND y.back > 0 THEN ' to ' || trim_scale(x.total) END)
        FROM planning_replenishmentorder o
        JOIN LATERAL (
            SELECT coalesce(sum(CASE WHEN m.reverses_id IS NULL THEN m.quantity ELSE -m.quantity END), 0) AS total
            FROM planning_replenishmentmove r JOIN inventory_move m ON m.id = r.move_id WHERE r.order_id = o.id
        ) x ON true
        JOIN LATERAL (  -- what went back to the vendor, who sends it again or not
            SELECT coalesce(sum(CASE WHEN m.reverses_id IS NULL THEN m.quantity ELSE -m.quantity END), 0) AS back
            FROM inventory_move m
            WHERE m.kind = 'return' AND o.kind = 'purchase' AND m.reference = o.number AND m.reference <> ''
                AND m.item_id = o.item_id
        ) y ON true
        WHERE o.received_quantity < x.total - y.back OR (o.source_system = '' AND o.received_quantity > x.total)
        ORDER BY 1""",
    "shipped for a transfer is what left, less what was lost, with what came without travelling": """
        SELECT o.number, trim_scale(o.shipped_quantity)::text, trim_scale(x.total)::text
        FROM planning_replenishmentorder o
        JOIN LATERAL (
            SELECT coalesce(sum(CASE WHEN (y.kind = 'scrap') = (y.reverses_id IS NULL)
                                     THEN -y.quantity ELSE y.quantity END), 0) AS total
            FROM (
                SELECT m.* FROM planning_shipmentmove r JOIN inventory_move m ON m.id = r.move_id
                WHERE r.order_id = o.id
                UNION ALL
                SELECT m.* FROM planning_replenishmentmove r JOIN inventory_move m ON m.id = r.move_id
                JOIN strategies_location s ON s.id = m.source_id JOIN strategies_location t ON t.id = m.target_id
                WHERE r.order_id = o.id AND 'transit' NOT IN (s.kind, t.kind)
            ) y
        ) x ON true
        WHERE o.kind = 'transfer' AND o.source_system = '' AND o.shipped_quantity <> x.total ORDER BY 1""",
    "a receipt is of its order's item": """
        SELECT o.number, i.number, k.number
        FROM planning_replenishmentmove r
        JOIN planning_replenishmentorder o ON o.id = r.order_id JOIN strategies_item k ON k.id = o.item_id
        JOIN inventory_move m ON m.id = r.move_id JOIN strategies_item i ON i.id = m.item_id
        WHERE m.item_id <> o.item_id ORDER BY 1, 2""",
    "a delivery is of its demand's item": """
        SELECT concat_ws(' ', d.number, d.line), i.number, k.number
        FROM planning_demandmove r
        JOIN planning_demand d ON d.id = r.demand_id JOIN strategies_item k ON k.id = d.item_id
        JOIN inventory_move m ON m.id = r.move_id JOIN strategies_item i ON i.id = m.item_id
        WHERE m.item_id <> d.item_id ORDER BY 1, 2""",
    "nothing is claimed for an order that is over": """
        SELECT concat_ws(' ', o.number, i.number), trim_scale(sum(c.quantity))::text, '0'
        FROM inventory_softreservation c
        JOIN planning_productionorder o ON o.number = c.reference JOIN strategies_item i ON i.id = c.item_id
        WHERE o.state IN ('finished', 'ended', 'cancelled') GROUP BY 1 ORDER BY 1""",
}
