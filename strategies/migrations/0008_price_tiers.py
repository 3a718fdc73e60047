"""A vendor asks one price for a quantity on a day. Prices that overlapped end the day before the next begins."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.functions.comparison
from django.db import migrations, models

import strategies.models.version

END_EARLIER = """
    UPDATE strategies_vendorprice AS price SET valid_to = following.valid_from - 1
      FROM (SELECT id, lead(valid_from) OVER (
                       PARTITION BY vendor_id, item_id, operation_number, unit_id, minimum_quantity
                       ORDER BY valid_from, id) AS valid_from
              FROM strategies_vendorprice) AS following
     WHERE following.id = price.id AND following.valid_from IS NOT NULL
       AND (price.valid_to IS NULL OR price.valid_to >= following.valid_from)
"""


class Migration(migrations.Migration):
    dependencies = [("strategies", "0007_bom_edits")]

    operations = [
        migrations.RunSQL(END_EARLIER, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="vendorprice",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                name="vendor_price_no_overlap",
                expressions=[
                    (models.F("vendor"), "="),
                    (models.F("item"), "="),
                    (models.F("unit"), "="),
                    (models.F("minimum_quantity"), "="),
                    (
                        django.db.models.functions.comparison.Coalesce(
                            models.F("operation_number"), models.Value(0)
                        ),
                        "=",
                    ),
                    (
                        strategies.models.version.DateRange(
                            "valid_from",
                            "valid_to",
                            django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True),
                        ),
                        "&&",
                    ),
                ],
            ),
        ),
    ]
