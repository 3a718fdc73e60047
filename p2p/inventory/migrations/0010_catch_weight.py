"""Items that are weighed and counted: every move and every balance of theirs carries both."""

import p2p.core.fields
from django.db import migrations, models

OUTSIDE = "('supplier', 'customer', 'production', 'scrap', 'adjustment')"
KEY = "item_id, location_id, lot_id, serial_id, handling_unit_id"
IN_KEY_ORDER = (
    "k.item_id, k.location_id, k.lot_id NULLS FIRST, k.serial_id NULLS FIRST, k.handling_unit_id NULLS FIRST"
)
SAME_KEY = """b.item_id = k.item_id AND b.location_id = k.location_id AND b.lot_id IS NOT DISTINCT FROM k.lot_id
        AND b.serial_id IS NOT DISTINCT FROM k.serial_id
        AND b.handling_unit_id IS NOT DISTINCT FROM k.handling_unit_id"""

# What a batch of moves changes, by key, inside places only.
def deltas(total: str, came: str, went: str) -> str:
    return f"""
    SELECT d.item_id, d.location_id, d.lot_id, d.serial_id, d.handling_unit_id,
           sum(d.quantity) AS quantity, {total}bool_or(s.may_go_negative) AS may_go_negative
    FROM (
        SELECT item_id, target_id AS location_id, lot_id, serial_id, into_unit_id AS handling_unit_id, quantity{came}
        FROM new_moves
        UNION ALL
        SELECT item_id, source_id, lot_id, serial_id, handling_unit_id, -quantity{went} FROM new_moves
    ) d
    JOIN strategies_location l ON l.id = d.location_id AND l.kind NOT IN {OUTSIDE}
    JOIN strategies_site s ON s.id = l.site_id
    GROUP BY 1, 2, 3, 4, 5
"""


DELTAS = deltas("sum(d.catch_quantity) AS catch_quantity, ", ", catch_quantity", ", -catch_quantity")

# Pieces weigh something, and nothing weighs without them, also where stock may go below zero. Only an item that is
# weighed and counted has a count; the sum of nothing is nothing, so that all others keep none.
UNWEIGHED = f"""
        SELECT k.item_id, k.location_id, k.lot_id, k.serial_id, coalesce(b.catch_quantity, 0) AS there,
               b.quantity AS weight, -k.catch_quantity AS wanted, -k.quantity AS taken INTO bad
        FROM ({DELTAS}) k
        JOIN inventory_balance b ON {SAME_KEY}
        WHERE k.catch_quantity IS NOT NULL AND NOT (
            (coalesce(b.catch_quantity, 0) + k.catch_quantity = 0 AND b.quantity + k.quantity = 0)
            OR (coalesce(b.catch_quantity, 0) + k.catch_quantity > 0 AND b.quantity + k.quantity > 0)
        )
        ORDER BY {IN_KEY_ORDER}
        LIMIT 1;
"""

# What may not be moved because of a hold. A count posts what it found; packing at one place is no use of stock.
BLOCKED = f"""
    SELECT m.item_id, coalesce(h.location_id, m.source_id) AS location_id, m.lot_id, m.serial_id, h.note, h.blocks,
           0 AS there, 0 AS reserved, m.quantity AS wanted
    FROM new_moves m
    JOIN strategies_location l ON l.id = m.source_id
    JOIN strategies_location t ON t.id = m.target_id
    JOIN LATERAL (
        SELECT a.* FROM inventory_hold a WHERE a.released_at IS NULL AND a.item_id = m.item_id
        UNION ALL
        SELECT a.* FROM inventory_hold a
        WHERE a.released_at IS NULL AND a.item_id IS NULL AND a.location_id IN (m.source_id, m.target_id)
    ) h ON (h.lot_id IS NULL OR h.lot_id = m.lot_id) AND (h.serial_id IS NULL OR h.serial_id = m.serial_id)
    WHERE CASE h.blocks
        WHEN 'touch' THEN m.kind <> 'count' AND h.location_id IN (m.source_id, m.target_id)
        ELSE m.reverses_id IS NULL AND l.kind NOT IN {OUTSIDE}
            AND (h.location_id IS NULL OR h.location_id = m.source_id)
            AND CASE h.blocks
                WHEN 'delivery' THEN m.kind = 'delivery'
                WHEN 'production' THEN m.kind = 'issue'
                ELSE m.kind IN ('issue', 'delivery')
                    OR (m.kind = 'transfer' AND t.kind <> 'quarantine' AND m.source_id <> m.target_id)
                END
        END
    ORDER BY m.id, h.id
    LIMIT 1
"""

