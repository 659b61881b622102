"""The flight record, whose rows the database itself refuses to change or delete.

SQLite drops a table's triggers when Django rebuilds the table: a later migration that alters campaigns_flightentry or campaigns_rulesheet
must add them again (tests/campaigns/test_flight.py fails if it forgets).
"""

from django.db import migrations, models

MESSAGE = "the flight record is append-only: nothing in it is changed or deleted"
TABLES = ("campaigns_flightentry", "campaigns_rulesheet")
VERBS = ("UPDATE", "DELETE")

FUNCTION = f"""
CREATE FUNCTION campaigns_refuse_flight_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def refuse_changes(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    if not is_sqlite:
        schema_editor.execute(FUNCTION, params=None)
    act = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END" if is_sqlite else "FOR EACH ROW EXECUTE FUNCTION campaigns_refuse_flight_change()"
    for table in TABLES:
        for verb in VERBS:
            schema_editor.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {act}", params=None)


def allow_changes(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for table in TABLES:
        for verb in VERBS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb.lower()}" + ("" if is_sqlite else f" ON {table}"), params=None)
    if not is_sqlite:
        schema_editor.execute("DROP FUNCTION campaigns_refuse_flight_change()", params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0011_questions_do_not_walk_the_list'),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleSheet',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('pack_version', models.CharField(max_length=40)),
                ('market', models.CharField(max_length=2)),
                ('purpose', models.CharField(max_length=16)),
                ('content', models.JSONField()),
                ('first_used_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='FlightEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('tick', 'tick'), ('decision', 'decision'), ('postponed', 'postponed'), ('dispatch', 'dispatch'), ('placed', 'placed'), ('not_sent', 'not sent'), ('refused', 'refused'), ('unknown', 'unknown'), ('answered', 'answered'), ('finished', 'finished'), ('ended', 'ended'), ('money', 'money'), ('opted_out', 'opted out'), ('campaign', 'campaign'), ('stopped', 'stopped'), ('resumed', 'resumed')], max_length=16, verbose_name='what')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('campaign_id', models.BigIntegerField(blank=True, null=True, verbose_name='campaign')),
                ('call_id', models.UUIDField(blank=True, null=True, verbose_name='call')),
                ('line_id', models.BigIntegerField(blank=True, null=True, verbose_name='phone line')),
                ('lead_id', models.UUIDField(blank=True, null=True, verbose_name='lead')),
                ('number', models.CharField(blank=True, max_length=64, verbose_name='digest of the number')),
                ('money_minor', models.BigIntegerField(default=0, verbose_name='change in what is committed, KES cents')),
                ('money_on', models.DateField(blank=True, null=True, verbose_name='counts on')),
                ('details', models.JSONField(default=dict, verbose_name='details')),
            ],
            options={
                'verbose_name': 'flight entry',
                'verbose_name_plural': 'flight record',
                'ordering': ['-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['at'], name='flight_at'), models.Index(fields=['kind', 'at'], name='flight_kind'), models.Index(condition=models.Q(('call_id__isnull', False)), fields=['call_id'], name='flight_call'), models.Index(condition=models.Q(('number', ''), _negated=True), fields=['number', 'at'], name='flight_number')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['tick', 'decision', 'postponed', 'dispatch', 'placed', 'not_sent', 'refused', 'unknown', 'answered', 'finished', 'ended', 'money', 'opted_out', 'campaign', 'stopped', 'resumed'])), name='flight_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Judgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(verbose_name='from')),
                ('until', models.DateTimeField(verbose_name='until')),
                ('judged_at', models.DateTimeField(auto_now_add=True, verbose_name='judged at')),
                ('judged_by', models.CharField(blank=True, max_length=150, verbose_name='asked by')),
                ('n_entries', models.PositiveIntegerField(verbose_name='entries')),
                ('n_decisions', models.PositiveIntegerField(verbose_name='decisions')),
                ('n_calls', models.PositiveIntegerField(verbose_name='calls')),
                ('n_broken', models.PositiveIntegerField(verbose_name='promises broken')),
                ('counts', models.JSONField(verbose_name='by invariant')),
                ('violations', models.JSONField(verbose_name='violations')),
            ],
            options={
                'verbose_name': 'judgement',
                'verbose_name_plural': 'judgements',
                'ordering': ['-judged_at'],
                'default_permissions': ('add', 'view'),
                'constraints': [models.CheckConstraint(condition=models.Q(('since__lt', models.F('until'))), name='judgement_of_a_period')],
            },
        ),
        migrations.RunPython(refuse_changes, allow_changes),
    ]
