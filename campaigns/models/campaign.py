"""A script, a set of leads, limits and hours."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.phone_line import Line
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
    more_lines = models.ManyToManyField(
        "campaigns.Line",
        blank=True,
        related_name="+",
        verbose_name=_("more phone lines"),
        help_text=_("Calls are shared among all of them; a lead is always called from the number that called before"),
    )
    reps = models.ManyToManyField("campaigns.Rep", blank=True, related_name="campaigns", verbose_name=_("reps for hot leads"))
    voice = models.CharField(_("voice"), max_length=40, default="embedded")
    controller = models.CharField(_("organisation named in the consent"), max_length=200)
    max_calls_in_flight = models.PositiveIntegerField(_("calls in flight, at most"), default=5)
    max_attempts = models.PositiveIntegerField(_("attempts a lead, at most"), default=3)
    budget_minor = models.PositiveBigIntegerField(_("budget, KES cents"), null=True, blank=True, help_text=_("Empty: no cap. 100 = KES 1.00"))
    day_budget_minor = models.PositiveBigIntegerField(_("budget a day, KES cents"), null=True, blank=True, help_text=_("Empty: no cap"))
    hot_leads_a_rep = models.FloatField(
        _("hot leads a free rep"),
        null=True,
        blank=True,
        default=1.0,
        help_text=_("Expected at once, at most: dialing slows down to what the reps can take. Empty: reps do not hold it back"),
    )
    max_call_s = models.PositiveIntegerField(_("longest call, seconds"), default=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=[p.value for p in Purpose]), name="campaign_purpose_is_known"),
            models.CheckConstraint(condition=Q(max_attempts__gte=1), name="campaign_attempts_at_least_one"),
            models.CheckConstraint(condition=Q(hot_leads_a_rep=None) | Q(hot_leads_a_rep__gt=0), name="campaign_hot_leads_a_rep_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def lines(self) -> list[Line]:
        """Its numbers as they are now, the main one first."""
        found = Line.objects.filter(Q(pk=self.line_id) | Q(pk__in=self.more_lines.values("pk")))
        return sorted(found, key=lambda line: (line.pk != self.line_id, line.pk))
