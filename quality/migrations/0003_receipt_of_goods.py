"""Inspections of purchased goods: plans name a vendor, inspections their purchase and the moves they cover."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0009_claims_for'),
        ('outsourcing', '0002_promised_on'),
        ('planning', '0005_shipped'),
        ('quality', '0002_nonconformance_site'),
        ('strategies', '0013_item_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='InspectedMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='controlplan',
            name='vendor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='inspection',
            name='replenishment',
            field=models.ForeignKey(blank=True, help_text='The purchase whose goods are inspected.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.replenishmentorder'),
        ),
        migrations.AddField(
            model_name='nonconformance',
            name='sent_again',
            field=models.BooleanField(default=False, help_text='The vendor sends as many again.'),
        ),
        migrations.AlterField(
            model_name='controlplan',
            name='blocks',
            field=models.BooleanField(default=True, help_text='Neither the operation nor what came in goes on before it is accepted.'),
        ),
        migrations.AlterField(
            model_name='controlplan',
            name='trigger',
            field=models.CharField(choices=[('release', 'At release, for an operation'), ('receipt', 'At receipt of an outside operation'), ('goods', 'At receipt of purchased goods')], default='release', max_length=10),
        ),
        migrations.AlterField(
            model_name='nonconformance',
            name='move',
            field=models.ForeignKey(blank=True, help_text='The move that took them out of stock: scrapped, or back to the vendor.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.move'),
        ),
        migrations.AddConstraint(
            model_name='controlplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('trigger', 'release'), _negated=True), ('vendor__isnull', True), _connector='OR'), name='control_plan_vendor_at_receipt'),
        ),
        migrations.AddConstraint(
            model_name='controlplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('trigger', 'goods'), _negated=True), models.Q(('group__isnull', True), ('operation_number__isnull', True)), _connector='OR'), name='control_plan_goods_have_no_operation'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.CheckConstraint(condition=models.Q(('replenishment__isnull', True), ('operation__isnull', True), _connector='OR'), name='inspection_of_goods_or_operation'),
        ),
        migrations.AddField(
            model_name='inspectedmove',
            name='inspection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='arrivals', to='quality.inspection'),
        ),
        migrations.AddField(
            model_name='inspectedmove',
            name='move',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.move'),
        ),
    ]
