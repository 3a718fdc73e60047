"""What left for a transfer has a row of its own, lines may be closed with less, customers tolerate more or less."""

import django.db.models.deletion
import p2p.core.fields
from django.db import migrations, models


# Shipments had no row of their own so far: their moves into transit name the order.
FILL = """
INSERT INTO planning_shipmentmove (order_id, move_id, despatch_note, reserved)
SELECT o.id, m.id, '', 0
FROM planning_replenishmentorder o
JOIN inventory_move m ON m.reference = o.number AND m.item_id = o.item_id
JOIN strategies_location t ON t.id = m.target_id AND t.kind = 'transit'
JOIN strategies_location s ON s.id = m.source_id AND s.kind <> 'transit'
WHERE o.kind = 'transfer' AND m.kind = 'transfer' AND m.reverses_id IS NULL
ORDER BY m.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0009_claims_for"),
        ("planning", "0005_shipped"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShipmentMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("despatch_note", models.CharField(blank=True, max_length=60)),
                (
                    "reserved",
                    p2p.core.fields.QuantityField(
                        default=0,
                        help_text="How much of it was reserved for the order before it left.",
                    ),
                ),
                (
                    "move",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.move"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipments",
                        to="planning.replenishmentorder",
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AddIndex(
            model_name="shipmentmove",
            index=models.Index(
                condition=models.Q(("despatch_note", ""), _negated=True),
                fields=["despatch_note"],
                name="shipment_note",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="over_delivery_fraction",
            field=p2p.core.fields.RateField(
                default=0, help_text="How much more than ordered the customer takes, 0.1 = 10 %."
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="under_delivery_fraction",
            field=p2p.core.fields.RateField(
                default=0, help_text="With how much less a line counts as delivered, 0.02 = 2 %."
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("over_delivery_fraction__gte", 0),
                    ("under_delivery_fraction__gte", 0),
                    ("under_delivery_fraction__lt", 1),
                ),
                name="customer_tolerance",
            ),
        ),
        migrations.AddField(
            model_name="demand",
            name="short_reason",
            field=models.CharField(
                blank=True, help_text="Why it was closed with less than was ordered.", max_length=200
            ),
        ),
        migrations.AddField(
            model_name="demandmove",
            name="reserved",
            field=p2p.core.fields.QuantityField(
                default=0, help_text="How much of it was reserved for the line before it went."
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
