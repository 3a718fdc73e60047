from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("strategies", "0014_catch_weight"),
    ]

    operations = [
        migrations.AddField(
            model_name="planningcost",
            name="missing",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Numbers of items in it that are not costed: it costs more.",
            ),
        ),
    ]
