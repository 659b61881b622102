"""Counts of days for the first page, and the index by which a day is counted."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0037_roles_and_limits_to_campaigns'),
        ('leads', '0009_a_list_is_imported_in_the_console'),
    ]

    operations = [
        migrations.CreateModel(
            name='DayTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('attempted', models.PositiveIntegerField(default=0)),
                ('connected', models.PositiveIntegerField(default=0)),
                ('right_party', models.PositiveIntegerField(default=0)),
                ('complete', models.PositiveIntegerField(default=0)),
                ('hot', models.PositiveIntegerField(default=0)),
                ('accepted', models.PositiveIntegerField(default=0)),
                ('won', models.PositiveIntegerField(default=0)),
                ('n_ended', models.PositiveIntegerField(default=0)),
                ('n_blocked', models.PositiveIntegerField(default=0)),
                ('n_unpriced', models.PositiveIntegerField(default=0)),
                ('spent_minor', models.PositiveBigIntegerField(default=0)),
                ('voice_minor', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'tally of a day',
                'verbose_name_plural': 'tallies of days',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='StaleDate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(db_index=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='TalliedDate',
            fields=[
                ('on', models.DateField(primary_key=True, serialize=False)),
                ('counted_at', models.DateTimeField()),
                ('version', models.PositiveIntegerField(default=0)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='TallyPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('kind', models.CharField(choices=[('hour', "hour of the week on the leads' clocks"), ('reason', 'why calls were blocked'), ('first_word', 'time to the first word'), ('turn', 'time from voice to voice')], max_length=12)),
                ('key', models.CharField(max_length=40)),
                ('n', models.PositiveIntegerField()),
                ('n_answered', models.PositiveIntegerField(default=0)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(django.db.models.functions.comparison.Coalesce('dialled_at', 'answered_at', 'ended_at'), name='call_of_day'),
        ),
        migrations.AddIndex(
            model_name='staffcall',
            index=models.Index(condition=models.Q(('money_on__isnull', False)), fields=['money_on'], name='staff_call_money'),
        ),
        migrations.AddField(
            model_name='daytally',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='day_tallies', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='tallypart',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.campaign'),
        ),
        migrations.AddIndex(
            model_name='daytally',
            index=models.Index(fields=['on'], name='tally_of_day'),
        ),
        migrations.AddConstraint(
            model_name='daytally',
            constraint=models.UniqueConstraint(fields=('campaign', 'on'), name='tally_one_a_day'),
        ),
        migrations.AddIndex(
            model_name='tallypart',
            index=models.Index(fields=['on', 'campaign'], name='tally_parts_of_day'),
        ),
        migrations.AddConstraint(
            model_name='tallypart',
            constraint=models.UniqueConstraint(fields=('campaign', 'on', 'kind', 'key'), name='tally_part_once'),
        ),
    ]
