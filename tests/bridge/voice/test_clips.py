"""Prepared audio: which part of a line it says, that it is played first, and that real people never go without what they have a right to hear."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import WORD_FOR_WORD, LineTraits
from bridge.events import RATE_HZ, Line, Outcome, VoiceAudio
from bridge.ports import VoiceTraits
from bridge.voice.clips import ClipFile, Clips, in_clips
from bridge.voice.scripted import ScriptedVoice
from tests.bridge.cast import LINES, SEATS, brief
from tests.bridge.fakes import in_jumping_time, utterance
from tests.bridge.voice.steadied import calling, is_end
from tests.bridge.whole_call import Call, ListeningVoice

ROBOT_CLIP = utterance(1500)
REAL = LineTraits(is_simulated=False)
LEGAL = {text: ClipFile("ab" * 32, 1000) for text in LINES.texts_of(WORD_FOR_WORD)}


class ListeningScripted(ScriptedVoice):
    def __init__(self) -> None:
        super().__init__([])
        self.asked: list[str] = []
        self.cut: list[int] = []

    def speak(self, line: Line) -> None:
        self.asked.append(line.text)
        super().speak(line)

    def cancel(self, line_id: int, heard_ms: int) -> None:
        self.cut.append(heard_ms)


class SlowToBegin(ListeningScripted):
    def speak(self, line: Line) -> None:
        self.asked.append(line.text)


class TestWhatIsPrepared:
    def test_a_whole_line(self):
        assert in_clips("Yes, I am an AI.", {"Yes, I am an AI."}) == (["Yes, I am an AI."], "")

    def test_the_beginning_of_a_line(self):
        assert in_clips("Yes, I am an AI. How many seats?", {"Yes, I am an AI."}) == (["Yes, I am an AI."], "How many seats?")

    def test_two_of_them_make_a_line(self):
        assert in_clips("Yes. Goodbye.", {"Yes.", "Goodbye."}) == (["Yes.", "Goodbye."], "")

    def test_the_longest_counts(self):
        assert in_clips("Hello. I am here. Now.", {"Hello.", "Hello. I am here."}) == (["Hello. I am here."], "Now.")

    def test_no_word_is_cut_in_two(self):
        assert in_clips("Yesterday", {"Yes"}) == ([], "Yesterday")

    def test_an_empty_text_prepares_nothing(self):
        assert in_clips("Yes.", {""}) == ([], "Yes.")

    @given(st.lists(st.text("ab. ", min_size=1, max_size=6).map(str.strip).filter(bool), max_size=5), st.text("ab. ", max_size=20).map(str.strip))
    def test_nothing_is_lost_or_added(self, prepared, text):
        played, rest = in_clips(text, set(prepared))
        assert " ".join([*played, rest]).split() == text.split()
        assert set(played) <= set(prepared)


class TestPlaying:
    @in_jumping_time
    async def test_the_clip_comes_first_and_the_voice_says_the_rest(self):
        voice = ListeningScripted()
        async with calling(lambda: voice, clips=Clips({LINES.robot: ROBOT_CLIP})) as heard:
            heard.voice.speak(Line(7, f"{LINES.robot} How many seats?"))
            await heard.until(is_end)
            sound = np.concatenate([event.pcm for event in heard.of(VoiceAudio)])
            assert np.array_equal(sound[: ROBOT_CLIP.size], ROBOT_CLIP)
            assert sound.size > ROBOT_CLIP.size
            assert voice.asked == ["How many seats?"]

    @in_jumping_time
    async def test_a_cut_is_told_in_the_voices_own_milliseconds(self):
        voice = SlowToBegin()
        async with calling(lambda: voice, clips=Clips({LINES.robot: ROBOT_CLIP})) as heard:
            heard.voice.speak(Line(7, f"{LINES.robot} How many seats?"))
            heard.voice.cancel(7, heard_ms=1700)
            await asyncio.sleep(0)
            assert voice.cut == [200]

    @in_jumping_time
    async def test_a_clip_is_known_by_its_file_and_its_length(self):
        async with calling(ListeningScripted, clips=Clips({LINES.robot: ROBOT_CLIP}, sha256s={LINES.robot: "ab" * 32})) as heard:
            assert heard.voice.traits.clips == {LINES.robot: ClipFile("ab" * 32, ROBOT_CLIP.size * 1000 // RATE_HZ)}


class Paraphraser(ListeningVoice):
    prepared = LEGAL

    @property
    def traits(self) -> VoiceTraits:
        return VoiceTraits(name="native", speaks_verbatim=False, may_call_real_people=True, clips=self.prepared)


class TestOnARealLine:
    @in_jumping_time
    async def test_a_voice_that_paraphrases_talks_when_all_is_prepared(self):
        call = Call(brief(REAL), voice=Paraphraser())
        await call.hold()
        assert call.report().outcome is not Outcome.VOICE_FAILED
        assert call.media.sent

    @pytest.mark.parametrize("name", WORD_FOR_WORD)
    @in_jumping_time
    async def test_one_line_that_is_not_prepared_ends_the_call_before_a_word(self, name):
        voice = Paraphraser()
        (lacking,) = LINES.texts_of([name])
        voice.prepared = {text: clip for text, clip in LEGAL.items() if text != lacking}
        call = Call(brief(REAL), voice=voice)
        await call.hold()
        assert call.report().outcome is Outcome.VOICE_FAILED
        assert call.media.sent == []
        assert "hang_up" in call.desk.log

    @in_jumping_time
    async def test_a_simulated_person_may_hear_it_paraphrased(self):
        voice = Paraphraser()
        voice.prepared = {}
        call = Call(brief(questions=(SEATS,)), voice=voice)
        await call.hold()
        assert call.media.sent
