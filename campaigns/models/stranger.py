"""A call to one of our numbers from somebody whom we have not called lately."""

from __future__ import annotations

import uuid

from django.db import models

from campaigns.states import LIVE, CallStatus
from leads.telling import labels


class StrangerCall(models.Model):
    """What has to be remembered while they are on the phone. Their number goes with the end of the call, the row a day later."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey("campaigns.Line", on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="+")  # its script and its voice answer
    phone = models.CharField(max_length=16, blank=True)  # E.164; empty: withheld, or the call is over
    status = models.CharField(max_length=16, choices=labels(CallStatus), default=CallStatus.RINGING.value)
    stream_token = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)  # noqa: DJ001 - absent: no room
    stream_expires_at = models.DateTimeField(null=True, blank=True)  # real time
    stream_opened_at = models.DateTimeField(null=True, blank=True)  # set once: the token is spent
    server = models.ForeignKey("campaigns.ServerProcess", on_delete=models.SET_NULL, null=True, blank=True, related_name="stranger_calls")
    provider_call_id = models.CharField(max_length=80, blank=True)
    provider_session_id = models.CharField(max_length=80, blank=True)
    reserved_minor = models.PositiveBigIntegerField(default=0)  # KES cents, until `settled_at`
    cost_minor = models.PositiveBigIntegerField(null=True, blank=True)
    money_on = models.DateField(null=True, blank=True)  # the organisation's day whose totals it counts in
    settled_at = models.DateTimeField(null=True, blank=True)  # real time
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["server"], condition=models.Q(status__in=sorted(LIVE)), name="stranger_call_live"),
            models.Index(fields=["created_at"], name="stranger_call_created"),
        ]
        constraints = [
            # The platform may post the first edge of a call twice at once.
            models.UniqueConstraint(fields=["provider_call_id"], condition=~models.Q(provider_call_id=""), name="stranger_call_id_once"),
            models.UniqueConstraint(fields=["provider_session_id"], condition=~models.Q(provider_session_id=""), name="stranger_session_id_once"),
            models.CheckConstraint(condition=models.Q(status__in=[s.value for s in CallStatus]), name="stranger_status_is_known"),
            models.CheckConstraint(condition=models.Q(phone="") | models.Q(status__in=sorted(LIVE)), name="stranger_number_only_while_live"),
        ]
