"""One check of a phone line: a guided call to the operator's own phone, what was seen on it, and what was made of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.line_check.seen import Kind
from leads.said import utc
from leads.telling import labels


class LineCheck(models.Model):
    """Never deleted. Once it has ended only what somebody does with it is added: that, when and by whom its settings were saved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey("campaigns.Line", on_delete=models.PROTECT, related_name="checks", verbose_name=_("phone line"))
    rep = models.ForeignKey("campaigns.Rep", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("whose phone is rung"))
    staff_call = models.OneToOneField("campaigns.StaffCall", on_delete=models.SET_NULL, null=True, related_name="line_check")
    started_by = models.CharField(_("started by"), max_length=150)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    failure = models.CharField(_("why it broke off, and what to do"), max_length=500, blank=True)
    steps = models.JSONField(default=list)  # as they stood at the end, see line_check.steps
    findings = models.JSONField(default=dict)  # see line_check.findings: what was found, and what is proposed
    applied = models.JSONField(default=dict)  # {"strategy": ["dial", "callback"]}: the line's old and new settings
    applied_at = models.DateTimeField(_("settings saved at"), null=True, blank=True)
    applied_by = models.CharField(_("settings saved by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("line check")
        verbose_name_plural = _("line checks")
        ordering = ["-started_at"]
        default_permissions = ("add", "view")
        constraints = [models.UniqueConstraint(fields=["line"], condition=Q(ended_at=None), name="line_check_one_at_a_time")]

    def __str__(self) -> str:
        return gettext("Check of %(line)s of %(at)s") % {"line": self.line, "at": utc(self.started_at)}


class LineCheckEntry(models.Model):
    """One thing that was seen or done while a check ran. Append-only; names of fields, never their values, and no numbers."""

    check_of = models.ForeignKey(LineCheck, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=16, choices=labels(Kind))
    seen = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)  # real time

    class Meta:
        ordering = ["id"]
        default_permissions = ()
