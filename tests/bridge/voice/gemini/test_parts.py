"""The small parts: open calls, the sound of a line, whether it was said as written, and audio on the wire."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio import silence, to_bytes
from bridge.events import RATE_HZ, Expectation, Line
from bridge.voice.gemini.calls import REPLY_LIMIT_S, OpenCalls
from bridge.voice.gemini.fidelity import Fidelity
from bridge.voice.gemini.incoming import ModelCall
from bridge.voice.gemini.outgoing import audio_json
from bridge.voice.gemini.utterance import MODEL_RATE_HZ, SILENT_LIMIT_S, LineSound
from bridge.voice.prompting import SAY, tool_reply

NOTHING = Expectation(None)
LINE = Line(1, "Hello there.")


def calls(*ids: str, scheduling: str = "") -> OpenCalls:
    made = OpenCalls(scheduling)
    for call_id in ids:
        made.opened(ModelCall(call_id, "confirm", {}), 1.0)
    return made


class TestOpenCalls:
    def test_the_line_is_in_the_reply_to_the_last(self):
        replies = calls("a", "b").replies(LINE, NOTHING).replies
        assert [(each.call_id, each.response) for each in replies] == [("a", tool_reply(None, NOTHING)), ("b", tool_reply(LINE, NOTHING))]

    def test_each_is_answered_once(self):
        made = calls("a")
        made.replies(LINE, NOTHING)
        assert not made
        assert made.due_s is None

    def test_one_without_an_id_cannot_be_answered(self):
        assert not calls("")

    def test_they_wait_for_the_server_for_a_time(self):
        assert calls("a").due_s == 1.0 + REPLY_LIMIT_S

    def test_one_that_was_taken_back_is_not_answered(self):
        made = calls("a", "b")
        made.cancelled({"a", "unknown"})
        assert [each.call_id for each in made.replies(None, NOTHING).replies] == ["b"]

    def test_a_model_that_does_not_wait_is_told_when_to_speak(self):
        replies = calls("a", "b", scheduling="INTERRUPT").replies(LINE, NOTHING).replies
        assert [each.scheduling for each in replies] == ["SILENT", "INTERRUPT"]
        assert replies[1].response[SAY] == LINE.text

    def test_one_that_waits_is_told_nothing_of_the_kind(self):
        assert {each.scheduling for each in calls("a", "b").replies(LINE, NOTHING).replies} == {""}


def tone(ms: int, amplitude: int = 8000) -> bytes:
    times_s = np.arange(MODEL_RATE_HZ * ms // 1000) / MODEL_RATE_HZ
    return to_bytes(np.rint(amplitude * np.sin(2 * np.pi * 440 * times_s)).astype(np.int16))


class TestLineSound:
    def test_it_has_two_thirds_of_the_samples(self):
        played = LineSound().take(tone(300))
        assert played is not None
        assert abs(played.size - RATE_HZ * 3 // 10) <= 3
        assert played.dtype == np.int16

    def test_silence_before_the_first_word_is_not_waited_for(self):
        sound = LineSound()
        assert sound.take(to_bytes(silence(MODEL_RATE_HZ))) is None
        assert sound.take(tone(100)) is not None

    def test_silence_between_words_stays(self):
        sound = LineSound()
        sound.take(tone(100))
        played = sound.take(to_bytes(silence(MODEL_RATE_HZ // 10)))
        assert played is not None
        assert abs(played.size - RATE_HZ // 10) <= 3

    @pytest.mark.parametrize(("amplitude", "is_silent"), [(0, True), (10, True), (2000, False)], ids=["zeros", "next to nothing", "speech"])
    def test_a_line_that_has_no_sound_for_long_has_none(self, amplitude: int, is_silent: bool):
        sound = LineSound()
        for _ in range(round(SILENT_LIMIT_S * 10) + 1):
            sound.take(tone(100, amplitude))
        assert sound.is_silent is is_silent


class TestFidelity:
    def told(self, spoken: str, *, is_whole: bool = True) -> int:
        fidelity = Fidelity()
        fidelity.asked(LINE)
        fidelity.spoken(spoken)
        fidelity.is_whole = is_whole
        return fidelity.n_said_otherwise()

    @pytest.mark.parametrize(
        ("spoken", "n"),
        [("hello  there", 0), ("Hello there, how are you?", 1), ("Hello", 1), ("", 0)],
        ids=["the same words", "more", "less", "no transcript"],
    )
    def test_words_are_compared_and_nothing_else(self, spoken: str, n: int):
        assert self.told(spoken) == n

    def test_a_line_that_was_cut_is_not_judged(self):
        assert self.told("Hello", is_whole=False) == 0

    def test_each_line_counts_once(self):
        fidelity = Fidelity()
        for _ in range(3):
            fidelity.asked(LINE)
            fidelity.spoken("Something else.")
            fidelity.is_whole = True
        assert (fidelity.n_said_otherwise(), fidelity.n_said_otherwise()) == (3, 3)


@given(st.binary(max_size=2000).filter(lambda pcm: len(pcm) % 2 == 0))
def test_audio_on_the_wire_is_what_the_library_would_send(pcm: bytes):
    told = json.loads(audio_json(np.frombuffer(pcm, "<i2")))
    assert told["realtime_input"]["audio"].keys() == {"mimeType", "data"}
    assert base64.b64decode(told["realtime_input"]["audio"]["data"]) == pcm
