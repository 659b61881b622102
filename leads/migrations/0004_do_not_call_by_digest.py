"""The do-not-call list is asked by a keyed digest, so that it can hold numbers that may not be kept; who takes one off stays on record.

The key is made here, once, and every entry gets its digest. Entries of before count as not yet swept: the next rounds of the dialer look
at each of them again.
"""

import hashlib
import hmac
import secrets

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BATCH = 1000
ORIGINS = [("callee", "the person asked on a call"), ("staff", "entered by staff"), ("api", "sent by an integration"), ("registry", "public register")]


def fill_digests(apps, schema_editor):
    secret = apps.get_model("leads", "InstallationSecret").objects.create(name="phone-digest", value=secrets.token_hex(32))
    entry_model, lead_model = apps.get_model("leads", "DoNotCallEntry"), apps.get_model("leads", "Lead")
    key, batch = bytes.fromhex(secret.value), []
    for entry in entry_model.objects.only("pk", "phone").iterator(chunk_size=BATCH):
        entry.phone_digest = hmac.new(key, entry.phone.encode(), hashlib.sha256).hexdigest()
        batch.append(entry)
        if len(batch) == BATCH:
            entry_model.objects.bulk_update(batch, ["phone_digest"])
            batch = []
    entry_model.objects.bulk_update(batch, ["phone_digest"])
    holders = lead_model.objects.filter(phone=models.OuterRef("phone")).values("pk")[:1]
    entry_model.objects.update(lead_id=models.Subquery(holders, output_field=models.UUIDField()))
    if schema_editor.connection.vendor == "postgresql":
        # The new references are checked now: PostgreSQL alters no table that has checks pending.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0003_a_pack_is_acknowledged"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="InstallationSecret",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("value", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="DoNotCallRemoval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone", models.CharField(blank=True, max_length=16, null=True, verbose_name="phone")),
                ("phone_digest", models.CharField(db_index=True, max_length=64, verbose_name="digest of the number")),
                ("origin", models.CharField(choices=ORIGINS, max_length=16, verbose_name="origin")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason of the entry")),
                ("entered_at", models.DateTimeField(verbose_name="entered at")),
                ("removed_at", models.DateTimeField(verbose_name="taken off at")),
                ("why", models.CharField(max_length=500, verbose_name="why it was taken off")),
                (
                    "removed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="taken off by"
                    ),
                ),
            ],
            options={
                "verbose_name": "number taken off do-not-call",
                "verbose_name_plural": "numbers taken off do-not-call",
                "ordering": ["-removed_at"],
                "default_permissions": ("view",),
                "constraints": [models.CheckConstraint(condition=~models.Q(why=""), name="dnc_removal_says_why")],
            },
        ),
        migrations.AddField(
            "donotcallentry",
            "lead",
            models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="leads.lead"),
        ),
        migrations.AddField("donotcallentry", "swept_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField("donotcallentry", "phone_digest", models.CharField(editable=False, max_length=64, null=True)),
        migrations.RunPython(fill_digests, migrations.RunPython.noop, elidable=False),
        migrations.RemoveConstraint("donotcallentry", "dnc_phone_is_e164"),
        migrations.AlterField(
            "donotcallentry",
            "phone_digest",
            models.CharField(editable=False, max_length=64, unique=True, verbose_name="digest of the number"),
        ),
        migrations.AlterField(
            "donotcallentry",
            "phone",
            models.CharField(
                blank=True,
                max_length=16,
                null=True,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator("^\\+[1-9][0-9]{6,14}$", "Use the international form, for example +254712345678.")
                ],
                verbose_name="phone",
            ),
        ),
        migrations.AddIndex(
            "donotcallentry", models.Index(condition=models.Q(("swept_at", None)), fields=["entered_at"], name="dnc_not_yet_swept")
        ),
        migrations.AddConstraint(
            "donotcallentry",
            models.CheckConstraint(
                condition=models.Q(("phone", None), ("phone__regex", "^\\+[1-9][0-9]{6,14}$"), _connector="OR"), name="dnc_phone_is_e164_or_not_kept"
            ),
        ),
        migrations.AddConstraint(
            "donotcallentry",
            models.CheckConstraint(condition=models.Q(("phone_digest__regex", "^[0-9a-f]{64}$")), name="dnc_has_a_digest"),
        ),
    ]
