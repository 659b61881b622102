"""Each way in which the server can fail, and what the call is told."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import numpy as np
import pytest

from bridge.audio import silence
from bridge.events import RATE_HZ, Line, LineFailed, VoiceAudio, VoiceFailed, VoiceFault
from bridge.voice.fakes.openai_realtime import FakeOpenAIRealtime
from bridge.voice.openai_realtime import dialogue, voice
from bridge.voice.openai_realtime.settings import Dialect, RealtimeSettings
from bridge.voice.openai_realtime.voice import OpenAIRealtimeVoice
from tests.bridge.fakes import utterance
from tests.bridge.voice.openai_realtime.rig import faked, opened, settings_for
from tests.bridge.voice.openai_socket.rig import sent
from tests.bridge.voice.openai_socket.socket_faults import KEY, SocketFaults, fault_of_opening
from tests.bridge.voice.rig import is_a, until

LINE = Line(1, "How many seats do you need?")
BURST = np.concatenate((utterance(500), silence(RATE_HZ)))


class TestTheSocket(SocketFaults):
    ready = {"type": "session.updated", "session": {}}
    sound = {"type": "response.output_audio.delta", "response_id": "r", "item_id": "i", "delta": "AAECAw=="}

    def faked(self) -> AbstractAsyncContextManager[FakeOpenAIRealtime]:
        return faked()

    def voice_at(self, base_url: str, api_key: str = KEY) -> OpenAIRealtimeVoice:
        return OpenAIRealtimeVoice(RealtimeSettings(api_key, base_url=base_url))


class TestOpening:
    async def test_without_a_key_openai_is_not_even_asked(self):
        assert await fault_of_opening(OpenAIRealtimeVoice(RealtimeSettings(""))) is VoiceFault.KEY

    async def test_a_server_that_only_greets_has_taken_our_session(self, monkeypatch):
        monkeypatch.setattr(voice, "SETTLE_LIMIT_S", 0.05)
        async with faked() as fake:
            fake.faults.never_set_up = True
            async with opened(fake) as (call, listener):
                call.speak(LINE)
                await listener.wait_for_end_of(1)
        assert fake.faults.happened["never_set_up"] == 1

    async def test_a_session_that_is_refused_is_refused(self, monkeypatch):
        monkeypatch.setattr(voice, "SETTLE_LIMIT_S", 0.1)
        async with faked() as fake:
            fake.faults.refuses_session = True
            assert await fault_of_opening(OpenAIRealtimeVoice(settings_for(fake))) is VoiceFault.REFUSED

    async def test_the_wrong_dialect_is_refused(self):
        async with faked() as fake:
            assert await fault_of_opening(OpenAIRealtimeVoice(settings_for(fake, dialect=Dialect.BETA))) is VoiceFault.REFUSED


class TestALineThatFails:
    @pytest.mark.parametrize("fault", ["is_silent", "has_no_audio", "is_empty"])
    async def test_a_turn_without_sound_fails_its_line_and_the_next_is_said(self, fault):
        async with faked() as fake, opened(fake) as (call, listener):
            setattr(fake.faults, fault, True)
            call.speak(LINE)
            failed = await listener.wait_for(is_a(LineFailed))
            setattr(fake.faults, fault, False)
            call.speak(Line(2, LINE.text))
            await listener.wait_for_end_of(2)
        assert failed == LineFailed(1, "no sound")
        assert fake.faults.happened[fault]
        assert not listener.n_ends_of(1)

    @pytest.mark.parametrize("code", ["server_error", "content_filter"])
    async def test_a_rejected_turn_fails_its_line(self, code):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.rejects_with = code
            call.speak(LINE)
            assert await listener.wait_for(is_a(LineFailed)) == LineFailed(1, code)
        assert fake.faults.happened["rejects_with"] == 1

    async def test_a_refused_request_fails_its_line(self):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.refuses_requests = 1
            call.speak(LINE)
            assert await listener.wait_for(is_a(LineFailed)) == LineFailed(1, "invalid_value")
            call.speak(Line(2, LINE.text))
            await listener.wait_for_end_of(2)


class TestASessionThatDies:
    @pytest.mark.parametrize("code", ["insufficient_quota", "rate_limit_exceeded"])
    async def test_an_account_that_is_used_up_ends_it(self, code):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.rejects_with = code
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.QUOTA

    @pytest.mark.parametrize(("stall", "fault"), [("stalls", VoiceFault.UNREACHABLE), ("stalls_begun", VoiceFault.SILENT)])
    async def test_a_server_that_says_no_more_is_given_up(self, monkeypatch, stall, fault):
        monkeypatch.setattr(dialogue, "STALL_S", 0.2)
        async with faked() as fake, opened(fake) as (call, listener):
            setattr(fake.faults, stall, True)
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is fault
        assert fake.faults.happened[stall] == 1


async def test_sound_that_nobody_asked_for_is_never_heard():
    async with faked() as fake, opened(fake) as (call, listener):
        fake.faults.talks_instead = 2
        call.hear(BURST)
        await until(lambda: fake.faults.happened["talks_instead"] == 2)
        call.speak(LINE)
        await listener.wait_for_end_of(1)
    assert {event.line_id for event in listener.events if isinstance(event, VoiceAudio)} == {1}
    assert len(sent(fake, "response.create")) == 3


async def test_a_response_that_the_server_began_by_itself_is_cancelled_and_the_callee_is_still_understood():
    async with faked() as fake, opened(fake) as (call, listener):
        fake.faults.speaks_by_itself = True
        call.hear(BURST)
        await until(lambda: fake.faults.happened["already_active"] >= 1)
        fake.faults.speaks_by_itself = False
        call.speak(LINE)
        await listener.wait_for_end_of(1)
    assert {event.line_id for event in listener.events if isinstance(event, VoiceAudio)} == {1}
