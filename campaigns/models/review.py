"""What people said of a finished call when they reviewed it, and how loud it was, for drawing."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReviewAct(models.Model):
    """Somebody found a call right, or corrected an answer or its score. Written by `campaigns.review.correcting` alone, never edited.

    The row of the answer or the score holds what counts now; the first act about it holds in `before` what the bot had made of the call.
    The database refuses an edit; only the reason, which may tell what was said, goes with the call's words.
    """

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", _("found it right")
        ANSWER = "answer", _("corrected an answer")
        SCORE = "score", _("corrected the score")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey("campaigns.Call", on_delete=models.CASCADE, related_name="review_acts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    question = models.ForeignKey("campaigns.Question", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    # An answer: its value; none before: the bot had missed it; none after: it was voided.
    # A score: {"points": 70, "is_hot": true, "by_hand": true}; by hand, or as the rubric has it.
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)  # "": of an accepted call, or gone with the words
    done_by = models.CharField(max_length=150)  # text, so that it outlives the account
    done_at = models.DateTimeField()

    class Meta:
        ordering = ["done_at", "id"]
        default_permissions = ("add",)
        indexes = [
            models.Index(fields=["call", "kind"], name="review_act_of_call"),
            models.Index(fields=["call"], condition=~Q(kind="accepted"), name="review_act_corrects"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="answer", question__isnull=False) | ~Q(kind="answer") & Q(question=None), name="review_act_of_what"
            ),
            models.CheckConstraint(condition=~Q(done_by=""), name="review_act_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.done_by} {self.get_kind_display()}"

    @property
    def has_voided(self) -> bool:
        return self.kind == self.Kind.ANSWER and self.after is None

    @property
    def has_added(self) -> bool:
        return self.kind == self.Kind.ANSWER and self.before is None


class VoidedAnswer(models.Model):
    """An answer that a person found nobody had given: it is out of `Answer`, so that nothing counts it, and kept whole, so that it can come back.

    Written by `campaigns.review.correcting` alone. Its quote goes with the call's words.
    """

    call = models.ForeignKey("campaigns.Call", on_delete=models.CASCADE, related_name="voided_answers")
    question = models.ForeignKey("campaigns.Question", on_delete=models.PROTECT, related_name="+")
    value = models.JSONField()
    quote = models.TextField(blank=True)
    started_ms = models.PositiveIntegerField(default=0)
    ended_ms = models.PositiveIntegerField(default=0)
    confidence = models.FloatField(default=0.0)
    is_confirmed = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["call", "question"], name="voided_answer_one_per_question")]

    def __str__(self) -> str:
        return f"voided answer to {self.question_id} on {self.call_id}"


class Waveform(models.Model):
    """How loud each channel of a recording was, piece by piece. Made once, and gone with the recording."""

    recording = models.OneToOneField("campaigns.Recording", on_delete=models.CASCADE, primary_key=True, related_name="waveform")
    piece_ms = models.FloatField()
    channels = models.JSONField()  # [[0 … 255, …], …], left first: the loudest sample of each piece

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"waveform of {self.recording_id}"
