"""What the sessions with a voice's provider used on a call, and what that cost."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bridge.events import Usage, UsageUnit


class VoiceSession(models.Model):
    """One session with one provider, as it was last told: a call that failed over has several. Written by `campaigns.voice_cost` only."""

    call = models.ForeignKey("campaigns.Call", on_delete=models.CASCADE, related_name="voice_sessions")
    key = models.CharField(max_length=64, unique=True)  # the bridge's own id of the session
    voice = models.CharField(_("voice"), max_length=40)
    usage = models.JSONField(_("used"), default=dict)  # {model: {unit: amount}}
    open_s = models.FloatField(_("open, s"), default=0.0)
    is_discarded = models.BooleanField(_("thrown away"), default=False)  # made ready for a call that never needed it
    used_on = models.DateField()  # the organisation's day, whose prices count
    cost_usd = models.DecimalField(_("cost, USD"), max_digits=14, decimal_places=6, null=True, blank=True)  # null: not known
    known_usd = models.DecimalField(max_digits=14, decimal_places=6, default=0)  # of its parts that have a price
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["call"], condition=Q(cost_usd=None), name="voice_session_unpriced")]

    def __str__(self) -> str:
        return f"{self.voice}, {self.open_s:.0f} s"

    @property
    def used(self) -> Usage:
        return {model: {UsageUnit(unit): amount for unit, amount in amounts.items()} for model, amounts in cast(dict[str, Any], self.usage).items()}
