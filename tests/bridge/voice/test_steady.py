"""A voice that goes on: whatever the voices behind it do, the callee hears something and no answer is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import numpy as np
import pytest

from bridge.audio import silence
from bridge.brief import CallBrief
from bridge.events import (
    RATE_HZ,
    CalleeSaid,
    Line,
    LineFailed,
    LineSaid,
    Samples,
    SpeechStarted,
    Tool,
    ToolCall,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceEvent,
    VoiceFailed,
    VoiceFault,
    VoiceTrouble,
    WordSource,
)
from bridge.ports import VoiceModel, VoiceTraits, VoiceUnavailable
from bridge.reports import Proof
from bridge.voice.breakers import Breakers
from bridge.voice.clips import ClipFile, Clips
from bridge.voice.order import Candidate
from bridge.voice.scripted import MS_PER_LETTER, TRAITS, Reply, ScriptedVoice
from bridge.voice.steady import SteadyVoice
from tests.bridge.cast import LINES, brief
from tests.bridge.fakes import in_jumping_time, utterance
from tests.bridge.voice.voice_conformance import VoiceConformance

LINE = Line(7, "How many seats do you need?")
FILLER = utterance(1000)
APOLOGY = utterance(2000)
YES = Reply("yes", [(Tool.CONFIRM, {"is_yes": True})])
ALL_CLIPS = Clips({LINES.apology: APOLOGY, LINES.apology_call_back: APOLOGY}, (FILLER,))


class MuteVoice(ScriptedVoice):
    """Connected, and never makes a sound."""

    def speak(self, line: Line) -> None:
        pass


class ZeroVoice(ScriptedVoice):
    """Speaks zeros, and never comes to an end."""

    def speak(self, line: Line) -> None:
        self._queue.put_nowait(VoiceAudio(line.line_id, silence(RATE_HZ)))


class EmptyOnce(ScriptedVoice):
    """Its first turn is empty."""

    n_asked = 0

    def speak(self, line: Line) -> None:
        self.n_asked += 1
        if self.n_asked == 1:
            self._queue.put_nowait(LineFailed(line.line_id, "empty turn"))
        else:
            super().speak(line)


class CutVoice(ScriptedVoice):
    """Its connection is lost as soon as it is asked to speak."""

    def __init__(self, replies=(), fault: VoiceFault = VoiceFault.CUT) -> None:
        super().__init__(replies)
        self.fault = fault

    def speak(self, line: Line) -> None:
        self._queue.put_nowait(VoiceFailed("cut", self.fault))


class HalfVoice(ScriptedVoice):
    """Its connection is lost in the middle of a line."""

    def speak(self, line: Line) -> None:
        self._queue.put_nowait(VoiceAudio(line.line_id, utterance(500)))
        self._queue.put_nowait(LineSaid(line.line_id, "How many ", 480, WordSource.UNTIMED))
        self._queue.put_nowait(VoiceFailed("cut"))


class BrokenVoice(ScriptedVoice):
    async def events(self) -> AsyncIterator[VoiceEvent]:
        raise ConnectionError("reset")
        yield  # pragma: no cover


class ClosedVoice(ScriptedVoice):
    async def open(self, brief: CallBrief) -> None:
        raise VoiceUnavailable("no key", VoiceFault.KEY)


class DeafVoice(ScriptedVoice):
    """Its session dies of the first utterance."""

    def hear(self, pcm: Samples) -> None:
        if np.any(pcm):
            self._queue.put_nowait(VoiceFailed("cut"))


class Heard:
    """What came out of the steady voice, with the time at which it came."""

    def __init__(self, voice: SteadyVoice, tasks: asyncio.TaskGroup) -> None:
        self.voice = voice
        self.now = asyncio.get_running_loop().time
        self.began_s = self.now()
        self.events: list[tuple[float, VoiceEvent]] = []
        self._task = tasks.create_task(self._listen())

    async def _listen(self) -> None:
        async for event in self.voice.events():
            self.events.append((self.now() - self.began_s, event))

    async def until(self, is_it: Callable[[VoiceEvent], bool], limit_s: float = 60.0) -> float:
        async with asyncio.timeout(limit_s):
            while True:
                found = next((at_s for at_s, event in self.events if is_it(event)), None)
                if found is not None:
                    return found
                await asyncio.sleep(0.01)

    async def until_end_of(self, line: Line) -> float:
        return await self.until(lambda event: event == VoiceAudioEnd(line.line_id))

    def of(self, kind: type[VoiceEvent]) -> list[VoiceEvent]:
        return [event for _at_s, event in self.events if isinstance(event, kind)]

    def steps(self) -> list[str]:
        return [event.step for event in self.of(VoiceTrouble) if isinstance(event, VoiceTrouble)]

    def longest_silence_s(self, until_s: float) -> float:
        """Of what the callee hears, if it is played as it comes."""
        ends_s, longest_s = 0.0, 0.0
        for at_s, event in self.events:
            if isinstance(event, VoiceAudio) and np.any(event.pcm):
                longest_s = max(longest_s, at_s - ends_s)
                ends_s = max(ends_s, at_s) + event.pcm.size / RATE_HZ
        return max(longest_s, until_s - ends_s)


def candidate(new: Callable[[], VoiceModel], name: str = "scripted") -> Candidate:
    return Candidate(VoiceTraits(name, TRAITS.speaks_verbatim, TRAITS.may_call_real_people), new)


@asynccontextmanager
async def calling(
    *new: Callable[[], VoiceModel], clips: Clips = ALL_CLIPS, breakers: Breakers | None = None, names: Sequence[str] = ()
) -> AsyncIterator[Heard]:
    async with asyncio.TaskGroup() as tasks:

        async def load(_brief: CallBrief) -> Clips:
            return clips

        candidates = [candidate(each, name) for each, name in zip(new, names or ["scripted"] * len(new), strict=True)]
        voice = SteadyVoice(candidates, tasks, load_clips=load, breakers=breakers)
        await voice.open(brief())
        heard = Heard(voice, tasks)
        try:
            yield heard
        finally:
            await voice.close()


def is_end(event: VoiceEvent) -> bool:
    return event == VoiceAudioEnd(LINE.line_id)


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
