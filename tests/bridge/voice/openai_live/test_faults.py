"""Each way in which the service can fail, and what the call is told."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import pytest

from bridge.events import LineFailed, VoiceAudioEnd, VoiceFailed, VoiceFault
from bridge.voice.fakes.openai_live import ALWAYS, FakeOpenAILive, Strike
from bridge.voice.openai_live import dialogue
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.voice import OpenAILiveVoice
from tests.bridge.voice.openai_live.rig import faked, opened, settings_for
from tests.bridge.voice.openai_socket.socket_faults import KEY, SocketFaults, fault_of_opening
from tests.bridge.voice.rig import LINE, NEXT, is_a, say_something


class TestTheSocket(SocketFaults):
    ready = {"type": "session.started", "session": {"id": "s"}}
    sound = {"type": "session.output_audio.delta", "delta": "AAECAw=="}

    def faked(self) -> AbstractAsyncContextManager[FakeOpenAILive]:
        return faked()

    def voice_at(self, base_url: str, api_key: str = KEY) -> OpenAILiveVoice:
        return OpenAILiveVoice(LiveSettings(api_key, base_url=base_url))


class TestOpening:
    async def test_without_a_key_nobody_is_asked(self):
        assert await fault_of_opening(OpenAILiveVoice(LiveSettings(""))) is VoiceFault.KEY

    async def test_a_session_that_is_refused_is_refused(self, monkeypatch):
        monkeypatch.setattr("bridge.voice.openai_live.outgoing.RATE_HZ", 12_345)
        async with faked() as fake:
            assert await fault_of_opening(OpenAILiveVoice(settings_for(fake))) is VoiceFault.REFUSED


class TestALineThatFails:
    async def test_words_without_sound_fail_it_and_the_next_is_said(self):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.times[Strike.SILENT] = ALWAYS
            call.speak(LINE)
            failed = await listener.wait_for(is_a(LineFailed))
            fake.faults.times[Strike.SILENT] = 0
            call.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert failed == LineFailed(1, "no sound")
        assert not listener.audio_of(1)

    async def test_one_that_is_never_said_fails(self, monkeypatch):
        monkeypatch.setattr(dialogue, "BEGIN_LIMIT_S", 0.3)
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.times[Strike.EMPTY] = 1
            call.speak(LINE)
            failed = await listener.wait_for(is_a(LineFailed))
        assert failed == LineFailed(1, "not said")
        assert fake.faults.happened[Strike.EMPTY] == 1

    @pytest.mark.parametrize("code", ["server_error", "content_filter"])
    async def test_a_rejected_commentary_fails_it_and_the_next_is_said(self, code):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.rejects_with = code
            call.speak(LINE)
            failed = await listener.wait_for(is_a(LineFailed))
            fake.faults.rejects_with = None
            call.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert failed == LineFailed(1, code)

    async def test_sound_without_a_transcript_that_is_too_short_for_the_line_fails_it(self):
        """The fake's voice is faster than anybody speaks."""
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.times[Strike.NO_TRANSCRIPT] = ALWAYS
            call.speak(LINE)
            failed = await listener.wait_for(is_a(LineFailed, VoiceAudioEnd))
        assert failed == LineFailed(1, "broken off")


class TestASessionThatDies:
    @pytest.mark.parametrize("code", ["insufficient_quota", "rate_limit_exceeded"])
    async def test_an_account_that_is_used_up_ends_it(self, code):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.rejects_with = code
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.QUOTA

    async def test_so_does_one_that_the_text_model_cannot_be_paid_from(self):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.fails_backend = "insufficient_quota"
            say_something(call)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.QUOTA

    @pytest.mark.parametrize(("reason", "fault"), [("expired", VoiceFault.CUT), ("content", VoiceFault.REFUSED)])
    async def test_a_session_that_the_service_ends_says_why(self, reason, fault):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.end_at_line = reason
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is fault

    @pytest.mark.parametrize("stall", [Strike.STALLS, Strike.NO_AUDIO])
    async def test_a_stream_that_stops_is_given_up(self, monkeypatch, stall):
        monkeypatch.setattr(dialogue, "STALL_S", 0.3)
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.times[stall] = ALWAYS
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.SILENT
        assert fake.faults.happened[stall]
