"""A rehearsal of a script: somebody talked to the bot from a browser, simulated people did, or somebody answers for there being none.

No phone rings, no lead is touched, nothing of it counts as a result: all that came of it is in its own row.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LOST_AFTER = timedelta(minutes=2)


class Rehearsal(models.Model):
    class Kind(models.TextChoices):
        BROWSER = "browser", _("talked to from a browser")
        PEOPLE = "people", _("simulated people")
        WAIVER = "waiver", _("waived")

    class Status(models.TextChoices):
        RUNNING = "running", _("running")
        PASSED = "passed", _("passed")
        FAILED = "failed", _("failed")
        ABANDONED = "abandoned", _("broken off")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    script = models.ForeignKey("campaigns.Script", on_delete=models.CASCADE, related_name="rehearsals")
    # Whose voice it has and whether it is a survey; null: of the script alone.
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64)  # of the words and points that were rehearsed: with others it counts no more
    language = models.CharField(_("language"), max_length=16, blank=True)  # BCP-47; blank: of a waiver, which is for all of them
    voice = models.CharField(_("voice"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    started_by = models.CharField(_("by"), max_length=150)  # text, so that it outlives the account
    started_at = models.DateTimeField(_("at"))  # business time
    finished_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.RUNNING)
    why = models.CharField(_("why"), max_length=1000, blank=True)  # of a waiver; or why it broke off
    results = models.JSONField(default=dict, blank=True)  # what was said, understood and scored, see campaigns.rehearsing
    # Of a browser's: the socket's token, which works once, and in real time.
    token = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)  # noqa: DJ001 - unique, and most have none
    token_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    heard_from_at = models.DateTimeField(null=True, blank=True, editable=False)  # real time: a run of a process that died is told apart by it

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        ordering = ["-started_at", "-id"]
        default_permissions = ("view", "add")
        permissions = [("waive_rehearsal", "Can waive the rehearsal of a script")]
        indexes = [models.Index(fields=["script", "digest", "status"], name="rehearsal_of_words")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="waiver") | Q(status="passed") & ~Q(why="") & ~Q(started_by=""), name="rehearsal_waiver_has_a_name"
            ),
            models.CheckConstraint(
                condition=Q(status="running", finished_at=None) | ~Q(status="running") & Q(finished_at__isnull=False), name="rehearsal_ends_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_status_display()}"

    def is_at_work(self, real_now: datetime) -> bool:
        """Not a run whose process died."""
        is_heard = self.heard_from_at is not None and real_now - self.heard_from_at < LOST_AFTER
        return self.status == self.Status.RUNNING and is_heard
