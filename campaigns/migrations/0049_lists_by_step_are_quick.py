from django.db import migrations, models


def forget(apps, schema_editor):
    """No call has its level yet: the dialer counts the days anew and notes it, and until then the lists work it out themselves."""
    apps.get_model("campaigns", "TalliedDate").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0048_cases_are_grouped_quickly'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='reached_level',
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.RemoveIndex(
            model_name='call',
            name='call_by_dialled_at',
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['dialled_at', 'id'], name='call_by_dialled_at'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('reached_level__gte', 5)), fields=['-created_at', '-id'], include=('reached_level', 'campaign'), name='call_of_hot_lead'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('reached_level__isnull', False)), fields=['campaign', 'reached_level'], name='call_reached'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('disposition__isnull', False)), fields=['disposition', '-created_at', '-id'], include=('campaign',), name='call_newest_of_result'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('occasion', 'campaign'), _negated=True), fields=['-created_at', '-id'], name='call_newest_of_few'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['lead', 'campaign'], name='call_of_lead'),
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
