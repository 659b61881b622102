import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0051_calls_are_listed_quickly'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='call',
            name='call_of_day',
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(django.db.models.functions.comparison.Coalesce('dialled_at', 'answered_at', 'ended_at'), include=('id', 'campaign', 'lead', 'status', 'disposition', 'occasion', 'dialled_at', 'answered_at', 'ended_at', 'stream_opened_at', 'money_on', 'cost_minor', 'settled_at', 'voice_cost_minor', 'voice_settled_at'), name='call_of_day'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('dialled_at__isnull', False)), fields=['ended_at'], name='call_just_over'),
        ),
    ]
