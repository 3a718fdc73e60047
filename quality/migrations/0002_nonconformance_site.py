"""A nonconformance belongs to a site, so that people of other sites neither see nor decide it."""

import django.db.models.deletion
from django.db import migrations, models

# Rows of the time before get the site of their inspection's plan, else of their operation's order, else where most
# of the lot (or the item) lies, else the first site. The last statement settles the foreign keys, so that the
# table can be altered.
FILL = """
    UPDATE quality_nonconformance AS n SET site_id = COALESCE(
        (SELECT p.site_id FROM quality_inspection i JOIN quality_controlplan p ON p.id = i.plan_id
          WHERE i.id = n.inspection_id),
        (SELECT o.site_id FROM planning_operation a JOIN planning_productionorder o ON o.id = a.order_id
          WHERE a.id = n.operation_id),
        (SELECT l.site_id FROM inventory_balance b JOIN strategies_location l ON l.id = b.location_id
          WHERE b.item_id = n.item_id AND b.quantity > 0
          ORDER BY (b.lot_id = n.lot_id) IS TRUE DESC, b.quantity DESC, b.id LIMIT 1),
        (SELECT s.id FROM strategies_site s ORDER BY s.active DESC, s.id LIMIT 1));
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_ledger"),
        ("planning", "0001_initial"),
        ("quality", "0001_initial"),
        ("strategies", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="nonconformance",
            name="site",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="strategies.site",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="nonconformance",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="strategies.site",
            ),
        ),
    ]
