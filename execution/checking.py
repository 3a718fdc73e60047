"""Invariants of the floor as queries that find the rows that break them: (row, what it has, what it should have)."""

from __future__ import annotations

RULES: dict[str, str] = {
    "issued to an order is the sum of its moves": """
        SELECT concat_ws(' ', o.number, i.number), trim_scale(m.issued_quantity)::text, trim_scale(s.total)::text
        FROM planning_material m
        JOIN planning_productionorder o ON o.id = m.order_id
        JOIN strategies_item i ON i.id = m.item_id
        JOIN LATERAL (
            SELECT coalesce(sum(CASE WHEN v.reverses_id IS NULL THEN v.quantity ELSE -v.quantity END), 0) AS total
            FROM execution_materialmove x JOIN inventory_move v ON v.id = x.move_id WHERE x.material_id = m.id
        ) s ON true
        WHERE m.issued_quantity <> s.total ORDER BY 1""",
    "received from an order is the sum of its moves": """
        SELECT concat_ws(' ', o.number, i.number), trim_scale(m.received_quantity)::text, trim_scale(s.total)::text
        FROM planning_output m
        JOIN planning_productionorder o ON o.id = m.order_id
        JOIN strategies_item i ON i.id = m.item_id
        JOIN LATERAL (
            SELECT coalesce(sum(CASE WHEN v.reverses_id IS NULL THEN v.quantity ELSE -v.quantity END), 0) AS total
            FROM execution_outputmove x JOIN inventory_move v ON v.id = x.move_id WHERE x.output_id = m.id
        ) s ON true
        WHERE m.received_quantity <> s.total ORDER BY 1""",
    "good and scrap of an operation are the sums of its reports": """
        SELECT concat_ws(' · ', o.number, p.number),
            concat(trim_scale(p.good_quantity), ' + ', trim_scale(p.scrap_quantity)),
            concat(trim_scale(coalesce(r.good, 0)), ' + ', trim_scale(coalesce(r.scrap, 0)))
        FROM planning_operation p
        JOIN planning_productionorder o ON o.id = p.order_id
        LEFT JOIN (
            SELECT operation_id, sum(good) AS good, sum(scrap) AS scrap FROM execution_report GROUP BY 1
        ) r ON r.operation_id = p.id
        WHERE (p.good_quantity, p.scrap_quantity) <> (coalesce(r.good, 0), coalesce(r.scrap, 0)) ORDER BY 1""",
    "scrap of an order is the sum of its operations": """
        SELECT o.number, trim_scale(o.scrap_quantity)::text, trim_scale(sum(p.scrap_quantity))::text
        FROM planning_productionorder o JOIN planning_operation p ON p.order_id = o.id
        GROUP BY o.id HAVING o.scrap_quantity <> sum(p.scrap_quantity) ORDER BY 1""",
    "good of an order is what came into stock": """
        SELECT o.number, trim_scale(o.good_quantity)::text, trim_scale(m.received_quantity)::text
        FROM planning_productionorder o JOIN planning_output m ON m.order_id = o.id AND m.kind = 'main'
        WHERE o.good_quantity <> m.received_quantity ORDER BY 1""",
    "no pieces are owed between operations": """
        SELECT concat_ws(' · ', o.number, p.number), trim_scale(sum(w.quantity))::text, '0 or more'
        FROM execution_wipmove w
        JOIN planning_operation p ON p.id = w.operation_id
        JOIN planning_productionorder o ON o.id = p.order_id
        GROUP BY o.number, p.number HAVING sum(w.quantity) < 0 ORDER BY 1""",
    "nothing is reserved for an order that is not open": """
        SELECT concat_ws(' ', o.number, l.number), trim_scale(sum(r.quantity))::text, '0'
        FROM execution_pickline k
        JOIN execution_picklist l ON l.id = k.pick_list_id
        JOIN planning_productionorder o ON o.id = l.order_id
        JOIN inventory_reservation r ON r.id = k.reservation_id
        WHERE o.state NOT IN ('released', 'started') GROUP BY 1 ORDER BY 1""",
    "no more of a component is in the product than was issued": """
        SELECT 'move ' || m.id, trim_scale(sum(c.quantity))::text, 'at most ' || trim_scale(m.quantity)::text
        FROM execution_outputmove x
        JOIN planning_output o ON o.id = x.output_id AND o.kind = 'main'
        JOIN inventory_consumed c ON c.receipt_id = x.move_id
        JOIN inventory_move m ON m.id = c.issue_id
        WHERE NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id IN (c.issue_id, c.receipt_id))
        GROUP BY m.id, m.quantity HAVING sum(c.quantity) > m.quantity ORDER BY m.id""",
}
