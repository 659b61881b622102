"""On a real line a voice that paraphrases talks exactly when all that must be said word for word is prepared, and approved, as it is now."""

from __future__ import annotations

import pytest

from bridge.brief import WITHOUT_A_VOICE, WORD_FOR_WORD
from campaigns import campaign_life, dialer, line_guard
from campaigns.campaign_life import Action
from campaigns.clips.judging import approve, reject
from campaigns.clips.standing import approved_clips, missing, prepared_lines, standing_of
from campaigns.models import Campaign, PreparedClip, Script
from campaigns.preflight.run import preflight
from tests.campaigns.clips.conftest import all_approved, recorded
from tests.campaigns.conftest import enrolled, launch
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

WORDS = "words of its own"


def is_held(campaign: Campaign) -> bool:
    campaign = Campaign.objects.get(pk=campaign.pk)
    return any(WORDS in sentence for sentence in line_guard.campaign_obstacles(campaign, campaign.line))


class TestTheGuard:
    def test_nothing_is_prepared_at_first(self, draft):
        (sentence,) = line_guard.campaign_obstacles(draft, draft.line)
        assert all(name.replace("_", " ") in sentence for name in WORD_FOR_WORD)
        assert "Clips" in sentence

    def test_all_approved_opens_the_line(self, draft):
        all_approved(draft.script)
        assert line_guard.campaign_obstacles(draft, draft.line) == []

    @pytest.mark.parametrize("name", WORD_FOR_WORD)
    def test_one_that_is_missing_holds_it(self, draft, name):
        all_approved(draft.script)
        PreparedClip.objects.filter(line_name=name).delete()
        assert missing(draft.script, "openai") == [name]
        assert is_held(draft)

    @pytest.mark.parametrize("name", WITHOUT_A_VOICE)
    def test_what_is_only_for_emergencies_holds_nobody(self, draft, name):
        all_approved(draft.script)
        PreparedClip.objects.filter(line_name=name).delete()
        assert not is_held(draft)

    def test_a_clip_nobody_has_listened_to_does_not_count(self, draft):
        for name in prepared_lines(draft.script):
            recorded(draft.script, name)
        assert missing(draft.script, "openai") == list(WORD_FOR_WORD)

    def test_one_that_is_rejected_later_counts_no_more(self, draft):
        clips = all_approved(draft.script)
        assert reject(clips[0], by="mosi")
        assert is_held(draft)

    def test_a_newer_one_that_nobody_has_heard_leaves_the_approved_one(self, draft):
        all_approved(draft.script)
        recorded(draft.script, "disclosure")
        (disclosure, *_) = standing_of(draft.script, "openai")
        assert disclosure.is_ready
        assert disclosure.newest.status == "to_listen"

    def test_the_newest_approved_one_is_played(self, draft):
        all_approved(draft.script)
        newer = recorded(draft.script, "disclosure")
        approve(newer, by="mosi")
        text = prepared_lines(draft.script)["disclosure"]
        assert approved_clips([text], voice="openai", language=draft.script.language)[text].pk == newer.pk


class TestWhatMakesItStale:
    def test_another_text(self, draft):
        all_approved(draft.script)
        Script.objects.filter(pk=draft.script_id).update(disclosure="I am {bot_name}, a machine of {organisation}.")
        assert is_held(draft)

    def test_another_name_in_the_text(self, draft):
        all_approved(draft.script)
        Script.objects.filter(pk=draft.script_id).update(organisation="Apex")
        assert is_held(draft)

    def test_another_language(self, draft):
        all_approved(draft.script)
        Script.objects.filter(pk=draft.script_id).update(language="en-UG")
        assert is_held(draft)

    def test_another_voice(self, draft):
        all_approved(draft.script)
        Campaign.objects.filter(pk=draft.pk).update(voice="gemini")
        assert is_held(draft)

    @pytest.mark.parametrize("setting", ["OPENAI_MODEL", "OPENAI_VOICE"])
    def test_another_setting_of_the_voice(self, draft, settings, setting):
        all_approved(draft.script)
        setattr(settings, setting, "another")
        assert is_held(draft)

    def test_a_new_version_with_the_same_words_needs_none_anew(self, draft):
        all_approved(draft.script)
        copy = campaign_life.copy_to_new_version(draft.script)
        assert missing(copy, "openai") == []


