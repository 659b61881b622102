from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import numpy as np
import pytest

from bridge.brief import TurnControl
from bridge.events import (
    RATE_HZ,
    Expectation,
    Line,
    LineFailed,
    SpeechEnded,
    SpeechStarted,
    ToolCall,
    UsageUnit,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceUsage,
)
from bridge.voice.fakes.openai_realtime import Manners
from bridge.voice.openai_realtime.settings import Detection, Dialect, Truncate
from bridge.voice.scripted import MS_PER_LETTER
from tests.bridge.cast import SEATS
from tests.bridge.voice.openai_realtime.rig import faked, opened
from tests.bridge.voice.openai_socket.rig import outputs, sent
from tests.bridge.voice.rig import BRIEF, FORTY, is_a, say_something, tool_called, until

LINE = Line(1, "How many seats do you need?")
LONG = Line(1, LINE.text * 20)
NEXT = Line(2, "And when do you need them?")


class TestALine:
    async def test_it_is_as_long_as_the_server_said_it_and_comes_at_our_rate(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        n_samples = sum(pcm.size for pcm in listener.audio_of(1))
        assert n_samples == pytest.approx(len(LINE.text) * MS_PER_LETTER * RATE_HZ / 1000, abs=64)

    async def test_without_a_tool_call_it_goes_as_a_directive_and_its_response_is_told_the_words(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.expect(Expectation(SEATS))
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        told = json.loads(sent(fake, "conversation.item.create")[0]["item"]["content"][0]["text"])
        response = sent(fake, "response.create")[0]["response"]
        assert told == {"SAY": LINE.text, "EXPECT": {"question_id": "seats", "is_confirmation": False, "is_time": False}}
        assert response["instructions"].endswith(LINE.text)
        assert (response["output_modalities"], response["tool_choice"]) == (["audio"], "none")

    async def test_after_a_tool_call_it_is_the_reply(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            await tool_called(voice, listener)
            voice.expect(Expectation(SEATS))
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert [output["SAY"] for output in outputs(fake)] == [LINE.text]
        assert "instructions" not in sent(fake, "response.create")[-1]["response"]

    async def test_a_second_line_never_asks_for_a_response_while_one_is_active(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            for line_id in range(1, 6):
                voice.speak(Line(line_id, LINE.text))
            await listener.wait_for_end_of(5)
        assert not fake.faults.happened["already_active"]
        assert [event.line_id for event in listener.events if isinstance(event, VoiceAudioEnd)] == [1, 2, 3, 4, 5]

    async def test_other_rates_are_resampled_both_ways(self):
        manners = Manners(input_rate_hz=8000, output_rate_hz=48_000, times_real_time=50.0)
        async with faked(manners=manners) as fake, opened(fake, input_rate_hz=8000, output_rate_hz=48_000) as (voice, listener):
            await tool_called(voice, listener)
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert sum(pcm.size for pcm in listener.audio_of(1)) == pytest.approx(len(LINE.text) * MS_PER_LETTER * 16, abs=64)


class TestCancelling:
    async def test_a_line_that_is_being_produced_is_cancelled_and_truncated_to_what_was_heard(self):
        async with faked(manners=Manners()) as fake, opened(fake) as (voice, listener):
            voice.speak(LONG)
            await listener.wait_for(is_a(VoiceAudio))
            voice.cancel(1, heard_ms=60)
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert [message["audio_end_ms"] for message in sent(fake, "conversation.item.truncate")] == [60]
        assert len(sent(fake, "response.cancel")) == 1
        assert not fake.faults.happened["error"]

    async def test_it_is_never_truncated_beyond_what_was_produced(self):
        async with faked(manners=Manners()) as fake, opened(fake) as (voice, listener):
            voice.speak(LONG)
            await listener.wait_for(is_a(VoiceAudio))
            voice.cancel(1, heard_ms=1_000_000)
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert fake.session.truncated_ms
        assert not fake.faults.happened["error"]

    async def test_a_line_that_is_produced_but_not_heard_is_only_truncated(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
            voice.cancel(1, heard_ms=120)
            voice.cancel(1, heard_ms=120)
            await until(lambda: bool(fake.session.truncated_ms))
        assert list(fake.session.truncated_ms.values()) == [120]
        assert not sent(fake, "response.cancel")

    async def test_a_line_that_was_heard_to_its_end_is_left_whole(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
            voice.cancel(1, heard_ms=1_000_000)
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert not sent(fake, "conversation.item.truncate")

    async def test_the_milliseconds_are_those_of_its_own_item(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
            voice.cancel(2, heard_ms=100)
            await until(lambda: bool(fake.session.truncated_ms))
        assert fake.session.truncated_ms == {list(fake.session.produced_ms)[1]: 100}

    async def test_a_server_that_cannot_truncate_is_not_asked_to(self):
        async with faked(manners=Manners()) as fake, opened(fake, truncate=Truncate.NONE) as (voice, listener):
            voice.speak(LONG)
            await listener.wait_for(is_a(VoiceAudio))
            voice.cancel(1, heard_ms=60)
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert not sent(fake, "conversation.item.truncate")

    async def test_a_line_that_was_not_begun_is_not_said(self):
        async with faked(manners=Manners()) as fake, opened(fake) as (voice, listener):
            voice.speak(LONG)
            voice.speak(NEXT)
            voice.cancel(2, heard_ms=0)
            voice.speak(Line(3, LINE.text))
            await listener.wait_for_end_of(3)
        assert not listener.audio_of(2)

    async def test_a_server_that_goes_on_after_a_cancel_is_not_heard_and_the_next_line_waits_for_it(self):
        async with faked(manners=Manners(times_real_time=4.0)) as fake, opened(fake) as (voice, listener):
            fake.faults.ignores_cancel = True
            voice.speak(Line(1, LINE.text * 3))
            await listener.wait_for(is_a(VoiceAudio))
            voice.cancel(1, heard_ms=60)
            n_before = len(listener.audio_of(1))
            voice.speak(NEXT)
            await listener.wait_for_end_of(2)
        assert len(listener.audio_of(1)) == n_before
        assert not is_failed(listener)


class TestTurnsOfTheProvider:
    @pytest.mark.parametrize("detection", Detection)
    async def test_its_detection_finds_the_turn_and_only_we_ask_for_responses(self, detection):
        call = replace(BRIEF, turns=TurnControl.PROVIDER)
        async with faked() as fake, opened(fake, call, detection=detection) as (voice, listener):
            await tool_called(voice, listener)
            times_s = [event.at_s for event in listener.events if isinstance(event, SpeechStarted | SpeechEnded)]
        assert not sent(fake, "input_audio_buffer.commit")
        assert fake.session.settings["audio"]["input"]["turn_detection"]["type"] == detection
        assert not fake.faults.happened["already_active"]
        assert 0.0 <= times_s[0] < times_s[1] <= 1.7

    async def test_the_padding_of_its_detection_is_taken_off(self):
        call = replace(BRIEF, turns=TurnControl.PROVIDER)
        async with faked() as fake, opened(fake, call) as (voice, listener):
            await tool_called(voice, listener)
            times_s = [event.at_s for event in listener.events if isinstance(event, SpeechStarted | SpeechEnded)]
        assert times_s == pytest.approx([0.3, 0.7], abs=0.11)


class TestWhatItCosts:
    async def test_the_usage_of_responses_and_transcripts_is_told_by_model(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
            await tool_called(voice, listener)
            await listener.wait_for(lambda _event: sum(isinstance(event, VoiceUsage) for event in listener.events) >= 3)
        used = [event for event in listener.events if isinstance(event, VoiceUsage)]
        assert {event.model for event in used} == {"gpt-realtime-2.1", "gpt-live-transcribe"}
        assert sum(event.amounts.get(UsageUnit.AUDIO_OUT, 0) for event in used) == round(len(LINE.text) * MS_PER_LETTER / 50)
        assert any(event.amounts.get(UsageUnit.CACHED_TEXT_IN) for event in used)
        assert any(event.amounts.get(UsageUnit.TRANSCRIBED_S) for event in used)

    async def test_silence_of_the_callee_is_not_paid_for(self):
        async with faked() as fake, opened(fake) as (voice, listener):
            voice.hear(np.zeros(RATE_HZ * 5, np.int16))
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        assert not sent(fake, "input_audio_buffer.append")


class TestTheBetaDialect:
    async def test_its_session_is_flat_and_names_nothing_that_speaches_refuses(self):
        manners = Manners(dialect=Dialect.BETA, times_real_time=50.0)
        async with faked(manners=manners) as fake, opened(fake, dialect=Dialect.BETA) as (voice, listener):
            voice.speak(LINE)
            await listener.wait_for_end_of(1)
        session = sent(fake, "session.update")[0]["session"]
        assert session["turn_detection"] is None
        assert not {"type", "audio", "input_audio_format", "output_audio_format"} & session.keys()
        assert "metadata" not in sent(fake, "response.create")[0]["response"]

    async def test_speech_is_asked_about_once_it_is_transcribed(self):
        manners = Manners(dialect=Dialect.BETA, hears_by_transcript=True, times_real_time=50.0)
        options = {"dialect": Dialect.BETA, "hears_by_transcript": True}
        async with faked(manners=manners) as fake, opened(fake, **options) as (voice, listener):
            fake.faults.transcript_late_s = 0.2
            call = await tool_called(voice, listener)
        assert call.arguments["value"] == 40
        assert not fake.faults.happened["talks_instead"]


async def test_closing_leaves_no_task_behind():
    before = asyncio.all_tasks()
    async with faked() as fake, opened(fake) as (voice, listener):
        voice.speak(LONG)
        await listener.wait_for(is_a(VoiceAudio))
    assert asyncio.all_tasks() == before


async def test_two_calls_at_one_server_do_not_mix():
    async with faked(FORTY) as fake, opened(fake) as (one, to_one), opened(fake) as (other, to_other):
        say_something(one)
        other.speak(LINE)
        await to_one.wait_for(is_a(ToolCall))
        await to_other.wait_for_end_of(1)
    assert not [event for event in to_other.events if isinstance(event, ToolCall)]


def is_failed(listener) -> bool:
    return any(isinstance(event, LineFailed) for event in listener.events)
