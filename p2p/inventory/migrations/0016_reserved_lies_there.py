"""No more is reserved than lies there, and nobody takes what is reserved for others: also where stock may go below
zero. Reservations beyond that are lifted before, by execution, which knows the pick lists they stand for."""

from django.db import migrations, models

OUTSIDE = "('supplier', 'customer', 'production', 'scrap', 'adjustment')"
KEY = "item_id, location_id, lot_id, serial_id, handling_unit_id"
IN_KEY_ORDER = (
    "k.item_id, k.location_id, k.lot_id NULLS FIRST, k.serial_id NULLS FIRST, k.handling_unit_id NULLS FIRST"
)
SAME_KEY = """b.item_id = k.item_id AND b.location_id = k.location_id AND b.lot_id IS NOT DISTINCT FROM k.lot_id
        AND b.serial_id IS NOT DISTINCT FROM k.serial_id
        AND b.handling_unit_id IS NOT DISTINCT FROM k.handling_unit_id"""

# Before the moves are booked: what they leave is at least what is reserved. Where nothing is reserved, a site may owe.
TAKEN = "k.quantity < 0 AND NOT k.may_go_negative AND b.quantity + k.quantity < b.reserved"
TAKEN_NOW = """k.quantity < 0 AND b.quantity + k.quantity < b.reserved
        AND NOT (k.may_go_negative AND b.reserved = 0)"""


def summed(rows):
    return f"SELECT {KEY}, sum(quantity) AS quantity FROM ({rows}) r GROUP BY 1, 2, 3, 4, 5"


NEW, OLD = f"SELECT {KEY}, quantity FROM new_rows", f"SELECT {KEY}, -quantity AS quantity FROM old_rows"
CHANGES = {
    "reserved_more": summed(NEW),
    "reserved_less": summed(OLD),
    "reserved_otherwise": summed(f"{NEW} UNION ALL {OLD}"),
}


def keeps_reserved(also):
    """The three functions that book reservations; `also`: which balances may be promised beyond what lies there."""
    return "".join(
        f"""
CREATE OR REPLACE FUNCTION inventory_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad record;
BEGIN
    PERFORM inventory_lock(
        array_agg(item_id), array_agg(location_id), array_agg(lot_id), array_agg(serial_id),
        array_agg(handling_unit_id))
    FROM ({changes}) k;
    SELECT k.item_id, k.location_id, k.lot_id, k.serial_id, b.quantity AS there, b.reserved, k.quantity AS wanted
    INTO bad
    FROM ({changes}) k
    JOIN inventory_balance b ON {SAME_KEY}
    WHERE k.quantity > 0 {also} AND b.reserved + k.quantity > b.quantity
    ORDER BY {IN_KEY_ORDER}
    LIMIT 1;
    IF FOUND THEN
        PERFORM inventory_refuse(
            'balance_reserved_is_there', bad.item_id, bad.location_id, bad.lot_id, bad.serial_id, bad.there,
            bad.reserved, bad.wanted, '');
    END IF;
    UPDATE inventory_balance b SET reserved = b.reserved + k.quantity FROM ({changes}) k WHERE {SAME_KEY};
    RETURN NULL;
END $$;
"""
        for name, changes in CHANGES.items()
    )


# What books moves is long and stays as it is but for this one condition.
TAKES = """
DO $do$
DECLARE
    before text := pg_get_functiondef('inventory_move_keeps_balance'::regproc);
    behind text := replace(before, $a${old}$a$, $b${new}$b$);
BEGIN
    IF behind = before THEN
        RAISE EXCEPTION 'inventory_move_keeps_balance does not read as expected.';
    END IF;
    EXECUTE behind;
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0015_counts_asked_for")]

    operations = [
        migrations.RunSQL(keeps_reserved(""), keeps_reserved("AND NOT b.may_go_negative")),
        migrations.RunSQL(TAKES.format(old=TAKEN, new=TAKEN_NOW), TAKES.format(old=TAKEN_NOW, new=TAKEN)),
        migrations.RemoveConstraint(model_name="balance", name="balance_reserved_is_there"),
        migrations.AddConstraint(
            model_name="balance",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserved", 0), ("reserved__lte", models.F("quantity")), _connector="OR"),
                name="balance_reserved_is_there",
            ),
        ),
    ]
