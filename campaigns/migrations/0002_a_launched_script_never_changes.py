"""The database itself refuses to change a launched script: its text, and its questions. Deleting a version nobody was called with stays possible.

SQLite drops a table's triggers when Django rebuilds the table: a later migration that alters campaigns_script or campaigns_question must
add them again (tests/campaigns/test_campaign_life.py fails if it forgets).
"""

from django.db import migrations

MESSAGE = "a launched script never changes: copy it to a new version"

SQLITE = [
    f"""
    CREATE TRIGGER campaigns_script_never_changes BEFORE UPDATE ON campaigns_script
    WHEN OLD.launched_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """,
    *(
        f"""
        CREATE TRIGGER campaigns_question_no_{verb.lower()} BEFORE {verb} ON campaigns_question
        WHEN EXISTS (SELECT 1 FROM campaigns_script WHERE id {ids} AND launched_at IS NOT NULL)
        BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
        """
        for verb, ids in (("INSERT", "= NEW.script_id"), ("UPDATE", "IN (OLD.script_id, NEW.script_id)"))
    ),
]
POSTGRESQL = [
    f"""
    CREATE FUNCTION campaigns_refuse_script_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.launched_at IS NOT NULL THEN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE FUNCTION campaigns_refuse_question_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM campaigns_script WHERE id = NEW.script_id AND launched_at IS NOT NULL)
           OR (TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM campaigns_script WHERE id = OLD.script_id AND launched_at IS NOT NULL)) THEN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER campaigns_script_never_changes BEFORE UPDATE ON campaigns_script
    FOR EACH ROW EXECUTE FUNCTION campaigns_refuse_script_change()
    """,
    """
    CREATE TRIGGER campaigns_question_never_changes BEFORE INSERT OR UPDATE ON campaigns_question
    FOR EACH ROW EXECUTE FUNCTION campaigns_refuse_question_change()
    """,
]
UNDO = {
    "sqlite": [
        "DROP TRIGGER campaigns_script_never_changes",
        "DROP TRIGGER campaigns_question_no_insert",
        "DROP TRIGGER campaigns_question_no_update",
    ],
    "postgresql": [
        "DROP TRIGGER campaigns_script_never_changes ON campaigns_script",
        "DROP TRIGGER campaigns_question_never_changes ON campaigns_question",
        "DROP FUNCTION campaigns_refuse_script_change()",
        "DROP FUNCTION campaigns_refuse_question_change()",
    ],
}


def refuse_changes(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def allow_changes(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]
    operations = [migrations.RunPython(refuse_changes, allow_changes)]
