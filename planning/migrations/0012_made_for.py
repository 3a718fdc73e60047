"""Orders and proposals know the one need they are made or bought for."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0011_line_ends"),
    ]

    operations = [
        migrations.AddField(
            model_name="productionorder",
            name="for_demand",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Made or bought for this demand line alone.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="planning.demand",
            ),
        ),
        migrations.AddField(
            model_name="productionorder",
            name="for_material",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Made or bought for this component line of an order alone.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="planning.material",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="for_demand",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="planning.demand",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="for_material",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="planning.material",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="for_proposal",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="planning.proposal",
            ),
        ),
        migrations.AddField(
            model_name="replenishmentorder",
            name="for_demand",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Made or bought for this demand line alone.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="planning.demand",
            ),
        ),
        migrations.AddField(
            model_name="replenishmentorder",
            name="for_material",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Made or bought for this component line of an order alone.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="planning.material",
            ),
        ),
        migrations.AddIndex(
            model_name="productionorder",
            index=models.Index(
                condition=models.Q(("for_demand__isnull", False)),
                fields=["for_demand"],
                name="order_for_demand",
            ),
        ),
        migrations.AddIndex(
            model_name="productionorder",
            index=models.Index(
                condition=models.Q(("for_material__isnull", False)),
                fields=["for_material"],
                name="order_for_material",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                condition=models.Q(("for_demand__isnull", False)),
                fields=["for_demand"],
                name="proposal_for_demand",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                condition=models.Q(("for_material__isnull", False)),
                fields=["for_material"],
                name="proposal_for_material",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                condition=models.Q(("for_proposal__isnull", False)),
                fields=["for_proposal"],
                name="proposal_for_proposal",
            ),
        ),
        migrations.AddIndex(
            model_name="replenishmentorder",
            index=models.Index(
                condition=models.Q(("for_demand__isnull", False)),
                fields=["for_demand"],
                name="replenishment_for_demand",
            ),
        ),
        migrations.AddIndex(
            model_name="replenishmentorder",
            index=models.Index(
                condition=models.Q(("for_material__isnull", False)),
                fields=["for_material"],
                name="replenishment_for_material",
            ),
        ),
        migrations.AddConstraint(
            model_name="productionorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("for_material__isnull", True), ("for_demand__isnull", True), _connector="OR"
                ),
                name="order_tied_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("for_material__isnull", True), ("for_proposal__isnull", True)),
                    models.Q(("for_demand__isnull", True), ("for_proposal__isnull", True)),
                    models.Q(("for_demand__isnull", True), ("for_material__isnull", True)),
                    _connector="OR",
                ),
                name="proposal_tied_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="replenishmentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("for_material__isnull", True), ("for_demand__isnull", True), _connector="OR"
                ),
                name="replenishment_tied_once",
            ),
        ),
    ]
