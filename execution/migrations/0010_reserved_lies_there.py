"""Where stock may go below zero, more was reserved than lay there: the latest reservations that nothing lies there for
are lifted, and lines of pick lists that stood on one wait for a place."""

from django.db import migrations

LIFT = """
CREATE TEMPORARY TABLE reserved_beyond ON COMMIT DROP AS
SELECT id FROM (
    SELECT r.id, b.quantity, sum(r.quantity) OVER (PARTITION BY b.id ORDER BY r.id) AS promised
    FROM inventory_balance b JOIN inventory_reservation r ON r.item_id = b.item_id AND r.location_id = b.location_id
        AND r.lot_id IS NOT DISTINCT FROM b.lot_id AND r.serial_id IS NOT DISTINCT FROM b.serial_id
        AND r.handling_unit_id IS NOT DISTINCT FROM b.handling_unit_id
    WHERE b.reserved > greatest(b.quantity, 0)
) x WHERE promised > quantity;

UPDATE execution_pickline
SET reservation_id = NULL, location_id = NULL, lot_id = NULL, serial_id = NULL, handling_unit_id = NULL
WHERE reservation_id IN (SELECT id FROM reserved_beyond);

DELETE FROM inventory_reservation WHERE id IN (SELECT id FROM reserved_beyond);
"""


class Migration(migrations.Migration):
    dependencies = [("execution", "0009_kept_for_orders"), ("inventory", "0014_kept_lines")]
    run_before = [("inventory", "0016_reserved_lies_there")]

    operations = [migrations.RunSQL(LIFT, migrations.RunSQL.noop)]
