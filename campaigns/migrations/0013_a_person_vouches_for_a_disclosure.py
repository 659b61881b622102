"""SQLite rebuilds the table of scripts for this, and loses the triggers that keep a launched one as it is: they are put back (see 0002)."""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

launched = import_module("campaigns.migrations.0002_a_launched_script_never_changes")


def put_aside(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        launched.allow_changes(apps, schema_editor)


def put_back(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        launched.refuse_changes(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0012_flight_record")]
    operations = [
        migrations.RunPython(put_aside, put_back),
        migrations.AddField("script", "disclosure_vouched_by", models.CharField(default="", editable=False, max_length=150)),
        migrations.AddField("script", "disclosure_vouched_text", models.TextField(default="", editable=False)),
        migrations.AddConstraint(
            "script",
            models.CheckConstraint(
                condition=Q(disclosure_vouched_by="", disclosure_vouched_text="") | ~Q(disclosure_vouched_by="") & ~Q(disclosure_vouched_text=""),
                name="vouched_by_somebody_for_a_text",
            ),
        ),
        migrations.RunPython(put_back, put_aside),
    ]
