"""Who may be called: leads, the evidence of their consent, and the do-not-call list.

Consent is append-only: a record is never edited (the database refuses it), only withdrawn by a newer record.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leads.compliance import ConsentGrade, ConsentKind, Purpose
from leads.import_stage import Stage
from leads.telling import labels, told

E164 = r"^\+[1-9][0-9]{6,14}$"
is_e164 = RegexValidator(E164, _("Use the international form, for example +254712345678."))


def last_digits(phone: str | None, digest: str) -> str:
    return f"…{phone[-3:]}" if phone else gettext("(number not kept, %(digest)s)") % {"digest": digest[:8]}


class LeadImport(models.Model):
    """One list that was imported: who, when, which file, and what became of its rows. The rows themselves are not kept."""

    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    attested_by = models.CharField(_("who attested consent"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)  # empty: it goes on, or was broken off
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    # Every row is one of these five.
    n_new = models.PositiveIntegerField(_("new leads"), default=0)
    n_updated = models.PositiveIntegerField(_("brought up to date"), default=0)
    n_unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    n_repeated = models.PositiveIntegerField(_("repeated within the file"), default=0)
    n_rejected = models.PositiveIntegerField(_("rejected"), default=0)
    n_consents = models.PositiveIntegerField(_("new consent records"), default=0)
    # Of an import that is made in the console. What the file holds lies in a private folder (`leads.import_files`), never here.
    stage = models.CharField(_("where it stands"), max_length=16, choices=labels(Stage), default=Stage.DONE.value)
    order = models.JSONField(default=dict, blank=True)  # columns, country and consent as somebody chose them (`leads.import_order`)
    remarks = models.JSONField(default=list, blank=True)  # sentences about how the file was read
    failure = models.CharField(_("what went wrong"), max_length=1000, blank=True)
    file_key = models.CharField(max_length=32, blank=True)  # names the folder; empty: there is none, or no longer
    n_bytes = models.PositiveBigIntegerField(_("size of the file"), default=0)
    n_rows = models.PositiveIntegerField(_("rows"), default=0)  # 0: not counted yet
    n_rows_done = models.PositiveIntegerField(default=0)
    n_people_done = models.PositiveIntegerField(default=0)  # where a run that was killed goes on
    run_token = models.CharField(max_length=32, blank=True)  # of the newest run: an older one that still lives saves nothing more
    asked_at = models.DateTimeField(null=True, blank=True)  # real time; when the worker was last asked to go on

    class Meta:
        verbose_name = _("lead import")
        verbose_name_plural = _("lead imports")
        ordering = ["-started_at"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["sha256"], name="import_of_file"), models.Index(fields=["stage", "asked_at"], name="import_at_work")]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=[each.value for each in Stage]), name="import_stage_is_known"),
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(stage=Stage.IMPORTING.value) & ~Q(file_key=""), name="one_import_of_a_file_at_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.file_name}"


class Lead(models.Model):
    """A person we may want to call, with one number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    phone = models.CharField(_("phone"), max_length=16, unique=True, validators=[is_e164], help_text=_("E.164: + and up to 15 digits"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    # Blank means unknown, and unknown means no call: it is derived once at entry, never at the dial instant.
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, help_text=_("IANA name, for example Africa/Nairobi. Empty: not called."))
    market = models.CharField(_("market"), max_length=2, blank=True, help_text=_("ISO 3166 code of the number's region"))
    language = models.CharField(_("language"), max_length=16, default="en-KE")
    source = models.CharField(_("source"), max_length=200, blank=True, help_text=_("Where we lawfully got this person's data"))
    external_id = models.CharField(_("external id"), max_length=200, null=True, blank=True, unique=True)  # noqa: DJ001 - unique, so absent must be NULL
    custom_fields = models.JSONField(_("custom fields"), default=dict, blank=True)
    created_by_import = models.ForeignKey(LeadImport, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="leads")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.CheckConstraint(condition=Q(phone__regex=E164), name="lead_phone_is_e164"),
        ]
        # The order of its lists, filtered too: where the leads that fit came long ago, the newest of all lead nowhere. Migration 0010 adds two for
        # searching, on PostgreSQL.
        indexes = [
            models.Index(fields=["-created_at", "id"], name="lead_newest"),
            models.Index(fields=["market", "id"], name="lead_by_market"),  # with the id: whether a campaign has leads there (campaigns.lived_in)
            models.Index(fields=["market", "-created_at", "id"], name="lead_newest_of_market"),
            models.Index(fields=["time_zone", "-created_at", "id"], name="lead_newest_of_zone"),
            models.Index(fields=["language", "-created_at", "id"], name="lead_newest_of_language"),
            models.Index(fields=["source", "-created_at", "id"], name="lead_newest_of_source"),
            models.Index(fields=["id"], include=["time_zone"], name="lead_with_zone"),  # what hours on the leads' clocks are counted from
        ]

    def __str__(self) -> str:
        return self.name or gettext("Lead %(id)s") % {"id": str(self.id)[:8]}


