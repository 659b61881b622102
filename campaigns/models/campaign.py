"""A script, a set of leads, limits and hours; and every change of its status, for good."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bridge.brief import TurnControl
from campaigns.handoff.routing import Ring
from campaigns.models.phone_line import Line
from leads.compliance import Purpose
from leads.telling import labels


class Campaign(models.Model):
    class Kind(models.TextChoices):
        QUALIFICATION = "qualification", _("lead qualification")
        SURVEY = "survey", _("survey")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("approved")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        CLOSED = "closed", _("closed")

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.QUALIFICATION)
    purpose = models.CharField(_("purpose"), max_length=16, choices=labels(Purpose), default=Purpose.MARKETING.value)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.DRAFT)
    pause_reason = models.CharField(_("why it is paused"), max_length=300, blank=True)
    # The approval in force: what it rests on, and by whom. Earlier ones stand in the changes.
    approved_preflight = models.ForeignKey("campaigns.Preflight", on_delete=models.RESTRICT, null=True, blank=True, related_name="+", editable=False)
    approved_by = models.CharField(_("approved by"), max_length=150, blank=True, editable=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True, editable=False)
    running_since = models.DateTimeField(_("running since"), null=True, blank=True, editable=False)  # the circuit breaker looks no further
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
    turns = models.CharField(
        _("whose turn it is, decided by"),
        max_length=8,
        choices=[(TurnControl.LOCAL.value, _("us, alike for every voice")), (TurnControl.PROVIDER.value, _("the voice itself"))],
        default=TurnControl.LOCAL.value,
        help_text=_("A voice that interrupts itself may stop at every “mm-hmm”, or not at all. One that cannot decide is led by us"),
    )
    fallback_voices = models.JSONField(_("voices to fall back on"), default=list, blank=True, help_text=_("In this order, when the voice fails"))
    is_recorded = models.BooleanField(
        _("calls are recorded"),
        default=True,
        help_text=_("Never where the callee or the market says no. If they are not, take the words about a recording out of the script"),
    )
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
    ring_strategy = models.CharField(
        _("whom a hot lead is offered to"),
        max_length=16,
        choices=[
            (Ring.RING_ALL.value, _("all free reps at once")),
            (Ring.SEQUENTIAL.value, _("one after another, always in the same order")),
            (Ring.LONGEST_IDLE.value, _("one after another, the longest idle first")),
        ],
        default=Ring.RING_ALL.value,
    )
    needed_skills = models.JSONField(_("skills a rep needs"), default=list, blank=True)
    is_language_matched = models.BooleanField(_("only reps who speak the language of the call"), default=True)
    is_last_rep_first = models.BooleanField(_("the rep who spoke with the lead last comes first"), default=True)
    offer_s = models.PositiveIntegerField(_("an offer waits for a rep, seconds"), default=15)
    wait_goal_s = models.PositiveIntegerField(_("a hot lead should wait at most, seconds"), default=20)
    wrap_up_s = models.PositiveIntegerField(_("time to write up a talk, seconds"), default=60, help_text=_("0: none"))
    wrap_up_required = models.JSONField(_("must be filled in after a talk"), default=list, blank=True)  # names of fields of a wrap-up
    max_call_s = models.PositiveIntegerField(_("longest call, seconds"), default=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["name"]
        permissions = [("approve_campaign", "Can approve a campaign on the strength of its preflight")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["draft", "approved", "running", "paused", "closed"]), name="campaign_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_preflight__isnull=False), name="campaign_approval_rests_on_a_preflight"
            ),
            models.CheckConstraint(condition=Q(purpose__in=[p.value for p in Purpose]), name="campaign_purpose_is_known"),
            models.CheckConstraint(condition=Q(turns__in=[control.value for control in TurnControl]), name="campaign_turn_control_is_known"),
            models.CheckConstraint(condition=Q(max_attempts__gte=1), name="campaign_attempts_at_least_one"),
            models.CheckConstraint(condition=Q(hot_leads_a_rep=None) | Q(hot_leads_a_rep__gt=0), name="campaign_hot_leads_a_rep_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def voices(self) -> tuple[str, ...]:
        """In the order in which they are tried."""
        return (self.voice, *self.fallback_voices)

    def lines(self, *, is_locked: bool = False) -> list[Line]:
        """Its numbers as they are now, the main one first. `is_locked`: held until the transaction ends, but for their keys."""
        lines = Line.objects.select_for_update(no_key=True) if is_locked else Line.objects
        found = lines.filter(Q(pk=self.line_id) | Q(pk__in=self.more_lines.values("pk"))).order_by("pk")
        return sorted(found, key=lambda line: (line.pk != self.line_id, line.pk))


class CampaignChange(models.Model):
    """One change of a campaign's status: who, when, from, to, why. Never edited; names are text, so that they outlive the accounts."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="changes")
    changed_at = models.DateTimeField(_("changed at"))
    changed_by = models.CharField(_("changed by"), max_length=150)
    from_status = models.CharField(_("from"), max_length=16, choices=Campaign.Status.choices)
    to_status = models.CharField(_("to"), max_length=16, choices=Campaign.Status.choices)
    why = models.CharField(_("why"), max_length=1000, blank=True)
    # What an approval rests on, null for every other change.
    preflight = models.ForeignKey("campaigns.Preflight", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("change of a campaign")
        verbose_name_plural = _("changes of campaigns")
        ordering = ["-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
