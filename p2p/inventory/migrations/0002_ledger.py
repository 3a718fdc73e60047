"""The ledger keeps itself: moves cannot be changed, balances follow moves and reservations, and what may not be is
refused by the database with the item and the place in its answer."""

from django.db import migrations

# Outside places hold no balance; see strategies.Location.OUTSIDE.
OUTSIDE = "('supplier', 'customer', 'production', 'scrap', 'adjustment')"
KEY = "item_id, location_id, lot_id, serial_id, handling_unit_id"
IN_KEY_ORDER = (
    "k.item_id, k.location_id, k.lot_id NULLS FIRST, k.serial_id NULLS FIRST, k.handling_unit_id NULLS FIRST"
)
SAME_KEY = """b.item_id = k.item_id AND b.location_id = k.location_id AND b.lot_id IS NOT DISTINCT FROM k.lot_id
        AND b.serial_id IS NOT DISTINCT FROM k.serial_id
        AND b.handling_unit_id IS NOT DISTINCT FROM k.handling_unit_id"""

REFUSE_CHANGE = """
CREATE FUNCTION inventory_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Test databases are emptied between tests; a test of this very rule sets p2p.guard.
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' AND coalesce(current_setting('p2p.guard', true), '') = ''
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: correct it by a reversal.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_append_only';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON inventory_move
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON inventory_move
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON inventory_consumed
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON inventory_consumed
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_append_only();
"""
UNDO_REFUSE_CHANGE = """
DROP TRIGGER append_only ON inventory_move; DROP TRIGGER no_truncate ON inventory_move;
DROP TRIGGER append_only ON inventory_consumed; DROP TRIGGER no_truncate ON inventory_consumed;
DROP FUNCTION inventory_append_only();
"""

# Only triggers write balances; a row of zeros may be made by anyone, so that it can be locked early.
BALANCE_IS_DERIVED = """
CREATE FUNCTION inventory_balance_is_derived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Balances follow moves and reservations; nobody writes them directly.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'balance_is_derived';
END $$;
CREATE TRIGGER derived_update BEFORE UPDATE OR DELETE ON inventory_balance
    FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION inventory_balance_is_derived();
CREATE TRIGGER derived_insert BEFORE INSERT ON inventory_balance
    FOR EACH ROW WHEN (pg_trigger_depth() < 1 AND (NEW.quantity <> 0 OR NEW.reserved <> 0))
    EXECUTE FUNCTION inventory_balance_is_derived();
ALTER TABLE inventory_balance SET (fillfactor = 70);
"""
UNDO_BALANCE_IS_DERIVED = """
DROP TRIGGER derived_update ON inventory_balance; DROP TRIGGER derived_insert ON inventory_balance;
DROP FUNCTION inventory_balance_is_derived();
ALTER TABLE inventory_balance RESET (fillfactor);
"""

# Names come along, so that the sentence can be made without asking an aborted transaction.
REFUSE = """
CREATE FUNCTION inventory_refuse(
    name text, item bigint, place bigint, lot bigint, serial bigint, there numeric, reserved numeric, wanted numeric,
    note text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The stock ledger refuses: %.', name USING ERRCODE = 'check_violation', CONSTRAINT = name, DETAIL = (
        SELECT json_build_object(
            'item', i.number, 'unit', u.code, 'note', note, 'there', there::text, 'reserved', reserved::text, 'wanted', wanted::text,
            'place', (SELECT code FROM strategies_location WHERE id = inventory_refuse.place),
            'piece', coalesce(
                (SELECT number FROM inventory_serial WHERE id = serial),
                (SELECT number FROM inventory_lot WHERE id = lot)))::text
        FROM strategies_item i JOIN strategies_unit u ON u.id = i.unit_id WHERE i.id = inventory_refuse.item);
END $$;
"""

