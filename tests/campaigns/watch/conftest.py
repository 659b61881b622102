"""Asha on the phone with the bot, and people who look."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from campaigns import live
from campaigns.models import Answer, Call, CampaignAccess, Question, Score, Turn
from tests.campaigns.conftest import live_call
from tests.conftest import NOW


@pytest.fixture
def talking(campaign, asha, server, loopback) -> Call:
    """She has agreed to talk, and said something."""
    call = live_call(campaign, asha, status="in_progress", server=server, answered_at=NOW, stream_opened_at=timezone.now(), provider_call_id="p1")
    permission = Question.objects.get(script=campaign.script, key="permission")
    Answer.objects.create(call=call, question=permission, value=True, quote="yes", saved_at=NOW)
    Score.objects.create(call=call, points=20, threshold=70, is_hot=False, computed_at=NOW)
    Turn.objects.create(call=call, position=0, party="callee", text="Yes, go ahead.", started_ms=0, ended_ms=900)
    live.publish(call.pk, live.Kind.BOT_SAYS, {"text": "How many seats?"})
    return call


def person(name: str, *codenames: str, campaigns=None) -> User:
    """Staff with exactly these permissions. `campaigns`: their limit."""
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    if campaigns is not None:
        CampaignAccess.objects.create(user=user).campaigns.set(campaigns)
    return User.objects.get(pk=user.pk)


MANAGER = ("view_call", "view_campaign", "change_campaign", "see_people", "see_numbers", "lead_live_call", "listen_in", "stop_dialing")


@pytest.fixture
def mosi(db) -> User:
    return person("mosi", *MANAGER)


@pytest.fixture
def analyst(db) -> User:
    return person("zawadi", "view_call", "view_campaign")
