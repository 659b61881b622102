"""Calls that two people judge without seeing each other's answers, and calls with a known answer by which people are measured."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReviewPlan(models.Model):
    """How much of a campaign is reviewed, and how. None: as the defaults here say."""

    campaign = models.OneToOneField("campaigns.Campaign", on_delete=models.CASCADE, primary_key=True, related_name="review_plan")
    random_percent = models.PositiveSmallIntegerField(
        _("random share, percent"), default=5, validators=[MaxValueValidator(100)], help_text=_("Of all calls, in the queue “A random share”")
    )
    double_percent = models.PositiveSmallIntegerField(
        _("judged twice, percent"), default=0, validators=[MaxValueValidator(100)], help_text=_("Of all calls. 0: none")
    )
    is_blind = models.BooleanField(
        _("blind"), default=True, help_text=_("Reviewers do not see what the bot understood, nor the score, before they have answered themselves")
    )

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(random_percent__lte=100, double_percent__lte=100), name="review_plan_is_in_percent")]

    def __str__(self) -> str:
        return f"review plan of {self.campaign_id}"


class CodingClaim(models.Model):
    """Somebody is at it now; when its clock is over, another may be."""

    call = models.ForeignKey("campaigns.Call", on_delete=models.CASCADE, related_name="coding_claims")
    coder = models.CharField(max_length=150)
    claimed_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["coder"], name="coding_claim_one_at_a_time")]

    def __str__(self) -> str:
        return f"{self.coder} at {self.call_id}"


class Coding(models.Model):
    """What one person heard on one call: a value for each question, null where none was given. The database refuses an edit."""

    class Purpose(models.TextChoices):
        DOUBLE = "double", _("double review")
        CALIBRATION = "calibration", _("calibration")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey("campaigns.Call", on_delete=models.CASCADE, related_name="codings")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    values = models.JSONField()
    coder = models.CharField(max_length=150)  # text, so that it outlives the account
    coded_at = models.DateTimeField()

    class Meta:
        ordering = ["coded_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["call", "coder"], name="coding_once_by_each"),
            models.CheckConstraint(condition=~Q(coder=""), name="coding_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.coder}: {self.call_id}"


class Adjudication(models.Model):
    """The end of a double review: both said what stands, or somebody else decided where they differed. The database refuses an edit."""

    call = models.OneToOneField("campaigns.Call", on_delete=models.CASCADE, primary_key=True, related_name="adjudication")
    values = models.JSONField()  # what was decided, by question; empty: nothing differed
    is_unanimous = models.BooleanField(default=False)
    decided_by = models.CharField(max_length=150)
    decided_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(decided_by=""), name="adjudication_by_somebody")]

    def __str__(self) -> str:
        return f"{self.decided_by}: {self.call_id}"


class CalibrationItem(models.Model):
    """A call whose answers are known: what counted on it when a manager picked it."""

    call = models.OneToOneField("campaigns.Call", on_delete=models.CASCADE, primary_key=True, related_name="calibration_item")
    gold = models.JSONField()
    picked_by = models.CharField(max_length=150)
    picked_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)  # nobody is asked to do it any more; what was given stays

    class Meta:
        ordering = ["picked_at"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"calibration: {self.call_id}"
