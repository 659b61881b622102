"""The real dialer on a virtual clock, asked before a launch: what it said about a campaign, for good."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leads.said import utc


class Preflight(models.Model):
    """One run. Once finished it is never edited: an approval rests on it."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="preflights")
    asked_at = models.DateTimeField(_("asked at"))  # also where the virtual clock begins
    asked_by = models.CharField(_("asked by"), max_length=150)
    seed = models.PositiveBigIntegerField(_("seed"), default=1)  # the same campaign, world and seed give the same result
    terms = models.JSONField(default=dict)  # what it was about, see campaigns.terms
    digest = models.CharField(_("digest of the terms"), max_length=64)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    failure = models.CharField(_("why there is no result"), max_length=500, blank=True)
    result = models.JSONField(_("result"), null=True, blank=True)

    class Meta:
        verbose_name = _("preflight")
        verbose_name_plural = _("preflights")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return gettext("Preflight %(id)s of %(at)s") % {"id": self.pk, "at": utc(self.asked_at)}

    @property
    def is_done(self) -> bool:
        """With a result, not broken off."""
        return self.finished_at is not None and not self.failure


class PreflightExclusion(models.Model):
    """The leads that a preflight found excluded for one reason, some thousands a row."""

    preflight = models.ForeignKey(Preflight, on_delete=models.CASCADE, related_name="exclusions")
    reason = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    lead_ids = models.JSONField()

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["preflight", "reason", "position"], name="preflight_exclusion_is_unique")]
