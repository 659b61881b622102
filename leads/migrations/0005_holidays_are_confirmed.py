"""Somebody's word about a holiday that follows the moon. The database itself refuses to change one: a later word takes its place.

SQLite drops a table's triggers when Django rebuilds the table: a later migration that alters leads_holidayconfirmation must add them again
(tests/leads/test_holiday_confirmation.py fails if it forgets).
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

DO = {
    "sqlite": [
        """
        CREATE TRIGGER leads_holidayconfirmation_never_edited BEFORE UPDATE ON leads_holidayconfirmation
        BEGIN SELECT RAISE(ABORT, 'a holiday confirmation is never edited: say it anew'); END
        """
    ],
    "postgresql": [
        """
        CREATE FUNCTION leads_refuse_holiday_edit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a holiday confirmation is never edited: say it anew' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER leads_holidayconfirmation_never_edited BEFORE UPDATE ON leads_holidayconfirmation
        FOR EACH ROW EXECUTE FUNCTION leads_refuse_holiday_edit()
        """,
    ],
}
UNDO = {
    "sqlite": ["DROP TRIGGER leads_holidayconfirmation_never_edited"],
    "postgresql": [
        "DROP TRIGGER leads_holidayconfirmation_never_edited ON leads_holidayconfirmation",
        "DROP FUNCTION leads_refuse_holiday_edit()",
    ],
}


def refuse_edits(apps, schema_editor):
    for statement in DO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def allow_edits(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0004_do_not_call_by_digest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HolidayConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('market', models.CharField(max_length=2, verbose_name='market')),
                ('estimated_on', models.DateField(verbose_name='estimated for')),
                ('name', models.CharField(max_length=200, verbose_name='holiday')),
                ('confirmed_on', models.DateField(blank=True, null=True, verbose_name='falls on')),
                ('confirmed_at', models.DateTimeField(verbose_name='said at')),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='said by')),
            ],
            options={
                'verbose_name': 'holiday confirmation',
                'verbose_name_plural': 'holiday confirmations',
                'ordering': ['-confirmed_at', '-pk'],
                'indexes': [models.Index(fields=['market', 'estimated_on'], name='leads_holid_market_b42199_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('market', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='holiday_confirmation_says_which')],
            },
        ),
        migrations.RunPython(refuse_edits, allow_edits),
    ]
