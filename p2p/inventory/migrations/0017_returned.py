from django.db import migrations, models


def say_returned(apps, schema_editor):
    """Lines without a place of their own whose document is a purchase went back to its vendor."""
    schema_editor.execute(
        "UPDATE inventory_recallline l SET \"where\" = 'returned' WHERE l.\"where\" = 'vendor' AND l.location_id IS NULL"
        " AND EXISTS (SELECT FROM inventory_move m JOIN strategies_location t ON t.id = m.target_id"
        " WHERE m.reference = l.reference AND m.item_id = l.item_id AND t.kind = 'supplier')"
    )


class Migration(migrations.Migration):
    dependencies = [("inventory", "0016_reserved_lies_there")]

    operations = [
        migrations.AlterField(
            model_name="recallline",
            name="where",
            field=models.CharField(
                choices=[
                    ("stock", "In stock"),
                    ("process", "In process"),
                    ("vendor", "At a vendor"),
                    ("returned", "Returned to the vendor"),
                    ("shipped", "Shipped"),
                    ("scrapped", "Scrapped"),
                    ("consumed", "Consumed"),
                ],
                max_length=8,
            ),
        ),
        migrations.RunPython(say_returned, migrations.RunPython.noop),
    ]
