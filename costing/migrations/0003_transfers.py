"""Goods between sites have accounts of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("costing", "0002_ledger_rules"),
    ]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("issue", "Material issued"),
                    ("time", "Time booked"),
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
        migrations.AlterField(
            model_name="posting",
            name="account",
            field=models.CharField(
                choices=[
                    ("inventory", "Inventory"),
                    ("wip", "Work in process"),
                    ("absorbed", "Labour and machine absorbed"),
                    ("overhead", "Overhead absorbed"),
                    ("accrued", "Accrued: received, not invoiced"),
                    ("variance", "Variance"),
                    ("scrap", "Scrap"),
                    ("adjustment", "Stock adjustment"),
                    ("opening", "Opening"),
                    ("sales", "Cost of sales"),
                    ("transit", "Goods in transit"),
                    ("between", "Between sites"),
                    ("transfer", "Transfer variance"),
                ],
                max_length=10,
            ),
        ),
    ]
