"""Giving a live lead to a human rep: the rep, the offer and its end, and calls to our own people."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bridge.brief import HandoffStrategy
from campaigns.states import CallStatus, HandoffStatus
from leads.models import E164, is_e164


class Rep(models.Model):
    """A human who takes hot leads."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rep")
    name = models.CharField(_("name said to the lead"), max_length=60)
    number = models.CharField(_("phone"), max_length=16, unique=True, validators=[is_e164])
    is_verified = models.BooleanField(_("number verified"), default=False, help_text=_("Only verified numbers are rung"))
    is_available = models.BooleanField(_("available"), default=False)
    seen_at = models.DateTimeField(null=True, blank=True)  # last heartbeat of the queue page

    class Meta:
        verbose_name = _("rep")
        verbose_name_plural = _("reps")
        permissions = [("verify_rep", "Can say that a rep's number is theirs")]
        constraints = [models.CheckConstraint(condition=Q(number__regex=E164), name="rep_number_is_e164")]

    def __str__(self) -> str:
        return self.name


class Handoff(models.Model):
    """One hot lead looking for a rep; one a call."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.OneToOneField("campaigns.Call", on_delete=models.CASCADE, related_name="handoff")
    strategy = models.CharField(max_length=16, choices=[(s.value, s.value) for s in HandoffStrategy])
    status = models.CharField(max_length=20, choices=[(s.value, s.value) for s in HandoffStatus], default=HandoffStatus.OFFERED.value)
    rep = models.ForeignKey(Rep, on_delete=models.SET_NULL, null=True, blank=True, related_name="handoffs")
    declined_by = models.ManyToManyField(Rep, blank=True, related_name="declined_handoffs")  # it is not shown to them again
    is_fallback = models.BooleanField(default=False)  # dial was tried, the platform did not continue, so we call back
    reason = models.CharField(max_length=300, blank=True)
    offered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)  # the socket was closed so that the platform goes on
    next_step_at = models.DateTimeField(null=True, blank=True)  # the platform did fetch the next step
    bridged_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    promised_for = models.DateTimeField(null=True, blank=True)  # of the first promise: a later one does not make it younger
    kept_at = models.DateTimeField(null=True, blank=True)  # the lead's phone was rung for it, or the rep said so

    class Meta:
        verbose_name = _("hand-off")
        verbose_name_plural = _("hand-offs")
        indexes = [models.Index(fields=["status", "offered_at"]), models.Index(fields=["status", "promised_for"])]

    def __str__(self) -> str:
        return f"Hand-off {str(self.id)[:8]}"


class StaffCall(models.Model):
    """A call to one of our own people: never to a lead's number (see staff_calls.py)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rep = models.ForeignKey(Rep, on_delete=models.CASCADE, related_name="staff_calls")
    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="staff_calls", null=True, blank=True)
    # The lead's leg, dialled from the rep's: an attempt of its own, with its own dial decision.
    lead_call = models.OneToOneField("campaigns.Call", on_delete=models.SET_NULL, null=True, blank=True, related_name="staff_call")
    line = models.ForeignKey("campaigns.Line", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=[(s.value, s.value) for s in CallStatus], default=CallStatus.QUEUED.value)
    answer_token = models.CharField(max_length=64, unique=True)
    provider_call_id = models.CharField(max_length=80, blank=True, db_index=True)
    provider_session_id = models.CharField(max_length=80, blank=True, db_index=True)
    is_accepted = models.BooleanField(default=False)  # pressed 1
    placed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    looked_up_at = models.DateTimeField(null=True, blank=True)  # when the provider was last asked about it
    reserved_minor = models.PositiveBigIntegerField(default=0)
    money_on = models.DateField(null=True, blank=True)  # the organisation's day whose totals it counts in
    cost_minor = models.PositiveBigIntegerField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settle_asked_at = models.DateTimeField(null=True, blank=True)  # real time
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rep"], condition=Q(status__in=["dialing", "ringing", "in_progress"]), name="staff_call_one_live_per_rep"
            ),
        ]
