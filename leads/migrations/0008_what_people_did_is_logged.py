"""The audit log, whose rows the database itself refuses to change or delete.

SQLite drops a table's triggers when Django rebuilds the table: a later migration that alters leads_auditentry must add them again
(tests/leads/test_audit.py fails if it forgets).
"""

from django.db import migrations, models

MESSAGE = "the audit log is append-only: nothing in it is changed or deleted"
VERBS = ("UPDATE", "DELETE")

FUNCTION = f"""
CREATE FUNCTION leads_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def refuse_changes(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    if not is_sqlite:
        schema_editor.execute(FUNCTION, params=None)
    act = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END" if is_sqlite else "FOR EACH ROW EXECUTE FUNCTION leads_refuse_audit_change()"
    for verb in VERBS:
        schema_editor.execute(f"CREATE TRIGGER leads_auditentry_no_{verb.lower()} BEFORE {verb} ON leads_auditentry {act}", params=None)


def allow_changes(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for verb in VERBS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS leads_auditentry_no_{verb.lower()}" + ("" if is_sqlite else " ON leads_auditentry"), params=None)
    if not is_sqlite:
        schema_editor.execute("DROP FUNCTION leads_refuse_audit_change()", params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0007_what_erasure_leaves'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.CharField(max_length=150, verbose_name='by')),
                ('act', models.CharField(choices=[('export', 'exported'), ('play', 'played a recording'), ('listen', 'listened in on a live call'), ('show', 'made a hidden number visible'), ('override', 'overrode'), ('waive', 'waived'), ('rights', 'changed rights')], max_length=16, verbose_name='what')),
                ('subject', models.CharField(max_length=40, verbose_name='of what')),
                ('subject_id', models.CharField(blank=True, max_length=40)),
                ('campaign_id', models.BigIntegerField(blank=True, null=True, verbose_name='campaign')),
                ('why', models.CharField(blank=True, max_length=1000, verbose_name='why')),
                ('detail', models.JSONField(blank=True, default=dict, verbose_name='detail')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit log',
                'ordering': ['-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['subject', 'subject_id'], name='audit_of_subject'), models.Index(fields=['at'], name='audit_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('by', ''), _negated=True), models.Q(('subject', ''), _negated=True)), name='audit_says_who_and_what')],
            },
        ),
        migrations.RunPython(refuse_changes, allow_changes),
    ]
