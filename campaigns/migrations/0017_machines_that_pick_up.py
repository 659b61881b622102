"""Outcomes of calls that something else than a person picked up, with their retry rules as shipped."""

from django.db import migrations, models

# outcome, final, again after minutes, parts of the day, attempts at most, AAPOR code (campaigns.retries.SHIPPED has the reasons)
SHIPPED = [
    ("call_screened", False, 1440, 2, 3, "3.15"),
    ("phone_menu", False, 1440, 2, 2, "3.21"),
    ("fax", True, 60, 0, 1, "4.2"),
]


def seed(apps, schema_editor):
    rule = apps.get_model("campaigns", "RetryRule")
    names = ("outcome", "is_final", "delay_minutes", "n_day_parts", "max_attempts", "aapor_code")
    rule.objects.bulk_create(rule(**dict(zip(names, row))) for row in SHIPPED)


def unseed(apps, schema_editor):
    apps.get_model("campaigns", "RetryRule").objects.filter(outcome__in=[row[0] for row in SHIPPED]).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0016_who_decides_whose_turn_it_is'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='retryrule',
            name='retry_outcome_is_known',
        ),
        migrations.AlterField(
            model_name='call',
            name='disposition',
            field=models.CharField(blank=True, choices=[('qualified', 'qualified'), ('not_qualified', 'not_qualified'), ('interviewed', 'interviewed'), ('refused', 'refused'), ('screened_out', 'screened_out'), ('quota_full', 'quota_full'), ('callback_requested', 'callback_requested'), ('not_interested', 'not_interested'), ('wrong_number', 'wrong_number'), ('opted_out', 'opted_out'), ('voicemail', 'voicemail'), ('call_screened', 'call_screened'), ('phone_menu', 'phone_menu'), ('announcement', 'announcement'), ('fax', 'fax'), ('incomplete', 'incomplete'), ('informed', 'informed')], max_length=20, null=True, verbose_name='disposition'),
        ),
        migrations.AlterField(
            model_name='call',
            name='session_outcome',
            field=models.CharField(blank=True, choices=[('finished', 'finished'), ('informed', 'informed'), ('handed_off', 'handed_off'), ('calling_back', 'calling_back'), ('promised', 'promised'), ('callback_requested', 'callback_requested'), ('opted_out', 'opted_out'), ('not_interested', 'not_interested'), ('wrong_number', 'wrong_number'), ('voicemail', 'voicemail'), ('call_screened', 'call_screened'), ('phone_menu', 'phone_menu'), ('announcement', 'announcement'), ('fax', 'fax'), ('no_input', 'no_input'), ('time_up', 'time_up'), ('callee_left', 'callee_left'), ('media_lost', 'media_lost'), ('voice_failed', 'voice_failed'), ('desk_failed', 'desk_failed'), ('stopped', 'stopped')], default='', max_length=20, verbose_name='how the session ended'),
        ),
        migrations.AlterField(
            model_name='retryrule',
            name='outcome',
            field=models.CharField(choices=[('no_answer', 'no answer'), ('busy', 'busy'), ('failed', 'failed: the network or the platform'), ('unreachable', 'switched off or out of reach'), ('declined', 'declined while it rang'), ('barred', 'barred by the network'), ('not_in_service', 'number not in service'), ('voicemail', 'voicemail'), ('call_screened', 'screened: asked who is calling, and nobody came'), ('phone_menu', 'a menu of keys, or its queue'), ('fax', 'fax or modem'), ('hung_up', 'picked up, and gone before an answer'), ('broke_off', 'broke off after an answer'), ('callback_requested', 'asked to be called at another time'), ('qualified', 'qualified'), ('not_qualified', 'not qualified'), ('interviewed', 'interviewed'), ('screened_out', 'screened out'), ('quota_full', 'quota full'), ('refused', 'refused'), ('not_interested', 'not interested'), ('wrong_number', 'wrong number'), ('opted_out', 'opted out'), ('outcome_unknown', 'nobody knows whether it rang'), ('blocked', 'blocked by the rules: not dialled'), ('canceled', 'canceled')], editable=False, max_length=20, primary_key=True, serialize=False, verbose_name='outcome'),
        ),
        migrations.AddConstraint(
            model_name='retryrule',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['no_answer', 'busy', 'failed', 'unreachable', 'declined', 'barred', 'not_in_service', 'voicemail', 'call_screened', 'phone_menu', 'fax', 'hung_up', 'broke_off', 'callback_requested', 'qualified', 'not_qualified', 'interviewed', 'screened_out', 'quota_full', 'refused', 'not_interested', 'wrong_number', 'opted_out', 'outcome_unknown', 'blocked', 'canceled'])), name='retry_outcome_is_known'),
        ),
        migrations.RunPython(seed, unseed),
    ]
