"""Who led a live call, kept by the database as it was: only the outcome is written once, and the words may go with the call's transcript.

SQLite drops a table's triggers when Django rebuilds the table: a later migration that alters campaigns_liveaction must add it again
(tests/campaigns/handoff/test_live_action_rows.py fails if it forgets).
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models

KEPT = "what was done to a live call is kept as it was"
IS_EDITED = (
    " OR ".join(f"NEW.{column} <> OLD.{column}" for column in ("id", "call_id", "kind", "rep_name", "done_by", "done_at"))
    + " OR (NEW.text <> OLD.text AND NEW.text <> '') OR (NEW.outcome <> OLD.outcome AND OLD.outcome <> '')"
)
SQLITE = [
    f"""
    CREATE TRIGGER campaigns_liveaction_never_edited BEFORE UPDATE ON campaigns_liveaction
    WHEN {IS_EDITED}
    BEGIN SELECT RAISE(ABORT, '{KEPT}'); END
    """
]
POSTGRESQL = [
    f"""
    CREATE FUNCTION campaigns_refuse_live_action_edit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {IS_EDITED} THEN
            RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER campaigns_liveaction_never_edited BEFORE UPDATE ON campaigns_liveaction
    FOR EACH ROW EXECUTE FUNCTION campaigns_refuse_live_action_edit()
    """,
]
UNDO = {
    "sqlite": ["DROP TRIGGER campaigns_liveaction_never_edited"],
    "postgresql": [
        "DROP TRIGGER campaigns_liveaction_never_edited ON campaigns_liveaction",
        "DROP FUNCTION campaigns_refuse_live_action_edit()",
    ],
}


def refuse_edits(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def allow_edits(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0030_leads_wait_in_rooms'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='call',
            options={'ordering': ['-created_at'], 'permissions': [('lead_live_call', 'Can speak through the bot on a live call, give it to a rep, or end it')], 'verbose_name': 'call', 'verbose_name_plural': 'calls'},
        ),
        migrations.AddField(
            model_name='turn',
            name='said_for',
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.CreateModel(
            name='LiveAction',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('whisper', 'let the bot say'), ('take_over', 'took the lead over'), ('end_politely', 'let the bot end the call')], max_length=12)),
                ('text', models.CharField(blank=True, max_length=200)),
                ('rep_name', models.CharField(blank=True, max_length=60)),
                ('done_by', models.CharField(max_length=150)),
                ('done_at', models.DateTimeField()),
                ('outcome', models.CharField(blank=True, choices=[('said', 'said, and heard to its end'), ('cut', 'begun, then the lead spoke'), ('dropped', 'not said: it was no moment for it'), ('done', 'done'), ('not_done', 'not done: the call ended otherwise')], max_length=8)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='live_actions', to='campaigns.call')),
            ],
            options={
                'ordering': ['done_at', 'id'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('call', 'kind'), name='live_action_one_waits')],
            },
        ),
        migrations.RunPython(refuse_edits, allow_edits),
    ]
