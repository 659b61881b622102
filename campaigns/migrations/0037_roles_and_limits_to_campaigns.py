"""Limits to campaigns, owners of API keys, and rights to see people and numbers, which whoever saw them until now gets."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NEW = {
    "see_numbers": "Can see people's numbers",
    "see_people": "Can see people's names, words and recordings",
}
SAW_PEOPLE = [
    ("leads", "view_lead"), ("leads", "change_lead"), ("leads", "view_consentrecord"), ("leads", "view_donotcallentry"),
    ("leads", "view_donotcallremoval"), ("campaigns", "view_call"), ("campaigns", "view_handoff"),
]


def keep_what_people_see(apps, schema_editor):
    """Nobody loses anything by an update: a role, or an administrator, takes the rights away where they are not wanted."""
    ContentType, Permission = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    saw = models.Q()
    for app_label, codename in SAW_PEOPLE:
        saw |= models.Q(content_type__app_label=app_label, codename=codename)
    seeing = list(Permission.objects.filter(saw))
    users = apps.get_model("auth", "User").objects.filter(user_permissions__in=seeing).distinct()
    groups = apps.get_model("auth", "Group").objects.filter(permissions__in=seeing).distinct()
    if not (users.exists() or groups.exists()):
        return
    # Django makes them only after the last migration.
    content_type, _is_new = ContentType.objects.get_or_create(app_label="campaigns", model="campaignaccess")
    new = [Permission.objects.get_or_create(content_type=content_type, codename=code, defaults={"name": name})[0] for code, name in NEW.items()]
    for user in users:
        user.user_permissions.add(*new)
    for group in groups:
        group.permissions.add(*new)


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0036_calls_are_reviewed'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='apikey',
            name='owner',
            field=models.ForeignKey(blank=True, help_text='The key sees and does what this user may. Empty: everything', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner'),
        ),
        migrations.CreateModel(
            name='CampaignAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('campaigns', models.ManyToManyField(blank=True, related_name='+', to='campaigns.campaign', verbose_name='only these campaigns')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='campaign_access', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'limit to campaigns',
                'verbose_name_plural': 'limits to campaigns',
                'permissions': [('see_numbers', "Can see people's numbers"), ('see_people', "Can see people's names, words and recordings"), ('show_number', 'Can make one number visible, with a reason')],
                'default_permissions': (),
            },
        ),
        migrations.RunPython(keep_what_people_see, migrations.RunPython.noop),
    ]
