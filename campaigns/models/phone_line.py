"""A number of ours and what the platform does on it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bridge.brief import ChannelLayout, HandoffStrategy, LineTraits
from bridge.telephony.dialect import Dialect
from leads.models import E164, is_e164
from leads.telling import labels


class Line(models.Model):
    class Track(models.TextChoices):
        INBOUND = "inbound_track", _("the callee alone (recommended)")
        BOTH = "both_tracks", _("both voices")

    number = models.CharField(_("number"), max_length=16, unique=True, validators=[is_e164])
    label = models.CharField(_("label"), max_length=100, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_simulated = models.BooleanField(_("simulated"), default=False, help_text=_("Reaches the simulator on this machine, never a phone"))
    dialect = models.CharField(_("dialect"), max_length=8, choices=labels(Dialect), default=Dialect.SDK.value)
    strategy = models.CharField(_("hand-off strategy"), max_length=16, choices=labels(HandoffStrategy), default=HandoffStrategy.DIAL.value)
    track = models.CharField(_("track"), max_length=16, choices=Track.choices, default=Track.INBOUND)
    layout = models.CharField(_("channel layout"), max_length=8, choices=labels(ChannelLayout), default=ChannelLayout.MONO.value)
    prebuffer_ms = models.PositiveIntegerField(_("platform pre-buffer, ms"), default=160)
    max_calls_in_flight = models.PositiveIntegerField(_("calls in flight, at most"), default=10)
    calls_per_second = models.FloatField(
        _("calls a second, at most"), default=1.0, help_text=_("The platform names no limit; more than one a second looks like abuse to networks")
    )
    max_calls_a_day = models.PositiveIntegerField(
        _("calls a day, at most"),
        null=True,
        blank=True,
        help_text=_("From this number. Empty: no cap. Numbers that call too much are marked as spam"),
    )
    # The token bucket and the day's count, written by the claim while it holds this row.
    tokens = models.FloatField(default=1.0, editable=False)
    tokens_at = models.DateTimeField(null=True, blank=True, editable=False)
    counted_on = models.DateField(null=True, blank=True, editable=False)
    n_dialled_on = models.PositiveIntegerField(default=0, editable=False)
    ring_timeout_s = models.PositiveIntegerField(_("ring the rep for, seconds"), default=25)
    health_note = models.CharField(_("health"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("phone line")
        verbose_name_plural = _("phone lines")
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=E164), name="line_number_is_e164"),
            models.CheckConstraint(condition=Q(calls_per_second__gt=0), name="line_calls_per_second_positive"),
        ]

    def __str__(self) -> str:
        return self.label or self.number

    def traits(self) -> LineTraits:
        return LineTraits(
            layout=ChannelLayout(self.layout),
            prebuffer_ms=self.prebuffer_ms,
            has_captions=self.is_simulated,
            strategy=HandoffStrategy(self.strategy),
            is_simulated=self.is_simulated,
        )
