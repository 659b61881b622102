"""The table of retry rules, with the values as shipped (tests/campaigns/test_retry_rules.py holds them to campaigns.retries.SHIPPED)."""

from django.db import migrations, models

# outcome, final, again after minutes, parts of the day, attempts at most, AAPOR code
SHIPPED = [
    ("no_answer", False, 180, 3, 6, "3.13"),
    ("busy", False, 20, 0, 4, "3.12"),
    ("failed", False, 30, 0, 3, "3.16"),
    ("unreachable", False, 240, 3, 6, "3.16"),
    ("declined", False, 1440, 2, 2, "3.13"),
    ("barred", False, 1440, 0, 2, "3.15"),
    ("not_in_service", True, 60, 0, 1, "4.3"),
    ("voicemail", False, 180, 3, 6, "3.14"),
    ("hung_up", False, 240, 2, 2, "3.21"),
    ("broke_off", False, 60, 0, 3, "2.12"),
    ("callback_requested", False, 1440, 0, 3, "2.21"),
    ("qualified", True, 60, 0, 1, "1.1"),
    ("not_qualified", True, 60, 0, 1, "1.1"),
    ("interviewed", True, 60, 0, 1, "1.1"),
    ("screened_out", True, 60, 0, 1, "4.7"),
    ("quota_full", True, 60, 0, 1, "4.8"),
    ("refused", True, 60, 0, 1, "2.11"),
    ("not_interested", True, 60, 0, 1, "2.11"),
    ("wrong_number", True, 60, 0, 1, "3.9"),
    ("opted_out", True, 60, 0, 1, "2.11"),
    ("outcome_unknown", True, 60, 0, 1, "3.9"),
    ("blocked", True, 60, 0, 1, "3.11"),
    ("canceled", True, 60, 0, 1, "3.11"),
]


def seed(apps, schema_editor):
    rule = apps.get_model("campaigns", "RetryRule")
    names = ("outcome", "is_final", "delay_minutes", "n_day_parts", "max_attempts", "aapor_code")
    rule.objects.bulk_create(rule(**dict(zip(names, row))) for row in SHIPPED)


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0007_calls_keep_promises'),
    ]

    operations = [
        migrations.CreateModel(
            name='RetryRule',
            fields=[
                ('outcome', models.CharField(choices=[('no_answer', 'no answer'), ('busy', 'busy'), ('failed', 'failed: the network or the platform'), ('unreachable', 'switched off or out of reach'), ('declined', 'declined while it rang'), ('barred', 'barred by the network'), ('not_in_service', 'number not in service'), ('voicemail', 'voicemail'), ('hung_up', 'picked up, and gone before an answer'), ('broke_off', 'broke off after an answer'), ('callback_requested', 'asked to be called at another time'), ('qualified', 'qualified'), ('not_qualified', 'not qualified'), ('interviewed', 'interviewed'), ('screened_out', 'screened out'), ('quota_full', 'quota full'), ('refused', 'refused'), ('not_interested', 'not interested'), ('wrong_number', 'wrong number'), ('opted_out', 'opted out'), ('outcome_unknown', 'nobody knows whether it rang'), ('blocked', 'blocked by the rules: not dialled'), ('canceled', 'canceled')], editable=False, max_length=20, primary_key=True, serialize=False, verbose_name='outcome')),
                ('is_final', models.BooleanField(help_text='Nobody is called again after it', verbose_name='final')),
                ('delay_minutes', models.PositiveIntegerField(help_text='From the end of the attempt', verbose_name='again after, minutes')),
                ('n_day_parts', models.PositiveSmallIntegerField(help_text='Spread over at least so many; 0: the delay alone counts', verbose_name='parts of the day')),
                ('max_attempts', models.PositiveSmallIntegerField(help_text="That end so; the campaign's own limit holds as well", verbose_name='attempts, at most')),
                ('aapor_code', models.CharField(choices=[('1.1', '1.1 complete'), ('1.2', '1.2 partial'), ('2.11', '2.11 refusal'), ('2.12', '2.12 break-off'), ('2.21', '2.21 respondent not available'), ('2.22', '2.22 voicemail of the respondent'), ('2.31', '2.31 deceased'), ('2.32', '2.32 physically or mentally unable'), ('2.33', '2.33 language'), ('2.34', '2.34 other, eligible'), ('3.11', '3.11 not attempted'), ('3.12', '3.12 always busy'), ('3.13', '3.13 rings, no answer'), ('3.14', '3.14 voicemail, not known whose'), ('3.15', '3.15 call blocked'), ('3.16', '3.16 technical trouble of the phone'), ('3.21', '3.21 answered, nobody screened'), ('3.9', '3.9 other, eligibility unknown'), ('4.2', '4.2 fax or data line'), ('4.3', '4.3 number not in service'), ('4.5', '4.5 no household: a business or other'), ('4.7', '4.7 not eligible'), ('4.8', '4.8 quota full')], max_length=4, verbose_name='AAPOR code')),
            ],
            options={
                'verbose_name': 'retry rule',
                'verbose_name_plural': 'retry rules',
                'ordering': ['outcome'],
                'default_permissions': ('change', 'view'),
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['no_answer', 'busy', 'failed', 'unreachable', 'declined', 'barred', 'not_in_service', 'voicemail', 'hung_up', 'broke_off', 'callback_requested', 'qualified', 'not_qualified', 'interviewed', 'screened_out', 'quota_full', 'refused', 'not_interested', 'wrong_number', 'opted_out', 'outcome_unknown', 'blocked', 'canceled'])), name='retry_outcome_is_known'), models.CheckConstraint(condition=models.Q(('is_final', True), models.Q(('outcome__in', ['opted_out', 'wrong_number', 'refused', 'not_interested', 'outcome_unknown', 'blocked', 'canceled', 'qualified', 'not_qualified', 'interviewed', 'screened_out', 'quota_full']), _negated=True), _connector='OR'), name='retry_never_again_is_final'), models.CheckConstraint(condition=models.Q(('delay_minutes__gte', 5), ('delay_minutes__lte', 43200)), name='retry_delay_in_bounds'), models.CheckConstraint(condition=models.Q(('n_day_parts__lte', 4)), name='retry_day_parts_in_bounds'), models.CheckConstraint(condition=models.Q(('max_attempts__gte', 1), ('max_attempts__lte', 20), ('max_attempts__gte', models.F('n_day_parts'))), name='retry_attempts_in_bounds'), models.CheckConstraint(condition=models.Q(('aapor_code__in', ['1.1', '1.2', '2.11', '2.12', '2.21', '2.22', '2.31', '2.32', '2.33', '2.34', '3.11', '3.12', '3.13', '3.14', '3.15', '3.16', '3.21', '3.9', '4.2', '4.3', '4.5', '4.7', '4.8'])), name='retry_aapor_code_is_known')],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
