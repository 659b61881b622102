"""Market packs that nobody has looked at for half a year: somebody answers for them before people are called."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from campaigns import campaign_life
from campaigns.campaign_life import Action
from leads import clock
from leads.pack_review import acknowledge_pack
from tests.campaigns.campaign_lives import do
from tests.campaigns.conftest import launch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def half_a_year_later() -> datetime:
    """The shipped packs were read 181 days ago; conftest sets the clock back after the test."""
    at = datetime(2027, 5, 22, 12, 0, tzinfo=UTC)
    clock.set_offset(at - datetime.now(UTC))
    return at


def test_a_start_asks_for_somebodys_word_for_the_old_packs_of_its_own_leads(draft, asha, daudi, half_a_year_later):
    campaign_life.enroll(draft, [asha, daudi])
    obstacles = launch(draft)

    assert [sentence.partition("--by")[0].rpartition("acknowledge_pack ")[2].strip() for sentence in obstacles] == ["GH", "KE"]
    assert "Kenya (KE-2026-11-22)" in obstacles[1]
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_it_starts_when_somebody_answers_for_every_old_pack(draft, asha, daudi, half_a_year_later):
    mosi = User.objects.create_user("mosi")
    campaign_life.enroll(draft, [asha, daudi])
    for market, n_left in [("KE", 1), ("GH", 0)]:
        acknowledge_pack(market, by=mosi, at=half_a_year_later)
        assert len(campaign_life.obstacles_to_calling(draft)) == n_left

    assert launch(draft) == []


def test_leads_enrolled_later_are_looked_at_when_it_is_resumed(draft, asha, half_a_year_later):
    assert launch(draft) == []
    campaign_life.enroll(draft, [asha])
    assert do(draft, Action.PAUSE) == []
    assert len(do(draft, Action.RESUME)) == 1


def test_young_packs_stand_in_nobodys_way(draft, asha):
    campaign_life.enroll(draft, [asha])
    assert launch(draft) == []
