"""Why no phone rings at the moment, and when the next may: what an empty board says. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.access.viewer import Viewer
from campaigns.dialing_stop import why_stopped
from campaigns.models import Call, Campaign
from campaigns.reports.waiting import waiting_of
from campaigns.states import CallStatus
from leads.retelling import retold
from leads.telling import told

N_CAMPAIGNS = 8  # of which the next call is looked for; a query each, by an index of its own


def why_still(viewer: Viewer, *, now: datetime, campaign_id: int | None = None) -> list[Any]:
    """Sentences, the weightiest first."""
    if stopped := why_stopped():
        return [told(stopped)]
    campaigns = viewer.campaigns if campaign_id is None else viewer.campaigns.filter(pk=campaign_id)
    running = list(campaigns.filter(status=Campaign.Status.RUNNING).order_by("pk")[:N_CAMPAIGNS])
    if not running:
        return [_("No campaign is running."), *_paused(campaigns)]
    found = [call for campaign in running if (call := _next_of(campaign)) is not None]
    if not found:
        return [_("Nobody is queued in the campaigns that run: enrol leads, or wait for a retry to be planned.")]
    call = min(found, key=lambda each: each.due_at)
    return [_("The next call is one of “%(campaign)s”.") % {"campaign": call.campaign.name}, told(waiting_of(call, now=now).sentence)]


def _paused(campaigns: Any) -> list[Any]:
    rows = campaigns.filter(status=Campaign.Status.PAUSED).order_by("name")[:N_CAMPAIGNS]
    return [_("“%(campaign)s” is paused. %(why)s") % {"campaign": each.name, "why": retold(each.pause_reason)} for each in rows]


def _next_of(campaign: Campaign) -> Call | None:
    rows = Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED).select_related("lead", "campaign", "line")
    return rows.order_by("priority", "due_at").first()
