"""A change of a campaign as one manager asks for it."""

from __future__ import annotations

import pytest

from campaigns import campaign_life
from campaigns.campaign_life import Action
from campaigns.models import Campaign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


def do(campaign: Campaign, action: Action) -> list[str]:
    return campaign_life.change(campaign, action, by="mosi")
