"""The pure parts: a line as it is spoken, an utterance and its transcript, one response at a time, audio on its way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio import to_bytes
from bridge.events import CalleeSaid, Expectation, Line, Tool, ToolCall
from bridge.voice.openai_realtime.incoming import AudioPiece
from bridge.voice.openai_realtime.spoken import SpokenLine, Truncation
from bridge.voice.openai_realtime.turnstile import MAX_TRIES, SpeakJob, Turnstile
from bridge.voice.openai_realtime.utterances import TRANSCRIPT_LIMIT_S, Utterances
from tests.bridge.fakes import utterance

RATE_HZ = 24_000
LINE = Line(1, "How many seats, please?")


def piece(ms: int, item_id: str = "i1", amplitude: int = 4000) -> AudioPiece:
    return AudioPiece("r", item_id, 0, to_bytes(np.full(RATE_HZ * ms // 1000, amplitude, np.int16)))


def spoken(*pieces: AudioPiece) -> SpokenLine:
    line = SpokenLine(LINE, RATE_HZ)
    for each in pieces:
        line.take(each)
    return line


class TestASpokenLine:
    @pytest.mark.parametrize(
        ("heard_ms", "is_over", "expected"),
        [
            (0, True, [Truncation("i1", 0, 0)]),
            (250, True, [Truncation("i1", 0, 250)]),
            (999, True, [Truncation("i1", 0, 999)]),
            (1000, True, []),
            (1001, True, []),
            (1001, False, [Truncation("i1", 0, 1000)]),
            (-5, True, [Truncation("i1", 0, 0)]),
        ],
    )
    def test_it_is_cut_where_it_was_heard_to(self, heard_ms, is_over, expected):
        assert spoken(piece(1000)).truncations(heard_ms, is_over=is_over) == expected

    def test_each_of_two_items_is_cut_by_its_own_milliseconds(self):
        line = spoken(piece(400, "i1"), piece(600, "i2"))
        assert line.truncations(700, is_over=True) == [Truncation("i2", 0, 300)]
        assert line.truncations(100, is_over=True) == [Truncation("i1", 0, 100), Truncation("i2", 0, 0)]

    def test_an_item_without_a_name_cannot_be_cut(self):
        assert spoken(piece(400, "")).truncations(10, is_over=True) == []

    @given(st.lists(st.tuples(st.integers(1, 500), st.sampled_from(["a", "b"])), min_size=1, max_size=6), st.integers(-10, 4000), st.booleans())
    def test_no_cut_is_ever_beyond_what_was_produced(self, pieces, heard_ms, is_over):
        line = spoken(*(piece(ms, item_id) for ms, item_id in pieces))
        total_ms = sum(ms for ms, _item_id in pieces)
        assert all(0 <= cut.audio_end_ms <= total_ms for cut in line.truncations(heard_ms, is_over=is_over))

    @pytest.mark.parametrize(("amplitude", "has_sound"), [(0, False), (32, False), (33, True)])
    def test_zeros_are_no_sound(self, amplitude, has_sound):
        assert spoken(piece(100, amplitude=amplitude)).has_sound is has_sound

    @given(cuts=st.lists(st.integers(0, 9600), max_size=8).map(sorted))
    def test_sound_that_is_cut_anywhere_even_within_a_sample_is_the_same_sound(self, cuts):
        pcm = to_bytes(utterance(300))
        line = SpokenLine(LINE, RATE_HZ)
        parts = [pcm[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(pcm)], strict=True)]
        taken = np.concatenate([line.take(AudioPiece("r", "i", 0, part)) for part in parts])
        whole = SpokenLine(LINE, RATE_HZ).take(AudioPiece("r", "i", 0, pcm))
        assert taken.size == whole.size
        assert np.abs(taken.astype(np.int32) - whole).max() <= 1  # sums of floats, in whatever order numpy takes them
        assert line.truncations(10_000, is_over=False) == [Truncation("i", 0, len(pcm) // 2 * 1000 // RATE_HZ)]

    @pytest.mark.parametrize(("words", "is_verbatim"), [("How many seats please", True), ("", True), ("Sure! How many seats, please?", False)])
    def test_other_words_than_ours_are_noticed(self, words, is_verbatim):
        line = spoken(piece(100))
        line.words = words
        assert line.is_verbatim is is_verbatim


def heard(item_id: str = "") -> tuple[Utterances, object]:
    utterances = Utterances(has_transcripts=True)
    utterances.started(1.0, item_id)
    return utterances, utterances.ended(2.0)


CALL = ToolCall("c", Tool.OPT_OUT, {"quote": "stop it"})


class TestUtterances:
    def test_a_call_waits_for_the_transcript_but_not_for_long(self):
        utterances, one = heard()
        assert utterances.called(one, CALL, 10.0) == []
        assert utterances.due_s() == 10.0 + TRANSCRIPT_LIMIT_S
        assert utterances.on_time(10.39) == []
        assert utterances.on_time(10.4) == [CalleeSaid("stop it", 1.0, 2.0, 0.8), CALL]
        assert utterances.due_s() is None

    def test_a_transcript_comes_first(self):
        utterances, one = heard()
        utterances.called(one, CALL, 10.0)
        assert utterances.transcribed("", " Stop it! ")[1] == [CalleeSaid("Stop it!", 1.0, 2.0, 0.8), CALL]

    def test_a_late_transcript_with_other_words_is_told_as_well(self):
        utterances, one = heard()
        utterances.called(one, CALL, 10.0)
        utterances.on_time(11.0)
        assert utterances.transcribed("", "Stop calling me.")[1] == [CalleeSaid("Stop calling me.", 1.0, 2.0, 0.8)]

    def test_transcripts_find_their_utterance_by_name_in_any_order(self):
        utterances, _one = heard()
        utterances.started(3.0)
        utterances.ended(4.0)
        utterances.committed("a")
        utterances.committed("b")
        assert utterances.transcribed("b", "two")[1] == [CalleeSaid("two", 3.0, 4.0, 0.8)]
        assert utterances.transcribed("a", "one")[1] == [CalleeSaid("one", 1.0, 2.0, 0.8)]

    def test_a_transcript_of_nothing_is_nobodys(self):
        assert Utterances(has_transcripts=True).transcribed("x", "ghost") == (None, [])

    def test_an_end_without_a_beginning_is_none(self):
        utterances, _one = heard()
        assert utterances.ended(3.0) is None


class TestTheTurnstile:
    def turnstile(self) -> tuple[Turnstile, list]:
        sent: list = []
        return Turnstile(sent.append), sent

    def begun(self) -> tuple[Turnstile, list, str]:
        turnstile, sent = self.turnstile()
        turnstile.ask(SpeakJob(LINE, Expectation(None)))
        return turnstile, sent, turnstile.begin(turnstile.take_next(), 0.0)

    def test_nothing_is_next_while_one_is_active(self):
        turnstile, _sent, _event_id = self.begun()
        turnstile.ask(SpeakJob(LINE, Expectation(None)))
        assert turnstile.take_next() is None
        turnstile.over(turnstile.active)
        assert turnstile.take_next() is not None

    def test_a_cancel_waits_until_the_response_has_begun(self):
        turnstile, sent, event_id = self.begun()
        turnstile.cancel(1.0)
        assert sent == []
        turnstile.began("r1", event_id, 1.1)
        turnstile.cancel(1.2)
        assert sent == [{"type": "response.cancel"}]

    def test_a_response_is_known_by_its_first_message_when_nobody_says_that_it_began(self):
        turnstile, _sent, _event_id = self.begun()
        assert turnstile.owner("r1", 0.1) is turnstile.active
        assert turnstile.owner("r2", 0.1) is None

    def test_what_comes_late_of_a_response_that_is_over_is_nobodys(self):
        turnstile, _sent, _event_id = self.begun()
        turnstile.over(turnstile.owner("r1", 0.1))
        turnstile.begin(SpeakJob(LINE, Expectation(None)), 0.2)
        assert turnstile.owner("r1", 0.3) is None

    def test_once_the_server_has_named_us_a_response_of_its_own_is_not_taken_for_ours(self):
        turnstile, sent, event_id = self.begun()
        turnstile.began("r1", event_id, 0.1)
        turnstile.over(turnstile.active)
        turnstile.begin(SpeakJob(LINE, Expectation(None)), 0.2)
        turnstile.began("alien", "", 0.3)
        assert sent == [{"type": "response.cancel", "response_id": "alien"}]
        assert turnstile.owner("alien", 0.4) is None

    def test_a_job_that_is_always_in_the_way_is_given_up(self):
        turnstile, _sent, _event_id = self.begun()
        for _ in range(MAX_TRIES - 1):
            assert turnstile.stands_in_the_way(1.0)
            turnstile.over(turnstile.owner("any", 1.1))
            turnstile.begin(turnstile.take_next(), 1.2)
        assert not turnstile.stands_in_the_way(2.0)
