from django.db import migrations

import p2p.core.fields


class Migration(migrations.Migration):
    dependencies = [("outsourcing", "0002_promised_on")]

    operations = [
        migrations.AddField(
            model_name="dispatchmove",
            name="reserved",
            field=p2p.core.fields.QuantityField(
                default=0,
                help_text="How much of it was reserved for the production order before it left.",
            ),
        ),
    ]
