"""The database itself refuses to change a kept change of a campaign, and a preflight once it is finished. Deleting a draft with both stays possible.

SQLite drops a table's triggers when Django rebuilds the table: a later migration that alters campaigns_campaignchange or campaigns_preflight
must add them again (tests/campaigns/test_campaign_life.py fails if it forgets).
"""

from django.db import migrations

CHANGE = "a change of a campaign is kept as it was"
PREFLIGHT = "a finished preflight is kept as it is: run another"

SQLITE = [
    f"""
    CREATE TRIGGER campaigns_campaignchange_never_edited BEFORE UPDATE ON campaigns_campaignchange
    BEGIN SELECT RAISE(ABORT, '{CHANGE}'); END
    """,
    f"""
    CREATE TRIGGER campaigns_preflight_never_edited BEFORE UPDATE ON campaigns_preflight
    WHEN OLD.finished_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{PREFLIGHT}'); END
    """,
]
POSTGRESQL = [
    f"""
    CREATE FUNCTION campaigns_refuse_change_edit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{CHANGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    f"""
    CREATE FUNCTION campaigns_refuse_preflight_edit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.finished_at IS NOT NULL THEN
            RAISE EXCEPTION '{PREFLIGHT}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER campaigns_campaignchange_never_edited BEFORE UPDATE ON campaigns_campaignchange
    FOR EACH ROW EXECUTE FUNCTION campaigns_refuse_change_edit()
    """,
    """
    CREATE TRIGGER campaigns_preflight_never_edited BEFORE UPDATE ON campaigns_preflight
    FOR EACH ROW EXECUTE FUNCTION campaigns_refuse_preflight_edit()
    """,
]
UNDO = {
    "sqlite": ["DROP TRIGGER campaigns_campaignchange_never_edited", "DROP TRIGGER campaigns_preflight_never_edited"],
    "postgresql": [
        "DROP TRIGGER campaigns_campaignchange_never_edited ON campaigns_campaignchange",
        "DROP TRIGGER campaigns_preflight_never_edited ON campaigns_preflight",
        "DROP FUNCTION campaigns_refuse_change_edit()",
        "DROP FUNCTION campaigns_refuse_preflight_edit()",
    ],
}


def refuse_edits(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def allow_edits(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0005_a_campaigns_life_is_kept")]
    operations = [migrations.RunPython(refuse_edits, allow_edits)]
