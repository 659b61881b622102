from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import numpy as np
import pytest

from bridge.brief import CallBrief, Limits
from bridge.events import FRAME_SAMPLES, RATE_HZ, CalleeSaid, Expectation, Line, LineSaid, Samples, SpeechStarted, Tool, ToolCall, VoiceEvent
from bridge.ports import VoiceUnavailable
from bridge.voice.embedded.voice import EmbeddedVoice, EmbeddedVoices
from tests.bridge.cast import brief
from tests.bridge.voice.embedded import recordings
from tests.bridge.voice.embedded.questions import COLOUR, DECIDER, OPT_OUT_QUESTION, READ_BACK, SCRIPT, SEATS, TIME, WHEN_BETTER
from tests.bridge.voice.rig import Listener, hear, listened
from tests.bridge.voice.voice_conformance import VoiceConformance

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEADLINE_S = 120.0  # for a machine on which much else runs
BRIEF = replace(brief(questions=SCRIPT), limits=Limits(voicemail_after_s=6.0))


class TestEmbeddedVoice(VoiceConformance):
    deadline_s = DEADLINE_S

    @pytest.fixture(autouse=True)
    def _with_voices(self, voices: EmbeddedVoices) -> None:
        self._voices = voices

    def new_voice(self) -> EmbeddedVoice:
        return self._voices.open_voice()

    def speech(self) -> Samples:
        return recordings.pcm("seats_some")

    async def test_its_traits_are_known_before_it_is_opened(self) -> None:
        """A coroutine, as all tests here share the loop of the workers."""
        super().test_its_traits_are_known_before_it_is_opened()


def opened(voices: EmbeddedVoices, call: CallBrief = BRIEF) -> AbstractAsyncContextManager[tuple[EmbeddedVoice, Listener]]:
    return listened(voices.open_voice(), call, DEADLINE_S)


def tool_called(event: VoiceEvent) -> bool:
    return isinstance(event, ToolCall)


async def first_tool(voice: EmbeddedVoice, listener: Listener, pcm: Samples) -> ToolCall:
    hear(voice, pcm)
    event = await listener.wait_for(tool_called)
    assert isinstance(event, ToolCall)
    return event


