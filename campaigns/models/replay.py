"""What calls that were held would have scored by other points: asked for, worked out, and looked at again."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from leads.said import utc


class RubricReplay(models.Model):
    """One replay. It changes no call; what was asked and what came of it stay as they were. Holds ids of calls, and nobody's words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    script = models.ForeignKey("campaigns.Script", on_delete=models.CASCADE, related_name="replays")  # whose points were changed
    revision = models.PositiveIntegerField()  # of that script, as it was read
    calls_of = models.ForeignKey("campaigns.Script", on_delete=models.CASCADE, related_name="+")  # the version they were held with
    campaign_ids = models.JSONField()
    since = models.DateField()
    until = models.DateField()
    threshold = models.PositiveIntegerField()
    rubrics = models.JSONField()  # by question id
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    n_calls = models.PositiveIntegerField()
    n_done = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=500, blank=True)
    found = models.JSONField(null=True, blank=True)  # see campaigns.replay.rescoring.Tally
    published_as = models.ForeignKey("campaigns.Script", on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    published_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(asked_by=""), name="rubric_replay_by_somebody")]

    def __str__(self) -> str:
        return gettext("Replay of %(at)s") % {"at": utc(self.asked_at)}

    @property
    def is_done(self) -> bool:
        return self.finished_at is not None and not self.failure