# Makes what is missing and locks everything, in key order, so that two writers never wait in a circle. An upsert
# that changes nothing still locks the row it met.
LOCK = f"""
CREATE FUNCTION inventory_lock(items bigint[], locations bigint[], lots bigint[], serials bigint[], units bigint[])
RETURNS void LANGUAGE sql AS $$
    INSERT INTO inventory_balance AS b ({KEY}, quantity, reserved, may_go_negative)
    SELECT {IN_KEY_ORDER.replace(" NULLS FIRST", "")}, 0, 0, s.may_go_negative
    FROM (SELECT DISTINCT * FROM unnest(items, locations, lots, serials, units) AS u({KEY})) k
    JOIN strategies_location l ON l.id = k.location_id AND l.kind NOT IN {OUTSIDE}
    JOIN strategies_site s ON s.id = l.site_id
    ORDER BY {IN_KEY_ORDER}
    ON CONFLICT ON CONSTRAINT balance_once DO UPDATE SET reserved = b.reserved WHERE false
$$;
"""

# What a batch of moves changes, by key, inside places only.
DELTAS = f"""
    SELECT d.item_id, d.location_id, d.lot_id, d.serial_id, d.handling_unit_id,
           sum(d.quantity) AS quantity, bool_or(s.may_go_negative) AS may_go_negative
    FROM (
        SELECT item_id, target_id AS location_id, lot_id, serial_id, handling_unit_id, quantity FROM new_moves
        UNION ALL
        SELECT item_id, source_id, lot_id, serial_id, handling_unit_id, -quantity FROM new_moves
    ) d
    JOIN strategies_location l ON l.id = d.location_id AND l.kind NOT IN {OUTSIDE}
    JOIN strategies_site s ON s.id = l.site_id
    GROUP BY 1, 2, 3, 4, 5
"""

MOVE_KEEPS_BALANCE = f"""
CREATE FUNCTION inventory_move_keeps_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad record;
BEGIN
    INSERT INTO inventory_balance AS b ({KEY}, quantity, reserved, may_go_negative)
    SELECT {IN_KEY_ORDER.replace(" NULLS FIRST", "")}, 0, 0, k.may_go_negative
    FROM ({DELTAS}) k
    ORDER BY {IN_KEY_ORDER}
    ON CONFLICT ON CONSTRAINT balance_once DO UPDATE SET reserved = b.reserved WHERE false;

    SELECT k.item_id, k.location_id, k.lot_id, k.serial_id, b.quantity AS there, b.reserved, -k.quantity AS wanted INTO bad
    FROM ({DELTAS}) k
    JOIN inventory_balance b ON {SAME_KEY}
    WHERE k.quantity < 0 AND NOT k.may_go_negative AND b.quantity + k.quantity < b.reserved
    ORDER BY {IN_KEY_ORDER}
    LIMIT 1;
    IF FOUND THEN
        PERFORM inventory_refuse(
            'balance_not_below_zero', bad.item_id, bad.location_id, bad.lot_id, bad.serial_id, bad.there, bad.reserved, bad.wanted, '');
    END IF;

    SELECT m.item_id, m.source_id AS location_id, m.lot_id, m.serial_id, h.note,
           0 AS there, 0 AS reserved, m.quantity AS wanted INTO bad
    FROM new_moves m
    JOIN strategies_location l ON l.id = m.source_id AND l.kind NOT IN {OUTSIDE}
    JOIN strategies_location t ON t.id = m.target_id
    JOIN inventory_hold h ON h.released_at IS NULL AND h.item_id = m.item_id
        AND (h.lot_id IS NULL OR h.lot_id = m.lot_id) AND (h.serial_id IS NULL OR h.serial_id = m.serial_id)
        AND (h.location_id IS NULL OR h.location_id = m.source_id)
    WHERE m.reverses_id IS NULL
        AND (m.kind IN ('issue', 'delivery') OR (m.kind = 'transfer' AND t.kind <> 'quarantine'))
    ORDER BY m.id, h.id
    LIMIT 1;
    IF FOUND THEN
        PERFORM inventory_refuse(
            'stock_held', bad.item_id, bad.location_id, bad.lot_id, bad.serial_id, bad.there, bad.reserved, bad.wanted, bad.note);
    END IF;

    UPDATE inventory_balance b
    SET quantity = b.quantity + k.quantity, may_go_negative = k.may_go_negative
    FROM ({DELTAS}) k
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
CREATE TRIGGER keeps_balance AFTER INSERT ON inventory_move
    REFERENCING NEW TABLE AS new_moves
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_move_keeps_balance();
"""


