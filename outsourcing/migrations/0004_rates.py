from django.db import migrations, models

import p2p.core.fields


class Migration(migrations.Migration):
    dependencies = [("outsourcing", "0003_reserved_before")]

    operations = [
        migrations.AddField(
            model_name="subcontractline",
            name="allowed_loss_fraction",
            field=p2p.core.fields.RateField(
                blank=True, help_text="Of the pieces sent; empty: nothing is agreed.", null=True
            ),
        ),
        migrations.AddField(
            model_name="receiptline",
            name="missing",
            field=p2p.core.fields.QuantityField(
                default=0, help_text="Of the rejected pieces those that never came back."
            ),
        ),
        migrations.AddField(
            model_name="receiptline",
            name="over_agreed",
            field=p2p.core.fields.QuantityField(
                default=0, help_text="What the line lost beyond the agreed share, when this receipt closed it."
            ),
        ),
        migrations.AddField(
            model_name="receiptline",
            name="borne_by",
            field=models.CharField(
                blank=True,
                choices=[("vendor", "The vendor"), ("us", "We")],
                help_text="Who bears that.",
                max_length=6,
            ),
            preserve_default=True,
        ),
        migrations.AddField(
            model_name="receiptline",
            name="why",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddConstraint(
            model_name="subcontractline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("allowed_loss_fraction__isnull", True),
                    models.Q(("allowed_loss_fraction__gte", 0), ("allowed_loss_fraction__lt", 1)),
                    _connector="OR",
                ),
                name="subcontract_line_loss",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptline",
            constraint=models.CheckConstraint(
                condition=models.Q(("over_agreed", 0), models.Q(("borne_by", ""), _negated=True), _connector="OR"),
                name="receipt_line_loss_borne",
            ),
        ),
    ]
