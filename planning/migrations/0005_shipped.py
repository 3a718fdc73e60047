"""What of a transfer has left, whether a return is delivered again, and a row for each receipt there was."""

import p2p.core.fields
from django.db import migrations, models


# Receipts had no row of their own so far: their moves name the order. One that was reversed did not count back.
FILL = """
WITH known AS (
INSERT INTO planning_replenishmentmove (order_id, move_id, price, delivery_note)
SELECT o.id, m.id, o.price, ''
FROM planning_replenishmentorder o
JOIN inventory_move m ON m.reference = o.number AND m.item_id = o.item_id
WHERE o.received_quantity > 0 AND m.kind IN ('receipt', 'transfer')
    AND NOT EXISTS (SELECT FROM planning_replenishmentmove r WHERE r.move_id = m.id)
ORDER BY m.id
RETURNING order_id, move_id
), gone AS (
    SELECT known.order_id, sum(m.quantity) AS quantity
    FROM known JOIN inventory_move m ON m.id = known.move_id
    WHERE m.reverses_id IS NOT NULL
    GROUP BY known.order_id
)
UPDATE planning_replenishmentorder o
SET received_quantity = greatest(o.received_quantity - gone.quantity, 0),
    state = CASE WHEN o.state = 'received' AND o.received_quantity - gone.quantity < o.quantity
                 THEN 'confirmed' ELSE o.state END
FROM gone WHERE gone.order_id = o.id;
UPDATE planning_replenishmentorder SET shipped_quantity = received_quantity WHERE kind = 'transfer';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0004_deliveries"),
        ("strategies", "0012_in_transit"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="replenishmentorder",
            name="replenishment_quantity",
        ),
        migrations.AddField(
            model_name="demandmove",
            name="counts",
            field=models.BooleanField(
                default=True, help_text="No: goods that came back and are not delivered again."
            ),
        ),
        migrations.AddField(
            model_name="replenishmentorder",
            name="shipped_quantity",
            field=p2p.core.fields.QuantityField(
                default=0,
                help_text="Of a transfer: what has left the other place, received here or still in transit.",
            ),
        ),
        migrations.AddConstraint(
            model_name="replenishmentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity__gt", 0), ("received_quantity__gte", 0), ("shipped_quantity__gte", 0)
                ),
                name="replenishment_quantity",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
