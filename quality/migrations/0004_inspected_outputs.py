from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0003_receipt_of_goods"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="inspection", name="inspection_once_per_operation"),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.UniqueConstraint(
                fields=["plan", "operation", "item"],
                condition=Q(receipt_line__isnull=True) & ~Q(state="cancelled"),
                name="inspection_once_per_operation",
            ),
        ),
    ]
