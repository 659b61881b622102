"""What each attempt told about the telco, the list and our voice: the circuit breaker reads the newest of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.breaker import Fault
from leads.telling import labels


class AttemptSign(models.Model):
    """One attempt went well, or whose fault it was that it did not. Appended where an attempt ends or could not be placed."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="+")
    line = models.ForeignKey("campaigns.Line", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()  # business time
    fault = models.CharField(max_length=8, choices=labels(Fault), blank=True)  # "": none
    is_answered = models.BooleanField(default=False)
    detail = models.CharField(max_length=100, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["campaign", "id"]), models.Index(fields=["line", "id"])]
        constraints = [models.CheckConstraint(condition=Q(fault__in=["", *(fault.value for fault in Fault)]), name="attempt_sign_fault_is_known")]
