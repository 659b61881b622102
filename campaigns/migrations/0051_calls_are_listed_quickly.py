from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0048_cases_are_grouped_quickly'),
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
