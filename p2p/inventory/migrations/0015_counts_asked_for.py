"""A count says at which document somebody found too little, and what was said there."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0014_kept_lines")]

    operations = [
        migrations.AddField(
            model_name="count",
            name="reference",
            field=models.CharField(
                blank=True,
                default="",
                help_text="The document at which somebody found too little; else empty.",
                max_length=60,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="count",
            name="reason",
            field=models.ForeignKey(
                blank=True,
                help_text="What was said there.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="strategies.reasoncode",
            ),
        ),
    ]
