"""The pages: make, bring, listen, approve and reject; and on a call the clip that was played, with its player."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bridge.events import Outcome
from bridge.reports import SessionReport
from campaigns import calls
from campaigns.access.viewer import ORGANISATION
from campaigns.api import get_call
from campaigns.clips.standing import missing, prepared_lines
from campaigns.clips.storing import wav_of
from campaigns.models import Call, Campaign, PreparedClip
from campaigns.schemas import CallOut
from tests.campaigns.clips import voices
from tests.campaigns.clips.conftest import all_approved, recorded
from tests.campaigns.conftest import live_call
from tests.campaigns.console import administrator, shown, sign_in, told
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def asked_by_the_organisation(rf: Any) -> Any:
    request = rf.get("/")
    request.viewer = ORGANISATION
    return request


def page(campaign: Campaign) -> str:
    return f"campaigns/campaign/{campaign.pk}/clips/"


def wav(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("robot.wav", wav_of(voices.speech_like(text)), content_type="audio/wav")


class TestThePage:
    def test_it_shows_every_sentence_and_what_is_lacking(self, client, draft):
        administrator(client)
        html = shown(client, page(draft))
        assert all(text.replace("'", "&#x27;") in html for text in prepared_lines(draft.script).values())
        assert "5 sentences that must be said word for word have no approved clip" in html

    def test_the_campaigns_page_leads_to_it(self, client, draft):
        administrator(client)
        assert f"/admin/{page(draft)}" in shown(client, f"campaigns/campaign/{draft.pk}/change/")

    def test_the_worker_is_asked_to_make_them(self, client, draft):
        administrator(client)
        assert "10 sentences are being made." in told(client, page(draft), {"act": "make"})
        assert set(PreparedClip.objects.values_list("status", flat=True)) == {"waiting"}
        assert 'http-equiv="refresh"' in shown(client, page(draft))

    def test_a_recording_is_brought_listened_to_and_approved(self, client, draft):
        administrator(client)
        text = prepared_lines(draft.script)["robot"]
        (kept,) = told(client, page(draft), {"act": "upload", "line": "robot", "sound": wav(text)})
        assert "Listen to it" in kept
        clip = PreparedClip.objects.get()
        player = re.search(rf'src="(/admin/campaigns/preparedclip/{clip.pk}/sound/)"', shown(client, page(draft)))
        assert player is not None
        sound = client.get(player[1])
        assert (sound.status_code, sound["Content-Type"], sound.content[:4]) == (200, "audio/wav", b"RIFF")
        told(client, page(draft), {"act": "approve", "clip": clip.pk, "says_exactly": "on"})
        clip.refresh_from_db()
        assert (clip.status, clip.judged_by) == ("approved", "mosi")
        assert "robot" not in missing(draft.script, "openai")

    def test_without_the_tick_nothing_is_approved(self, client, draft):
        administrator(client)
        clip = recorded(draft.script, "robot")
        (problem,) = told(client, page(draft), {"act": "approve", "clip": clip.pk})
        assert "tick" in problem
        clip.refresh_from_db()
        assert clip.status == "to_listen"

    def test_a_bad_recording_says_what_is_wrong(self, client, draft):
        administrator(client)
        (problem,) = told(client, page(draft), {"act": "upload", "line": "disclosure", "sound": wav("Yes.")})
        assert "too short" in problem

    def test_an_approval_can_be_taken_back(self, client, draft):
        administrator(client)
        clips = all_approved(draft.script)
        assert "All that must be said word for word is prepared and approved." in shown(client, page(draft))
        told(client, page(draft), {"act": "reject", "clip": clips[0].pk})
        assert missing(draft.script, "openai") == ["disclosure"]

    def test_other_words_in_the_transcript_are_shown(self, client, draft):
        administrator(client)
        clip = recorded(draft.script, "robot")
        PreparedClip.objects.filter(pk=clip.pk).update(transcript="No, I am a person.")
        html = shown(client, page(draft))
        assert "other words" in html
        assert "No, I am a person." in html

    def test_what_went_wrong_is_shown(self, client, draft):
        administrator(client)
        told(client, page(draft), {"act": "make"})
        PreparedClip.objects.update(status="failed", failure="The voice failed: quota.")
        assert "The voice failed: quota." in shown(client, page(draft))


class TestRights:
    VIEW = ("view_campaign",)

    def test_who_may_only_look_listens(self, client, draft):
        clip = recorded(draft.script, "robot")
        sign_in(client, "zuri", *self.VIEW)
        html = shown(client, page(draft))
        assert "says_exactly" not in html
        assert 'type="file"' not in html
        assert client.get(f"/admin/campaigns/preparedclip/{clip.pk}/sound/").status_code == 200

    @pytest.mark.parametrize(
        ("act", "codename"),
        [("make", "approve_campaign"), ("upload", "approve_campaign"), ("approve", "change_campaign"), ("reject", "change_campaign")],
    )
    def test_one_right_is_not_the_other(self, client, draft, act, codename):
        clip = recorded(draft.script, "robot")
        sign_in(client, "neema", *self.VIEW, codename)
        response = client.post(f"/admin/{page(draft)}", {"act": act, "clip": clip.pk, "says_exactly": "on", "line": "robot"})
        assert response.status_code == 403
        clip.refresh_from_db()
        assert clip.status == "to_listen"

    def test_nobody_else_hears_it(self, client, draft):
        clip = recorded(draft.script, "robot")
        sign_in(client, "zuri")
        assert client.get(f"/admin/campaigns/preparedclip/{clip.pk}/sound/").status_code == 403

    def test_a_clip_of_another_script_is_not_approved_here(self, client, draft):
        administrator(client)
        clip = recorded(draft.script, "robot")
        PreparedClip.objects.filter(pk=clip.pk).update(voice="gemini")
        assert client.post(f"/admin/{page(draft)}", {"act": "approve", "clip": clip.pk, "says_exactly": "on"}).status_code == 404

    def test_an_unknown_act_is_none(self, client, draft):
        administrator(client)
        assert client.post(f"/admin/{page(draft)}", {"act": "delete"}).status_code == 404


class TestTheCall:
    @pytest.fixture
    def told_call(self, draft, asha) -> Call:
        """Its disclosure was played from the approved clip."""
        clip = all_approved(draft.script)[0]
        call = live_call(draft, asha, voice="openai", status="in_progress", stream_opened_at=NOW, answered_at=NOW)
        report = SessionReport(Outcome.NOT_INTERESTED, is_disclosure_heard=True, disclosure_sha256=clip.sha256, disclosure_heard_ms=clip.duration_ms)
        calls.finish_session(call.pk, report, at=NOW)
        call.refresh_from_db()
        return call

    def test_its_page_shows_and_plays_what_was_heard(self, client, told_call):
        administrator(client)
        clip = PreparedClip.objects.get(line_name="disclosure")
        html = shown(client, f"campaigns/call/{told_call.pk}/change/")
        assert f"{clip.duration_ms} of {clip.duration_ms} ms" in html
        assert f"/admin/campaigns/preparedclip/{clip.pk}/sound/" in html
        assert clip.sha256 in html
        assert "approved by mosi" in html

    def test_rest_tells_it(self, rf, told_call):
        clip = PreparedClip.objects.get(line_name="disclosure")
        told_over = CallOut.model_validate(get_call(asked_by_the_organisation(rf), told_call.pk)).disclosure
        assert told_over is not None
        assert (told_over.is_heard, told_over.heard_ms, told_over.clip_ms) == (True, clip.duration_ms, clip.duration_ms)
        assert (told_over.clip_sha256, told_over.approved_by, told_over.text) == (clip.sha256, "mosi", clip.text)

    def test_the_file_is_named_even_when_it_was_rejected_since(self, rf, told_call):
        PreparedClip.objects.update(status="rejected")
        told_over = CallOut.model_validate(get_call(asked_by_the_organisation(rf), told_call.pk)).disclosure
        assert told_over is not None
        assert told_over.clip_ms

    def test_a_voice_that_said_it_itself_has_no_clip(self, client, draft, asha):
        administrator(client)
        call = live_call(draft, asha, status="in_progress", stream_opened_at=NOW)
        calls.finish_session(call.pk, SessionReport(Outcome.NOT_INTERESTED, is_disclosure_heard=True, disclosure_heard_ms=9000), at=NOW)
        html = shown(client, f"campaigns/call/{call.pk}/change/")
        assert "9000 ms" in html
        assert "not from a prepared file" in html
