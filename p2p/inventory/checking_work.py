"""Invariants of what stands around the ledger: claims, tasks and counts."""

from __future__ import annotations


def _number(value: str) -> str:
    return f"trim_scale({value})::text"


_POSTED = "CASE WHEN m.target_id = p.location_id THEN m.quantity ELSE -m.quantity END"

# Each finds (row, what it has, what it should have).
RULES: dict[str, str] = {
    "a soft reservation is of a lot of its item": """
        SELECT 'soft reservation ' || c.id, t.number, 'a lot of ' || i.number
        FROM inventory_softreservation c
        JOIN strategies_item i ON i.id = c.item_id JOIN inventory_lot t ON t.id = c.lot_id
        WHERE t.item_id <> c.item_id ORDER BY c.id""",
    "what was done for a task is the sum of its moves": f"""
        SELECT k.number, {_number("k.done_quantity")}, {_number("x.total")}
        FROM inventory_stocktask k
        JOIN LATERAL (
            SELECT coalesce(sum(m.quantity), 0) AS total
            FROM inventory_taskmove j JOIN inventory_move m ON m.id = j.move_id
            WHERE j.task_id = k.id AND m.reverses_id IS NULL
                AND NOT EXISTS (SELECT FROM inventory_move r WHERE r.reverses_id = m.id)
        ) x ON true
        WHERE k.done_quantity <> x.total ORDER BY 1""",
    "a posted difference is its move": f"""
        SELECT concat_ws(' ', n.number, l.code, i.number, t.number), {_number("c.counted - c.expected")},
            coalesce({_number(_POSTED)}, 'no move')
        FROM inventory_countline c
        JOIN inventory_countplace p ON p.id = c.place_id JOIN inventory_count n ON n.id = p.count_id
        JOIN strategies_location l ON l.id = p.location_id JOIN strategies_item i ON i.id = c.item_id
        LEFT JOIN inventory_lot t ON t.id = c.lot_id LEFT JOIN inventory_move m ON m.id = c.move_id
        WHERE n.state = 'posted' AND c.accepted AND c.attempt = p.attempt
            AND NOT (m.quantity IS NOT DISTINCT FROM c.counted AND m.catch_quantity = c.counted_catch
                AND m.target_id = p.location_id AND m.kind = 'count')
            AND CASE WHEN m.id IS NULL THEN c.counted <> c.expected
                    OR c.counted_catch IS DISTINCT FROM c.expected_catch
                ELSE c.counted - c.expected <> {_POSTED}
                    OR m.kind <> 'count' OR m.item_id <> c.item_id OR m.lot_id IS DISTINCT FROM c.lot_id END
        ORDER BY 1""",
    "what was not accepted was not posted": """
        SELECT concat_ws(' ', n.number, i.number), 'move ' || c.move_id, 'no move'
        FROM inventory_countline c
        JOIN inventory_countplace p ON p.id = c.place_id JOIN inventory_count n ON n.id = p.count_id
        JOIN strategies_item i ON i.id = c.item_id
        WHERE c.move_id IS NOT NULL AND (n.state <> 'posted' OR c.accepted IS NOT TRUE) ORDER BY 1""",
}
