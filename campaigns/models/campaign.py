"""A script, a set of leads, limits and hours."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.compliance import Purpose


class Campaign(models.Model):
    class Kind(models.TextChoices):
        QUALIFICATION = "qualification", _("lead qualification")
        SURVEY = "survey", _("survey")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        CLOSED = "closed", _("closed")

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.QUALIFICATION)
    purpose = models.CharField(_("purpose"), max_length=16, choices=[(p.value, p.value) for p in Purpose], default=Purpose.MARKETING.value)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.DRAFT)
    pause_reason = models.CharField(_("why it is paused"), max_length=300, blank=True)
    script = models.ForeignKey("campaigns.Script", on_delete=models.PROTECT, related_name="campaigns")
    line = models.ForeignKey("campaigns.Line", on_delete=models.PROTECT, related_name="campaigns")
    reps = models.ManyToManyField("campaigns.Rep", blank=True, related_name="campaigns", verbose_name=_("reps for hot leads"))
    voice = models.CharField(_("voice"), max_length=40, default="embedded")
    controller = models.CharField(_("organisation named in the consent"), max_length=200)
    max_calls_in_flight = models.PositiveIntegerField(_("calls in flight, at most"), default=5)
    max_attempts = models.PositiveIntegerField(_("attempts a lead, at most"), default=3)
    budget_minor = models.PositiveBigIntegerField(_("budget, KES cents"), null=True, blank=True, help_text=_("Empty: no cap. 100 = KES 1.00"))
    max_call_s = models.PositiveIntegerField(_("longest call, seconds"), default=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=[p.value for p in Purpose]), name="campaign_purpose_is_known"),
            models.CheckConstraint(condition=Q(max_attempts__gte=1), name="campaign_attempts_at_least_one"),
        ]

    def __str__(self) -> str:
        return self.name
