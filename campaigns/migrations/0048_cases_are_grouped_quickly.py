from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0047_reviews_are_quick'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['campaign', 'lead'], include=('id', 'status', 'disposition', 'hangup_cause'), name='call_cases'),
        ),
    ]
