"""A move that nobody had asked for says so: taken back, it leaves no open task behind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0010_catch_weight")]

    operations = [
        migrations.AddField(
            model_name="stocktask",
            name="at_once",
            field=models.BooleanField(
                default=False, help_text="Nobody had asked for it: it was written down as it was done."
            ),
        ),
    ]
