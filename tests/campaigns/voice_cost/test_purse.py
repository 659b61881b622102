"""A preflight sets the AI voice aside and reckons with it as the dialer does."""

from __future__ import annotations

from datetime import date

import pytest

from campaigns import budget, money
from campaigns.inbound_words import NOTICE_S
from campaigns.models import Campaign, Line, Script, StrangerCall
from campaigns.preflight.chances import Reading
from campaigns.preflight.purse import Purse
from campaigns.preflight.world import purse_of
from campaigns.strangers import Caller, end, greet
from tests.campaigns.preflight.people import caps, prices
from tests.campaigns.voice_cost.tables import table
from tests.conftest import NOW

TODAY = date(2026, 11, 24)
PHONE, VOICE = 6 * 350, 36_000  # six minutes, the grace included, of KES 3.50 and of USD 0.60 at KES 100


def purse(*limits: int | None, voices: tuple[str, ...] = ("embedded", "openai")) -> Purse:
    return Purse(1, caps(*limits), TODAY, prices(), 300, voices, table())


def test_the_dearest_voice_that_may_speak_is_set_aside():
    assert purse().reserve(TODAY) == PHONE + VOICE
    assert purse(voices=("embedded",)).reserve(TODAY) == PHONE


def test_a_budget_without_room_for_the_voice_stops_the_run():
    assert purse(PHONE + VOICE).in_the_way(TODAY) is None
    assert purse(PHONE + VOICE - 1).in_the_way(TODAY) is not None


def test_the_estimate_takes_the_voice_s_likely_price_and_its_dearest_for_the_high_one():
    with_voice, without = purse(voices=("openai",)), purse(voices=("embedded",))
    more = {reading: with_voice.cost_minor(TODAY, reading, bot_s=60) - without.cost_minor(TODAY, reading, bot_s=60) for reading in Reading}
    assert more == {Reading.LOW: 1000, Reading.MID: 1000, Reading.HIGH: 6000}


@pytest.mark.django_db
@pytest.mark.usefixtures("round_prices")
def test_the_preflight_and_the_dialer_set_the_same_aside(campaign: Campaign):
    campaign.fallback_voices = ["openai"]
    assert purse_of(campaign, at=NOW).reserve(TODAY) == money.worst_case(campaign, now=NOW).minor == PHONE + VOICE


@pytest.mark.django_db
@pytest.mark.usefixtures("round_prices", "server", "loopback")
def test_a_stranger_who_hears_a_voice_that_is_billed_costs_its_minutes(campaign: Campaign, line: Line, script: Script, settings):
    settings.OPENAI_API_KEY = "key"
    campaign.voice, campaign.fallback_voices = "openai", []
    campaign.save()
    stranger = greet(line, campaign, Caller("+254711222333", "c1", None), now=NOW)
    assert stranger is not None
    seconds = NOTICE_S + budget.HANG_UP_GRACE_S
    phone = budget.inbound_minor(seconds, money.price_at(NOW), has_stream=True)
    assert stranger.reserved_minor == phone + seconds * 100
    StrangerCall.objects.update(stream_opened_at=stranger.created_at)
    end(stranger.pk)
    stranger.refresh_from_db()
    assert stranger.cost_minor is not None and 0 < stranger.cost_minor < stranger.reserved_minor
    assert money.totals_that_are_off() == ()
