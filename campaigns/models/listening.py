"""Who listened in to which live call, and when."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Listening(models.Model):
    """One person asked to hear one live call. Its token opens one socket, once, soon. Names are text, so that they outlive the accounts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey("campaigns.Call", on_delete=models.CASCADE, related_name="listenings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=150)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField()  # real time, as all of these
    opened_at = models.DateTimeField(null=True, blank=True)  # set once: the token is spent
    relayed_at = models.DateTimeField(null=True, blank=True)  # set once: another process asked the one that holds the call
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("listening in")
        verbose_name_plural = _("listening in")
        ordering = ["asked_at"]
        default_permissions = ()
        permissions = [("listen_in", "Can listen in to a live call")]

    def __str__(self) -> str:
        return f"{self.by}, {self.asked_at:%Y-%m-%d %H:%M}"
