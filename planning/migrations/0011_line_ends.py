"""A component of an order knows whether its first issue ends it; orders that are there learn it from their bill lines."""

from django.db import migrations, models

FROM_ITS_LINE = """
    UPDATE planning_material AS material SET ends = TRUE
      FROM strategies_bomline AS line
     WHERE line.id = material.bom_line_id AND line.ends
"""


class Migration(migrations.Migration):
    dependencies = [("planning", "0010_unplanned_outputs")]

    operations = [
        migrations.AddField(
            model_name="material",
            name="ends",
            field=models.BooleanField(
                default=False, help_text="Its first issue ends the line, whatever was taken."
            ),
        ),
        migrations.RunSQL(FROM_ITS_LINE, migrations.RunSQL.noop),
    ]
