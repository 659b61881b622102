import django.db.models.deletion
import uuid
from django.db import migrations, models
from django.utils import timezone


def say_whose_word_it_was(apps, schema_editor):
    """Numbers that were verified before it was kept by whom stay so, and say so."""
    verified = apps.get_model("campaigns", "Rep").objects.filter(is_verified=True)
    verified.filter(verified_by="").update(verified_by="a manager, before names were kept")
    verified.filter(verified_at=None).update(verified_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0031_people_lead_live_calls'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='rep',
            name='sip_address',
        ),
        migrations.CreateModel(
            name='NumberCheck',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=16)),
                ('code_hash', models.CharField(max_length=64)),
                ('expires_at', models.DateTimeField()),
                ('asked_by', models.CharField(max_length=150)),
                ('asked_at', models.DateTimeField()),
                ('asked_on', models.DateField()),
                ('n_wrong', models.PositiveSmallIntegerField(default=0)),
                ('result', models.CharField(blank=True, choices=[('verified', 'verified'), ('wrong_code', 'wrong_code'), ('no_answer', 'no_answer'), ('busy', 'busy'), ('not_entered', 'not_entered'), ('failed', 'failed'), ('not_rung', 'not_rung'), ('expired', 'expired'), ('number_changed', 'number_changed')], max_length=16)),
                ('why_not_rung', models.CharField(blank=True, max_length=300)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('rep', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='number_checks', to='campaigns.rep')),
                ('staff_call', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='number_check', to='campaigns.staffcall')),
            ],
            options={
                'verbose_name': "check of a rep's number",
                'verbose_name_plural': "checks of reps' numbers",
                'default_permissions': (),
                'indexes': [models.Index(fields=['rep', 'asked_on'], name='campaigns_n_rep_id_b2624d_idx'), models.Index(fields=['number', 'asked_on'], name='campaigns_n_number_740a24_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('result', '')), fields=('rep',), name='number_check_one_at_a_time')],
            },
        ),
        migrations.RunPython(say_whose_word_it_was, migrations.RunPython.noop),
    ]
