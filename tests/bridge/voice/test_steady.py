"""A voice that goes on: whatever the voices behind it do, the callee hears something and no answer is lost."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import numpy as np
import pytest

from bridge.audio import silence
from bridge.events import (
    RATE_HZ,
    CalleeSaid,
    Line,
    LineSaid,
    Samples,
    SpeechEnded,
    SpeechStarted,
    Tool,
    ToolCall,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceFailed,
    VoiceFault,
)
from bridge.ports import VoiceTraits, VoiceUnavailable
from bridge.reports import Proof
from bridge.voice.clips import ClipFile, Clips
from bridge.voice.order import Candidate
from bridge.voice.scripted import MS_PER_LETTER, ScriptedVoice
from bridge.voice.steady import SteadyVoice
from tests.bridge.cast import LINES
from tests.bridge.fakes import in_jumping_time, utterance
from tests.bridge.voice.rig import say_something
from tests.bridge.voice.steadied import (
    APOLOGY,
    FILLER,
    LINE,
    YES,
    BrokenVoice,
    ClosedVoice,
    CutVoice,
    DeafVoice,
    EmptyOnce,
    HalfVoice,
    LastWords,
    MuteVoice,
    NoMeaning,
    ZeroVoice,
    calling,
    candidate,
    is_end,
)
from tests.bridge.voice.voice_conformance import VoiceConformance


class TestSteadyVoice(VoiceConformance):
    """It is a voice like any other."""

    @asynccontextmanager
    async def opened(self):
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            async with super().opened() as parts:
                yield parts

    def new_voice(self) -> SteadyVoice:
        tasks = getattr(self, "_tasks", None) or asyncio.TaskGroup()
        return SteadyVoice([candidate(ScriptedVoice)], tasks, now=lambda: 0.0)

    def speech(self) -> Samples:
        return utterance(800)


class TestOneVoice:
    @in_jumping_time
    async def test_a_voice_that_works_is_not_troubled(self):
        async with calling(ScriptedVoice) as heard:
            heard.voice.speak(LINE)
            await heard.until(is_end)
            assert heard.steps() == []
            assert {event.line_id for event in heard.of(VoiceAudio)} == {LINE.line_id}

    @in_jumping_time
    async def test_an_empty_turn_is_asked_for_again(self):
        async with calling(EmptyOnce) as heard:
            heard.voice.speak(LINE)
            assert await heard.until(is_end) < 1.0
            assert heard.steps() == ["nudge"]

    @in_jumping_time
    async def test_a_lost_session_is_replaced_and_the_line_is_said(self):
        voices = iter((CutVoice(), ScriptedVoice()))
        async with calling(lambda: next(voices)) as heard:
            heard.voice.speak(LINE)
            await heard.until(is_end)
            assert heard.steps() == ["fresh"]

    @in_jumping_time
    async def test_a_voice_whose_library_raises_is_replaced(self, caplog):
        voices = iter((BrokenVoice(), ScriptedVoice()))
        async with calling(lambda: next(voices)) as heard:
            heard.voice.speak(LINE)
            await heard.until(is_end)
            assert "fresh" in heard.steps()

    @pytest.mark.parametrize("new", [MuteVoice, ZeroVoice, CutVoice], ids=["no audio", "audio of zeros", "cut every time"])
    def test_the_callee_never_waits_four_seconds_in_silence(self, new):
        @in_jumping_time
        async def story() -> None:
            async with calling(new) as heard:
                heard.voice.speak(LINE)
                failed_s = await heard.until(lambda event: isinstance(event, VoiceFailed))
                assert heard.longest_silence_s(failed_s) < 4.0

        story()

    @in_jumping_time
    async def test_without_any_voice_left_it_can_still_apologise(self):
        async with calling(CutVoice) as heard:
            heard.voice.speak(LINE)
            await heard.until(lambda event: isinstance(event, VoiceFailed) and event.can_apologise)
            heard.voice.speak(Line(8, LINES.apology))
            await heard.until(lambda event: event == VoiceAudioEnd(8))
            said = np.concatenate([event.pcm for event in heard.of(VoiceAudio) if event.line_id == 8])
            assert np.array_equal(said, APOLOGY)

    @in_jumping_time
    async def test_without_an_apology_it_says_so(self):
        async with calling(CutVoice, clips=Clips({}, (FILLER,))) as heard:
            heard.voice.speak(LINE)
            await heard.until(lambda event: isinstance(event, VoiceFailed) and not event.can_apologise)

    @in_jumping_time
    async def test_a_line_that_is_cut_is_not_said_by_the_session_that_follows(self):
        async with calling(MuteVoice) as heard:
            heard.voice.speak(LINE)
            heard.voice.cancel(LINE.line_id, heard_ms=0)
            await asyncio.sleep(30)
            assert heard.steps() == []


class TestSeveralVoices:
    @in_jumping_time
    async def test_a_voice_that_cannot_be_opened_is_passed_over(self):
        async with calling(ClosedVoice, ScriptedVoice) as heard:
            heard.voice.speak(LINE)
            await heard.until(is_end)
            assert heard.steps() == ["cannot be opened: key"]

    @in_jumping_time
    async def test_when_none_can_be_opened_it_says_why(self):
        with pytest.raises(ExceptionGroup) as raised:
            async with calling(ClosedVoice, ClosedVoice):
                pass
        assert raised.group_contains(VoiceUnavailable)

    @in_jumping_time
    async def test_a_voice_whose_key_is_refused_in_the_middle_hands_over_to_the_next(self):
        async with calling(lambda: CutVoice(fault=VoiceFault.QUOTA), ScriptedVoice) as heard:
            heard.voice.speak(LINE)
            await heard.until(is_end)
            assert heard.steps() == ["next"]

    @in_jumping_time
    async def test_a_voice_that_is_silent_hands_over_to_the_next(self):
        async with calling(MuteVoice, ScriptedVoice) as heard:
            heard.voice.speak(LINE)
            end_s = await heard.until(is_end)
            assert [step for step in heard.steps() if step != "fill"] == ["nudge", "fresh", "next"]
            assert heard.longest_silence_s(end_s) < 4.0

    def test_it_is_as_good_as_the_weakest_of_its_voices(self):
        strong, weak = (VoiceTraits("a", True, True), VoiceTraits("b", False, False))
        each = [Candidate(traits, ScriptedVoice) for traits in (strong, weak)]
        traits = SteadyVoice(each, asyncio.TaskGroup(), now=lambda: 0.0).traits
        assert (traits.name, traits.speaks_verbatim, traits.may_call_real_people) == ("a", False, False)


class TestWhatItSaidItself:
    @in_jumping_time
    async def test_words_of_several_sessions_stand_where_the_callee_hears_them(self):
        async with calling(HalfVoice, ScriptedVoice) as heard:
            heard.voice.speak(LINE)
            await heard.until(is_end)
            said = [(event.line_id, event.text, event.until_ms) for event in heard.of(LineSaid) if isinstance(event, LineSaid)]
            whole_ms = MS_PER_LETTER * len(LINE.text)
            assert heard.steps() == ["fresh", "next"]
            assert said == [(7, "How many ", 480), (7, "How many ", 500 + 480), (7, LINE.text, 1000 + whole_ms)]


class TestWhatTheCalleeSaid:
    @in_jumping_time
    async def test_a_short_answer_to_a_session_that_dies_is_heard_by_the_next_one(self):
        voices = iter((DeafVoice(), ScriptedVoice([YES])))
        async with calling(lambda: next(voices)) as heard:
            for piece in np.split(np.concatenate((silence(RATE_HZ), utterance(400), silence(2 * RATE_HZ))), 170):
                heard.voice.hear(piece)
                await asyncio.sleep(0.02)
            await heard.until(lambda event: isinstance(event, ToolCall) and event.tool is Tool.CONFIRM)
            (said,) = heard.of(CalleeSaid)
            assert isinstance(said, CalleeSaid)
            assert said.text == "yes"
            assert said.started_s == pytest.approx(1.0, abs=0.1)

    @in_jumping_time
    async def test_speech_that_is_heard_again_is_told_once(self):
        """Told late that somebody began to speak, the call would take them for a machine that talks on."""
        voices = iter((NoMeaning([YES]), ScriptedVoice([YES])))
        async with calling(lambda: next(voices)) as heard:
            say_something(heard.voice)
            await heard.until(lambda event: isinstance(event, ToolCall))
            assert [len(heard.of(kind)) for kind in (SpeechStarted, SpeechEnded, CalleeSaid)] == [1, 1, 1]
            assert heard.steps() == ["fresh"]

    @in_jumping_time
    async def test_calls_of_two_sessions_that_number_them_alike_are_two(self):
        """Whoever listens takes the same number for a repetition, and the second answer would be lost."""
        voices = iter((LastWords([YES]), ScriptedVoice([YES])))
        async with calling(lambda: next(voices)) as heard:
            say_something(heard.voice)
            await heard.until(lambda _event: len(heard.steps()) == 1)
            say_something(heard.voice)
            await heard.until(lambda _event: len(heard.of(ToolCall)) == 2)
            assert len({event.tool_call_id for event in heard.of(ToolCall) if isinstance(event, ToolCall)}) == 2

    @in_jumping_time
    async def test_times_are_those_of_the_call_for_every_session(self):
        voices = iter((CutVoice(), ScriptedVoice([YES])))
        async with calling(lambda: next(voices)) as heard:
            heard.voice.hear(silence(5 * RATE_HZ))
            heard.voice.speak(LINE)
            await heard.until(is_end)
            heard.voice.hear(np.concatenate((silence(RATE_HZ), utterance(400), silence(RATE_HZ))))
            await heard.until(lambda event: isinstance(event, ToolCall))
            (started,) = heard.of(SpeechStarted)
            assert started == SpeechStarted(6.0)


class TestClips:
    @in_jumping_time
    async def test_a_text_with_a_clip_is_played_word_for_word_and_the_voice_is_not_asked(self):
        async with calling(MuteVoice, clips=Clips({LINE.text: APOLOGY})) as heard:
            heard.voice.speak(LINE)
            await heard.until(is_end)
            assert np.array_equal(np.concatenate([event.pcm for event in heard.of(VoiceAudio)]), APOLOGY)

    @in_jumping_time
    async def test_its_clips_are_known_to_be_word_for_word(self):
        async with calling(ScriptedVoice, clips=Clips({"Hello.": FILLER})) as heard:
            assert heard.voice.traits.clips == {"Hello.": ClipFile("", 1000)}

    def test_a_voice_that_paraphrases_says_a_clip_word_for_word(self):
        traits = VoiceTraits("b", speaks_verbatim=False, may_call_real_people=True, clips={"Hello.": ClipFile("", 900)})
        assert traits.proof_of("Hello.") is Proof.CLIP
        assert traits.proof_of("Good morning.") is None

    @in_jumping_time
    async def test_a_filler_is_a_line_of_its_own_and_leaves_the_line_open(self):
        async with calling(MuteVoice, ScriptedVoice) as heard:
            heard.voice.speak(LINE)
            await heard.until(is_end)
            fillers = {event.line_id for event in heard.of(VoiceAudio)} - {LINE.line_id}
            assert fillers
            assert all(line_id < 0 for line_id in fillers)
            assert [event for event in heard.of(VoiceAudioEnd) if event.line_id == LINE.line_id] == [VoiceAudioEnd(LINE.line_id)]
