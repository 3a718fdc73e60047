"""A place that is counted again keeps what is not asked for again: what was decided about stays decided."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0012_task_at_once")]

    operations = [
        migrations.AddField(
            model_name="countline",
            name="kept",
            field=models.BooleanField(
                default=False, help_text="From the attempt before: only the rest of the place is counted again."
            ),
        ),
    ]
