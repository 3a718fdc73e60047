"""The cost ledger in the database's own hands: balanced and append-only."""

from __future__ import annotations

from django.db import migrations

BALANCED = """
CREATE FUNCTION costing_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong record;
BEGIN
    SELECT entry_id, sum(amount) AS difference INTO wrong
      FROM added GROUP BY entry_id HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not balance: %', wrong.entry_id, wrong.difference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_balanced';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_balanced AFTER INSERT ON costing_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION costing_balanced();
"""
FROZEN = """
CREATE FUNCTION costing_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct it by a reversal', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'costing_append_only';
END $$;
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON costing_entry
    FOR EACH STATEMENT EXECUTE FUNCTION costing_frozen();
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE ON costing_posting
    FOR EACH STATEMENT EXECUTE FUNCTION costing_frozen();
"""
UNDO = """
DROP TRIGGER posting_balanced ON costing_posting;
DROP TRIGGER posting_append_only ON costing_posting;
DROP TRIGGER entry_append_only ON costing_entry;
DROP FUNCTION costing_balanced();
DROP FUNCTION costing_frozen();
"""


class Migration(migrations.Migration):
    dependencies = (("costing", "0001_initial"),)
    operations = (migrations.RunSQL(BALANCED + FROZEN, UNDO),)
