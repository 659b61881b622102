"""Nobody is rung for a campaign none of whose voices can speak; why, is said, and it goes on by itself."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from bridge.events import VoiceFault
from bridge.voice.breakers import DeadVoice
from campaigns import dead_voices, dialer, flight_ticks, pace, servers
from campaigns.dead_voices import MENDS, passed_over, why_nobody_speaks
from campaigns.integrations.api_keys import create_api_key
from campaigns.models import Campaign, FlightEntry, ServerProcess
from campaigns.pacing import Limit
from leads import clock
from leads.models import Lead
from tests.campaigns.conftest import enrolled

pytestmark = pytest.mark.usefixtures("loopback")


def tell(server: ServerProcess, **faults: VoiceFault) -> None:
    dead_voices.report(server, {name: DeadVoice(fault, for_s=90.0) for name, fault in faults.items()})


def dials() -> bool:
    return isinstance(dialer.claim_next(clock.now()), dialer.Claimed)


@pytest.fixture
def running(campaign: Campaign, asha: Lead) -> Campaign:
    """Asha is due."""
    enrolled(campaign, asha)
    return campaign


@pytest.fixture
def spare(running: Campaign) -> Campaign:
    """The campaign that calls Asha, with a voice to fall back on."""
    Campaign.objects.filter(pk=running.pk).update(fallback_voices=["openai"])
    running.refresh_from_db()
    return running


def test_nobody_is_dialled_while_its_only_voice_is_dead_and_once_it_is_heard_again_it_goes_on(running, server):
    tell(server, embedded=VoiceFault.KEY)
    assert not dials()
    tell(server)
    assert dials()


def test_a_voice_to_fall_back_on_is_enough(spare, server, settings):
    settings.OPENAI_API_KEY = "a key"
    tell(server, embedded=VoiceFault.QUOTA)
    assert dials()


def test_with_all_of_them_dead_nobody_is_dialled(spare, server):
    tell(server, embedded=VoiceFault.QUOTA, openai=VoiceFault.UNREACHABLE)
    assert not dials()


def test_the_voices_of_other_campaigns_do_not_matter(running, server):
    tell(server, gemini=VoiceFault.KEY)
    assert dials()


def test_a_call_goes_to_the_process_on_which_its_voice_is_alive(running, server):
    other = servers.register("ws://127.0.0.1:9", room=1)
    tell(server, embedded=VoiceFault.UNREACHABLE)
    claim = dialer.claim_next(clock.now())
    assert isinstance(claim, dialer.Claimed)
    assert running.calls.get(pk=claim.call_id).server_id == other.pk


def test_what_a_process_said_that_has_gone_does_not_count(running, server):
    ghost = servers.register("ws://127.0.0.1:9", room=9)
    tell(ghost, embedded=VoiceFault.KEY)
    servers.sign_off(ghost)
    assert dials()
    assert why_nobody_speaks(servers.alive(), running.voices) == ""


class TestWords:
    @pytest.mark.parametrize("fault", sorted(VoiceFault))
    def test_each_fault_has_a_mend(self, server, fault):
        tell(server, embedded=fault)
        assert MENDS[fault] in why_nobody_speaks(servers.alive(), ["embedded"])

    def test_it_says_which_voice_since_when_and_that_it_goes_on_by_itself(self, server):
        tell(server, gemini=VoiceFault.KEY)
        [alive] = servers.alive()
        since = timezone.localtime(datetime.fromisoformat(alive.dead_voices["gemini"]["since"])).strftime("%H:%M")
        said = why_nobody_speaks(servers.alive(), ["gemini"])
        assert said.startswith(f"Nobody is called: no voice of this campaign works at the moment. “gemini” is passed over since {since}:")
        assert said.endswith("It goes on by itself once one is heard again.")

    def test_while_another_voice_speaks_it_says_which_one_is_passed_over(self, server):
        tell(server, gemini=VoiceFault.QUOTA)
        assert why_nobody_speaks(servers.alive(), ["gemini", "openai"]) == ""
        assert "“gemini” is passed over" in passed_over(servers.alive(), ["gemini", "openai"])
        assert passed_over(servers.alive(), ["openai"]) == ""

    def test_without_a_server_it_is_not_the_voices_fault(self, db):
        assert why_nobody_speaks([], ["gemini"]) == ""

    def test_why_a_call_waits_says_so(self, running, server):
        tell(server, embedded=VoiceFault.SILENT)
        assert MENDS[VoiceFault.SILENT] in pace.why_slow(running, now=clock.now())

    def test_the_campaign_s_page_says_so(self, running, server, admin_client):
        tell(server, embedded=VoiceFault.KEY)
        page = admin_client.get(f"/admin/campaigns/campaign/{running.pk}/change/").content.decode()
        assert "refuses the key" in page
        tell(server)
        assert "refuses the key" not in admin_client.get(f"/admin/campaigns/campaign/{running.pk}/change/").content.decode()


def test_the_flight_record_says_what_holds_the_campaign_back(running, server, monkeypatch):
    tell(server, embedded=VoiceFault.KEY)
    monkeypatch.setattr(flight_ticks, "_last_at", None)
    flight_ticks.tick(clock.now())
    seen = FlightEntry.objects.get(kind="tick").details["campaigns"][str(running.pk)]
    assert seen["hold"] == Limit.SERVER


class TestRest:
    @pytest.fixture
    def told(self, spare):
        """What an integrator reads of the campaign: which voices are dead, by which fault, and whether nobody is called."""
        key = create_api_key("CRM")[1]

        def asked() -> tuple[list[tuple[str, str]], bool]:
            campaign = Client().get(f"/api/v1/campaigns/{spare.pk}", headers={"Authorization": f"Bearer {key}"}).json()
            assert all(dead["mend"] == MENDS[VoiceFault(dead["fault"])] and dead["since"] for dead in campaign["dead_voices"])
            return [(dead["voice"], dead["fault"]) for dead in campaign["dead_voices"]], campaign["is_mute"]

        return asked

    def test_living_voices_are_not_named(self, told, server):
        tell(server, gemini=VoiceFault.KEY)
        assert told() == ([], False)

    def test_a_voice_that_is_passed_over_is_named(self, told, server):
        tell(server, embedded=VoiceFault.KEY)
        assert told() == ([("embedded", "key")], False)

    def test_with_all_of_them_dead_it_says_that_nobody_is_called(self, told, server):
        tell(server, openai=VoiceFault.UNREACHABLE, embedded=VoiceFault.QUOTA)
        assert told() == ([("embedded", "quota"), ("openai", "unreachable")], True)

    def test_two_servers_that_miss_one_each_still_speak(self, told, server):
        tell(server, embedded=VoiceFault.KEY)
        tell(servers.register("ws://127.0.0.1:9", room=1), openai=VoiceFault.KEY)
        assert told() == ([("embedded", "key"), ("openai", "key")], False)

    def test_of_a_campaign_that_calls_nobody_nothing_is_said(self, told, spare, server):
        tell(server, embedded=VoiceFault.KEY, openai=VoiceFault.KEY)
        Campaign.objects.update(status=Campaign.Status.PAUSED)
        assert told() == ([], False)
