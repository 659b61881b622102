from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0049_lists_by_step_are_quick'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['-created_at', '-id'], include=('campaign', 'status', 'disposition', 'occasion'), name='call_listed'),
        ),
        migrations.RemoveIndex(
            model_name='call',
            name='call_newest',
        ),
    ]
