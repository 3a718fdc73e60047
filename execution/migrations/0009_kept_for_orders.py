from django.db import migrations

# What was left of a line picked in part was reserved for its list, where nobody looked who asked for its order.
FILL = """
    UPDATE inventory_reservation r SET reference = o.number
      FROM execution_pickline l
      JOIN execution_picklist p ON p.id = l.pick_list_id
      JOIN planning_productionorder o ON o.id = p.order_id
     WHERE l.reservation_id = r.id AND r.reference = p.number
"""


class Migration(migrations.Migration):
    dependencies = [
        ("execution", "0008_floor"),
        ("inventory", "0014_kept_lines"),
        ("planning", "0013_shift_properties"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