CHECK = f"""
    IF EXISTS (SELECT FROM new_moves WHERE catch_quantity IS NOT NULL) THEN
        {UNWEIGHED}
        IF FOUND THEN
            PERFORM inventory_refuse(
                'balance_pieces_have_weight', bad.item_id, bad.location_id, bad.lot_id, bad.serial_id, bad.there,
                bad.weight, bad.wanted, bad.taken::text);
        END IF;
    END IF;
"""


def keeps_balance(changed: str, check: str, also: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION inventory_move_keeps_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad record;
BEGIN
    INSERT INTO inventory_balance AS b ({KEY}, quantity, reserved, may_go_negative)
    SELECT {IN_KEY_ORDER.replace(" NULLS FIRST", "")}, 0, 0, k.may_go_negative
    FROM ({changed}) k
    ORDER BY {IN_KEY_ORDER}
    ON CONFLICT ON CONSTRAINT balance_once DO UPDATE SET reserved = b.reserved WHERE false;

    SELECT k.item_id, k.location_id, k.lot_id, k.serial_id, b.quantity AS there, b.reserved, -k.quantity AS wanted INTO bad
    FROM ({changed}) k
    JOIN inventory_balance b ON {SAME_KEY}
    WHERE k.quantity < 0 AND NOT k.may_go_negative AND b.quantity + k.quantity < b.reserved
    ORDER BY {IN_KEY_ORDER}
    LIMIT 1;
    IF FOUND THEN
        PERFORM inventory_refuse(
            'balance_not_below_zero', bad.item_id, bad.location_id, bad.lot_id, bad.serial_id, bad.there, bad.reserved, bad.wanted, '');
    END IF;

    IF EXISTS (SELECT FROM inventory_hold WHERE released_at IS NULL) THEN
        {BLOCKED.replace("AS wanted", "AS wanted INTO bad", 1)};
        IF FOUND THEN
            PERFORM inventory_refuse(
                CASE bad.blocks WHEN 'touch' THEN 'place_counted' ELSE 'stock_held' END, bad.item_id, bad.location_id,
                bad.lot_id, bad.serial_id, bad.there, bad.reserved, bad.wanted, bad.note);
        END IF;
    END IF;

{check}
    UPDATE inventory_balance b
    SET quantity = b.quantity + k.quantity, may_go_negative = k.may_go_negative{also}
    FROM ({changed}) k
    WHERE {SAME_KEY};

    IF EXISTS (SELECT FROM new_moves WHERE serial_id IS NOT NULL) THEN
        PERFORM 1 FROM inventory_serial
        WHERE id IN (SELECT serial_id FROM new_moves) ORDER BY id FOR NO KEY UPDATE;
        SELECT b.item_id, min(b.location_id) AS location_id, b.serial_id, NULL::bigint AS lot_id,
               1 AS there, 0 AS reserved, 1 AS wanted INTO bad
        FROM inventory_balance b
        WHERE b.serial_id IN (SELECT serial_id FROM new_moves) AND b.quantity > 0
        GROUP BY b.item_id, b.serial_id
        HAVING sum(b.quantity) > 1
        LIMIT 1;
        IF FOUND THEN
            PERFORM inventory_refuse(
            'serial_in_one_place', bad.item_id, bad.location_id, bad.lot_id, bad.serial_id, bad.there, bad.reserved, bad.wanted, '');
        END IF;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0009_claims_for"),
        ("strategies", "0014_catch_weight"),
    ]

    operations = [
        migrations.AddField(
            model_name="balance",
            name="catch_quantity",
            field=p2p.core.fields.QuantityField(
                help_text="Pieces of an item that is weighed and counted; empty for all others.", null=True
            ),
        ),
        migrations.AddField(
            model_name="countline",
            name="counted_catch",
            field=p2p.core.fields.QuantityField(null=True),
        ),
        migrations.AddField(
            model_name="countline",
            name="expected_catch",
            field=p2p.core.fields.QuantityField(
                help_text="Pieces of an item that is weighed and counted; empty for all others.", null=True
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="catch_quantity",
            field=p2p.core.fields.QuantityField(
                help_text="Pieces of an item that is weighed and counted; none: a difference of weight. Empty for all others.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="balance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("catch_quantity__isnull", True),
                    models.Q(("catch_quantity", 0), ("quantity", 0)),
                    models.Q(("catch_quantity__gt", 0), ("quantity__gt", 0)),
                    _connector="OR",
                ),
                name="balance_pieces_have_weight",
            ),
        ),
        migrations.AddConstraint(
            model_name="move",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("catch_quantity__isnull", True), ("catch_quantity__gte", 0), _connector="OR"
                ),
                name="move_catch_quantity",
            ),
        ),
        migrations.RunSQL(
            keeps_balance(
                DELTAS, CHECK, ",\n        catch_quantity = coalesce(b.catch_quantity, 0) + k.catch_quantity"
            ),
            keeps_balance(deltas("", "", ""), "", ""),
        ),
    ]
