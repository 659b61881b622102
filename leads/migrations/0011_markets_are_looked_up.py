from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0010_long_lists_are_quick'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['market', 'id'], name='lead_by_market'),
        ),
        migrations.RemoveIndex(
            model_name='lead',
            name='lead_of_market',
        ),
    ]
