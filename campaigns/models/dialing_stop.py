"""The kill switch as a row: while one is open, no phone is rung. Closed ones are the history."""

from __future__ import annotations

from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leads.said import sentence as made
from leads.said import utc


class DialingStop(models.Model):
    """Who stopped all dialing, when and why; names are kept as text, so that the history outlives the accounts."""

    stopped_at = models.DateTimeField(_("stopped at"))
    stopped_by = models.CharField(_("stopped by"), max_length=150)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    resumed_at = models.DateTimeField(_("resumed at"), null=True, blank=True)
    resumed_by = models.CharField(_("resumed by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("stop of all dialing")
        verbose_name_plural = _("stops of all dialing")
        ordering = ["-stopped_at"]
        default_permissions = ("view",)
        permissions = [("stop_dialing", "Can stop and resume all dialing")]
        constraints = [
            models.UniqueConstraint(
                ExpressionWrapper(Q(resumed_at=None), output_field=models.BooleanField()),
                condition=Q(resumed_at=None),
                name="dialing_stop_one_open",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Stop of %(at)s") % {"at": utc(self.stopped_at)}

    @property
    def sentence(self) -> str:
        """For a person who wonders why nobody is rung."""
        if self.reason:
            return made("All dialing is stopped by %(by)s: %(why)s.", by=self.stopped_by, why=self.reason)
        return made("All dialing is stopped by %(by)s.", by=self.stopped_by)
