"""What was deleted or handed out because of somebody's privacy: who did it, when, how much. It names nobody."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.said import utc


class PrivacyAct(models.Model):
    """One erasure, one export, or one run of keeping to the periods; `campaigns.privacy` is the only writer."""

    class Kind(models.TextChoices):
        RETENTION = "retention", _("kept to the periods")
        ERASURE = "erasure", _("erased a person")
        EXPORT = "export", _("exported a person")

    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    began_at = models.DateTimeField(_("at"))  # business time
    ended_at = models.DateTimeField(_("finished at"), null=True, blank=True)  # null: it goes on, a portion at a time
    done_by = models.CharField(_("by"), max_length=150)  # text, so that it outlives the account
    number = models.CharField(_("digest of the number"), max_length=64, blank=True)  # whose; by it the person is told again
    counts = models.JSONField(_("how many"), default=dict)
    place = models.JSONField(default=dict, editable=False)  # where the next portion begins

    class Meta:
        verbose_name = _("privacy act")
        verbose_name_plural = _("privacy acts")
        ordering = ["-began_at", "-id"]
        default_permissions = ("view",)
        permissions = [("erase_person", "Can erase a person for good")]
        indexes = [models.Index(fields=["kind", "began_at"], name="privacy_act_of_kind")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["retention", "erasure", "export"]), name="privacy_act_kind_is_known"),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="retention", ended_at=None), name="privacy_one_run_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {utc(self.began_at)}"
