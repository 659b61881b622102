"""Clips are made by the voice itself, over its own protocol, or brought by a person; what is no use says why."""

from __future__ import annotations

import io
from hashlib import sha256
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from django.core.management import CommandError, call_command

from bridge.audio import level_dbfs
from bridge.events import RATE_HZ
from campaigns.briefs import build_brief
from campaigns.clips.making import ask, begin, carry_out, upload
from campaigns.clips.standing import missing, prepared_lines
from campaigns.clips.storing import BadSound, clips_for, read_upload, wav_of
from campaigns.clips.wording import differences
from campaigns.models import Campaign, Line, PreparedClip, Script
from tests.campaigns.clips import voices
from tests.campaigns.clips.conftest import all_approved, recorded
from tests.campaigns.conftest import live_call

pytestmark = pytest.mark.django_db


def made(script: Script) -> dict[str, PreparedClip]:
    carry_out(begin(script, "openai", by="neema"))
    return {clip.line_name: clip for clip in PreparedClip.objects.all()}


class TestByTheVoice:
    def test_all_sentences_are_said_and_wait_to_be_listened_to(self, script):
        clips = made(script)
        assert set(clips) == set(prepared_lines(script))
        assert {clip.status for clip in clips.values()} == {"to_listen"}
        assert missing(script, "openai") != []

    def test_its_own_words_are_kept_beside_it(self, script):
        assert all(clip.transcript and differences(clip.text, clip.transcript) == [] for clip in made(script).values())

    @pytest.mark.parametrize(("voice", "opener"), [("gemini", voices.GEMINI), ("openai_live", voices.OPENAI_LIVE)])
    def test_the_other_voices_say_theirs(self, script, settings, voice, opener):
        settings.CLIP_VOICES = opener
        rows = [row for row in begin(script, voice, by="neema") if row.line_name in ("robot", "opted_out")]
        carry_out(rows)
        for row in rows:
            row.refresh_from_db()
            assert (row.status, row.failure) == ("to_listen", "")
            assert differences(row.text, row.transcript) == []
            assert row.transcript

    def test_the_file_is_what_its_digest_says(self, script):
        clip = made(script)["robot"]
        with clip.file.open("rb") as stored:
            content = stored.read()
        assert sha256(content).hexdigest() == clip.sha256
        pcm, rate_hz = soundfile.read(io.BytesIO(content), dtype="int16")
        assert (rate_hz, pcm.ndim) == (RATE_HZ, 1)
        assert clip.duration_ms == pcm.size * 1000 // RATE_HZ
        assert level_dbfs(pcm) == pytest.approx(-20.0, abs=1.0)

    def test_what_it_was_made_with_is_kept(self, script, settings):
        settings.OPENAI_VOICE = "marin"
        clip = made(script)["disclosure"]
        assert (clip.voice, clip.language, clip.origin, clip.made_by) == ("openai", "en-KE", "voice", "neema")
        assert clip.voice_settings.endswith(", marin")
        assert "{bot_name}" not in clip.text

    def test_nothing_is_made_twice(self, script):
        made(script)
        assert begin(script, "openai", by="neema") == []
        assert begin(script, "openai", by="neema", anew=True) != []

    @pytest.mark.parametrize(
        ("opener", "words"),
        [
            (voices.OPENAI_SILENT, "could not say it"),
            (voices.OPENAI_HASTY, "too short"),
            (voices.CUT_OFF, "failed"),
            (voices.CLOSED, "does not take the key"),
        ],
        ids=["silence", "too fast", "cut off", "no key"],
    )
    def test_what_is_no_use_says_why(self, script, settings, opener, words):
        settings.CLIP_VOICES = opener
        clips = made(script)
        assert {clip.status for clip in clips.values()} == {"failed"}
        assert all(words in clip.failure for clip in clips.values())
        assert not any(clip.file for clip in clips.values())

    def test_what_failed_is_tried_again_when_it_is_asked_for(self, script, settings):
        settings.CLIP_VOICES = voices.CLOSED
        made(script)
        settings.CLIP_VOICES = voices.OPENAI
        assert {clip.status for clip in begin(script, "openai", by="neema")} == {"waiting"}

    def test_a_voice_that_is_not_set_up_says_what_to_mend(self, script, settings):
        settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = ""
        assert "OPENAI_API_KEY" in made(script)["who"].failure

    def test_the_worker_does_it(self, draft, django_capture_on_commit_callbacks, settings):
        settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
        with django_capture_on_commit_callbacks(execute=True):
            rows = ask(draft, by="neema")
        assert rows
        assert set(PreparedClip.objects.values_list("status", flat=True)) <= {"to_listen", "waiting"}


class TestTheCommand:
    def test_it_makes_them_and_says_so(self, draft):
        out, err = StringIO(), StringIO()
        call_command("prepare_clips", draft.name, stdout=out, stderr=err)
        assert "to be listened to" in out.getvalue()
        assert PreparedClip.objects.filter(status="to_listen").count() == len(set(prepared_lines(draft.script).values()))

    def test_a_failure_is_an_error(self, draft, settings):
        settings.CLIP_VOICES = voices.CLOSED
        with pytest.raises(CommandError, match="could not be made"):
            call_command("prepare_clips", draft.name, stdout=StringIO(), stderr=StringIO())

    def test_an_unknown_campaign_is_named(self, db):
        with pytest.raises(CommandError, match="Apex"):
            call_command("prepare_clips", "Apex")


