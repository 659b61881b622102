"""Each way in which the service can fail, and what the call is told."""

from __future__ import annotations

import socket

import pytest

from bridge.events import Line, LineFailed, VoiceAudioEnd, VoiceFailed, VoiceFault
from bridge.ports import VoiceUnavailable
from bridge.voice.fakes.ending import Moment
from bridge.voice.fakes.openai_live import ALWAYS, Garbage, Strike
from bridge.voice.openai_live import dialogue, voice
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.voice import OpenAILiveVoice
from tests.bridge.voice.openai_live.rig import BRIEF, LINE, LONG, NEXT, faked, is_a, opened, say_something, settings_for


async def fault_of_opening(settings: LiveSettings) -> VoiceFault:
    with pytest.raises(VoiceUnavailable) as refused:
        await OpenAILiveVoice(settings).open(BRIEF)
    assert not settings.api_key or settings.api_key not in str(refused.value)
    return refused.value.fault


class TestOpening:
    @pytest.mark.parametrize(
        ("status", "fault"),
        [
            (401, VoiceFault.KEY),
            (403, VoiceFault.KEY),
            (402, VoiceFault.QUOTA),
            (429, VoiceFault.QUOTA),
            (404, VoiceFault.REFUSED),
            (503, VoiceFault.UNREACHABLE),
        ],
    )
    async def test_a_refused_handshake_says_what_to_mend(self, status, fault):
        async with faked() as fake:
            fake.faults.refuse_status = status
            assert await fault_of_opening(settings_for(fake)) is fault
        assert fake.faults.happened["refuse_status"] == 1

    @pytest.mark.parametrize(
        ("code", "fault"),
        [
            ("invalid_api_key", VoiceFault.KEY),
            ("insufficient_quota", VoiceFault.QUOTA),
            ("credit_balance_exhausted", VoiceFault.QUOTA),
            ("model_not_found", VoiceFault.REFUSED),
        ],
    )
    async def test_so_does_an_error_right_after_it(self, code, fault):
        async with faked() as fake:
            fake.faults.refuse_code = code
            assert await fault_of_opening(settings_for(fake)) is fault
        assert fake.faults.happened["refuse_code"] == 1

    async def test_a_wrong_key_is_a_wrong_key(self):
        async with faked() as fake:
            assert await fault_of_opening(settings_for(fake, api_key="another")) is VoiceFault.KEY

    async def test_without_a_key_nobody_is_asked(self):
        assert await fault_of_opening(LiveSettings("")) is VoiceFault.KEY

    async def test_a_port_where_nobody_listens_is_unreachable(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
            assert await fault_of_opening(LiveSettings("k", base_url=url)) is VoiceFault.UNREACHABLE

    @pytest.mark.parametrize("url", ["ftp://127.0.0.1/v1", "nonsense"])
    async def test_what_is_no_address_is_refused(self, url):
        assert await fault_of_opening(LiveSettings("the-key", base_url=url)) in (VoiceFault.REFUSED, VoiceFault.UNREACHABLE)

    async def test_a_server_that_says_nothing_is_unreachable(self, monkeypatch):
        monkeypatch.setattr(voice, "OPEN_LIMIT_S", 0.3)
        async with faked() as fake:
            fake.faults.times[Strike.NEVER_SET_UP] = 1
            assert await fault_of_opening(settings_for(fake)) is VoiceFault.UNREACHABLE

    async def test_a_session_that_is_refused_is_refused(self, monkeypatch):
        monkeypatch.setattr("bridge.voice.openai_live.outgoing.RATE_HZ", 12_345)
        async with faked() as fake:
            assert await fault_of_opening(settings_for(fake)) is VoiceFault.REFUSED

    async def test_a_voice_that_was_closed_opens_nothing(self):
        async with faked() as fake:
            call = OpenAILiveVoice(settings_for(fake))
            await call.close()
            await call.open(BRIEF)
            assert not fake.sessions


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

    @pytest.mark.parametrize(
        ("code", "fault"), [(1006, VoiceFault.CUT), (1011, VoiceFault.CUT), (1007, VoiceFault.REFUSED), (1008, VoiceFault.REFUSED)]
    )
    async def test_a_close_says_whose_fault_it_is(self, code, fault):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.ends[Moment.REPLY] = code
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is fault
        assert fake.faults.happened[Moment.REPLY] == 1

    @pytest.mark.parametrize(("reason", "fault"), [("expired", VoiceFault.CUT), ("content", VoiceFault.REFUSED)])
    async def test_a_session_that_the_service_ends_says_why(self, reason, fault):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.end_at_line = reason
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is fault

    async def test_a_cut_in_the_middle_of_a_line_ends_it_without_an_end_of_the_line(self):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.cut_after_ms = 600
            call.speak(LONG)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.CUT
        assert listener.audio_of(1)
        assert not [event for event in listener.events if isinstance(event, VoiceAudioEnd)]

    @pytest.mark.parametrize("garbage", [Garbage.NO_JSON, Garbage.NO_OBJECT, Garbage.WRONG_TYPES])
    async def test_garbage_ends_it_at_the_third_message(self, garbage):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.garbage = garbage
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.GARBAGE

    async def test_events_of_tomorrow_harm_nobody(self):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.garbage = Garbage.UNKNOWN_EVENT
            call.speak(LINE)
            await listener.wait_for_end_of(1)
        assert fake.faults.happened["garbage"] == 1

    @pytest.mark.parametrize("stall", [Strike.STALLS, Strike.NO_AUDIO])
    async def test_a_stream_that_stops_is_given_up(self, monkeypatch, stall):
        monkeypatch.setattr(dialogue, "STALL_S", 0.3)
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.times[stall] = ALWAYS
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.SILENT
        assert fake.faults.happened[stall]

    async def test_nothing_follows_and_nothing_breaks(self):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.ends[Moment.REPLY] = 1011
            call.speak(LINE)
            await listener.wait_for(is_a(VoiceFailed))
            n_before = len(listener.events)
            call.speak(Line(2, LINE.text))
            call.cancel(1, heard_ms=10)
            say_something(call)
        assert len(listener.events) == n_before

    async def test_it_fails_once(self):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.garbage = Garbage.NO_JSON
            fake.faults.ends[Moment.REPLY] = 1011
            call.speak(LINE)
            await listener.wait_for(is_a(VoiceFailed))
        assert sum(isinstance(event, VoiceFailed) for event in listener.events) == 1