class ListedLead(models.Model):
    """Who stood on an imported list and was taken, new or known: the list can be put into a campaign as a whole."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lead_import = models.ForeignKey(LeadImport, on_delete=models.CASCADE, related_name="listed")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="listed")

    class Meta:
        verbose_name = _("lead on an imported list")
        verbose_name_plural = _("on another imported list")  # told as the reason for keeping a lead
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["lead_import", "lead"], name="listed_once")]


class ConsentRecord(models.Model):
    """Evidence that a lead agreed, or took it back: what was shown, when, how, for whom. Never edited."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="consent_records")
    kind = models.CharField(_("kind"), max_length=16, choices=labels(ConsentKind))
    purpose = models.CharField(_("purpose"), max_length=16, choices=labels(Purpose))
    covers_automated_voice = models.BooleanField(_("names automated or AI voice calls"), default=False)
    controller = models.CharField(_("organisation named in the text"), max_length=200)
    wording = models.TextField(_("exact wording shown or said"), blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    wording_version = models.CharField(_("wording version"), max_length=40, blank=True)
    lawful_basis = models.CharField(_("lawful basis"), max_length=40, default="consent")
    channel = models.CharField(_("how it was given"), max_length=40, help_text=_("web form, paper, recording, keypress, import attestation"))
    evidence = models.JSONField(_("evidence"), default=dict, blank=True, help_text=_("form URL and IP, scan id, clip and offsets, user and time"))
    evidence_hash = models.CharField(_("evidence hash"), max_length=64, blank=True)
    grade = models.CharField(_("grade"), max_length=16, choices=labels(ConsentGrade), default=ConsentGrade.ATTESTED.value)
    source = models.CharField(_("source list and its lawful origin"), max_length=200, blank=True)
    given_at = models.DateTimeField(_("given or withdrawn at"))
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    pack_version = models.CharField(_("market pack version"), max_length=40, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("consent record")
        verbose_name_plural = _("consent records")
        ordering = ["-given_at", "-recorded_at"]
        indexes = [
            models.Index(fields=["lead", "purpose", "given_at"]),
            models.Index(fields=["-given_at", "-recorded_at", "-id"], name="consent_newest"),
            models.Index(fields=["channel"], name="consent_of_channel"),
            # What hardly any are: without these, whoever filters by it has all looked through.
            models.Index(fields=["-given_at", "-recorded_at", "-id"], condition=Q(covers_automated_voice=False), name="consent_without_automation"),
            models.Index(fields=["-given_at", "-recorded_at", "-id"], condition=Q(kind=ConsentKind.WITHDRAWN.value), name="consent_withdrawn"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in ConsentKind]), name="consent_kind_is_known"),
            models.CheckConstraint(condition=Q(purpose__in=[p.value for p in Purpose]), name="consent_purpose_is_known"),
        ]

    def __str__(self) -> str:
        words = {"kind": self.get_kind_display(), "purpose": self.get_purpose_display(), "day": f"{self.given_at:%Y-%m-%d}"}
        return gettext("%(kind)s for %(purpose)s, %(day)s") % words