class TestListening:
    @pytest.mark.parametrize("recorded_voice", ["slt", "kal16"])
    async def test_a_number_of_seats_becomes_an_answer_with_its_evidence(self, voices: EmbeddedVoices, recorded_voice: str):
        async with opened(voices) as (voice, listener):
            voice.expect(Expectation(SEATS))
            call = await first_tool(voice, listener, recordings.line("seats_many", recorded_voice))
            said = next(event for event in listener.events if isinstance(event, CalleeSaid))
        assert (call.tool, call.arguments["question_id"]) == (Tool.RECORD_ANSWER, "seats")
        assert call.arguments["value"] == recordings.row("seats_many", recorded_voice)["value"]
        assert call.arguments["quote"] == said.text
        assert 0.0 < call.arguments["confidence"] <= 1.0

    @pytest.mark.parametrize(
        ("recorded_voice", "expectation"),
        [("slt", Expectation(TIME)), ("rms", Expectation(SEATS)), ("awb", OPT_OUT_QUESTION), ("kal16", READ_BACK)],
        ids=["time", "seats", "opt_out", "read_back"],
    )
    async def test_an_opt_out_is_heard_whatever_was_asked(self, voices: EmbeddedVoices, expectation: Expectation, recorded_voice: str):
        async with opened(voices) as (voice, listener):
            voice.expect(expectation)
            call = await first_tool(voice, listener, recordings.line("stop_calling", recorded_voice))
        assert (call.tool, call.arguments["is_doubtful"]) == (Tool.OPT_OUT, False)

    async def test_a_choice_of_the_script_is_heard_though_no_grammar_was_made_for_it(self, voices: EmbeddedVoices):
        async with opened(voices) as (voice, listener):
            voice.expect(Expectation(COLOUR))
            call = await first_tool(voice, listener, np.pad(await voices.speech.render("Green tomatoes."), RATE_HZ))
        assert (call.tool, call.arguments["value"]) == (Tool.RECORD_ANSWER, "green tomatoes")

    @pytest.mark.parametrize("expectation", [WHEN_BETTER, Expectation(TIME), Expectation(SEATS)], ids=["asked when", "time", "seats"])
    async def test_the_time_to_call_at_is_heard_whatever_was_asked(self, voices: EmbeddedVoices, expectation: Expectation):
        async with opened(voices) as (voice, listener):
            voice.expect(expectation)
            call = await first_tool(voice, listener, np.pad(await voices.speech.render("Call me tomorrow at four."), RATE_HZ))
        assert (call.tool, call.arguments["quote"]) == (Tool.SCHEDULE_CALLBACK, "call me tomorrow at four")

    async def test_a_callee_who_hangs_up_in_the_middle_of_a_word_leaves_nothing_behind(self, voices: EmbeddedVoices):
        for _ in range(3):
            async with opened(voices) as (voice, listener):
                hear(voice, recordings.line("seats_many")[: RATE_HZ * 9 // 10])
                await listener.wait_for(lambda event: isinstance(event, SpeechStarted))
        async with opened(voices) as (voice, listener):
            voice.expect(Expectation(SEATS))
            call = await first_tool(voice, listener, recordings.line("seats_many"))
        assert call.arguments["value"] == recordings.row("seats_many", "slt")["value"]

    async def test_what_was_said_about_two_questions_becomes_two_answers(self, voices: EmbeddedVoices):
        async with opened(voices) as (voice, listener):
            voice.expect(Expectation(DECIDER))
            hear(voice, recordings.line("seats_with_decider"))
            await listener.wait_for(lambda event: isinstance(event, ToolCall) and event.arguments["question_id"] == "seats")
            calls = [event for event in listener.events if isinstance(event, ToolCall)]
        assert [call.arguments["question_id"] for call in calls] == ["decider", "seats"]
        assert len({call.tool_call_id for call in calls}) == 2

    async def test_the_question_that_counts_is_the_one_open_when_the_callee_began(self, voices: EmbeddedVoices):
        async with opened(voices) as (voice, listener):
            voice.expect(Expectation(DECIDER))
            hear(voice, np.pad(recordings.pcm("decider_yes"), (RATE_HZ // 2, 0)))
            await listener.wait_for(lambda event: isinstance(event, SpeechStarted))
            voice.expect(Expectation(SEATS))
            call = await first_tool(voice, listener, np.zeros(RATE_HZ, np.int16))
        assert call.arguments["question_id"] == "decider"


class TestVoicemail:
    async def test_it_reports_a_machine_s_words_and_leaves_the_verdict_to_supervision(self, voices: EmbeddedVoices):
        async with opened(voices) as (voice, listener):
            hear(voice, recordings.line("voicemail_greeting"))
            said = await listener.wait_for(lambda event: isinstance(event, CalleeSaid))
            assert not any(isinstance(event, ToolCall) and event.tool is Tool.END_CALL for event in listener.events)
        assert isinstance(said, CalleeSaid) and said.text


class TestManyCalls:
    async def test_two_calls_at_once_each_get_their_own_meaning(self, voices: EmbeddedVoices):
        async with opened(voices) as (one, to_one), opened(voices) as (other, to_other):
            one.expect(Expectation(SEATS))
            other.expect(Expectation(DECIDER))
            first, second = recordings.line("seats_few"), recordings.line("decider_no", "rms")
            for at in range(0, max(len(first), len(second)), FRAME_SAMPLES):
                one.hear(first[at : at + FRAME_SAMPLES])
                other.hear(second[at : at + FRAME_SAMPLES])
            calls = [await listener.wait_for(tool_called) for listener in (to_one, to_other)]
        assert [call.arguments["value"] for call in calls if isinstance(call, ToolCall)] == [recordings.row("seats_few", "slt")["value"], False]

    async def test_a_long_utterance_of_one_call_does_not_hold_up_the_start_of_speech_of_another(self, voices: EmbeddedVoices):
        long = np.concatenate([recordings.line("voicemail_greeting")] * 3)
        async with opened(voices) as (talker, to_talker), opened(voices) as (other, to_other):
            hear(talker, long)
            hear(other, recordings.line("decider_yes"))
            await to_other.wait_for(lambda event: isinstance(event, SpeechStarted))
            assert not any(isinstance(event, CalleeSaid) for event in to_talker.events)

    async def test_more_callees_than_decoders_are_all_heard(self, voices: EmbeddedVoices):
        async with opened(voices) as (a, to_a), opened(voices) as (b, to_b), opened(voices) as (c, to_c), opened(voices) as (d, to_d):
            for voice in (a, b, c, d):
                voice.expect(Expectation(SEATS))
                hear(voice, recordings.line("seats_few"))
            calls = [await listener.wait_for(tool_called) for listener in (to_a, to_b, to_c, to_d)]
        assert [call.tool for call in calls if isinstance(call, ToolCall)] == [Tool.RECORD_ANSWER] * 4


async def test_the_same_line_costs_nothing_the_second_time(voices: EmbeddedVoices):
    assert await voices.speech.render("Good morning.") is await voices.speech.render("Good morning.")


async def test_closing_the_voices_closes_what_is_still_open():
    async with EmbeddedVoices(n_workers=1) as voices:
        voice = voices.open_voice()
        await voice.open(BRIEF)
        voice.speak(Line(1, "Good morning."))
        first = await anext(aiter(voice.events()))
    assert isinstance(first, LineSaid)
    assert not voices.open_voices


async def test_it_is_not_for_real_people(voices: EmbeddedVoices):
    assert not voices.open_voice().traits.may_call_real_people


async def test_it_refuses_a_language_that_it_does_not_understand(voices: EmbeddedVoices):
    with pytest.raises(VoiceUnavailable, match="English only"):
        await voices.open_voice().open(replace(BRIEF, language="sw"))
