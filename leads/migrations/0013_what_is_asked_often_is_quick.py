from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0012_filtered_lists_are_quick'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(condition=models.Q(('act', 'show'), ('subject', 'call')), fields=['by'], name='audit_of_calls_shown'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['id'], include=('time_zone',), name='lead_with_zone'),
        ),
    ]