class InstallationSecret(models.Model):
    """A random key of this installation, kept beside what it protects so that a changed SECRET_KEY orphans nothing."""

    name = models.CharField(primary_key=True, max_length=40)
    value = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)


class DoNotCallEntry(models.Model):
    """A number that must not be called. Kept by number, not by lead: it outlives the lead. Ask by `leads.do_not_call.entries_of`."""

    class Origin(models.TextChoices):
        CALLEE = "callee", _("the person asked on a call")
        STAFF = "staff", _("entered by staff")
        API = "api", _("sent by an integration")
        REGISTRY = "registry", _("public register")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Without it the number may not be kept, and the digest alone tells it again.
    phone = models.CharField(_("phone"), max_length=16, unique=True, null=True, blank=True, validators=[is_e164])  # noqa: DJ001
    phone_digest = models.CharField(_("digest of the number"), max_length=64, unique=True, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")  # who had the number when it was entered
    origin = models.CharField(_("origin"), max_length=16, choices=Origin.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField(_("entered at"))
    swept_at = models.DateTimeField(null=True, blank=True, editable=False)  # everything that was queued for it has been ended

    class Meta:
        verbose_name = _("do-not-call entry")
        verbose_name_plural = _("do-not-call entries")
        indexes = [
            models.Index(fields=["entered_at"], condition=Q(swept_at=None), name="dnc_not_yet_swept"),
            models.Index(fields=["-entered_at", "id"], name="dnc_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(phone=None) | Q(phone__regex=E164), name="dnc_phone_is_e164_or_not_kept"),
            models.CheckConstraint(condition=Q(phone_digest__regex=r"^[0-9a-f]{64}$"), name="dnc_has_a_digest"),
        ]

    def __str__(self) -> str:
        return gettext("do not call %(number)s") % {"number": last_digits(self.phone, self.phone_digest)}


class DoNotCallRemoval(models.Model):
    """A number that was taken off the list: what the entry said, who took it off, when and why. Never edited."""

    phone = models.CharField(_("phone"), max_length=16, null=True, blank=True)  # noqa: DJ001 - null: the number may not be kept
    phone_digest = models.CharField(_("digest of the number"), max_length=64, db_index=True)
    origin = models.CharField(_("origin"), max_length=16, choices=DoNotCallEntry.Origin.choices)
    reason = models.CharField(_("reason of the entry"), max_length=500, blank=True)
    entered_at = models.DateTimeField(_("entered at"))
    removed_at = models.DateTimeField(_("taken off at"))
    # Protected: who answers for it stays on record. Deactivate the account instead of deleting it.
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("taken off by"))
    why = models.CharField(_("why it was taken off"), max_length=500)

    class Meta:
        verbose_name = _("number taken off do-not-call")
        verbose_name_plural = _("numbers taken off do-not-call")
        ordering = ["-removed_at"]
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(condition=~Q(why=""), name="dnc_removal_says_why")]

    def __str__(self) -> str:
        return last_digits(self.phone, self.phone_digest)


class ErasedAttempt(models.Model):
    """When a number was dialled whose person has been erased since: the caps on attempts go on counting it while they reach back so far."""

    phone_digest = models.CharField(max_length=64)
    dialled_at = models.DateTimeField()  # business time

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["phone_digest", "dialled_at"], name="erased_attempt_of_number"),
            models.Index(fields=["dialled_at"], name="erased_attempt_age"),
        ]


