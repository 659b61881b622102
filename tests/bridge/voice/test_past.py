from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio import silence
from bridge.events import RATE_HZ, CalleeSaid, SpeechEnded, SpeechStarted
from bridge.voice.past import BEFORE_SPEECH_S, REPLAY_S, Past


def counted(n_samples: int, start: int = 0) -> np.ndarray:
    return (np.arange(start, start + n_samples) % 30_000).astype(np.int16)


def test_a_session_that_begins_in_silence_hears_nothing_again():
    past = Past()
    past.keep(silence(RATE_HZ))
    assert past.begin_session().size == 0


def test_its_seconds_become_seconds_of_the_call():
    past = Past()
    past.keep(silence(5 * RATE_HZ))
    past.begin_session()
    assert past.placed(SpeechStarted(1.5)) == SpeechStarted(6.5)
    assert past.placed(SpeechEnded(2.0)) == SpeechEnded(7.0)
    assert past.placed(CalleeSaid("yes", 1.5, 2.0, 0.9)) == CalleeSaid("yes", 6.5, 7.0, 0.9)


def test_speech_without_a_meaning_is_heard_again_with_what_was_just_before_it():
    past = Past()
    past.keep(counted(3 * RATE_HZ))
    past.speech_started(2.0)
    again = past.begin_session()
    assert np.array_equal(again, counted(3 * RATE_HZ)[-round((1.0 + BEFORE_SPEECH_S) * RATE_HZ) :])
    assert past.placed(SpeechStarted(BEFORE_SPEECH_S)) == SpeechStarted(2.0)


def test_speech_that_was_understood_is_not_heard_again():
    past = Past()
    past.keep(counted(3 * RATE_HZ))
    past.speech_started(2.0)
    past.understood()
    assert past.begin_session().size == 0


def test_what_was_said_while_nobody_heard_is_heard_by_the_next_session():
    past = Past()
    past.keep(counted(RATE_HZ))
    past.begin_gap()
    past.keep(counted(RATE_HZ, RATE_HZ))
    again = past.begin_session()
    assert np.array_equal(again[-RATE_HZ:], counted(RATE_HZ, RATE_HZ))


STARTED, SAID, ENDED = SpeechStarted(1.0), CalleeSaid("yes", 1.0, 1.5, 0.9), SpeechEnded(1.5)


@pytest.mark.parametrize(
    ("again", "later"),
    [
        (SpeechStarted(1.2), SpeechStarted(1.6)),
        (CalleeSaid("Yes.", 1.1, 1.6, 0.9), CalleeSaid("no", 3.0, 3.5, 0.9)),
        (SpeechEnded(1.4), SpeechEnded(1.9)),
    ],
    ids=["started", "said", "ended"],
)
def test_what_a_session_that_is_gone_has_told_is_told_once(again, later):
    past = Past()
    assert not any(past.was_told(event) for event in (STARTED, SAID, ENDED))
    past.begin_session()
    assert past.was_told(again)
    assert not past.was_told(later)


def test_the_end_of_speech_in_which_a_session_was_lost_is_told_by_the_next():
    past = Past()
    past.was_told(STARTED)
    past.begin_session()
    assert not past.was_told(ENDED)


def test_words_of_one_session_that_come_in_pieces_are_all_told():
    past = Past()
    past.begin_session()
    assert not past.was_told(CalleeSaid("Please stop", 1.0, 1.5, 0.9))
    assert not past.was_told(CalleeSaid("calling me.", 1.0, 1.5, 0.9))


@given(st.lists(st.integers(1, 4000), max_size=60), st.floats(0, 20))
def test_no_more_is_kept_than_is_heard_again_at_most(lengths, started_s):
    past = Past()
    for length in lengths:
        past.keep(silence(length))
    n_heard = sum(lengths)
    past.speech_started(min(started_s, n_heard / RATE_HZ))
    again = past.begin_session()
    assert again.size <= min(n_heard, (REPLAY_S + 1) * RATE_HZ)
    placed = past.placed(SpeechStarted(again.size / RATE_HZ))
    assert isinstance(placed, SpeechStarted)
    assert placed.at_s == pytest.approx(n_heard / RATE_HZ)
