"""Item groups, places and calendars never lie within themselves, whoever writes at once; names of regions have room;
a series of numbers knows what it gave out under each of its beginnings."""

from django.db import migrations, models

# Looked at by one at a time: two who put each into the other would not see each other's loop.
NO_LOOP = """
CREATE FUNCTION strategies_no_loop() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    path text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(TG_TABLE_NAME || '.' || TG_ARGV[0]));
    EXECUTE format(
        'WITH RECURSIVE above(id, next, ids, codes) AS (
             SELECT id, %1$I, ARRAY[id], ARRAY[code::text] FROM %2$I WHERE id = $1
             UNION ALL
             SELECT one.id, one.%1$I, above.ids || one.id, above.codes || one.code::text
             FROM %2$I AS one JOIN above ON one.id = above.next WHERE one.id <> ALL (above.ids)
         )
         SELECT array_to_string($3 || codes, $4) FROM above WHERE id = $2', TG_ARGV[0], TG_TABLE_NAME)
    INTO path USING above, NEW.id, ARRAY[NEW.code::text], ' → ';
    IF path IS NOT NULL THEN
        RAISE EXCEPTION '% would lie within itself.', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[1], COLUMN = TG_ARGV[0], DETAIL = path;
    END IF;
    RETURN NULL;
END $$;
"""
TABLES = (
    ("strategies_itemgroup", "parent_id", "item_group_no_loop"),
    ("strategies_location", "parent_id", "location_no_loop"),
    ("strategies_calendar", "base_id", "calendar_no_loop"),
)
TRIGGER = """
CREATE TRIGGER no_loop AFTER INSERT OR UPDATE OF {column} ON {table}
    FOR EACH ROW WHEN (NEW.{column} IS NOT NULL) EXECUTE FUNCTION strategies_no_loop('{column}', '{rule}');
"""
# Whoever writes: a number that was given out under a beginning is not given out again when that beginning comes back.
GOES_ON = """
CREATE FUNCTION strategies_number_series_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.used := OLD.used || jsonb_build_object(OLD.prefix, OLD.next_value);
    IF NEW.next_value < COALESCE((NEW.used ->> NEW.prefix)::bigint, 1) THEN
        RAISE EXCEPTION '% has given out numbers up to %.', NEW.prefix, (NEW.used ->> NEW.prefix)::bigint - 1
            USING ERRCODE = 'check_violation', CONSTRAINT = 'number_series_goes_on';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER goes_on BEFORE UPDATE ON strategies_numberseries
    FOR EACH ROW WHEN (NEW.prefix <> OLD.prefix OR NEW.next_value < OLD.next_value)
    EXECUTE FUNCTION strategies_number_series_goes_on();
"""
STOPS = """
DROP TRIGGER goes_on ON strategies_numberseries;
DROP FUNCTION strategies_number_series_goes_on();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("strategies", "0018_shift_properties"),
    ]

    operations = [
        migrations.RunSQL(NO_LOOP, "DROP FUNCTION strategies_no_loop();"),
        *(
            migrations.RunSQL(
                TRIGGER.format(table=table, column=column, rule=rule), f"DROP TRIGGER no_loop ON {table};"
            )
            for table, column, rule in TABLES
        ),
        migrations.AlterField(
            model_name="calendar",
            name="holiday_region",
            field=models.CharField(
                blank=True,
                help_text="ISO 3166-2 part, as BY or CA, or the library's own name.",
                max_length=60,
            ),
        ),
        migrations.AlterField(
            model_name="calendarevent",
            name="holiday_region",
            field=models.CharField(
                blank=True,
                help_text="ISO 3166-2 part, as BY or CA, or the library's own name.",
                max_length=60,
            ),
        ),
        migrations.AddField(
            model_name="numberseries",
            name="used",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, output_field=models.JSONField()),
                default=dict,
                help_text="Where it goes on under each beginning it had before.",
            ),
        ),
        migrations.RunSQL(GOES_ON, STOPS),
    ]
