"""One report with eight components as set-based SQL: the same rows in the same tables, and nothing else."""

from __future__ import annotations

_MOVE = """item_id, source_id, target_id, quantity, kind, reference, effective_at, posted_at, by_id"""
BARE = (
    "SELECT * FROM planning_productionorder WHERE id = %(order)s FOR NO KEY UPDATE",
    "SELECT * FROM planning_material m JOIN strategies_item i ON i.id = m.item_id WHERE order_id = %(order)s",
    """SELECT b.* FROM inventory_balance b WHERE b.item_id IN (
           SELECT item_id FROM planning_material WHERE order_id = %(order)s
           UNION SELECT item_id FROM planning_productionorder WHERE id = %(order)s)
       ORDER BY b.item_id, b.location_id FOR NO KEY UPDATE OF b""",
    """INSERT INTO execution_report (number, operation_id, good, scrap, seconds, finishes, vendor_receipt, note,
           cause, accepted, accepted_why, ends_picking, ends_route, effective_at, posted_at)
       SELECT 'B' || txid_current(), id, 1, 0, 0, false, '', '', '', '[]', '', false, false, now(), now()
       FROM planning_operation WHERE order_id = %(order)s""",
    f"""WITH v AS (
           INSERT INTO inventory_move ({_MOVE})
           SELECT m.item_id, s.id, p.id, 2, 'issue', o.number, now(), now(), NULL::bigint
           FROM planning_material m JOIN planning_productionorder o ON o.id = m.order_id
           JOIN strategies_location s ON s.code = 'STORE' JOIN strategies_location p ON p.code = 'MAKE'
           WHERE m.order_id = %(order)s
           UNION ALL
           SELECT o.item_id, p.id, s.id, 1, 'output', o.number, now(), now(), NULL::bigint
           FROM planning_productionorder o
           JOIN strategies_location s ON s.code = 'STORE' JOIN strategies_location p ON p.code = 'MAKE'
           WHERE o.id = %(order)s
           RETURNING id, item_id, kind
       ), materials AS (
           INSERT INTO execution_materialmove (material_id, move_id, report_id)
           SELECT m.id, v.id, currval('execution_report_id_seq') FROM planning_material m
           JOIN v ON v.item_id = m.item_id AND v.kind = 'issue' WHERE m.order_id = %(order)s
       ), outputs AS (
           INSERT INTO execution_outputmove (output_id, move_id, report_id)
           SELECT o.id, v.id, currval('execution_report_id_seq') FROM planning_output o, v
           WHERE o.order_id = %(order)s AND v.kind = 'output'
       ), edges AS (
           INSERT INTO inventory_consumed (issue_id, receipt_id, quantity)
           SELECT v.id, r.id, 2 FROM v JOIN v r ON r.kind = 'output' WHERE v.kind = 'issue'
       )
       INSERT INTO costing_valuation (move_id, unit_cost, amount) SELECT v.id, 0, 0 FROM v""",
    """INSERT INTO execution_wipmove (operation_id, quantity, kind, report_id, reference, effective_at, posted_at)
       SELECT p.id, k.quantity, k.kind, currval('execution_report_id_seq'), '', now(), now()
       FROM planning_operation p, (VALUES (1, 'reported'), (-1, 'received')) AS k(quantity, kind)
       WHERE p.order_id = %(order)s""",
    "UPDATE planning_material SET issued_quantity = issued_quantity + 2 WHERE order_id = %(order)s",
    "UPDATE planning_output SET received_quantity = received_quantity + 1 WHERE order_id = %(order)s",
    """UPDATE planning_operation SET state = 'started', good_quantity = good_quantity + 1,
           began_at = coalesce(began_at, now()), revision = revision + 1 WHERE order_id = %(order)s""",
    """UPDATE planning_productionorder SET state = 'started', good_quantity = good_quantity + 1,
           started_at = coalesce(started_at, now()), revision = revision + 1 WHERE id = %(order)s""",
    """INSERT INTO core_journal (at, fact, record_type, record_id, record_key, scope, payload)
       SELECT now(), f, 'planning.operation', p.id, '', 'BENCH', '{"good": "1", "scrap": "0"}'
       FROM planning_operation p, unnest(ARRAY['execution.Reported', 'inventory.Moved']) AS f
       WHERE p.order_id = %(order)s""",
)