class KeptConsent(models.Model):
    """A consent record of somebody who was erased: the proof that the law has us keep, without number and name.

    Whoever brings the number can be told again: the hash is over it and `record` together, as `leads.consent.hash_of` makes it.
    """

    phone_digest = models.CharField(max_length=64, db_index=True)
    market = models.CharField(max_length=2, blank=True)
    record = models.JSONField()
    evidence_hash = models.CharField(max_length=64, blank=True)
    keep_until = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()


class PackAcknowledgement(models.Model):
    """Somebody answers for calling by a market pack that nobody has read again for long. For this very version of the pack only."""

    market = models.CharField(_("market"), max_length=2)
    pack_version = models.CharField(_("market pack version"), max_length=40)
    # Protected: who answered stays on record. Deactivate the account instead of deleting it.
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("acknowledged by"))
    acknowledged_at = models.DateTimeField(_("acknowledged at"))

    class Meta:
        verbose_name = _("market pack acknowledgement")
        verbose_name_plural = _("market pack acknowledgements")
        ordering = ["-acknowledged_at"]
        constraints = [models.UniqueConstraint(fields=["market", "pack_version"], name="pack_version_acknowledged_once")]

    def __str__(self) -> str:
        return self.pack_version


class HolidayConfirmation(models.Model):
    """What somebody says became of a holiday whose date was an estimate. Never edited: a later row about the same date counts instead."""

    market = models.CharField(_("market"), max_length=2)
    estimated_on = models.DateField(_("estimated for"))
    name = models.CharField(_("holiday"), max_length=200)
    confirmed_on = models.DateField(_("falls on"), null=True, blank=True)  # null: it is no holiday
    # Protected: who said it stays on record. Deactivate the account instead of deleting it.
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("said by"))
    confirmed_at = models.DateTimeField(_("said at"))

    class Meta:
        verbose_name = _("holiday confirmation")
        verbose_name_plural = _("holiday confirmations")
        ordering = ["-confirmed_at", "-pk"]
        indexes = [models.Index(fields=["market", "estimated_on"])]
        constraints = [models.CheckConstraint(condition=~Q(market="") & ~Q(name=""), name="holiday_confirmation_says_which")]

    def __str__(self) -> str:
        return f"{self.market} {self.estimated_on}: {self.sentence}"

    @property
    def sentence(self) -> str:
        if self.confirmed_on is None:
            return "no holiday"
        return "as estimated" if self.confirmed_on == self.estimated_on else f"moved to {self.confirmed_on}"


class AuditEntry(models.Model):
    """That somebody exported, played, showed or overrode something. Never edited, never deleted (the database refuses both); names no callee.

    Written by `leads.audit` alone. Whom it is about is told by an id, which means nothing once the person is erased.
    """

    class Act(models.TextChoices):
        EXPORT = "export", _("exported")
        PLAY = "play", _("played a recording")
        LISTEN = "listen", _("listened in on a live call")
        SHOW = "show", _("made a hidden number visible")
        OVERRIDE = "override", _("overrode")
        WAIVE = "waive", _("waived")
        RIGHTS = "rights", _("changed rights")
        IMPORT = "import", _("imported a list")
        UNDO = "undo", _("took an import back")

    at = models.DateTimeField(_("at"))  # UTC, business time
    by = models.CharField(_("by"), max_length=150)  # text, so that it outlives the account
    act = models.CharField(_("what"), max_length=16, choices=Act.choices)
    subject = models.CharField(_("of what"), max_length=40)  # "call", "lead", "campaign", "script", "user", …
    subject_id = models.CharField(max_length=40, blank=True)
    campaign_id = models.BigIntegerField(_("campaign"), null=True, blank=True)  # no foreign key: leads know no campaigns, and an entry outlives one
    why = models.CharField(_("why"), max_length=1000, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)  # before and after, how many rows; no names, no numbers

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["subject", "subject_id"], name="audit_of_subject"),
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["by"], condition=Q(subject="call", act="show"), name="audit_of_calls_shown"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(by="") & ~Q(subject=""), name="audit_says_who_and_what")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by}: {self.get_act_display()}, {told(self.subject)}"
