"""A campaign's life as steps for its page: which are done, by whom and when, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns import campaign_life
from campaigns.approval import Standing, n_leads_since_approval, standing_of
from campaigns.campaign_life import Action
from campaigns.models import Campaign, CampaignChange
from campaigns.reports.preflight import summary_of
from leads import clock
from leads.telling import told

Status = Campaign.Status
NEXT: dict[str, Action] = {Status.DRAFT: Action.APPROVE, Status.APPROVED: Action.START, Status.PAUSED: Action.RESUME}
N_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Step:
    title: Any
    is_done: bool
    is_now: bool = False
    by: str = ""
    at: datetime | None = None
    note: Any = ""


def life_of(campaign: Campaign) -> dict[str, Any]:
    """For the template: steps, what stands in the way of the next one, and the newest changes."""
    standing = standing_of(campaign, now=clock.now())
    wanted = NEXT.get(campaign.status)
    return {
        "steps": _steps(campaign, standing),
        "preflight": standing.preflight,
        "preflight_summary": told(summary_of(standing.preflight.result)) if standing.preflight and standing.preflight.result else "",
        "obstacles": [told(each) for each in campaign_life.obstacles_to(campaign, wanted)] if wanted else [],
        "n_leads_since": n_leads_since_approval(campaign),
        "changes": list(campaign.changes.select_related("preflight")[:N_CHANGES]),
    }


def _steps(campaign: Campaign, standing: Standing) -> list[Step]:
    status, preflight = campaign.status, campaign.approved_preflight or standing.preflight
    running = campaign.changes.filter(to_status=Status.RUNNING).first()
    is_started = running is not None and status in {Status.RUNNING, Status.PAUSED, Status.CLOSED}
    is_closed, closed = status == Status.CLOSED, campaign.changes.filter(to_status=Status.CLOSED).first()
    is_checked = bool(preflight and preflight.is_done and (campaign.approved_preflight or not standing.obstacles))
    return [
        Step(_("Draft"), True, status == Status.DRAFT and not is_checked, at=campaign.created_at),
        Step(
            _("Preflight"),
            is_checked,
            status == Status.DRAFT and is_checked,
            preflight.asked_by if preflight else "",
            preflight.asked_at if preflight else None,
            "" if is_checked or preflight is None else _("out of date, or not done"),
        ),
        Step(_("Approved"), bool(campaign.approved_by), status == Status.APPROVED, campaign.approved_by, campaign.approved_at),
        _running_step(campaign, running if is_started else None),
        Step(_("Closed"), is_closed, is_closed, closed.changed_by if closed else "", closed.changed_at if closed else None),
    ]


def _running_step(campaign: Campaign, change: CampaignChange | None) -> Step:
    if change is None:
        return Step(_("Running"), False)
    if campaign.status == Status.PAUSED:
        paused = campaign.changes.filter(to_status=Status.PAUSED).first()
        return Step(_("Paused"), True, True, paused.changed_by if paused else "", paused.changed_at if paused else None)
    return Step(_("Running"), True, campaign.status == Status.RUNNING, change.changed_by, change.changed_at)
