"""What people of ours did to a call while the bot still talked."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LiveAction(models.Model):
    """Who did what to a live call, when, in which words. The database keeps it as it was: its outcome is written once, its words go with the
    call's transcript. Names are text, so that they outlive the accounts."""

    class Kind(models.TextChoices):
        WHISPER = "whisper", _("let the bot say")
        TAKE_OVER = "take_over", _("took the lead over")
        END_POLITELY = "end_politely", _("let the bot end the call")

    class Outcome(models.TextChoices):
        SAID = "said", _("said, and heard to its end")
        CUT = "cut", _("begun, then the lead spoke")
        DROPPED = "dropped", _("not said: it was no moment for it")
        DONE = "done", _("done")
        NOT_DONE = "not_done", _("not done: the call ended otherwise")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey("campaigns.Call", on_delete=models.CASCADE, related_name="live_actions")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.CharField(max_length=200, blank=True)  # of a whisper, as the bot is to say it
    rep_name = models.CharField(max_length=60, blank=True)  # of a take-over: who has the lead now
    done_by = models.CharField(max_length=150)
    done_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)  # "": not known yet

    class Meta:
        ordering = ["done_at", "id"]
        default_permissions = ()
        # One sentence waits at a time, and nobody ends a call twice.
        constraints = [models.UniqueConstraint(fields=["call", "kind"], condition=Q(outcome=""), name="live_action_one_waits")]

    def __str__(self) -> str:
        return f"{self.done_by} {self.get_kind_display()}"
