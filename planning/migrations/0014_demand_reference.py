"""Lines of demand with one number and several source systems (or kinds) are told apart where stock is reserved."""

from django.db import migrations, models

import planning.models.demand

# The first line of a number is known by it alone; a later one also by its system, or its kind where it has none.
FILL = """
WITH told AS (
    SELECT id, number || '/' || line AS base, source_system, kind,
           row_number() OVER (PARTITION BY number, line ORDER BY id) AS place,
           row_number() OVER (
               PARTITION BY number, line, coalesce(nullif(source_system, ''), kind) ORDER BY id) AS alike
    FROM planning_demand)
UPDATE planning_demand d SET reference = CASE
    WHEN t.place = 1 THEN t.base
    WHEN t.alike = 1 AND length(t.base || coalesce(nullif(t.source_system, ''), t.kind)) <= 57
        THEN t.base || ' (' || coalesce(nullif(t.source_system, ''), t.kind) || ')'
    ELSE left(t.base, 38) || ' (' || t.id || ')' END
FROM told t WHERE t.id = d.id;
"""

# What stands for such a number belongs to the line of its item; where several want the same item, to the oldest that is
# open. The others keep what they have: a number of its own is theirs from the next reservation on.
FOLLOW = "".join(
    f"""
UPDATE {table} r SET reference = d.reference
FROM (
    SELECT DISTINCT ON (d.number, d.line, d.item_id) d.number || '/' || d.line AS base, d.item_id, d.reference
    FROM planning_demand d
    WHERE EXISTS (SELECT FROM planning_demand o WHERE (o.number, o.line) = (d.number, d.line) AND o.id <> d.id)
    ORDER BY d.number, d.line, d.item_id, d.state <> 'open', d.id
) d
WHERE r.reference = d.base AND r.item_id = d.item_id AND d.reference <> d.base;
"""
    for table in ("inventory_reservation", "inventory_softreservation", "inventory_stocktask")
)

NAME = """
CREATE FUNCTION planning_demand_reference() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    base text := NEW.number || '/' || NEW.line;
    told text := base || ' (' || coalesce(nullif(NEW.source_system, ''), NEW.kind) || ')';
BEGIN
    NEW.reference := CASE
        WHEN NOT EXISTS (SELECT FROM planning_demand WHERE reference = base) THEN base
        WHEN length(told) <= 60 AND NOT EXISTS (SELECT FROM planning_demand WHERE reference = told) THEN told
        ELSE left(base, 38) || ' (' || NEW.id || ')' END;
    RETURN NEW;
END $$;
CREATE TRIGGER named BEFORE INSERT ON planning_demand
    FOR EACH ROW WHEN (coalesce(NEW.reference, '') = '') EXECUTE FUNCTION planning_demand_reference();
"""
UNDO_NAME = "DROP TRIGGER named ON planning_demand; DROP FUNCTION planning_demand_reference();"


class Migration(migrations.Migration):
    dependencies = [("planning", "0013_shift_properties"), ("inventory", "0014_kept_lines")]

    operations = [
        migrations.AddField(
            model_name="demand",
            name="reference",
            field=planning.models.demand.ReferenceField(
                blank=True,
                default="",
                editable=False,
                help_text=(
                    "By what stock is reserved and moved for it: SO-1/1. Of several lines with one number, the later"
                    " ones also name their system or kind: SO-1/1 (ERP)."
                ),
                max_length=60,
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(FOLLOW, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="demand",
            constraint=models.UniqueConstraint(fields=("reference",), name="demand_reference_once"),
        ),
        migrations.RunSQL(NAME, UNDO_NAME),
    ]