def reservation_function(name: str, deltas: str) -> str:
    """One per kind of statement: each sees another pair of transition tables."""
    return f"""
CREATE FUNCTION inventory_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad record;
BEGIN
    PERFORM inventory_lock(
        array_agg(item_id), array_agg(location_id), array_agg(lot_id), array_agg(serial_id),
        array_agg(handling_unit_id))
    FROM ({deltas}) k;
    SELECT k.item_id, k.location_id, k.lot_id, k.serial_id, b.quantity AS there, b.reserved, k.quantity AS wanted INTO bad
    FROM ({deltas}) k
    JOIN inventory_balance b ON {SAME_KEY}
    WHERE k.quantity > 0 AND NOT b.may_go_negative AND b.reserved + k.quantity > b.quantity
    ORDER BY {IN_KEY_ORDER}
    LIMIT 1;
    IF FOUND THEN
        PERFORM inventory_refuse(
            'balance_reserved_is_there', bad.item_id, bad.location_id, bad.lot_id, bad.serial_id, bad.there, bad.reserved, bad.wanted, '');
    END IF;
    UPDATE inventory_balance b SET reserved = b.reserved + k.quantity FROM ({deltas}) k WHERE {SAME_KEY};
    RETURN NULL;
END $$;
"""


def summed(rows: str) -> str:
    return f"SELECT {KEY}, sum(quantity) AS quantity FROM ({rows}) r GROUP BY 1, 2, 3, 4, 5"


RESERVATION_KEEPS_BALANCE = (
    reservation_function("reserved_more", summed(f"SELECT {KEY}, quantity FROM new_rows"))
    + reservation_function("reserved_less", summed(f"SELECT {KEY}, -quantity AS quantity FROM old_rows"))
    + reservation_function(
        "reserved_otherwise",
        summed(f"SELECT {KEY}, quantity FROM new_rows UNION ALL SELECT {KEY}, -quantity FROM old_rows"),
    )
    + """
CREATE TRIGGER keeps_balance_insert AFTER INSERT ON inventory_reservation
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_reserved_more();
CREATE TRIGGER keeps_balance_delete AFTER DELETE ON inventory_reservation
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_reserved_less();
CREATE TRIGGER keeps_balance_update AFTER UPDATE ON inventory_reservation
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_reserved_otherwise();
"""
)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial"), ("strategies", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, UNDO_REFUSE_CHANGE),
        migrations.RunSQL(BALANCE_IS_DERIVED, UNDO_BALANCE_IS_DERIVED),
        migrations.RunSQL(REFUSE, "DROP FUNCTION inventory_refuse;"),
        migrations.RunSQL(
            LOCK, "DROP FUNCTION inventory_lock(bigint[], bigint[], bigint[], bigint[], bigint[]);"
        ),
        migrations.RunSQL(
            MOVE_KEEPS_BALANCE,
            "DROP TRIGGER keeps_balance ON inventory_move; DROP FUNCTION inventory_move_keeps_balance();",
        ),
        migrations.RunSQL(
            RESERVATION_KEEPS_BALANCE,
            "DROP TRIGGER keeps_balance_insert ON inventory_reservation;"
            "DROP TRIGGER keeps_balance_delete ON inventory_reservation;"
            "DROP TRIGGER keeps_balance_update ON inventory_reservation;"
            "DROP FUNCTION inventory_reserved_more(); DROP FUNCTION inventory_reserved_less();"
            "DROP FUNCTION inventory_reserved_otherwise();",
        ),
    ]
