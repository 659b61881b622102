"""Reviews of calls, which the database keeps as they were, and refuses where a correction has no reason. Only the reason may go, with the call's words.

SQLite drops a table's triggers when Django rebuilds the table: a later migration that alters campaigns_reviewact must add them again
(tests/campaigns/review/test_review_rows.py fails if it forgets).
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models

KEPT = "what a reviewer did is kept as it was"
UNREASONED = "a correction needs a reason"
KEPT_COLUMNS = ("id", "call_id", "kind", "question_id", "before", "after", "done_by", "done_at")


def is_edited(differs):
    return " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in KEPT_COLUMNS) + " OR (NEW.reason <> OLD.reason AND NEW.reason <> '')"


NO_REASON = "NEW.kind <> 'accepted' AND trim(NEW.reason) = ''"
SQLITE = [
    f"""
    CREATE TRIGGER campaigns_reviewact_never_edited BEFORE UPDATE ON campaigns_reviewact
    WHEN {is_edited("IS NOT")}
    BEGIN SELECT RAISE(ABORT, '{KEPT}'); END
    """,
    f"""
    CREATE TRIGGER campaigns_reviewact_has_a_reason BEFORE INSERT ON campaigns_reviewact
    WHEN {NO_REASON}
    BEGIN SELECT RAISE(ABORT, '{UNREASONED}'); END
    """,
]
POSTGRESQL = [
    f"""
    CREATE FUNCTION campaigns_guard_review_act() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF {NO_REASON} THEN
                RAISE EXCEPTION '{UNREASONED}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        ELSIF {is_edited("IS DISTINCT FROM")} THEN
            RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER campaigns_reviewact_guarded BEFORE INSERT OR UPDATE ON campaigns_reviewact
    FOR EACH ROW EXECUTE FUNCTION campaigns_guard_review_act()
    """,
]
UNDO = {
    "sqlite": ["DROP TRIGGER campaigns_reviewact_never_edited", "DROP TRIGGER campaigns_reviewact_has_a_reason"],
    "postgresql": ["DROP TRIGGER campaigns_reviewact_guarded ON campaigns_reviewact", "DROP FUNCTION campaigns_guard_review_act()"],
}


def refuse_edits(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def allow_edits(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0035_calls_keep_their_language'),
    ]

    operations = [
        migrations.CreateModel(
            name='Waveform',
            fields=[
                ('recording', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='waveform', serialize=False, to='campaigns.recording')),
                ('piece_ms', models.FloatField()),
                ('channels', models.JSONField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ReviewAct',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('accepted', 'found it right'), ('answer', 'corrected an answer'), ('score', 'corrected the score')], max_length=8)),
                ('before', models.JSONField(blank=True, null=True)),
                ('after', models.JSONField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('done_by', models.CharField(max_length=150)),
                ('done_at', models.DateTimeField()),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='review_acts', to='campaigns.call')),
                ('question', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.question')),
            ],
            options={
                'ordering': ['done_at', 'id'],
                'default_permissions': ('add',),
                'indexes': [models.Index(fields=['call', 'kind'], name='review_act_of_call')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'answer'), ('question__isnull', False)), models.Q(models.Q(('kind', 'answer'), _negated=True), ('question', None)), _connector='OR'), name='review_act_of_what'), models.CheckConstraint(condition=models.Q(('done_by', ''), _negated=True), name='review_act_by_somebody')],
            },
        ),
        migrations.RunPython(refuse_edits, allow_edits),
    ]
