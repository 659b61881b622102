from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0011_markets_are_looked_up'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='consentrecord',
            index=models.Index(condition=models.Q(('covers_automated_voice', False)), fields=['-given_at', '-recorded_at', '-id'], name='consent_without_automation'),
        ),
        migrations.AddIndex(
            model_name='consentrecord',
            index=models.Index(condition=models.Q(('kind', 'withdrawn')), fields=['-given_at', '-recorded_at', '-id'], name='consent_withdrawn'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['market', '-created_at', 'id'], name='lead_newest_of_market'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['time_zone', '-created_at', 'id'], name='lead_newest_of_zone'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['language', '-created_at', 'id'], name='lead_newest_of_language'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['source', '-created_at', 'id'], name='lead_newest_of_source'),
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_of_zone',
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_of_language',
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_of_source',
        ),
    ]
