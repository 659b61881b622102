"""Each way in which the server can fail, and what the call is told."""

from __future__ import annotations

import asyncio
import logging
import socket

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve

from bridge.audio import silence
from bridge.events import RATE_HZ, Line, LineFailed, VoiceAudio, VoiceAudioEnd, VoiceFailed, VoiceFault
from bridge.ports import VoiceUnavailable
from bridge.voice.fakes.ending import Moment
from bridge.voice.fakes.openai_realtime import Garbage
from bridge.voice.openai_realtime import dialogue, voice
from bridge.voice.openai_realtime.settings import Dialect, RealtimeSettings
from bridge.voice.openai_realtime.voice import OpenAIRealtimeVoice
from tests.bridge.fakes import utterance
from tests.bridge.voice.openai_realtime.rig import BRIEF, faked, is_a, opened, sent, settings_for, tool_called, until

LINE = Line(1, "How many seats do you need?")
BURST = np.concatenate((utterance(500), silence(RATE_HZ)))


async def fault_of_opening(settings: RealtimeSettings) -> VoiceFault:
    with pytest.raises(VoiceUnavailable) as refused:
        await OpenAIRealtimeVoice(settings).open(BRIEF)
    assert "key-of-the-fake" not in str(refused.value)
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

    @pytest.mark.parametrize(("code", "fault"), [("invalid_api_key", VoiceFault.KEY), ("insufficient_quota", VoiceFault.QUOTA)])
    async def test_so_does_an_error_right_after_it(self, code, fault):
        async with faked() as fake:
            fake.faults.refuse_code = code
            assert await fault_of_opening(settings_for(fake)) is fault
        assert fake.faults.happened["refuse_code"] == 1

    async def test_a_wrong_key_is_a_wrong_key(self):
        async with faked() as fake:
            assert await fault_of_opening(settings_for(fake, api_key="another")) is VoiceFault.KEY

    async def test_without_a_key_openai_is_not_even_asked(self):
        assert await fault_of_opening(RealtimeSettings("")) is VoiceFault.KEY

    async def test_a_port_where_nobody_listens_is_unreachable(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
            assert await fault_of_opening(RealtimeSettings("k", base_url=url)) is VoiceFault.UNREACHABLE

    @pytest.mark.parametrize("url", ["ftp://127.0.0.1/v1", "nonsense", "http://[::1"])
    async def test_what_is_no_address_is_refused(self, url):
        assert await fault_of_opening(RealtimeSettings("k", base_url=url)) in (VoiceFault.REFUSED, VoiceFault.UNREACHABLE)

    async def test_a_server_that_says_nothing_is_unreachable(self, monkeypatch):
        monkeypatch.setattr(voice, "OPEN_LIMIT_S", 0.3)
        async with faked() as fake:
            fake.faults.never_set_up = fake.faults.has_no_greeting = True
            assert await fault_of_opening(settings_for(fake)) is VoiceFault.UNREACHABLE

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
            assert await fault_of_opening(settings_for(fake)) is VoiceFault.REFUSED

    @pytest.mark.parametrize("greeting", ["hello", "[]", '{"type": "error", "error": "no"}'])
    async def test_another_server_is_told_from_a_realtime_server(self, greeting):
        async def greet(connection: ServerConnection) -> None:
            await connection.send(greeting)
            await connection.wait_closed()

        async with serve(greet, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            assert await fault_of_opening(RealtimeSettings("k", base_url=url)) is VoiceFault.GARBAGE

    async def test_the_wrong_dialect_is_refused(self):
        async with faked() as fake:
            assert await fault_of_opening(settings_for(fake, dialect=Dialect.BETA)) is VoiceFault.REFUSED

    async def test_closing_while_it_opens_leaves_nothing_open(self):
        before = asyncio.all_tasks()
        async with faked() as fake:
            call = OpenAIRealtimeVoice(settings_for(fake))
            opening = asyncio.create_task(call.open(BRIEF))
            await until(lambda: bool(fake.sessions))
            await call.close()
            await opening
            assert [event async for event in call.events()] == []
        assert asyncio.all_tasks() == before

    async def test_opening_it_twice_at_once_makes_one_session(self):
        async with faked() as fake:
            call = OpenAIRealtimeVoice(settings_for(fake))
            await asyncio.gather(call.open(BRIEF), call.open(BRIEF))
            await call.close()
        assert len(fake.sessions) == 1

    async def test_once_closed_it_is_not_opened_again(self):
        async with faked() as fake:
            call = OpenAIRealtimeVoice(settings_for(fake))
            await call.close()
            await call.open(BRIEF)
            assert not fake.sessions


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

    async def test_a_cut_in_the_middle_of_a_line_ends_it_without_an_end_of_the_line(self):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.cut_after_ms = 100
            call.speak(Line(1, LINE.text * 10))
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

    @pytest.mark.parametrize(("stall", "fault"), [("stalls", VoiceFault.UNREACHABLE), ("stalls_begun", VoiceFault.SILENT)])
    async def test_a_server_that_says_no_more_is_given_up(self, monkeypatch, stall, fault):
        monkeypatch.setattr(dialogue, "STALL_S", 0.2)
        async with faked() as fake, opened(fake) as (call, listener):
            setattr(fake.faults, stall, True)
            call.speak(LINE)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is fault
        assert fake.faults.happened[stall] == 1

    async def test_nothing_follows_and_nothing_breaks(self):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.ends[Moment.REPLY] = 1011
            call.speak(LINE)
            await listener.wait_for(is_a(VoiceFailed))
            n_before = len(listener.events)
            call.speak(Line(2, LINE.text))
            call.cancel(1, heard_ms=10)
        assert len(listener.events) == n_before

    async def test_a_server_that_takes_no_audio_is_given_up(self, monkeypatch):
        monkeypatch.setattr(voice, "MAX_UNSENT", 10)
        async with faked() as fake, opened(fake) as (call, listener):
            for _ in range(20):  # without a pause in which it could be sent
                call.hear(BURST)
            failed = await listener.wait_for(is_a(VoiceFailed))
        assert failed.fault is VoiceFault.UNREACHABLE

    async def test_it_fails_once(self):
        async with faked() as fake, opened(fake) as (call, listener):
            fake.faults.garbage = Garbage.NO_JSON
            fake.faults.ends[Moment.REPLY] = 1011
            call.speak(LINE)
            await listener.wait_for(is_a(VoiceFailed))
        assert sum(isinstance(event, VoiceFailed) for event in listener.events) == 1


async def test_no_log_of_any_level_holds_a_key_or_a_word(caplog):
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(lambda record: not record.name.startswith("websockets.server"))
    async with faked() as fake, opened(fake) as (call, listener):
        call.speak(LINE)
        await listener.wait_for_end_of(1)
        await tool_called(call, listener)
    written = "\n".join(map(caplog.handler.format, caplog.handler.records))
    assert "c1" in written
    assert not any(word in written for word in (fake.api_key, "seats", "forty", "input_audio_buffer"))


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
