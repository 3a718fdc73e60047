"""Counts say who decides and who counts again; sums by month and an order of time for long ledgers."""

import django.db.models.deletion
import p2p.core.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0005_lots'),
        ('strategies', '0011_cutover'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MoveSum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('came', p2p.core.fields.QuantityField(default=0)),
                ('went', p2p.core.fields.QuantityField(default=0)),
            ],
            options={
                'ordering': ['item', 'location', 'month'],
            },
        ),
        migrations.CreateModel(
            name='SumMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('through', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RemoveIndex(
            model_name='move',
            name='move_item_time',
        ),
        migrations.RemoveIndex(
            model_name='move',
            name='move_source',
        ),
        migrations.RemoveIndex(
            model_name='move',
            name='move_target',
        ),
        migrations.RemoveIndex(
            model_name='move',
            name='move_lot',
        ),
        migrations.AddField(
            model_name='count',
            name='recount_by_other',
            field=models.BooleanField(default=True, help_text='Who counted a place does not count it again.'),
        ),
        migrations.AddField(
            model_name='countline',
            name='decided_by',
            field=models.ForeignKey(blank=True, help_text='Empty and accepted: the tolerance of its class did it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='move',
            name='handling_unit',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.handlingunit'),
        ),
        migrations.AlterField(
            model_name='move',
            name='into_unit',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The handling unit it lies in afterwards; `handling_unit` is the one it came out of.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.handlingunit'),
        ),
        migrations.AlterField(
            model_name='move',
            name='item',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.item'),
        ),
        migrations.AlterField(
            model_name='move',
            name='lot',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.lot'),
        ),
        migrations.AlterField(
            model_name='move',
            name='reason',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.reasoncode'),
        ),
        migrations.AlterField(
            model_name='move',
            name='serial',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.serial'),
        ),
        migrations.AlterField(
            model_name='move',
            name='source',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.location'),
        ),
        migrations.AlterField(
            model_name='move',
            name='target',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.location'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(fields=['item', 'effective_at', 'id'], name='move_item_time'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(fields=['source', 'effective_at', 'id'], name='move_source'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(fields=['target', 'effective_at', 'id'], name='move_target'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(fields=['effective_at', 'id'], name='move_time'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(condition=models.Q(('lot__isnull', False)), fields=['lot', 'effective_at', 'id'], name='move_lot'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(condition=models.Q(('serial__isnull', False)), fields=['serial'], name='move_serial'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(condition=models.Q(('handling_unit__isnull', False)), fields=['handling_unit'], name='move_unit'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(condition=models.Q(('into_unit__isnull', False)), fields=['into_unit'], name='move_into_unit'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(condition=models.Q(('reason__isnull', False)), fields=['reason'], name='move_reason'),
        ),
        migrations.AddIndex(
            model_name='move',
            index=models.Index(condition=models.Q(('kind__in', ('scrap', 'adjustment', 'opening', 'return', 'regroup', 'count'))), fields=['kind', 'effective_at', 'id'], name='move_seldom'),
        ),
        migrations.AddField(
            model_name='movesum',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='movesum',
            name='location',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='strategies.location'),
        ),
        migrations.AddConstraint(
            model_name='summark',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='sum_mark_alone'),
        ),
        migrations.AddIndex(
            model_name='movesum',
            index=models.Index(fields=['location', 'item'], name='move_sum_place'),
        ),
        migrations.AddConstraint(
            model_name='movesum',
            constraint=models.UniqueConstraint(fields=('item', 'location', 'month'), name='move_sum_once'),
        ),
    ]
