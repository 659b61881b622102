"""One try to verify a rep's number by a call: the code on the screen is typed on the phone that rings."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.handoff.number_check import Result
from leads.said import utc
from leads.telling import labels


class NumberCheck(models.Model):
    """Kept for good, with who asked and what came of it. The code itself is nowhere: only its keyed hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rep = models.ForeignKey("campaigns.Rep", on_delete=models.CASCADE, related_name="number_checks", verbose_name=_("rep"))
    number = models.CharField(_("number"), max_length=16)  # as it was when the call was asked for
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()  # real time, as all that is secret
    asked_by = models.CharField(_("asked by"), max_length=150)
    asked_at = models.DateTimeField(_("asked at"))
    asked_on = models.DateField()  # the organisation's day whose calls it counts among
    n_wrong = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    staff_call = models.OneToOneField("campaigns.StaffCall", on_delete=models.SET_NULL, null=True, blank=True, related_name="number_check")
    result = models.CharField(_("result"), max_length=16, blank=True, choices=labels(Result))
    why_not_rung = models.CharField(_("why it was not rung"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("check of a rep's number")
        verbose_name_plural = _("checks of reps' numbers")
        ordering = ["-asked_at"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["rep", "asked_on"]), models.Index(fields=["number", "asked_on"])]
        constraints = [models.UniqueConstraint(fields=["rep"], condition=Q(result=""), name="number_check_one_at_a_time")]

    def __str__(self) -> str:
        return f"{self.rep}, {utc(self.asked_at)}"
