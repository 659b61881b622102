"""Which leads a rep may have: those of campaigns that they take leads of, within the limit of their user. Every door of the queue asks here.

A limit shows nothing beyond it, whatever a campaign's list of reps says. Queries only, so that each door asks it in the query it makes anyway.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.models import Campaign, CampaignAccess, Rep


def within_limit(user: Any, campaign: Any) -> Q:
    """Whether this user sees this campaign; each a value, or an OuterRef to the row that is asked about."""
    limits = CampaignAccess.objects.filter(user=user, user__is_superuser=False)
    named = CampaignAccess.campaigns.through.objects.filter(campaignaccess__user=user, campaign=campaign)
    return ~Exists(limits) | Q(Exists(named))


def campaigns_of(rep: Rep) -> QuerySet[Campaign]:
    rows: QuerySet[Campaign] = rep.campaigns.filter(within_limit(rep.user_id, OuterRef("pk")))
    return rows


def reps_of(campaign_id: int) -> QuerySet[Rep]:
    """Who takes leads of this campaign, there or not."""
    return Rep.objects.filter(within_limit(OuterRef("user"), campaign_id), campaigns=campaign_id)
