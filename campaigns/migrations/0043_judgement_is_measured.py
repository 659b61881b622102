"""Voided answers, replays of rubrics, calls judged by two people without seeing each other, calls with known answers.

What somebody judged or decided is kept by the database as it was. SQLite drops a table's triggers when Django rebuilds the table: a later
migration that alters campaigns_coding or campaigns_adjudication must add them again (tests/campaigns/review/test_doubling.py fails if it
forgets). These tables are new, and none with triggers is rebuilt here.
"""

import django.core.validators
import django.db.models.deletion
import uuid
from django.db import migrations, models


KEPT = "what a reviewer judged is kept as it was"
TABLES = ("campaigns_coding", "campaigns_adjudication")


def refuse_edits(apps, schema_editor):
    for table in TABLES:
        if schema_editor.connection.vendor == "sqlite":
            statements = [f"CREATE TRIGGER {table}_never_edited BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"]
        else:
            statements = [
                f"""
                CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation';
                END $$
                """,
                f"CREATE TRIGGER {table}_never_edited BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_guard()",
            ]
        for statement in statements:
            schema_editor.execute(statement, params=None)


def allow_edits(apps, schema_editor):
    for table in TABLES:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {table}_never_edited", params=None)
            continue
        schema_editor.execute(f"DROP TRIGGER {table}_never_edited ON {table}", params=None)
        schema_editor.execute(f"DROP FUNCTION {table}_guard()", params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0042_listening_in'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalibrationItem',
            fields=[
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='calibration_item', serialize=False, to='campaigns.call')),
                ('gold', models.JSONField()),
                ('picked_by', models.CharField(max_length=150)),
                ('picked_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['picked_at'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Adjudication',
            fields=[
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='adjudication', serialize=False, to='campaigns.call')),
                ('values', models.JSONField()),
                ('is_unanimous', models.BooleanField(default=False)),
                ('decided_by', models.CharField(max_length=150)),
                ('decided_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_by', ''), _negated=True), name='adjudication_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='ReviewPlan',
            fields=[
                ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='review_plan', serialize=False, to='campaigns.campaign')),
                ('random_percent', models.PositiveSmallIntegerField(default=5, help_text='Of all calls, in the queue “A random share”', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='random share, percent')),
                ('double_percent', models.PositiveSmallIntegerField(default=0, help_text='Of all calls. 0: none', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='judged twice, percent')),
                ('is_blind', models.BooleanField(default=True, help_text='Reviewers do not see what the bot understood, nor the score, before they have answered themselves', verbose_name='blind')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('double_percent__lte', 100), ('random_percent__lte', 100)), name='review_plan_is_in_percent')],
            },
        ),
        migrations.CreateModel(
            name='Coding',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('double', 'double review'), ('calibration', 'calibration')], max_length=12)),
                ('values', models.JSONField()),
                ('coder', models.CharField(max_length=150)),
                ('coded_at', models.DateTimeField()),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codings', to='campaigns.call')),
            ],
            options={
                'ordering': ['coded_at', 'id'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('call', 'coder'), name='coding_once_by_each'), models.CheckConstraint(condition=models.Q(('coder', ''), _negated=True), name='coding_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='CodingClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('coder', models.CharField(max_length=150)),
                ('claimed_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='coding_claims', to='campaigns.call')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('coder',), name='coding_claim_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='RubricReplay',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField()),
                ('campaign_ids', models.JSONField()),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('threshold', models.PositiveIntegerField()),
                ('rubrics', models.JSONField()),
                ('asked_by', models.CharField(max_length=150)),
                ('asked_at', models.DateTimeField()),
                ('n_calls', models.PositiveIntegerField()),
                ('n_done', models.PositiveIntegerField(default=0)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('failure', models.CharField(blank=True, max_length=500)),
                ('found', models.JSONField(blank=True, null=True)),
                ('published_by', models.CharField(blank=True, max_length=150)),
                ('calls_of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.script')),
                ('published_as', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='campaigns.script')),
                ('script', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replays', to='campaigns.script')),
            ],
            options={
                'ordering': ['-asked_at'],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('asked_by', ''), _negated=True), name='rubric_replay_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='VoidedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.JSONField()),
                ('quote', models.TextField(blank=True)),
                ('started_ms', models.PositiveIntegerField(default=0)),
                ('ended_ms', models.PositiveIntegerField(default=0)),
                ('confidence', models.FloatField(default=0.0)),
                ('is_confirmed', models.BooleanField(default=False)),
                ('saved_at', models.DateTimeField()),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='voided_answers', to='campaigns.call')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.question')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('call', 'question'), name='voided_answer_one_per_question')],
            },
        ),
        migrations.RunPython(refuse_edits, allow_edits),
    ]
