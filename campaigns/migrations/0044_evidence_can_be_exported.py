"""The right to export evidence packs."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0043_judgement_is_measured")]

    operations = [
        migrations.AlterModelOptions(
            name="campaignaccess",
            options={
                "default_permissions": (),
                "permissions": [
                    ("see_numbers", "Can see people's numbers"),
                    ("see_people", "Can see people's names, words and recordings"),
                    ("show_number", "Can make one number visible, with a reason"),
                    ("export_evidence", "Can export evidence packs of calls and people"),
                ],
                "verbose_name": "limit to campaigns",
                "verbose_name_plural": "limits to campaigns",
            },
        ),
    ]
