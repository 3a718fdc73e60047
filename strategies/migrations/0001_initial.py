import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
import p2p.core.clock
import p2p.core.fields
import pgtrigger.compiler
import pgtrigger.migrations
import strategies.models.version
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name='BomLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('item', 'Item'), ('phantom', 'Phantom'), ('pegged', 'Pegged supply'), ('vendor', 'Supplied by the vendor'), ('subcontract', 'Supplied to the subcontractor')], default='item', max_length=12)),
                ('consumption', models.CharField(choices=[('variable', 'Per piece'), ('constant', 'Per order')], default='variable', max_length=8)),
                ('quantity', p2p.core.fields.QuantityField()),
                ('scrap_fraction', p2p.core.fields.RateField(default=0)),
                ('scrap_quantity', p2p.core.fields.QuantityField(default=0, help_text='Lost once per order.')),
                ('operation_number', models.PositiveIntegerField(blank=True, null=True)),
                ('flushing', models.CharField(choices=[('manual', 'Picked by hand'), ('start', 'At start'), ('operation', 'At each report'), ('finish', 'At finish'), ('arrival', 'On arrival at the line')], default='manual', max_length=10)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, help_text='Last day.', null=True)),
            ],
            options={
                'ordering': ['bom', 'position'],
            },
        ),
        migrations.CreateModel(
            name='BomOutput',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('co', 'Co-product'), ('by', 'By-product')], default='co', max_length=2)),
                ('quantity', p2p.core.fields.QuantityField()),
                ('cost_share', p2p.core.fields.RateField(default=0)),
            ],
            options={
                'ordering': ['bom', 'item'],
            },
        ),
        migrations.CreateModel(
            name='Calendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('time_zone', models.CharField(default='UTC', max_length=60)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='CalendarEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=100)),
                ('time_zone', models.CharField(default='UTC', max_length=60)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CalendarException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('working', models.BooleanField(default=False)),
                ('starts', models.TimeField(blank=True, null=True)),
                ('ends', models.TimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=100)),
            ],
            options={
                'ordering': ['calendar', 'day', 'starts'],
            },
        ),
        migrations.CreateModel(
            name='CalendarExceptionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('day', models.DateField()),
                ('working', models.BooleanField(default=False)),
                ('starts', models.TimeField(blank=True, null=True)),
                ('ends', models.TimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=100)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CalendarShift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('weekday', models.PositiveSmallIntegerField()),
                ('starts', models.TimeField()),
                ('ends', models.TimeField()),
                ('efficiency', p2p.core.fields.RateField(default=1)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, help_text='Last day.', null=True)),
            ],
            options={
                'ordering': ['calendar', 'weekday', 'starts', 'valid_from'],
            },
        ),
        migrations.CreateModel(
            name='CalendarShiftEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=40)),
                ('weekday', models.PositiveSmallIntegerField()),
                ('starts', models.TimeField()),
                ('ends', models.TimeField()),
                ('efficiency', p2p.core.fields.RateField(default=1)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, help_text='Last day.', null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Characteristic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('variable', 'Measured'), ('attribute', 'Pass or fail'), ('text', 'Text')], default='variable', max_length=10)),
                ('digits', models.PositiveSmallIntegerField(default=2)),
                ('target', p2p.core.fields.QuantityField(blank=True, null=True)),
                ('lower_limit', p2p.core.fields.QuantityField(blank=True, null=True)),
                ('upper_limit', p2p.core.fields.QuantityField(blank=True, null=True)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='CostCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('setup', 'Setup'), ('run', 'Run'), ('quantity', 'Quantity')], default='run', max_length=8)),
            ],
            options={
                'verbose_name_plural': 'cost categories',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Currency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=3, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('minor_digits', models.PositiveSmallIntegerField(default=2, help_text='Digits after the point in postings.')),
            ],
            options={
                'verbose_name_plural': 'currencies',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('rate', p2p.core.fields.RateField()),
            ],
            options={
                'ordering': ['source', 'target', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='ImportProblem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('error', 'Error'), ('warning', 'Warning')], max_length=8)),
                ('sheet', models.CharField(max_length=60)),
                ('line', models.PositiveIntegerField(null=True)),
                ('column', models.CharField(blank=True, max_length=60)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('text', models.TextField()),
            ],
            options={
                'ordering': ['run', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', max_length=10, verbose_name='state')),
                ('scope', models.CharField(blank=True, default='', max_length=80, verbose_name='scope')),
                ('phase', models.CharField(blank=True, default='', max_length=80, verbose_name='phase')),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('total', models.PositiveBigIntegerField(default=0)),
                ('heartbeat_at', models.DateTimeField(editable=False, null=True)),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('cancel_asked', models.BooleanField(default=False)),
                ('settings', models.JSONField(blank=True, default=dict)),
                ('summary', models.JSONField(blank=True, default=dict)),
                ('problem', models.TextField(blank=True, default='', verbose_name='problem')),
                ('trace', models.TextField(blank=True, default='', editable=False)),
                ('stored_at', models.DateTimeField(editable=False, null=True)),
                ('asked_at', models.DateTimeField(default=p2p.core.clock.now)),
                ('began_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('title', models.CharField(max_length=100)),
                ('dry_run', models.BooleanField(default=False)),
                ('content', models.FileField(max_length=300, upload_to='imports/%Y/%m/')),
            ],
            options={
                'ordering': ['-id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InstructionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('text', models.TextField()),
                ('tools', models.CharField(blank=True, max_length=200)),
                ('materials', models.CharField(blank=True, max_length=200)),
                ('specifications', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['operation', 'position'],
            },
        ),
        migrations.CreateModel(
            name='InstructionStepEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('position', models.PositiveIntegerField()),
                ('text', models.TextField()),
                ('tools', models.CharField(blank=True, max_length=200)),
                ('materials', models.CharField(blank=True, max_length=200)),
                ('specifications', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('product', 'Product'), ('material', 'Material'), ('service', 'Service')], default='material', max_length=10)),
                ('tracking', models.CharField(choices=[('none', 'Not tracked'), ('lot', 'By lot'), ('serial', 'By serial number')], default='none', max_length=8)),
                ('shelf_life_days', models.PositiveIntegerField(blank=True, null=True)),
                ('list_price', p2p.core.fields.PriceField(blank=True, null=True)),
                ('attributes', models.JSONField(blank=True, default=dict)),
                ('source_system', models.CharField(blank=True, max_length=40)),
                ('external_id', models.CharField(blank=True, max_length=60)),
                ('active', models.BooleanField(default=True)),
                ('revision', models.PositiveIntegerField(default=1)),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='ItemEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('product', 'Product'), ('material', 'Material'), ('service', 'Service')], default='material', max_length=10)),
                ('tracking', models.CharField(choices=[('none', 'Not tracked'), ('lot', 'By lot'), ('serial', 'By serial number')], default='none', max_length=8)),
                ('shelf_life_days', models.PositiveIntegerField(blank=True, null=True)),
                ('list_price', p2p.core.fields.PriceField(blank=True, null=True)),
                ('attributes', models.JSONField(blank=True, default=dict)),
                ('source_system', models.CharField(blank=True, max_length=40)),
                ('external_id', models.CharField(blank=True, max_length=60)),
                ('active', models.BooleanField(default=True)),
                ('revision', models.PositiveIntegerField(default=1)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ItemGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=100)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ItemPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supply', models.CharField(choices=[('make', 'Make'), ('buy', 'Buy'), ('transfer', 'Transfer'), ('subcontract', 'Subcontract')], default='buy', max_length=12)),
                ('mode', models.CharField(choices=[('discrete', 'Discrete'), ('process', 'Process'), ('lean', 'Lean'), ('project', 'Project')], default='discrete', max_length=10)),
                ('strategy', models.CharField(choices=[('mts', 'Make to stock'), ('mto', 'Make to order'), ('ato', 'Assemble to order'), ('eto', 'Engineer to order')], default='mts', max_length=4)),
                ('lot_policy', models.CharField(choices=[('lot_for_lot', 'Lot for lot'), ('fixed', 'Fixed quantity'), ('period', 'Period'), ('min_max', 'Min/max')], default='lot_for_lot', max_length=12)),
                ('fixed_quantity', p2p.core.fields.QuantityField(blank=True, null=True)),
                ('minimum_quantity', p2p.core.fields.QuantityField(default=0)),
                ('maximum_quantity', p2p.core.fields.QuantityField(blank=True, null=True)),
                ('multiple_quantity', p2p.core.fields.QuantityField(default=0)),
                ('period_days', models.PositiveIntegerField(default=0)),
                ('lead_time_days', models.PositiveIntegerField(default=0)),
                ('safety_stock', p2p.core.fields.QuantityField(default=0)),
                ('reorder_point', p2p.core.fields.QuantityField(default=0)),
                ('yield_fraction', p2p.core.fields.RateField(default=1)),
            ],
            options={
                'verbose_name_plural': 'item policies',
                'ordering': ['item', 'site'],
            },
        ),
        migrations.CreateModel(
            name='ItemPolicyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('supply', models.CharField(choices=[('make', 'Make'), ('buy', 'Buy'), ('transfer', 'Transfer'), ('subcontract', 'Subcontract')], default='buy', max_length=12)),
                ('mode', models.CharField(choices=[('discrete', 'Discrete'), ('process', 'Process'), ('lean', 'Lean'), ('project', 'Project')], default='discrete', max_length=10)),
                ('strategy', models.CharField(choices=[('mts', 'Make to stock'), ('mto', 'Make to order'), ('ato', 'Assemble to order'), ('eto', 'Engineer to order')], default='mts', max_length=4)),
                ('lot_policy', models.CharField(choices=[('lot_for_lot', 'Lot for lot'), ('fixed', 'Fixed quantity'), ('period', 'Period'), ('min_max', 'Min/max')], default='lot_for_lot', max_length=12)),
                ('fixed_quantity', p2p.core.fields.QuantityField(blank=True, null=True)),
                ('minimum_quantity', p2p.core.fields.QuantityField(default=0)),
                ('maximum_quantity', p2p.core.fields.QuantityField(blank=True, null=True)),
                ('multiple_quantity', p2p.core.fields.QuantityField(default=0)),
                ('period_days', models.PositiveIntegerField(default=0)),
                ('lead_time_days', models.PositiveIntegerField(default=0)),
                ('safety_stock', p2p.core.fields.QuantityField(default=0)),
                ('reorder_point', p2p.core.fields.QuantityField(default=0)),
                ('yield_fraction', p2p.core.fields.RateField(default=1)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('store', 'Store'), ('line_side', 'Line side'), ('receiving', 'Receiving'), ('shipping', 'Shipping'), ('quarantine', 'Quarantine'), ('vendor', 'At vendor'), ('supplier', 'Supplier (outside)'), ('customer', 'Customer (outside)'), ('production', 'Production (outside)'), ('scrap', 'Scrap (outside)'), ('adjustment', 'Adjustment (outside)')], default='store', max_length=12)),
                ('nettable', models.BooleanField(default=True, help_text='Its stock counts in planning.')),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['site', 'code'],
            },
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('prefix', models.CharField(max_length=64)),
                ('width', models.PositiveSmallIntegerField(default=6)),
                ('next_value', models.BigIntegerField(default=1)),
            ],
            options={
                'verbose_name_plural': 'number series',
                'ordering': ['code', 'site'],
            },
        ),
        migrations.CreateModel(
            name='OutsourcingPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operation_number', models.PositiveIntegerField(blank=True, help_text='Empty: the whole item.', null=True)),
                ('rule', models.CharField(choices=[('make', 'Always in house'), ('vendor', 'Always at the vendor'), ('overflow', 'At the vendor on overload or downtime')], default='vendor', max_length=8)),
                ('supply', models.CharField(choices=[('send', 'We send the components'), ('consigned', 'Our stock lies at the vendor'), ('vendor', 'The vendor procures')], default='send', max_length=10)),
                ('lead_time_days', models.PositiveIntegerField(default=0)),
                ('allowed_loss_fraction', p2p.core.fields.RateField(default=0)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'outsourcing policies',
                'ordering': ['site', 'item', 'operation_number', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='OutsourcingPolicyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('operation_number', models.PositiveIntegerField(blank=True, help_text='Empty: the whole item.', null=True)),
                ('rule', models.CharField(choices=[('make', 'Always in house'), ('vendor', 'Always at the vendor'), ('overflow', 'At the vendor on overload or downtime')], default='vendor', max_length=8)),
                ('supply', models.CharField(choices=[('send', 'We send the components'), ('consigned', 'Our stock lies at the vendor'), ('vendor', 'The vendor procures')], default='send', max_length=10)),
                ('lead_time_days', models.PositiveIntegerField(default=0)),
                ('allowed_loss_fraction', p2p.core.fields.RateField(default=0)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlanningCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('unit_cost', p2p.core.fields.PriceField()),
            ],
            options={
                'ordering': ['item', 'site', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='ReasonCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('scrap', 'Scrap'), ('downtime', 'Downtime'), ('hold', 'Hold'), ('adjustment', 'Adjustment'), ('reversal', 'Reversal'), ('cancel', 'Cancellation')], max_length=10)),
                ('code', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=100)),
                ('icon', models.CharField(blank=True, max_length=40)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['kind', 'code'],
            },
        ),
        migrations.CreateModel(
            name='Resource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('machine', 'Machine'), ('person', 'Person'), ('tool', 'Tool'), ('vendor', 'Vendor'), ('location', 'Place')], default='machine', max_length=10)),
                ('stations', models.PositiveIntegerField(default=1, help_text='Jobs it can run at the same time.')),
                ('efficiency', p2p.core.fields.RateField(default=1)),
                ('finite', models.BooleanField(default=True)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['site', 'code'],
            },
        ),
        migrations.CreateModel(
            name='ResourceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('machine', 'Machine'), ('person', 'Person'), ('tool', 'Tool'), ('vendor', 'Vendor'), ('location', 'Place')], default='machine', max_length=10)),
                ('stations', models.PositiveIntegerField(default=1, help_text='Jobs it can run at the same time.')),
                ('efficiency', p2p.core.fields.RateField(default=1)),
                ('finite', models.BooleanField(default=True)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ResourceGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=100)),
                ('bottleneck', models.BooleanField(default=False)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['site', 'code'],
            },
        ),
        migrations.CreateModel(
            name='ResourceGroupEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=100)),
                ('bottleneck', models.BooleanField(default=False)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RouteLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hard', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['route', 'before', 'after'],
            },
        ),
        migrations.CreateModel(
            name='RouteLinkEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('hard', models.BooleanField(default=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RouteOperation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=100)),
                ('setup_seconds', models.PositiveIntegerField(default=0)),
                ('run_seconds', models.DecimalField(decimal_places=6, default=0, max_digits=18)),
                ('run_quantity', p2p.core.fields.QuantityField(default=1)),
                ('run_basis', models.CharField(choices=[('piece', 'Per run quantity'), ('batch', 'Per started batch of the run quantity'), ('order', 'Once per order')], default='piece', max_length=6)),
                ('queue_seconds', models.PositiveIntegerField(default=0)),
                ('transit_seconds', models.PositiveIntegerField(default=0)),
                ('transfer_quantity', p2p.core.fields.QuantityField(blank=True, help_text='The next operation may start after so many.', null=True)),
                ('scrap_fraction', p2p.core.fields.RateField(default=0)),
                ('inspect', models.BooleanField(default=False, help_text='An inspection point.')),
                ('outside', models.BooleanField(default=False, help_text='Done by a vendor.')),
            ],
            options={
                'ordering': ['route', 'number'],
            },
        ),
        migrations.CreateModel(
            name='RouteOperationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=100)),
                ('setup_seconds', models.PositiveIntegerField(default=0)),
                ('run_seconds', models.DecimalField(decimal_places=6, default=0, max_digits=18)),
                ('run_quantity', p2p.core.fields.QuantityField(default=1)),
                ('run_basis', models.CharField(choices=[('piece', 'Per run quantity'), ('batch', 'Per started batch of the run quantity'), ('order', 'Once per order')], default='piece', max_length=6)),
                ('queue_seconds', models.PositiveIntegerField(default=0)),
                ('transit_seconds', models.PositiveIntegerField(default=0)),
                ('transfer_quantity', p2p.core.fields.QuantityField(blank=True, help_text='The next operation may start after so many.', null=True)),
                ('scrap_fraction', p2p.core.fields.RateField(default=0)),
                ('inspect', models.BooleanField(default=False, help_text='An inspection point.')),
                ('outside', models.BooleanField(default=False, help_text='Done by a vendor.')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RouteVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_approval', 'In approval'), ('approved', 'Approved'), ('active', 'Active'), ('retired', 'Retired')], default='draft', max_length=12)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, help_text='Last day.', null=True)),
                ('from_quantity', p2p.core.fields.QuantityField(default=0, help_text='For orders of this quantity or more.')),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.PositiveIntegerField(default=1)),
            ],
            options={
                'ordering': ['item', 'site', '-version'],
            },
        ),
        migrations.CreateModel(
            name='RouteVersionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_approval', 'In approval'), ('approved', 'Approved'), ('active', 'Active'), ('retired', 'Retired')], default='draft', max_length=12)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, help_text='Last day.', null=True)),
                ('from_quantity', p2p.core.fields.QuantityField(default=0, help_text='For orders of this quantity or more.')),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.PositiveIntegerField(default=1)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('time_zone', models.CharField(default='UTC', max_length=60)),
                ('scrap_rule', models.CharField(choices=[('divisor', 'needed ÷ (1 − scrap)'), ('markup', 'needed × (1 + scrap)')], default='divisor', max_length=10)),
                ('may_go_negative', models.BooleanField(default=False, help_text='Stock may be booked below zero at this site.')),
                ('over_report_fraction', p2p.core.fields.RateField(default=0, help_text='How far above the order a report may go, 0.05 = 5 %.')),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=10, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('digits', models.PositiveSmallIntegerField(default=0, help_text='Digits after the point that may be booked.')),
                ('rounding', models.CharField(choices=[('half_up', 'Half up'), ('up', 'Up'), ('down', 'Down')], default='up', max_length=8)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='UnitConversion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('numerator', models.BigIntegerField()),
                ('denominator', models.BigIntegerField(default=1)),
            ],
            options={
                'ordering': ['item', 'source', 'target'],
            },
        ),
        migrations.CreateModel(
            name='Vendor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=150)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('preferred', models.BooleanField(default=False)),
                ('subcontractor', models.BooleanField(default=False, help_text='Works on our operations.')),
                ('active', models.BooleanField(default=True)),
                ('source_system', models.CharField(blank=True, max_length=40)),
                ('external_id', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='VendorEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=150)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('preferred', models.BooleanField(default=False)),
                ('subcontractor', models.BooleanField(default=False, help_text='Works on our operations.')),
                ('active', models.BooleanField(default=True)),
                ('source_system', models.CharField(blank=True, max_length=40)),
                ('external_id', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='VendorPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operation_number', models.PositiveIntegerField(blank=True, help_text='Empty: the item itself.', null=True)),
                ('price', p2p.core.fields.PriceField()),
                ('minimum_quantity', p2p.core.fields.QuantityField(default=0)),
                ('order_minimum', p2p.core.fields.QuantityField(blank=True, null=True)),
                ('order_maximum', p2p.core.fields.QuantityField(blank=True, null=True)),
                ('lead_time_days', models.PositiveIntegerField(default=0)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, help_text='Last day.', null=True)),
            ],
            options={
                'ordering': ['item', 'vendor', 'operation_number', 'minimum_quantity', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='VendorPriceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('operation_number', models.PositiveIntegerField(blank=True, help_text='Empty: the item itself.', null=True)),
                ('price', p2p.core.fields.PriceField()),
                ('minimum_quantity', p2p.core.fields.QuantityField(default=0)),
                ('order_minimum', p2p.core.fields.QuantityField(blank=True, null=True)),
                ('order_maximum', p2p.core.fields.QuantityField(blank=True, null=True)),
                ('lead_time_days', models.PositiveIntegerField(default=0)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, help_text='Last day.', null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='VendorRating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rated_on', models.DateField()),
                ('on_time_fraction', p2p.core.fields.RateField(null=True)),
                ('accepted_fraction', p2p.core.fields.RateField(null=True)),
            ],
            options={
                'ordering': ['vendor', '-rated_on'],
            },
        ),
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='WorkerEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=100)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BomVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_approval', 'In approval'), ('approved', 'Approved'), ('active', 'Active'), ('retired', 'Retired')], default='draft', max_length=12)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, help_text='Last day.', null=True)),
                ('from_quantity', p2p.core.fields.QuantityField(default=0, help_text='For orders of this quantity or more.')),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('batch_quantity', p2p.core.fields.QuantityField(default=1, help_text='Line quantities are for this many of the item.')),
                ('yield_fraction', p2p.core.fields.RateField(default=1)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['item', 'site', '-version'],
            },
        ),
        migrations.CreateModel(
            name='BomOutputEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('co', 'Co-product'), ('by', 'By-product')], default='co', max_length=2)),
                ('quantity', p2p.core.fields.QuantityField()),
                ('cost_share', p2p.core.fields.RateField(default=0)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.bomoutput')),
                ('bom', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.bomversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='bomoutput',
            name='bom',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outputs', to='strategies.bomversion'),
        ),
        migrations.CreateModel(
            name='BomLineEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('position', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('item', 'Item'), ('phantom', 'Phantom'), ('pegged', 'Pegged supply'), ('vendor', 'Supplied by the vendor'), ('subcontract', 'Supplied to the subcontractor')], default='item', max_length=12)),
                ('consumption', models.CharField(choices=[('variable', 'Per piece'), ('constant', 'Per order')], default='variable', max_length=8)),
                ('quantity', p2p.core.fields.QuantityField()),
                ('scrap_fraction', p2p.core.fields.RateField(default=0)),
                ('scrap_quantity', p2p.core.fields.QuantityField(default=0, help_text='Lost once per order.')),
                ('operation_number', models.PositiveIntegerField(blank=True, null=True)),
                ('flushing', models.CharField(choices=[('manual', 'Picked by hand'), ('start', 'At start'), ('operation', 'At each report'), ('finish', 'At finish'), ('arrival', 'On arrival at the line')], default='manual', max_length=10)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, help_text='Last day.', null=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.bomline')),
                ('bom', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.bomversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='bomline',
            name='bom',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='strategies.bomversion'),
        ),
        migrations.CreateModel(
            name='BomVersionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_approval', 'In approval'), ('approved', 'Approved'), ('active', 'Active'), ('retired', 'Retired')], default='draft', max_length=12)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, help_text='Last day.', null=True)),
                ('from_quantity', p2p.core.fields.QuantityField(default=0, help_text='For orders of this quantity or more.')),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('batch_quantity', p2p.core.fields.QuantityField(default=1, help_text='Line quantities are for this many of the item.')),
                ('yield_fraction', p2p.core.fields.RateField(default=1)),
                ('approved_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.bomversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendar',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_calendarevent" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") VALUES (OLD."code", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."time_zone"); RETURN NULL;', hash='3d1e3f476b03b5dcd7c190fab5f32d420668abc5', operation='UPDATE', pgid='pgtrigger_update_update_b5cb5', table='strategies_calendar', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendar',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_calendarevent" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") VALUES (OLD."code", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."time_zone"); RETURN NULL;', hash='e3bd8b439351aa9ce0cb3b22643c84a5f2ada787', operation='DELETE', pgid='pgtrigger_delete_delete_14e64', table='strategies_calendar', when='AFTER')),
        ),
        migrations.AddField(
            model_name='calendarevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='calendarevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='calendarexception',
            name='calendar',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exceptions', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='calendarexceptionevent',
            name='calendar',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='calendarexceptionevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='calendarexceptionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.calendarexception'),
        ),
        migrations.AddField(
            model_name='calendarshift',
            name='calendar',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shifts', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='calendarshiftevent',
            name='calendar',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='calendarshiftevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='calendarshiftevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.calendarshift'),
        ),
        migrations.AddConstraint(
            model_name='currency',
            constraint=models.CheckConstraint(condition=models.Q(('minor_digits__lte', 4)), name='currency_minor_digits'),
        ),
        migrations.AddField(
            model_name='exchangerate',
            name='source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rates_from', to='strategies.currency'),
        ),
        migrations.AddField(
            model_name='exchangerate',
            name='target',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rates_to', to='strategies.currency'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='importproblem',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='problems', to='strategies.importrun'),
        ),
        migrations.AddField(
            model_name='instructionstepevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='instructionstepevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.instructionstep'),
        ),
        migrations.AddField(
            model_name='bomversionevent',
            name='item',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='bomversion',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='bomoutputevent',
            name='item',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='bomoutput',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='bomlineevent',
            name='component',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='bomline',
            name='component',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='used_in', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='itemevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='itemevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='itemgroup',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='strategies.itemgroup'),
        ),
        migrations.AddField(
            model_name='itemevent',
            name='group',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.itemgroup'),
        ),
        migrations.AddField(
            model_name='item',
            name='group',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='strategies.itemgroup'),
        ),
        migrations.AddField(
            model_name='itempolicy',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='policies', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='itempolicyevent',
            name='item',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='itempolicyevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='itempolicyevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.itempolicy'),
        ),
        migrations.AddField(
            model_name='location',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='strategies.location'),
        ),
        migrations.AddField(
            model_name='itempolicyevent',
            name='location',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.location'),
        ),
        migrations.AddField(
            model_name='itempolicy',
            name='location',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.location'),
        ),
        migrations.AddField(
            model_name='outsourcingpolicy',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outsourcing_policies', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='outsourcingpolicyevent',
            name='item',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='outsourcingpolicyevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='outsourcingpolicyevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.outsourcingpolicy'),
        ),
        migrations.AddField(
            model_name='planningcost',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='planning_costs', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='reasoncode',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='strategies.reasoncode'),
        ),
        migrations.AddField(
            model_name='resource',
            name='calendar',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='resourceevent',
            name='calendar',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='resourceevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='resourceevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.resource'),
        ),
        migrations.AddField(
            model_name='resourcegroup',
            name='calendar',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='resourcegroup',
            name='cost_category',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.costcategory'),
        ),
        migrations.AddField(
            model_name='resourcegroup',
            name='input_location',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.location'),
        ),
        migrations.AddField(
            model_name='resourcegroup',
            name='output_location',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.location'),
        ),
        migrations.AddField(
            model_name='resourceevent',
            name='group',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.resourcegroup'),
        ),
        migrations.AddField(
            model_name='resource',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resources', to='strategies.resourcegroup'),
        ),
        migrations.AddField(
            model_name='resourcegroupevent',
            name='calendar',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='resourcegroupevent',
            name='cost_category',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.costcategory'),
        ),
        migrations.AddField(
            model_name='resourcegroupevent',
            name='input_location',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.location'),
        ),
        migrations.AddField(
            model_name='resourcegroupevent',
            name='output_location',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.location'),
        ),
        migrations.AddField(
            model_name='resourcegroupevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='resourcegroupevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.resourcegroup'),
        ),
        migrations.AddField(
            model_name='routelinkevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='routelinkevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.routelink'),
        ),
        migrations.AddField(
            model_name='routeoperation',
            name='cost_category',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.costcategory'),
        ),
        migrations.AddField(
            model_name='routeoperation',
            name='group',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.resourcegroup'),
        ),
        migrations.AddField(
            model_name='routeoperation',
            name='resource',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.resource'),
        ),
        migrations.AddField(
            model_name='routelinkevent',
            name='after',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.routeoperation'),
        ),
        migrations.AddField(
            model_name='routelinkevent',
            name='before',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.routeoperation'),
        ),
        migrations.AddField(
            model_name='routelink',
            name='after',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_before', to='strategies.routeoperation'),
        ),
        migrations.AddField(
            model_name='routelink',
            name='before',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_after', to='strategies.routeoperation'),
        ),
        migrations.AddField(
            model_name='instructionstepevent',
            name='operation',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.routeoperation'),
        ),
        migrations.AddField(
            model_name='instructionstep',
            name='operation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='strategies.routeoperation'),
        ),
        migrations.AddField(
            model_name='routeoperationevent',
            name='cost_category',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.costcategory'),
        ),
        migrations.AddField(
            model_name='routeoperationevent',
            name='group',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.resourcegroup'),
        ),
        migrations.AddField(
            model_name='routeoperationevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='routeoperationevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.routeoperation'),
        ),
        migrations.AddField(
            model_name='routeoperationevent',
            name='resource',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.resource'),
        ),
        migrations.AddField(
            model_name='routeversion',
            name='approved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='routeversion',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='routeoperationevent',
            name='route',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.routeversion'),
        ),
        migrations.AddField(
            model_name='routeoperation',
            name='route',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='operations', to='strategies.routeversion'),
        ),
        migrations.AddField(
            model_name='routelinkevent',
            name='route',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.routeversion'),
        ),
        migrations.AddField(
            model_name='routelink',
            name='route',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='strategies.routeversion'),
        ),
        migrations.AddField(
            model_name='routeversionevent',
            name='approved_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='routeversionevent',
            name='item',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='routeversionevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='routeversionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.routeversion'),
        ),
        migrations.AddField(
            model_name='site',
            name='calendar',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='site',
            name='currency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.currency'),
        ),
        migrations.AddField(
            model_name='routeversionevent',
            name='site',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='routeversion',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='resourcegroupevent',
            name='site',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='resourcegroup',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='resourceevent',
            name='site',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='resource',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resources', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='planningcost',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='outsourcingpolicyevent',
            name='site',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='outsourcingpolicy',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='numberseries',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='location',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='locations', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='itempolicyevent',
            name='site',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='itempolicy',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='bomversionevent',
            name='site',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='bomversion',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.site'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('digits__lte', 9)), name='unit_digits'),
        ),
        migrations.AddField(
            model_name='itemevent',
            name='unit',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='item',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='characteristic',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='bomoutputevent',
            name='unit',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='bomoutput',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='bomlineevent',
            name='unit',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='bomline',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='unitconversion',
            name='item',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='conversions', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='unitconversion',
            name='source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='unitconversion',
            name='target',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='vendor',
            name='calendar',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='vendor',
            name='currency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.currency'),
        ),
        migrations.AddField(
            model_name='resourceevent',
            name='vendor',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='resource',
            name='vendor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='outsourcingpolicyevent',
            name='vendor',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='outsourcingpolicy',
            name='vendor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='location',
            name='vendor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='itempolicyevent',
            name='vendor',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='itempolicy',
            name='vendor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='vendorevent',
            name='calendar',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.calendar'),
        ),
        migrations.AddField(
            model_name='vendorevent',
            name='currency',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.currency'),
        ),
        migrations.AddField(
            model_name='vendorevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='vendorevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='vendorprice',
            name='currency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.currency'),
        ),
        migrations.AddField(
            model_name='vendorprice',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='vendor_prices', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='vendorprice',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='vendorprice',
            name='vendor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='vendorpriceevent',
            name='currency',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.currency'),
        ),
        migrations.AddField(
            model_name='vendorpriceevent',
            name='item',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.item'),
        ),
        migrations.AddField(
            model_name='vendorpriceevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='vendorpriceevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.vendorprice'),
        ),
        migrations.AddField(
            model_name='vendorpriceevent',
            name='unit',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.unit'),
        ),
        migrations.AddField(
            model_name='vendorpriceevent',
            name='vendor',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='vendorrating',
            name='vendor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='strategies.vendor'),
        ),
        migrations.AddField(
            model_name='worker',
            name='group',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='strategies.resourcegroup'),
        ),
        migrations.AddField(
            model_name='worker',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='workers', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='worker',
            name='user',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='workerevent',
            name='group',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.resourcegroup'),
        ),
        migrations.AddField(
            model_name='workerevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='workerevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.worker'),
        ),
        migrations.AddField(
            model_name='workerevent',
            name='site',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='strategies.site'),
        ),
        migrations.AddField(
            model_name='workerevent',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9e1f5f533b6c72b2277b4cad1dd2aad984a0cd66', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c1cc6', table='strategies_calendarevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='calendarexception',
            constraint=models.UniqueConstraint(fields=('calendar', 'day', 'starts'), name='calendar_exception_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='calendarexception',
            constraint=models.CheckConstraint(condition=models.Q(('working', False), models.Q(('ends__isnull', False), ('starts__isnull', False)), _connector='OR'), name='calendar_exception_open_has_hours'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarexception',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_calendarexceptionevent" ("calendar_id", "day", "ends", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "starts", "working") VALUES (OLD."calendar_id", OLD."day", OLD."ends", OLD."id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."reason", OLD."starts", OLD."working"); RETURN NULL;', hash='e96510c1ff262744ce8df989e6f6fbc2a4b6e77f', operation='UPDATE', pgid='pgtrigger_update_update_0cdcc', table='strategies_calendarexception', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarexception',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_calendarexceptionevent" ("calendar_id", "day", "ends", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "starts", "working") VALUES (OLD."calendar_id", OLD."day", OLD."ends", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."starts", OLD."working"); RETURN NULL;', hash='0effde88cfb654fb35868223fed2ba93812de259', operation='DELETE', pgid='pgtrigger_delete_delete_f5d08', table='strategies_calendarexception', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarexceptionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0076f2f42d41f4138a8a185bfbca7f9f751e4d01', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3a318', table='strategies_calendarexceptionevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='calendarshift',
            constraint=models.UniqueConstraint(fields=('calendar', 'weekday', 'starts', 'valid_from'), name='calendar_shift_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='calendarshift',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='calendar_shift_weekday'),
        ),
        migrations.AddConstraint(
            model_name='calendarshift',
            constraint=models.CheckConstraint(condition=models.Q(('efficiency__gt', 0)), name='calendar_shift_efficiency'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarshift',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_calendarshiftevent" ("calendar_id", "efficiency", "ends", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "valid_from", "valid_to", "weekday") VALUES (OLD."calendar_id", OLD."efficiency", OLD."ends", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."starts", OLD."valid_from", OLD."valid_to", OLD."weekday"); RETURN NULL;', hash='c56b47d202fe7275f5cf1484ae7cbbdf6eaf21e5', operation='UPDATE', pgid='pgtrigger_update_update_36bbf', table='strategies_calendarshift', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarshift',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_calendarshiftevent" ("calendar_id", "efficiency", "ends", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "valid_from", "valid_to", "weekday") VALUES (OLD."calendar_id", OLD."efficiency", OLD."ends", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."starts", OLD."valid_from", OLD."valid_to", OLD."weekday"); RETURN NULL;', hash='e40c9bdc7fd74f9dd09439d4ad1ee720d19c7fa7', operation='DELETE', pgid='pgtrigger_delete_delete_85edf', table='strategies_calendarshift', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarshiftevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='eca11034fbc299087e40319f2aa6ae08c7de48c3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_239d8', table='strategies_calendarshiftevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.UniqueConstraint(fields=('source', 'target', 'valid_from'), name='exchange_rate_once'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='exchange_rate_positive'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='exchange_rate_two_currencies'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('scope',), name='strategies_importrun_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='reasoncode',
            constraint=models.UniqueConstraint(fields=('kind', 'code'), name='reason_code_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructionstepevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='72afe0a0b2303a240efc604cf3c2810b4220791d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_be424', table='strategies_instructionstepevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='instructionstep',
            constraint=models.UniqueConstraint(fields=('operation', 'position'), name='instruction_step_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructionstep',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_instructionstepevent" ("id", "materials", "operation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "specifications", "text", "tools") VALUES (OLD."id", OLD."materials", OLD."operation_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."position", OLD."specifications", OLD."text", OLD."tools"); RETURN NULL;', hash='32c643e98a1f8b34f3bd4c1004a3fe3a5ad1fbd4', operation='UPDATE', pgid='pgtrigger_update_update_f9e90', table='strategies_instructionstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructionstep',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_instructionstepevent" ("id", "materials", "operation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "specifications", "text", "tools") VALUES (OLD."id", OLD."materials", OLD."operation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position", OLD."specifications", OLD."text", OLD."tools"); RETURN NULL;', hash='43ddee3c99dcae61bb67a3941569e9ac4f9a52ab', operation='DELETE', pgid='pgtrigger_delete_delete_b9bf7', table='strategies_instructionstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='routeoperationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7074c4a59fdd2e9ccf19ac31a0c9d13d2e24f861', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_02e90', table='strategies_routeoperationevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='routeoperation',
            constraint=models.UniqueConstraint(fields=('route', 'number'), name='route_operation_once'),
        ),
        migrations.AddConstraint(
            model_name='routeoperation',
            constraint=models.CheckConstraint(condition=models.Q(('run_quantity__gt', 0), ('run_seconds__gte', 0)), name='route_operation_time'),
        ),
        migrations.AddConstraint(
            model_name='routeoperation',
            constraint=models.CheckConstraint(condition=models.Q(('scrap_fraction__gte', 0), ('scrap_fraction__lt', 1)), name='route_operation_scrap'),
        ),
        migrations.AddConstraint(
            model_name='routeoperation',
            constraint=models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='route_operation_number'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='routeoperation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_routeoperationevent" ("cost_category_id", "group_id", "id", "inspect", "name", "number", "outside", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_seconds", "resource_id", "route_id", "run_basis", "run_quantity", "run_seconds", "scrap_fraction", "setup_seconds", "transfer_quantity", "transit_seconds") VALUES (OLD."cost_category_id", OLD."group_id", OLD."id", OLD."inspect", OLD."name", OLD."number", OLD."outside", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."queue_seconds", OLD."resource_id", OLD."route_id", OLD."run_basis", OLD."run_quantity", OLD."run_seconds", OLD."scrap_fraction", OLD."setup_seconds", OLD."transfer_quantity", OLD."transit_seconds"); RETURN NULL;', hash='77746fb9dda499cc570b97ea4254126ea9e39b27', operation='UPDATE', pgid='pgtrigger_update_update_34983', table='strategies_routeoperation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='routeoperation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_routeoperationevent" ("cost_category_id", "group_id", "id", "inspect", "name", "number", "outside", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "queue_seconds", "resource_id", "route_id", "run_basis", "run_quantity", "run_seconds", "scrap_fraction", "setup_seconds", "transfer_quantity", "transit_seconds") VALUES (OLD."cost_category_id", OLD."group_id", OLD."id", OLD."inspect", OLD."name", OLD."number", OLD."outside", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."queue_seconds", OLD."resource_id", OLD."route_id", OLD."run_basis", OLD."run_quantity", OLD."run_seconds", OLD."scrap_fraction", OLD."setup_seconds", OLD."transfer_quantity", OLD."transit_seconds"); RETURN NULL;', hash='a130563b5c2eedc39d2661be0da12224b7706c91', operation='DELETE', pgid='pgtrigger_delete_delete_2558a', table='strategies_routeoperation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='routelinkevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='008ae764a9a220dfebb673e769611d3866e03681', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_64843', table='strategies_routelinkevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='routelink',
            constraint=models.UniqueConstraint(fields=('before', 'after'), name='route_link_once'),
        ),
        migrations.AddConstraint(
            model_name='routelink',
            constraint=models.CheckConstraint(condition=models.Q(('before', models.F('after')), _negated=True), name='route_link_two_operations'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='routelink',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_routelinkevent" ("after_id", "before_id", "hard", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "route_id") VALUES (OLD."after_id", OLD."before_id", OLD."hard", OLD."id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."route_id"); RETURN NULL;', hash='8d6b413b84b953e932d532c913693dc68a9c23de', operation='UPDATE', pgid='pgtrigger_update_update_8b4a1', table='strategies_routelink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='routelink',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_routelinkevent" ("after_id", "before_id", "hard", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "route_id") VALUES (OLD."after_id", OLD."before_id", OLD."hard", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."route_id"); RETURN NULL;', hash='7e7eb5c087f0b05967a1212a31e6daa7680d3758', operation='DELETE', pgid='pgtrigger_delete_delete_923dc', table='strategies_routelink', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.CheckConstraint(condition=models.Q(('over_report_fraction__gte', 0)), name='site_over_report'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='routeversionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='450d50894b14b79a2184a9ec168f1da7f31ce187', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5eb6f', table='strategies_routeversionevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='routeversion',
            constraint=models.UniqueConstraint(fields=('item', 'site', 'version'), name='route_version_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='routeversion',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'active')), expressions=[(models.F('item'), '='), (django.db.models.functions.comparison.Coalesce(models.F('site'), models.Value(0)), '='), (models.F('from_quantity'), '='), (strategies.models.version.DateRange('valid_from', 'valid_to', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='route_version_one_active'),
        ),
        migrations.AddConstraint(
            model_name='routeversion',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='route_version_dates'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='routeversion',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_routeversionevent" ("approved_at", "approved_by_id", "from_quantity", "id", "item_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "site_id", "state", "valid_from", "valid_to", "version") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."from_quantity", OLD."id", OLD."item_id", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."revision", OLD."site_id", OLD."state", OLD."valid_from", OLD."valid_to", OLD."version"); RETURN NULL;', hash='33a4635a37a780fb2d44295a1670bad1021a9098', operation='UPDATE', pgid='pgtrigger_update_update_f100c', table='strategies_routeversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='routeversion',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_routeversionevent" ("approved_at", "approved_by_id", "from_quantity", "id", "item_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "site_id", "state", "valid_from", "valid_to", "version") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."from_quantity", OLD."id", OLD."item_id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."revision", OLD."site_id", OLD."state", OLD."valid_from", OLD."valid_to", OLD."version"); RETURN NULL;', hash='374a4afdfbe36d3223103e5fae2f2f734ec1c824', operation='DELETE', pgid='pgtrigger_delete_delete_f29c7', table='strategies_routeversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resourcegroupevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='645fc39b9bcdc814ac9a55b2a170e2efbaacfefc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_16e21', table='strategies_resourcegroupevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='resourcegroup',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='resource_group_code_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resourcegroup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_resourcegroupevent" ("active", "bottleneck", "calendar_id", "code", "cost_category_id", "id", "input_location_id", "name", "output_location_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (OLD."active", OLD."bottleneck", OLD."calendar_id", OLD."code", OLD."cost_category_id", OLD."id", OLD."input_location_id", OLD."name", OLD."output_location_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."site_id"); RETURN NULL;', hash='fde491c0d49a486d5dc031ab839c5e667dbb1cab', operation='UPDATE', pgid='pgtrigger_update_update_74071', table='strategies_resourcegroup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resourcegroup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_resourcegroupevent" ("active", "bottleneck", "calendar_id", "code", "cost_category_id", "id", "input_location_id", "name", "output_location_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id") VALUES (OLD."active", OLD."bottleneck", OLD."calendar_id", OLD."code", OLD."cost_category_id", OLD."id", OLD."input_location_id", OLD."name", OLD."output_location_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id"); RETURN NULL;', hash='8e448e66e948b2677fd535b2d2f29d7ee4007ec0', operation='DELETE', pgid='pgtrigger_delete_delete_d6b98', table='strategies_resourcegroup', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='planningcost',
            constraint=models.UniqueConstraint(fields=('item', 'site', 'valid_from'), name='planning_cost_once'),
        ),
        migrations.AddConstraint(
            model_name='numberseries',
            constraint=models.UniqueConstraint(fields=('code', 'site'), name='number_series_once', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bomversionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a01a545b10dccf5ae5d33d918518eec2f6bd6f7b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_38368', table='strategies_bomversionevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='bomversion',
            constraint=models.UniqueConstraint(fields=('item', 'site', 'version'), name='bom_version_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='bomversion',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'active')), expressions=[(models.F('item'), '='), (django.db.models.functions.comparison.Coalesce(models.F('site'), models.Value(0)), '='), (models.F('from_quantity'), '='), (strategies.models.version.DateRange('valid_from', 'valid_to', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='bom_version_one_active'),
        ),
        migrations.AddConstraint(
            model_name='bomversion',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='bom_version_dates'),
        ),
        migrations.AddConstraint(
            model_name='bomversion',
            constraint=models.CheckConstraint(condition=models.Q(('batch_quantity__gt', 0)), name='bom_version_batch'),
        ),
        migrations.AddConstraint(
            model_name='bomversion',
            constraint=models.CheckConstraint(condition=models.Q(('yield_fraction__gt', 0), ('yield_fraction__lte', 1)), name='bom_version_yield'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bomversion',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_bomversionevent" ("approved_at", "approved_by_id", "batch_quantity", "from_quantity", "id", "item_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "site_id", "state", "valid_from", "valid_to", "version", "yield_fraction") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."batch_quantity", OLD."from_quantity", OLD."id", OLD."item_id", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."revision", OLD."site_id", OLD."state", OLD."valid_from", OLD."valid_to", OLD."version", OLD."yield_fraction"); RETURN NULL;', hash='7a21ec0e389b109c3996c2833ef59768fb631016', operation='UPDATE', pgid='pgtrigger_update_update_2bdcd', table='strategies_bomversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bomversion',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_bomversionevent" ("approved_at", "approved_by_id", "batch_quantity", "from_quantity", "id", "item_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "site_id", "state", "valid_from", "valid_to", "version", "yield_fraction") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."batch_quantity", OLD."from_quantity", OLD."id", OLD."item_id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."revision", OLD."site_id", OLD."state", OLD."valid_from", OLD."valid_to", OLD."version", OLD."yield_fraction"); RETURN NULL;', hash='35fa986639e3e56819657e42e48fd53b1a310e26', operation='DELETE', pgid='pgtrigger_delete_delete_fc837', table='strategies_bomversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='itemevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='270d995c62c6fcc641d399d780a04a5086d4f595', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0e355', table='strategies_itemevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('source_system', 'external_id'), name='item_external_id_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_itemevent" ("active", "attributes", "external_id", "group_id", "id", "kind", "list_price", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "shelf_life_days", "source_system", "tracking", "unit_id") VALUES (OLD."active", OLD."attributes", OLD."external_id", OLD."group_id", OLD."id", OLD."kind", OLD."list_price", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."revision", OLD."shelf_life_days", OLD."source_system", OLD."tracking", OLD."unit_id"); RETURN NULL;', hash='6317280a283c0f6f1503640dec048657c4da97d2', operation='UPDATE', pgid='pgtrigger_update_update_f0365', table='strategies_item', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_itemevent" ("active", "attributes", "external_id", "group_id", "id", "kind", "list_price", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "shelf_life_days", "source_system", "tracking", "unit_id") VALUES (OLD."active", OLD."attributes", OLD."external_id", OLD."group_id", OLD."id", OLD."kind", OLD."list_price", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."revision", OLD."shelf_life_days", OLD."source_system", OLD."tracking", OLD."unit_id"); RETURN NULL;', hash='2cf8a45efa0224f291db1eef956fce8358bc2113', operation='DELETE', pgid='pgtrigger_delete_delete_79479', table='strategies_item', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='characteristic',
            constraint=models.CheckConstraint(condition=models.Q(('lower_limit__isnull', True), ('upper_limit__isnull', True), ('lower_limit__lte', models.F('upper_limit')), _connector='OR'), name='characteristic_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bomoutputevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c9b4c4de37f32896c477fb6c351b96233339b381', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_774f0', table='strategies_bomoutputevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='bomoutput',
            constraint=models.UniqueConstraint(fields=('bom', 'item'), name='bom_output_once'),
        ),
        migrations.AddConstraint(
            model_name='bomoutput',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='bom_output_quantity'),
        ),
        migrations.AddConstraint(
            model_name='bomoutput',
            constraint=models.CheckConstraint(condition=models.Q(('cost_share__gte', 0), ('cost_share__lte', 1)), name='bom_output_share'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bomoutput',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_bomoutputevent" ("bom_id", "cost_share", "id", "item_id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "unit_id") VALUES (OLD."bom_id", OLD."cost_share", OLD."id", OLD."item_id", OLD."kind", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."quantity", OLD."unit_id"); RETURN NULL;', hash='98f2af1ba0e22b6a9729a067073af508094480e7', operation='UPDATE', pgid='pgtrigger_update_update_728ad', table='strategies_bomoutput', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bomoutput',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_bomoutputevent" ("bom_id", "cost_share", "id", "item_id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "unit_id") VALUES (OLD."bom_id", OLD."cost_share", OLD."id", OLD."item_id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."quantity", OLD."unit_id"); RETURN NULL;', hash='b91a303695cd5ca721ea48f0be88a2a4063c3e15', operation='DELETE', pgid='pgtrigger_delete_delete_eda99', table='strategies_bomoutput', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bomlineevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='907f5926e6ae3e1120d4315a3b5e0cd151c6282c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c9257', table='strategies_bomlineevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='bomline',
            index=models.Index(fields=['component', 'bom'], name='bom_line_where_used'),
        ),
        migrations.AddConstraint(
            model_name='bomline',
            constraint=models.UniqueConstraint(fields=('bom', 'position'), name='bom_line_position_once'),
        ),
        migrations.AddConstraint(
            model_name='bomline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='bom_line_quantity'),
        ),
        migrations.AddConstraint(
            model_name='bomline',
            constraint=models.CheckConstraint(condition=models.Q(('scrap_fraction__gte', 0), ('scrap_fraction__lt', 1), ('scrap_quantity__gte', 0)), name='bom_line_scrap'),
        ),
        migrations.AddConstraint(
            model_name='bomline',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='bom_line_dates'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bomline',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_bomlineevent" ("bom_id", "component_id", "consumption", "flushing", "id", "kind", "operation_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "quantity", "scrap_fraction", "scrap_quantity", "unit_id", "valid_from", "valid_to") VALUES (OLD."bom_id", OLD."component_id", OLD."consumption", OLD."flushing", OLD."id", OLD."kind", OLD."operation_number", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."position", OLD."quantity", OLD."scrap_fraction", OLD."scrap_quantity", OLD."unit_id", OLD."valid_from", OLD."valid_to"); RETURN NULL;', hash='763acfe6430b621217cbf61e4958b6afca85e2c8', operation='UPDATE', pgid='pgtrigger_update_update_2d537', table='strategies_bomline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bomline',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_bomlineevent" ("bom_id", "component_id", "consumption", "flushing", "id", "kind", "operation_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "quantity", "scrap_fraction", "scrap_quantity", "unit_id", "valid_from", "valid_to") VALUES (OLD."bom_id", OLD."component_id", OLD."consumption", OLD."flushing", OLD."id", OLD."kind", OLD."operation_number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position", OLD."quantity", OLD."scrap_fraction", OLD."scrap_quantity", OLD."unit_id", OLD."valid_from", OLD."valid_to"); RETURN NULL;', hash='52bae99598999f3ec4751c0d469df08a3ff4edf7', operation='DELETE', pgid='pgtrigger_delete_delete_77c9e', table='strategies_bomline', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='unitconversion',
            constraint=models.UniqueConstraint(fields=('item', 'source', 'target'), name='unit_conversion_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='unitconversion',
            constraint=models.CheckConstraint(condition=models.Q(('denominator__gt', 0), ('numerator__gt', 0)), name='unit_conversion_positive'),
        ),
        migrations.AddConstraint(
            model_name='unitconversion',
            constraint=models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='unit_conversion_two_units'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='vendor',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_vendorevent" ("active", "calendar_id", "currency_id", "email", "external_id", "id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preferred", "source_system", "subcontractor") VALUES (OLD."active", OLD."calendar_id", OLD."currency_id", OLD."email", OLD."external_id", OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."preferred", OLD."source_system", OLD."subcontractor"); RETURN NULL;', hash='0d5adbcefab3d9fa82ce0e96da1f6038a6f1d209', operation='UPDATE', pgid='pgtrigger_update_update_21927', table='strategies_vendor', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='vendor',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_vendorevent" ("active", "calendar_id", "currency_id", "email", "external_id", "id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preferred", "source_system", "subcontractor") VALUES (OLD."active", OLD."calendar_id", OLD."currency_id", OLD."email", OLD."external_id", OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."preferred", OLD."source_system", OLD."subcontractor"); RETURN NULL;', hash='0c42ee827355b3fb8d24586cd10903163d14193d', operation='DELETE', pgid='pgtrigger_delete_delete_b5d8d', table='strategies_vendor', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resourceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c026a7ea2fd28ae5e3b37a90597adabddd7ca09e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9785a', table='strategies_resourceevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='resource_code_once'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=models.CheckConstraint(condition=models.Q(('stations__gte', 1)), name='resource_stations'),
        ),
        migrations.AddConstraint(
            model_name='resource',
            constraint=models.CheckConstraint(condition=models.Q(('efficiency__gt', 0)), name='resource_efficiency'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resource',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_resourceevent" ("active", "calendar_id", "code", "efficiency", "finite", "group_id", "id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "stations", "vendor_id") VALUES (OLD."active", OLD."calendar_id", OLD."code", OLD."efficiency", OLD."finite", OLD."group_id", OLD."id", OLD."kind", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."site_id", OLD."stations", OLD."vendor_id"); RETURN NULL;', hash='90a8303e237988493128413b46cda926ee6fd803', operation='UPDATE', pgid='pgtrigger_update_update_ea7d0', table='strategies_resource', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resource',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_resourceevent" ("active", "calendar_id", "code", "efficiency", "finite", "group_id", "id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "stations", "vendor_id") VALUES (OLD."active", OLD."calendar_id", OLD."code", OLD."efficiency", OLD."finite", OLD."group_id", OLD."id", OLD."kind", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id", OLD."stations", OLD."vendor_id"); RETURN NULL;', hash='07571d9eeba69eda346ffeb8e8f88a5fcdd63a9a', operation='DELETE', pgid='pgtrigger_delete_delete_b9995', table='strategies_resource', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outsourcingpolicyevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3d7ebc022befd27918fbf2be65cb91aaf90b48b6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a7c79', table='strategies_outsourcingpolicyevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='outsourcingpolicy',
            constraint=models.UniqueConstraint(fields=('site', 'item', 'operation_number', 'vendor', 'valid_from'), name='outsourcing_policy_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='outsourcingpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('allowed_loss_fraction__gte', 0), ('allowed_loss_fraction__lt', 1)), name='outsourcing_policy_loss'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outsourcingpolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_outsourcingpolicyevent" ("allowed_loss_fraction", "id", "item_id", "lead_time_days", "operation_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "site_id", "supply", "valid_from", "valid_to", "vendor_id") VALUES (OLD."allowed_loss_fraction", OLD."id", OLD."item_id", OLD."lead_time_days", OLD."operation_number", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."rule", OLD."site_id", OLD."supply", OLD."valid_from", OLD."valid_to", OLD."vendor_id"); RETURN NULL;', hash='c820ddd7b484bc050aeb9698eb5ca5f21d841cd2', operation='UPDATE', pgid='pgtrigger_update_update_d842b', table='strategies_outsourcingpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outsourcingpolicy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_outsourcingpolicyevent" ("allowed_loss_fraction", "id", "item_id", "lead_time_days", "operation_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "site_id", "supply", "valid_from", "valid_to", "vendor_id") VALUES (OLD."allowed_loss_fraction", OLD."id", OLD."item_id", OLD."lead_time_days", OLD."operation_number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rule", OLD."site_id", OLD."supply", OLD."valid_from", OLD."valid_to", OLD."vendor_id"); RETURN NULL;', hash='d7cd38cda994bee6ee126a991d37eef170599d4a', operation='DELETE', pgid='pgtrigger_delete_delete_21d7f', table='strategies_outsourcingpolicy', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='location_code_once'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'vendor'), _negated=True), ('vendor__isnull', False), _connector='OR'), name='location_at_vendor_names_vendor'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='itempolicyevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='811eef1f0e4a5a1dbd0db9cf198ab2abb11abf4b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a0c6b', table='strategies_itempolicyevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='itempolicy',
            constraint=models.UniqueConstraint(fields=('item', 'site'), name='item_policy_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='itempolicy',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_quantity__gte', 0), ('multiple_quantity__gte', 0), ('reorder_point__gte', 0), ('safety_stock__gte', 0)), name='item_policy_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='itempolicy',
            constraint=models.CheckConstraint(condition=models.Q(('maximum_quantity__isnull', True), ('maximum_quantity__gte', models.F('minimum_quantity')), _connector='OR'), name='item_policy_max_above_min'),
        ),
        migrations.AddConstraint(
            model_name='itempolicy',
            constraint=models.CheckConstraint(condition=models.Q(('yield_fraction__gt', 0), ('yield_fraction__lte', 1)), name='item_policy_yield'),
        ),
        migrations.AddConstraint(
            model_name='itempolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lot_policy', 'fixed'), _negated=True), ('fixed_quantity__gt', 0), _connector='OR'), name='item_policy_fixed_quantity'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='itempolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_itempolicyevent" ("fixed_quantity", "id", "item_id", "lead_time_days", "location_id", "lot_policy", "maximum_quantity", "minimum_quantity", "mode", "multiple_quantity", "period_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reorder_point", "safety_stock", "site_id", "strategy", "supply", "vendor_id", "yield_fraction") VALUES (OLD."fixed_quantity", OLD."id", OLD."item_id", OLD."lead_time_days", OLD."location_id", OLD."lot_policy", OLD."maximum_quantity", OLD."minimum_quantity", OLD."mode", OLD."multiple_quantity", OLD."period_days", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."reorder_point", OLD."safety_stock", OLD."site_id", OLD."strategy", OLD."supply", OLD."vendor_id", OLD."yield_fraction"); RETURN NULL;', hash='6c22cdba0f36165539c5ca212f69ebb1327af325', operation='UPDATE', pgid='pgtrigger_update_update_9aa20', table='strategies_itempolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='itempolicy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_itempolicyevent" ("fixed_quantity", "id", "item_id", "lead_time_days", "location_id", "lot_policy", "maximum_quantity", "minimum_quantity", "mode", "multiple_quantity", "period_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reorder_point", "safety_stock", "site_id", "strategy", "supply", "vendor_id", "yield_fraction") VALUES (OLD."fixed_quantity", OLD."id", OLD."item_id", OLD."lead_time_days", OLD."location_id", OLD."lot_policy", OLD."maximum_quantity", OLD."minimum_quantity", OLD."mode", OLD."multiple_quantity", OLD."period_days", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reorder_point", OLD."safety_stock", OLD."site_id", OLD."strategy", OLD."supply", OLD."vendor_id", OLD."yield_fraction"); RETURN NULL;', hash='3c64f9e55b4646292fe2cbe00c08e2a0244022a1', operation='DELETE', pgid='pgtrigger_delete_delete_fa334', table='strategies_itempolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='vendorevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3b5149981f52c8fb34895701131b4e29be7d87d3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_15aac', table='strategies_vendorevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='vendorprice',
            constraint=models.UniqueConstraint(fields=('vendor', 'item', 'operation_number', 'unit', 'minimum_quantity', 'valid_from'), name='vendor_price_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='vendorprice',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_quantity__gte', 0), ('price__gte', 0)), name='vendor_price_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='vendorprice',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='vendor_price_dates'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='vendorprice',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_vendorpriceevent" ("currency_id", "id", "item_id", "lead_time_days", "minimum_quantity", "operation_number", "order_maximum", "order_minimum", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price", "unit_id", "valid_from", "valid_to", "vendor_id") VALUES (OLD."currency_id", OLD."id", OLD."item_id", OLD."lead_time_days", OLD."minimum_quantity", OLD."operation_number", OLD."order_maximum", OLD."order_minimum", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."price", OLD."unit_id", OLD."valid_from", OLD."valid_to", OLD."vendor_id"); RETURN NULL;', hash='8ca8287249e95286703b8553049e7708ca578ffb', operation='UPDATE', pgid='pgtrigger_update_update_412ca', table='strategies_vendorprice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='vendorprice',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_vendorpriceevent" ("currency_id", "id", "item_id", "lead_time_days", "minimum_quantity", "operation_number", "order_maximum", "order_minimum", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price", "unit_id", "valid_from", "valid_to", "vendor_id") VALUES (OLD."currency_id", OLD."id", OLD."item_id", OLD."lead_time_days", OLD."minimum_quantity", OLD."operation_number", OLD."order_maximum", OLD."order_minimum", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."price", OLD."unit_id", OLD."valid_from", OLD."valid_to", OLD."vendor_id"); RETURN NULL;', hash='378d4b73f34814c378e8a6cc823bcb64a10e37f9', operation='DELETE', pgid='pgtrigger_delete_delete_4b9df', table='strategies_vendorprice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='vendorpriceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='818d740e6019b93f88f8e6dd011534441ff9e565', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_63f47', table='strategies_vendorpriceevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='vendorrating',
            constraint=models.UniqueConstraint(fields=('vendor', 'rated_on'), name='vendor_rating_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='worker',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "strategies_workerevent" ("active", "group_id", "id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "user_id") VALUES (OLD."active", OLD."group_id", OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."site_id", OLD."user_id"); RETURN NULL;', hash='df7720b8e5fefca0f50dd576476925a01b5ccfcd', operation='UPDATE', pgid='pgtrigger_update_update_9ae7e', table='strategies_worker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='worker',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "strategies_workerevent" ("active", "group_id", "id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "user_id") VALUES (OLD."active", OLD."group_id", OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."site_id", OLD."user_id"); RETURN NULL;', hash='5b0a4f586ac32daf0b432b74dd737f90836a756f', operation='DELETE', pgid='pgtrigger_delete_delete_a3367', table='strategies_worker', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workerevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5f656fa1476740823a9fde2b421fc99701d105ff', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a85c4', table='strategies_workerevent', when='BEFORE')),
        ),
    ]