class TestWhoNeedsThem:
    def test_a_voice_behind_one_that_reads_aloud_may_have_to_speak(self, draft, settings):
        settings.CASCADE_STT_URL = settings.CASCADE_LLM_URL = settings.CASCADE_TTS_URL = "https://voices.example.com"
        Campaign.objects.filter(pk=draft.pk).update(voice="cascade", fallback_voices=["openai"])
        assert is_held(draft)
        all_approved(draft.script, "cascade")
        assert not is_held(draft)

    def test_a_voice_that_reads_aloud_needs_none(self, draft):
        Campaign.objects.filter(pk=draft.pk).update(voice="cascade")
        assert not is_held(draft)

    def test_the_voice_for_rehearsals_stays_refused(self, draft):
        all_approved(draft.script)
        Campaign.objects.filter(pk=draft.pk).update(fallback_voices=["embedded"])
        draft.refresh_from_db()
        assert any("demonstration" in sentence for sentence in line_guard.campaign_obstacles(draft, draft.line))

    def test_a_simulated_line_needs_none(self, draft, settings):
        settings.SAUTIKIT_API_URL = "http://127.0.0.1:9"
        draft.line.is_simulated = True
        assert line_guard.campaign_obstacles(draft, draft.line) == []

    def test_callers_are_answered_by_the_platform(self, draft):
        all_approved(draft.script)
        assert not line_guard.may_speak(draft.line, "openai")


class TestWhereItIsSaid:
    def test_the_preflight_and_the_approval_say_it(self, draft, asha):
        enrolled(draft, asha)
        run = preflight(draft, by="mosi")
        assert run.result is not None
        assert any(WORDS in str(warning) for warning in run.result["warnings"])
        assert any(WORDS in sentence for sentence in campaign_life.obstacles_to(draft, Action.APPROVE))

    def test_the_preflight_warns_where_a_voice_that_fails_would_leave_silence(self, draft, asha):
        enrolled(draft, asha)
        told = [str(warning) for warning in (preflight(draft, by="mosi").result or {})["warnings"]]
        assert any("silence" in warning and "apology" in warning for warning in told)
        all_approved(draft.script)
        told = [str(warning) for warning in (preflight(draft, by="mosi").result or {})["warnings"]]
        assert not any("silence" in warning for warning in told)

    def test_the_dial_instant_holds_a_campaign_whose_clip_was_rejected(self, draft, asha, server):
        clips = all_approved(draft.script)
        call = enrolled(draft, asha)
        assert launch(draft) == []
        reject(clips[0], by="mosi")
        assert dialer.claim_next(NOW) is None
        call.refresh_from_db()
        draft.refresh_from_db()
        assert (call.status, draft.status) == ("queued", "paused")
        assert WORDS in draft.pause_reason


class TestJudging:
    def test_who_and_when_are_kept(self, draft):
        clip = recorded(draft.script, "robot")
        assert approve(clip, by="mosi")
        clip.refresh_from_db()
        assert (clip.status, clip.judged_by) == ("approved", "mosi")
        assert clip.judged_at is not None
        assert abs((clip.judged_at - NOW).total_seconds()) < 60

    def test_only_one_of_two_judges_counts(self, draft):
        clip = recorded(draft.script, "robot")
        assert reject(clip, by="mosi")
        assert not approve(clip, by="neema")

    def test_a_clip_that_failed_cannot_be_approved(self, draft):
        clip = recorded(draft.script, "robot")
        PreparedClip.objects.update(status="failed")
        assert not approve(clip, by="mosi")
