from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.voice.cascade.settings import known
from bridge.voice.cascade.transcript import CONFIDENCE, Segment, Unreadable, is_invented, read_transcript


def said(text: str = "About forty.", **figures) -> str:
    return json.dumps({"text": text, "segments": [{"text": text, "start": 0.0, "end": 1.0, **figures}]})


class TestWords:
    def test_without_probabilities_all_is_believed_a_little(self):
        transcript = read_transcript(json.dumps({"text": " About forty. "}))
        assert (transcript.text, transcript.confidence) == ("About forty.", CONFIDENCE)

    def test_its_confidence_is_the_mean_probability_of_a_word(self):
        assert read_transcript(said(avg_logprob=math.log(0.5), no_speech_prob=0.1)).confidence == pytest.approx(0.5)

    def test_long_segments_count_more(self):
        segments = [
            {"text": "I need about", "start": 0.0, "end": 3.0, "avg_logprob": math.log(0.9)},
            {"text": "forty.", "start": 3.0, "end": 4.0, "avg_logprob": math.log(0.4)},
        ]
        transcript = read_transcript(json.dumps({"text": "I need about forty.", "segments": segments}))
        assert transcript.text == "I need about forty."
        assert 0.7 < transcript.confidence < 0.9

    @pytest.mark.parametrize("text", ["", "  ", "...", "♪"])
    def test_what_holds_no_words_is_nothing(self, text):
        assert read_transcript(json.dumps({"text": text})).text == ""

    @given(st.floats(-10, 10))
    def test_a_confidence_is_between_0_and_1(self, logprob):
        assert 0.0 <= read_transcript(said(avg_logprob=logprob)).confidence <= 1.0


class TestInventions:
    @pytest.mark.parametrize(
        ("no_speech", "logprob", "is_one"),
        [
            (0.6, -1.0, True),
            (0.59, -1.0, False),
            (0.6, -0.99, False),
            (0.9, -0.1, True),
            (0.89, -0.1, False),
            (0.0, -1.5, True),
            (0.0, -1.49, False),
            (None, None, False),
        ],
    )
    def test_whispers_own_doubts_are_heard(self, no_speech, logprob, is_one):
        assert is_invented(Segment("Thank you.", 1.0, logprob, no_speech)) is is_one

    @pytest.mark.parametrize(("ratio", "is_one"), [(2.4, False), (2.41, True)])
    def test_words_without_end_are_invented(self, ratio, is_one):
        assert is_invented(Segment("no no no", compression_ratio=ratio)) is is_one

    def test_only_the_invented_segment_is_dropped(self):
        segments = [{"text": " Forty.", "avg_logprob": -0.2}, {"text": " Thank you very much.", "avg_logprob": -0.5, "no_speech_prob": 0.95}]
        transcript = read_transcript(json.dumps({"text": "Forty. Thank you very much.", "segments": segments}))
        assert (transcript.text, transcript.is_invented) == ("Forty.", False)

    @pytest.mark.parametrize("text", ["Thanks for watching!", "Subtitles by the Amara.org community", " [Music] "])
    def test_what_it_writes_into_silence_is_known(self, text):
        transcript = read_transcript(said(text, avg_logprob=-0.1))
        assert (transcript.text, transcript.is_invented) == ("", True)

    def test_the_same_words_within_a_sentence_are_believed(self):
        assert read_transcript(said("Thanks for watching over my mother, call me tomorrow.")).text

    def test_the_list_is_written_as_it_is_compared(self):
        assert all(phrase == phrase.lower().strip() and phrase.replace(" ", "").isalnum() for phrase in known()["invented"]["phrases"])


@pytest.mark.parametrize(
    "reply",
    ["", "<html>", "[]", "{}", '{"text": 5}', '{"text": "a", "segments": [5]}', '{"text": "a", "segments": [{"start": 1}]}', "[" * 100_000],
    ids=["nothing", "a page", "a list", "an empty object", "a number", "no segment", "a segment without text", "nested beyond reason"],
)
def test_what_is_no_transcript_is_unreadable(reply):
    with pytest.raises(Unreadable):
        read_transcript(reply)


def test_figures_of_a_wrong_type_count_as_not_given():
    assert read_transcript(said(avg_logprob="high", no_speech_prob=True)).confidence == CONFIDENCE


_FIGURES = st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text()
_SEGMENTS = st.dictionaries(st.sampled_from(["text", "start", "end", "avg_logprob", "no_speech_prob", "compression_ratio"]), _FIGURES)


@settings(max_examples=300)
@given(st.text(), _FIGURES | st.lists(_FIGURES | _SEGMENTS, max_size=3) | _SEGMENTS)
def test_no_json_breaks_the_reading_and_no_confidence_is_beyond_1(text, segments):
    try:
        transcript = read_transcript(json.dumps({"text": text, "segments": segments}))
    except Unreadable:
        return
    assert 0.0 <= transcript.confidence <= 1.0


@given(st.binary() | st.text())
def test_no_bytes_break_it_either(reply):
    try:
        read_transcript(reply)
    except Unreadable:
        return
