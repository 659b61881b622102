"""The database itself refuses to change a consent record. Deleting stays possible: erasure is a right.

One change passes: `recorded_by_id` to NULL, which is how the record survives the deletion of the staff account that entered it.
SQLite drops a table's triggers when Django rebuilds the table: a later migration that alters leads_consentrecord must add them again
(tests/leads/test_consent.py fails if it forgets).
"""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER leads_consentrecord_never_edited BEFORE UPDATE ON leads_consentrecord
    WHEN NEW.recorded_by_id IS NOT NULL OR {changed}
    BEGIN SELECT RAISE(ABORT, 'a consent record is never edited: withdraw it by a new one'); END
    """
]
POSTGRESQL = [
    """
    CREATE FUNCTION leads_refuse_consent_edit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.recorded_by_id IS NOT NULL OR {changed} THEN
            RAISE EXCEPTION 'a consent record is never edited: withdraw it by a new one' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER leads_consentrecord_never_edited BEFORE UPDATE ON leads_consentrecord
    FOR EACH ROW EXECUTE FUNCTION leads_refuse_consent_edit()
    """,
]
UNDO = {
    "sqlite": ["DROP TRIGGER leads_consentrecord_never_edited"],
    "postgresql": ["DROP TRIGGER leads_consentrecord_never_edited ON leads_consentrecord", "DROP FUNCTION leads_refuse_consent_edit()"],
}


def refuse_edits(apps, schema_editor):
    record = apps.get_model("leads", "ConsentRecord")
    columns = [field.column for field in record._meta.local_concrete_fields if field.column != "recorded_by_id"]
    vendor = schema_editor.connection.vendor
    # SQLite spells "differs, and NULL is a value" IS NOT; PostgreSQL IS DISTINCT FROM, with jsonb compared as text.
    differs = "NEW.{0} IS NOT OLD.{0}" if vendor == "sqlite" else "NEW.{0}::text IS DISTINCT FROM OLD.{0}::text"
    changed = " OR ".join(differs.format(schema_editor.quote_name(column)) for column in columns)
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[vendor]:
        schema_editor.execute(statement.replace("{changed}", changed), params=None)


def allow_edits(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]
    operations = [migrations.RunPython(refuse_edits, allow_edits)]
