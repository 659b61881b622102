"""The flight record: an append-only list of what the dialer saw, decided and did; the rules it went by; and what the judge found in it.

Plain values instead of foreign keys, and a digest instead of the number: the record outlives an erased lead, and holds nothing that names one.
The database refuses to change or delete a row (a migration's triggers).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.judge.record import EntryKind
from leads.said import utc
from leads.telling import told_later


class FlightEntry(models.Model):
    """One event, written in the transaction that made it true. `campaigns.flight` is the only writer."""

    kind = models.CharField(_("what"), max_length=16, choices=[(kind.value, told_later(kind.value.replace("_", " "))) for kind in EntryKind])
    at = models.DateTimeField(_("at"))  # business time
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)  # real time
    campaign_id = models.BigIntegerField(_("campaign"), null=True, blank=True)
    call_id = models.UUIDField(_("call"), null=True, blank=True)
    line_id = models.BigIntegerField(_("phone line"), null=True, blank=True)
    lead_id = models.UUIDField(_("lead"), null=True, blank=True)
    number = models.CharField(_("digest of the number"), max_length=64, blank=True)
    money_minor = models.BigIntegerField(_("change in what is committed, KES cents"), default=0)
    money_on = models.DateField(_("counts on"), null=True, blank=True)  # the organisation's day
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("flight entry")
        verbose_name_plural = _("flight record")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["at"], name="flight_at"),
            models.Index(fields=["kind", "at"], name="flight_kind"),
            models.Index(fields=["call_id"], condition=Q(call_id__isnull=False), name="flight_call"),
            models.Index(fields=["number", "at"], condition=~Q(number=""), name="flight_number"),
        ]
        constraints = [models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in EntryKind]), name="flight_kind_is_known")]

    def __str__(self) -> str:
        return gettext("%(kind)s at %(at)s") % {"kind": self.get_kind_display(), "at": f"{self.at:%Y-%m-%d %H:%M:%S} UTC"}


class RuleSheet(models.Model):
    """Calling rules as a decision used them, for one market and purpose, by date and region: pack files change, this stays."""

    digest = models.CharField(primary_key=True, max_length=64)  # of the content
    pack_version = models.CharField(max_length=40)
    market = models.CharField(max_length=2)
    purpose = models.CharField(max_length=16)
    content = models.JSONField()
    first_used_at = models.DateTimeField()


class Judgement(models.Model):
    """One run of the judge over a period of the record."""

    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    judged_at = models.DateTimeField(_("judged at"), auto_now_add=True)
    judged_by = models.CharField(_("asked by"), max_length=150, blank=True)
    n_entries = models.PositiveIntegerField(_("entries"))
    n_decisions = models.PositiveIntegerField(_("decisions"))
    n_calls = models.PositiveIntegerField(_("calls"))
    n_broken = models.PositiveIntegerField(_("promises broken"))
    counts = models.JSONField(_("by invariant"))  # {"invariant": {"kept", "unjudged", "broken"}}
    violations = models.JSONField(_("violations"))  # the first of each invariant

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        ordering = ["-judged_at"]
        default_permissions = ("add", "view")
        constraints = [models.CheckConstraint(condition=Q(since__lt=models.F("until")), name="judgement_of_a_period")]

    def __str__(self) -> str:
        return gettext("%(since)s to %(until)s") % {"since": f"{self.since:%Y-%m-%d %H:%M}", "until": utc(self.until)}
