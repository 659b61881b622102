"""The stream of sound, without a server: 20 ms a frame."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio import silence, to_bytes
from bridge.events import FRAME_MS, FRAME_SAMPLES, RATE_HZ, Line, LineSaid, WordSource
from bridge.voice.openai_live.incoming import SpokenWords
from bridge.voice.openai_live.outlet import BREAK_MS, EARLY_MS, GAP_MS, HOLD_MS, TAIL_MS, LineBroken, LineLost, LineOver, LineSound, Outlet

LINE = Line(1, "How many seats do you need in all?")
TONE = np.full(RATE_HZ * 10, 3000, np.int16)
SOFT = np.full(RATE_HZ * 10, 60, np.int16)  # -55 dBFS: the end of a word


class Stream:
    """Sound and words into an outlet, and what came of them."""

    def __init__(self, line: Line = LINE) -> None:
        self.outlet = Outlet()
        self.outlet.begin(line)
        self.outcomes: list = []

    def loud(self, ms: int) -> Stream:
        return self._feed(TONE[: ms * 16])

    def soft(self, ms: int) -> Stream:
        return self._feed(SOFT[: ms * 16])

    def quiet(self, ms: int) -> Stream:
        return self._feed(silence(ms * 16))

    def words(self, text: str, start_ms: int | None = None, end_ms: int | None = None) -> Stream:
        self.outlet.words(SpokenWords(text, start_ms, end_ms))
        return self

    def _feed(self, pcm) -> Stream:
        self.outcomes += self.outlet.sound(to_bytes(pcm))
        return self

    @property
    def heard_ms(self) -> int:
        return sum(outcome.pcm.size for outcome in self.outcomes if isinstance(outcome, LineSound)) * 1000 // RATE_HZ

    @property
    def ends(self) -> list:
        return [outcome for outcome in self.outcomes if not isinstance(outcome, LineSound | LineSaid)]

    @property
    def said(self) -> list[LineSaid]:
        return [outcome for outcome in self.outcomes if isinstance(outcome, LineSaid)]


def test_a_line_begins_with_its_words_and_ends_with_300_ms_of_silence_behind_them():
    stream = Stream().quiet(800).words(LINE.text).loud(1500)
    assert stream.quiet(TAIL_MS - FRAME_MS).ends == []
    assert stream.quiet(FRAME_MS).ends == [LineOver(1, is_verbatim=True)]
    assert stream.heard_ms == 1500


def test_sound_is_held_until_its_first_words_tell_whose_it_is_and_nothing_is_lost():
    stream = Stream().loud(HOLD_MS - 2 * FRAME_MS)
    assert stream.heard_ms == 0
    stream.words("How many").loud(FRAME_MS)
    assert stream.heard_ms == HOLD_MS - FRAME_MS


def test_it_is_not_held_for_long():
    assert Stream().loud(HOLD_MS).heard_ms == HOLD_MS


def test_a_pause_in_the_middle_of_a_line_is_part_of_it():
    stream = Stream().words("How many seats").loud(500).quiet(800).words(" do you need in all?").loud(500).quiet(TAIL_MS)
    assert stream.heard_ms == 1800
    assert stream.ends == [LineOver(1, is_verbatim=True)]


def test_a_pause_before_the_words_that_the_transcript_already_has_ends_nothing():
    stream = Stream().words("How many seats", 1000, 1500).words(" do you need in all?", 2300, 3000)
    stream.loud(500).quiet(800)
    assert stream.ends == []
    assert stream.loud(700).quiet(TAIL_MS).ends == [LineOver(1, is_verbatim=True)]


def test_the_soft_end_of_a_word_is_heard():
    assert Stream().words(LINE.text).loud(1000).soft(100).quiet(TAIL_MS).heard_ms == 1100


def test_talk_before_the_line_is_dropped_until_there_is_a_pause():
    stream = Stream().words("Sure, let me think about").loud(900).quiet(GAP_MS)
    assert stream.heard_ms == 0
    assert stream.words(LINE.text).loud(1000).quiet(TAIL_MS).heard_ms == 1000


def test_late_words_of_what_was_said_before_are_not_the_lines():
    stream = Stream().words("Sure, let me think about", 0, 900).loud(900).quiet(GAP_MS)
    stream.words(" that for a moment", 500, 900).words(LINE.text, 1100, 2100).loud(1000).quiet(TAIL_MS)
    assert stream.ends == [LineOver(1, is_verbatim=True)]


def test_sound_that_goes_on_when_a_line_is_sent_is_not_the_lines():
    stream = Stream()
    stream.outlet.drop()
    stream.loud(500).outlet.begin(LINE)
    stream.loud(500).quiet(GAP_MS)
    assert stream.heard_ms == 0
    assert stream.words(LINE.text).loud(1000).quiet(TAIL_MS).heard_ms == 1000


def test_words_behind_the_line_end_it_where_it_ends():
    stream = Stream().words(LINE.text, 0, 1000).words(" And how are you today, my friend?", 1000, 2000).loud(2000)
    assert stream.ends == [LineOver(1, is_verbatim=False)]
    assert 800 <= stream.heard_ms <= 1000


def test_a_model_that_begins_to_talk_by_itself_in_the_middle_loses_the_line():
    stream = Stream(Line(1, f"{LINE.text} {LINE.text} {LINE.text}")).words("How many seats").loud(600).quiet(400)
    stream.words(" oh yes that is me and I").loud(500)
    assert stream.ends == [LineLost(1, "other words")]


def test_a_line_that_was_broken_off_is_said_on():
    stream = Stream().words("How many seats do").loud(700).quiet(BREAK_MS)
    assert stream.ends == [LineBroken(1, "you need in all?")]
    stream.quiet(400).words(" you need in all?").loud(600).quiet(TAIL_MS)
    assert stream.ends[1:] == [LineOver(1, is_verbatim=True)]


def test_the_second_time_it_is_lost():
    stream = Stream().words("How many seats do").loud(700).quiet(BREAK_MS).quiet(800).words(" you").loud(200).quiet(BREAK_MS)
    assert stream.ends[1:] == [LineLost(1, "broken off")]


def test_without_a_transcript_its_length_tells_whether_it_was_said():
    assert Stream().loud(1500).quiet(BREAK_MS).ends == [LineOver(1, is_verbatim=True)]
    assert Stream().loud(600).quiet(BREAK_MS).ends == [LineLost(1, "broken off")]


def test_words_without_sound_lose_it():
    assert Stream().words(LINE.text, 0, 1000).quiet(2500).ends == [LineLost(1, "no sound")]


def test_a_line_that_does_not_end_is_lost():
    stream = Stream().words("How many")
    for _ in range(3):
        stream.loud(5000)
    assert stream.ends == [LineLost(1, "it does not end")]


def test_other_words_for_the_same_are_the_line_but_not_verbatim():
    stream = Stream().words("How many seats would you need in total?").loud(1500).quiet(TAIL_MS)
    assert stream.ends == [LineOver(1, is_verbatim=False)]


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=20))
def test_the_result_does_not_depend_on_where_the_stream_is_cut(cuts):
    pcm = to_bytes(np.concatenate((silence(RATE_HZ), TONE[:RATE_HZ], silence(RATE_HZ))))
    outlet, at, n_samples = Outlet(), 0, 0
    outlet.begin(LINE)
    outlet.words(SpokenWords(LINE.text, None, None))
    for cut in [*cuts, len(pcm)]:
        n_samples += sum(outcome.pcm.size for outcome in outlet.sound(pcm[at : at + cut]) if isinstance(outcome, LineSound))
        at += cut
    assert n_samples == RATE_HZ
    assert outlet.line_id is None


def test_frames_are_those_of_the_call():
    assert FRAME_SAMPLES * 1000 == FRAME_MS * RATE_HZ


@given(st.lists(st.integers(0, 2 * 32_000), max_size=8).map(sorted))
def test_sound_that_is_cut_anywhere_even_within_a_sample_is_the_same_sound(cuts):
    pcm = to_bytes(np.concatenate((silence(160), TONE[: RATE_HZ * 3 // 2], silence(RATE_HZ // 2 - 160))))
    heard = []
    for at in (cuts, cuts[:0]):
        outlet = Outlet()
        outlet.begin(LINE)
        outlet.words(SpokenWords(LINE.text, 0, 1500))
        parts = [pcm[begin:end] for begin, end in zip([0, *at], [*at, len(pcm)], strict=True)]
        outcomes = [outcome for part in parts for outcome in outlet.sound(part)]
        sounds = [outcome.pcm for outcome in outcomes if isinstance(outcome, LineSound)]
        heard.append((np.concatenate(sounds).tobytes(), [type(each) for each in outcomes if not isinstance(each, LineSound | LineSaid)]))
    assert heard[0] == heard[1]
    assert heard[0][1] == [LineOver]


def test_it_tells_its_words_with_their_place_in_the_lines_sound():
    stream = Stream().quiet(200).words("How many ", 200, 800).loud(600).words("seats do you need?", 900, 1400).loud(400)
    assert stream.said == [
        LineSaid(1, "How many ", 600 + EARLY_MS, WordSource.TIMED),
        LineSaid(1, "seats do you need?", 1200 + EARLY_MS, WordSource.TIMED),
    ]


def test_words_without_times_stand_where_they_came():
    stream = Stream().words("How many ").loud(400).words("seats").loud(FRAME_MS)
    assert [(said.text, said.until_ms, said.source) for said in stream.said] == [
        ("How many ", 0, WordSource.UNTIMED),
        ("seats", 400, WordSource.UNTIMED),
    ]


def test_words_that_are_not_the_lines_are_not_told():
    assert Stream().words("Well, let me tell you something.", 0, 900).loud(900).said == []
