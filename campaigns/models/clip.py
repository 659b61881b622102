"""Sentences as sound, made before any call: said by a voice or recorded by a person, and listened to by somebody who answers for them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PreparedClip(models.Model):
    """One sentence in one voice. It counts for every script that says the very same words. Rows are never edited but by a judgement, never deleted:
    calls name the file that was played."""

    class Origin(models.TextChoices):
        VOICE = "voice", _("said by the voice")
        UPLOAD = "upload", _("recorded and uploaded")

    class Status(models.TextChoices):
        WAITING = "waiting", _("being made")
        FAILED = "failed", _("could not be made")
        TO_LISTEN = "to_listen", _("to be listened to")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    # For which it was made, and as which line of bridge.brief.Lines; the text decides where it counts.
    script = models.ForeignKey("campaigns.Script", on_delete=models.SET_NULL, null=True, related_name="clips")
    line_name = models.CharField(max_length=40)
    text = models.TextField(_("text"))
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(_("language"), max_length=16)
    voice = models.CharField(_("voice"), max_length=40)
    voice_settings = models.CharField(_("settings of the voice"), max_length=200)
    origin = models.CharField(_("how it was made"), max_length=10, choices=Origin.choices)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)
    file = models.FileField(upload_to="clips/%Y/%m/", blank=True)  # WAV, 16 kHz, mono, int16
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True, db_index=True)
    duration_ms = models.PositiveIntegerField(_("length, ms"), null=True, blank=True)
    transcript = models.TextField(_("what the voice's provider heard it say"), blank=True)  # "": it does not tell
    failure = models.CharField(_("what went wrong"), max_length=300, blank=True)
    made_by = models.CharField(_("made by"), max_length=150)
    made_at = models.DateTimeField(_("made at"))
    judged_by = models.CharField(_("listened to by"), max_length=150, blank=True)
    judged_at = models.DateTimeField(_("listened to at"), null=True, blank=True)

    class Meta:
        verbose_name = _("prepared clip")
        verbose_name_plural = _("prepared clips")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["text_sha256", "voice", "language"], name="clip_of_a_text")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["waiting", "failed", "to_listen", "approved", "rejected"]), name="clip_status_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "failed"]) | (~Q(sha256="") & ~Q(file="") & Q(duration_ms__gt=0)), name="clip_has_a_file"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "rejected"]) | (~Q(judged_by="") & Q(judged_at__isnull=False)), name="clip_judged_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_name}: {self.text[:60]}"
