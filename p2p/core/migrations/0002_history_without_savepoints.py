"""Old values of bulk writes without a savepoint for each row.

The function of pghistory reads its settings inside BEGIN ... EXCEPTION. That is a subtransaction for every row that
changes, and at the end of each the database goes through all checks that still wait for the commit: changing 10,000
rows beside 10,000 new ones took 40 s, and takes 3 s without.
"""

from django.db import migrations

FUNCTION = """
    CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS pghistory_context.id%TYPE AS $$
    DECLARE
        asked uuid := NULLIF(current_setting('pghistory.context_id', true), '');
        said jsonb := NULLIF(current_setting('pghistory.context_metadata', true), '');
    BEGIN
        IF asked IS NULL OR said IS NULL THEN
            RETURN NULL;
        END IF;
        PERFORM 1 FROM pghistory_context WHERE id = asked AND metadata = said;
        IF NOT FOUND THEN
            INSERT INTO pghistory_context (id, metadata, created_at, updated_at) VALUES (asked, said, NOW(), NOW())
            ON CONFLICT (id) DO UPDATE SET metadata = EXCLUDED.metadata, updated_at = EXCLUDED.updated_at;
        END IF;
        RETURN asked;
    END;
    $$ LANGUAGE plpgsql
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("pghistory", "0007_auto_20250421_0444")]

    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
