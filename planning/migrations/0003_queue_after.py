from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0002_material_of_line")]

    operations = [
        migrations.AddField(
            model_name="operation",
            name="queue_after_seconds",
            field=models.PositiveIntegerField(default=0, help_text="Waiting after, as for cooling."),
        ),
    ]
