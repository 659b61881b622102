"""Skip rules, wording in further languages, three more kinds of question.

SQLite rebuilds both tables for this, and loses the triggers that keep a launched script as it is: they are put back (see 0002).
"""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

launched = import_module("campaigns.migrations.0002_a_launched_script_never_changes")

KINDS = ["yes_no", "number", "timeline", "one_of", "many_of", "scale", "money", "open"]


def put_aside(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        launched.allow_changes(apps, schema_editor)


def put_back(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        launched.refuse_changes(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0033_reps_legs_are_asked_for")]
    operations = [
        migrations.RunPython(put_aside, put_back),
        migrations.AddField("script", "translations", models.JSONField(blank=True, default=dict, verbose_name="further languages")),
        migrations.AddField("script", "revision", models.PositiveIntegerField(default=0, editable=False)),
        migrations.AddField("question", "skips", models.JSONField(blank=True, default=list, verbose_name="skip rules")),
        migrations.AddField("question", "translations", models.JSONField(blank=True, default=dict, verbose_name="in further languages")),
        migrations.RemoveConstraint("question", "question_kind_is_known"),
        migrations.AlterField(
            "question", "kind", models.CharField(choices=[(kind, kind) for kind in KINDS], max_length=16, verbose_name="kind")
        ),
        migrations.AddConstraint("question", models.CheckConstraint(condition=Q(kind__in=KINDS), name="question_kind_is_known")),
        migrations.RunPython(put_back, put_aside),
    ]