def encoded(pcm: np.ndarray, rate_hz: int = RATE_HZ, kind: str = "WAV", subtype: str = "PCM_16") -> bytes:
    content = io.BytesIO()
    soundfile.write(content, pcm, rate_hz, format=kind, subtype=subtype)
    return content.getvalue()


class TestByAPerson:
    @pytest.mark.parametrize(
        ("kind", "subtype", "rate_hz"),
        [("WAV", "PCM_16", 16_000), ("WAV", "PCM_24", 48_000), ("FLAC", "PCM_16", 44_100), ("WAV", "PCM_16", 8_000)],
    )
    def test_wav_and_flac_of_any_usual_rate(self, kind, subtype, rate_hz):
        times_s = np.arange(2 * rate_hz) / rate_hz
        pcm = read_upload(encoded(np.rint(8000 * np.sin(2 * np.pi * 300 * times_s)).astype(np.int16), rate_hz, kind, subtype))
        assert pcm.dtype == np.int16
        assert pcm.size == pytest.approx(2 * RATE_HZ, abs=2)
        assert level_dbfs(pcm) == pytest.approx(20 * np.log10(8000 / 32768 / np.sqrt(2)), abs=0.3)

    def test_two_channels_become_one(self):
        tone = voices.speech_like("Are you still there?")
        assert np.array_equal(read_upload(encoded(np.stack((tone, tone), axis=1))), tone)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"no sound", "no sound file"),
            (b"", "no sound file"),
            (encoded(np.zeros(100, np.int16), kind="AIFF"), "WAV or FLAC"),
            (encoded(np.zeros(100, np.int16), 4_000), "4000 Hz"),
            (encoded(np.zeros((100, 3), np.int16)), "3 channels"),
            (encoded(np.zeros(91 * 8_000, np.int16), 8_000), "longer"),
        ],
        ids=["text", "nothing", "another kind", "rate", "channels", "length"],
    )
    def test_what_cannot_be_read_says_what_to_send(self, content, words):
        with pytest.raises(BadSound, match=words):
            read_upload(content)

    def test_a_recording_waits_to_be_listened_to(self, script):
        clip = recorded(script, "disclosure")
        assert (clip.status, clip.origin, clip.made_by, clip.transcript) == ("to_listen", "upload", "neema", "")

    @pytest.mark.parametrize(("pcm", "words"), [(np.zeros(RATE_HZ, np.int16), "silent"), (voices.speech_like("Yes."), "too short")])
    def test_the_wrong_sound_is_refused_and_nothing_kept(self, script, pcm, words):
        with pytest.raises(BadSound, match=words):
            upload(script, "openai", "disclosure", wav_of(pcm), by="neema")
        assert not PreparedClip.objects.exists()

    def test_a_line_that_is_not_prepared_has_no_clip(self, script):
        with pytest.raises(BadSound, match="cold_close"):
            upload(script, "openai", "cold_close", wav_of(voices.speech_like("Goodbye.")), by="neema")


class TestWhatACallGets:
    def brief(self, campaign: Campaign, asha):
        return build_brief(live_call(campaign, asha, voice="openai"))

    def test_the_approved_ones_with_their_digests(self, draft, asha):
        all_approved(draft.script)
        brief = self.brief(draft, asha)
        clips = clips_for(brief)
        assert set(clips.by_text) == set(prepared_lines(draft.script).values())
        assert len(clips.fillers) == 2
        assert clips.sha256s[brief.lines.disclosure] == PreparedClip.objects.get(line_name="disclosure").sha256

    def test_nothing_that_nobody_has_approved(self, draft, asha):
        recorded(draft.script, "disclosure")
        assert clips_for(self.brief(draft, asha)).by_text == {}

    def test_a_file_that_was_changed_is_not_played(self, draft, asha):
        clips = all_approved(draft.script)
        brief = self.brief(draft, asha)
        Path(clips[0].file.path).write_bytes(wav_of(voices.speech_like("Something else.")))
        assert brief.lines.disclosure not in clips_for(brief).by_text

    def test_a_file_that_is_gone_is_not_played(self, draft, asha):
        clips = all_approved(draft.script)
        brief = self.brief(draft, asha)
        Path(clips[0].file.path).unlink()
        assert brief.lines.disclosure not in clips_for(brief).by_text

    def test_one_that_was_rejected_since_is_not_played(self, draft, asha):
        all_approved(draft.script)
        brief = self.brief(draft, asha)
        clips_for(brief)
        PreparedClip.objects.filter(line_name="robot").update(status="rejected")
        assert brief.lines.robot not in clips_for(brief).by_text

    def test_another_line_kind_gets_the_same(self, draft, asha):
        all_approved(draft.script)
        Line.objects.update(is_simulated=True)
        assert clips_for(self.brief(draft, asha)).by_text
