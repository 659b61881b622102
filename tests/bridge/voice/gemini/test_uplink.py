from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio import silence
from bridge.brief import TurnControl
from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples, SpeechEnded, SpeechStarted
from bridge.voice.gemini.outgoing import ActivityEnd, ActivityStart, Audio, Outgoing
from bridge.voice.gemini.uplink import BATCH_MS, HELD_LIMIT_S, PREROLL_MS, PROVIDER_BATCH_MS, Passed, Uplink
from tests.bridge.fakes import utterance

HALF_S = silence(RATE_HZ // 2)
SECOND = silence(RATE_HZ)


def marked(n_samples: int) -> Samples:
    """Too quiet to be speech, and no two neighbours alike."""
    return (np.arange(n_samples) % 90 - 45).astype(np.int16)


def hear(uplink: Uplink, *pieces: Samples) -> list[Passed]:
    return [passed for pcm in pieces for at in range(0, pcm.size, FRAME_SAMPLES) for passed in uplink.hear(pcm[at : at + FRAME_SAMPLES])]


def audio_of(passed: list[Passed] | list[Outgoing]) -> Samples:
    return np.concatenate([silence(0), *(each.pcm for each in passed if isinstance(each, Audio))])


def kinds(passed: list[Passed] | list[Outgoing]) -> list[type]:
    """In order, the same ones in a row once."""
    found = [type(each) for each in passed]
    return [kind for i, kind in enumerate(found) if i == 0 or kind is not found[i - 1]]


class TestLocal:
    def test_silence_goes_out_too_in_batches_and_a_little_late(self):
        passed = hear(Uplink(TurnControl.LOCAL), SECOND, SECOND)
        assert {each.pcm.size for each in passed if isinstance(each, Audio)} == {BATCH_MS * 16}
        assert audio_of(passed).size >= 2 * RATE_HZ - (PREROLL_MS + BATCH_MS) * 16

    def test_the_signs_stand_around_the_speech(self):
        passed = hear(Uplink(TurnControl.LOCAL), HALF_S, utterance(600), SECOND)
        assert kinds(passed) == [Audio, SpeechStarted, ActivityStart, Audio, SpeechEnded, Audio, ActivityEnd, Audio]

    def test_the_beginning_of_the_word_comes_after_the_sign(self):
        passed = hear(Uplink(TurnControl.LOCAL), HALF_S, utterance(600), SECOND)
        start, end = (next(i for i, each in enumerate(passed) if isinstance(each, kind)) for kind in (ActivityStart, ActivityEnd))
        spoken = audio_of(passed[start:end])
        assert np.count_nonzero(spoken) == np.count_nonzero(utterance(600))
        assert not spoken[: 200 * 16].any()

    def test_the_end_of_speech_is_told_in_the_frame_that_proves_it(self):
        uplink = Uplink(TurnControl.LOCAL)
        hear(uplink, HALF_S, utterance(600), silence(round((uplink.ear.pause_s - 0.02) * RATE_HZ)))
        last = uplink.hear(silence(FRAME_SAMPLES))
        assert kinds(last) == [SpeechEnded, Audio, ActivityEnd]

    @given(st.lists(st.integers(0, 4000), max_size=30))
    def test_nothing_is_lost_or_sent_twice_however_it_is_cut(self, cuts: list[int]):
        pcm = marked(sum(cuts))
        uplink = Uplink(TurnControl.LOCAL)
        at, passed = 0, []
        for cut in cuts:
            passed += uplink.hear(pcm[at : at + cut])
            at += cut
        sent = audio_of(passed)
        assert np.array_equal(sent, pcm[: sent.size])
        assert pcm.size - sent.size <= (PREROLL_MS + BATCH_MS) * 16

    @given(st.integers(60, 3000), st.integers(400, 3000))
    def test_speech_of_any_length_is_whole(self, speech_ms: int, pause_ms: int):
        spoken = np.concatenate((HALF_S, utterance(speech_ms), silence(pause_ms * 16), SECOND))
        sent = audio_of(hear(Uplink(TurnControl.LOCAL), spoken))
        assert np.array_equal(sent, spoken[: sent.size])

    def test_it_counts_what_it_has_heard(self):
        uplink = Uplink(TurnControl.LOCAL)
        uplink.hear(silence(100))
        uplink.hear(silence(RATE_HZ))
        assert uplink.heard_s == pytest.approx(1.00625)


class TestWhileALineIsGenerated:
    def blocked(self) -> tuple[Uplink, list[Passed]]:
        uplink = Uplink(TurnControl.LOCAL)
        uplink.is_blocked = True
        return uplink, hear(uplink, HALF_S, utterance(600), SECOND)

    def test_speech_waits_and_silence_goes_out_in_its_place(self):
        uplink, passed = self.blocked()
        assert kinds(passed) == [Audio, SpeechStarted, Audio, SpeechEnded, Audio]
        assert not audio_of(passed).any()
        assert not uplink.is_quiet

    def test_there_is_no_gap(self):
        _uplink, passed = self.blocked()
        assert audio_of(passed).size >= 2.1 * RATE_HZ - (PREROLL_MS + BATCH_MS) * 16

    def test_it_follows_whole_when_the_line_is_over(self):
        uplink, _passed = self.blocked()
        released = uplink.release()
        assert kinds(released) == [ActivityStart, Audio, ActivityEnd]
        assert np.count_nonzero(audio_of(released)) == np.count_nonzero(utterance(600))
        assert uplink.is_quiet
        assert uplink.release() == []

    def test_a_line_that_ends_in_the_middle_of_speech_lets_the_rest_through(self):
        uplink = Uplink(TurnControl.LOCAL)
        uplink.is_blocked = True
        hear(uplink, HALF_S, utterance(600))
        assert kinds(uplink.release()) == [ActivityStart, Audio]
        assert kinds(hear(uplink, SECOND)) == [Audio, SpeechEnded, Audio, ActivityEnd, Audio]

    def test_what_waits_is_limited_and_the_newest_is_kept(self):
        uplink = Uplink(TurnControl.LOCAL)
        uplink.is_blocked = True
        for _ in range(4):
            hear(uplink, utterance(10_000), SECOND)
        released = uplink.release()
        assert audio_of(released).size <= HELD_LIMIT_S * RATE_HZ
        assert isinstance(released[-1], ActivityEnd)


class TestProvider:
    def test_audio_goes_out_at_once_without_signs(self):
        passed = hear(Uplink(TurnControl.PROVIDER), HALF_S, utterance(600), SECOND)
        assert {each.pcm.size for each in passed if isinstance(each, Audio)} == {PROVIDER_BATCH_MS * 16}
        assert not any(isinstance(each, ActivityStart | ActivityEnd) for each in passed)
        assert audio_of(passed).size > 2.05 * RATE_HZ

    def test_a_line_holds_nothing_back(self):
        uplink = Uplink(TurnControl.PROVIDER)
        uplink.is_blocked = True
        assert audio_of(hear(uplink, HALF_S, utterance(600), SECOND)).any()
