"""A line of a pick list that wants nothing any more stays when something was picked for it and put back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("execution", "0010_reserved_lies_there")]
    operations = [
        migrations.RemoveConstraint(model_name="pickline", name="pick_line_quantity"),
        migrations.AddConstraint(
            model_name="pickline",
            constraint=models.CheckConstraint(
                condition=models.Q(("picked_quantity__gte", 0), ("quantity__gte", 0)),
                name="pick_line_quantity",
            ),
        ),
    ]
