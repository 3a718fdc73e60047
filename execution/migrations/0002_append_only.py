"""Reports and the steps of pieces are never changed, only taken back by a mirror image."""

from django.db import migrations

TABLES = ("execution_report", "execution_wipmove", "execution_materialmove", "execution_outputmove")

PROTECT = "".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_append_only();
"""
    for table in TABLES
)
UNDO = "".join(f"DROP TRIGGER append_only ON {table}; DROP TRIGGER no_truncate ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("execution", "0001_initial"), ("inventory", "0002_ledger")]

    operations = [migrations.RunSQL(PROTECT, UNDO)]
