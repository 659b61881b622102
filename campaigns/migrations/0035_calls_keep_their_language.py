from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0034_scripts_branch_and_speak_languages")]
    operations = [
        migrations.AddField("call", "language", models.CharField(blank=True, default="", max_length=16, verbose_name="language")),
    ]
