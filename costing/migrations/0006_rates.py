from django.db import migrations, models

import p2p.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("costing", "0005_coproducts"),
    ]

    operations = [
        migrations.AddField(
            model_name="costrate",
            name="per_piece",
            field=p2p.core.fields.PriceField(
                blank=True,
                decimal_places=8,
                help_text="Of a category of pieces; empty: the rate is of an hour.",
                max_digits=24,
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("issue", "Material issued"),
                    ("setup", "Setup booked"),
                    ("time", "Time booked"),
                    ("pieces", "Pieces booked"),
                    ("outside", "Work done by a vendor"),
                    ("overhead", "Overhead"),
                    ("output", "Output received"),
                    ("scrap", "Scrap"),
                    ("settlement", "Settlement"),
                    ("receipt", "Receipt into stock"),
                    ("stock", "Other stock move"),
                    ("price", "Invoice price difference"),
                    ("transfer", "Transfer between sites"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="costrate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("per_piece__isnull", True),
                    models.Q(("category__isnull", False), ("per_hour", 0), ("per_piece__gte", 0)),
                    _connector="OR",
                ),
                name="cost_rate_hour_or_piece",
            ),
        ),
    ]
