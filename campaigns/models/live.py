"""What processes tell each other through rows: live events, server processes, the demo's clock."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class LiveEvent(models.Model):
    """Append-only; consoles and running calls tail it by id. `kind` "note.*" is for the process that holds the call."""

    call = models.ForeignKey("campaigns.Call", on_delete=models.CASCADE, null=True, blank=True, related_name="live_events")
    kind = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]


class ServerProcess(models.Model):
    """One server process that can hold calls: where its sockets are, how much room it has, when it last lived."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stream_url = models.CharField(max_length=300)  # wss://…, without the path
    room = models.PositiveIntegerField(default=50)
    started_at = models.DateTimeField(auto_now_add=True)
    heartbeat_at = models.DateTimeField()  # real time
    stopped_at = models.DateTimeField(null=True, blank=True)
    dead_voices = models.JSONField(default=dict, blank=True)  # {name: {"fault": a VoiceFault, "since": real time, ISO}}


class BusinessClock(models.Model):
    """The demo's clock: seconds that business time is ahead of wall time. No row: they are the same."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    offset_s = models.FloatField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="business_clock_is_single")]
