from __future__ import annotations

import numpy as np

from bridge.events import FRAME_SAMPLES, RATE_HZ
from bridge.telephony.simulator.ear import Clip, EarFrame, Party, Ringback, Say, Sound, SpokenLine, heard_together, padded
from bridge.telephony.simulator.sound import silence, tone

LOUD = tone(400.0, FRAME_SAMPLES, dbfs=-20.0)


def test_a_say_lasts_as_long_as_its_words_would() -> None:
    say = Say("fourteen chars" * 2)  # 2 s
    frames = 0
    while not say.is_over:
        frame = say.take(FRAME_SAMPLES, 0.0)
        frames += 1
        assert frame.sound is Sound.SPEECH and frame.line is say.line
    assert frames == 100
    assert say.take(FRAME_SAMPLES, 0.0).sound is Sound.SILENCE


def test_a_clip_is_heard_to_its_end() -> None:
    clip = Clip(tone(400.0, 500, dbfs=-20.0))
    assert clip.take(FRAME_SAMPLES, 0.0).sound is Sound.SPEECH
    assert clip.take(FRAME_SAMPLES, 0.0).pcm.size == FRAME_SAMPLES
    assert clip.is_over


def test_ringback_shows_that_the_line_lives_even_between_its_rings() -> None:
    ringback = Ringback()
    assert ringback.take(FRAME_SAMPLES, 0.5).pcm.any()
    between = ringback.take(FRAME_SAMPLES, 3.0)
    assert not between.pcm.any() and between.sound is Sound.TONE


def test_a_party_hears_the_others_with_their_words() -> None:
    party, line = Party(), SpokenLine(0, "hello")
    party.give("rep", LOUD, line)
    frame = party.take(FRAME_SAMPLES, 0.0)
    assert np.array_equal(frame.pcm, LOUD) and frame.line is line and frame.sound is Sound.SPEECH
    assert party.take(FRAME_SAMPLES, 0.0).sound is Sound.SILENCE


def test_a_party_mixes_everybody() -> None:
    party = Party()
    party.give("one", np.full(FRAME_SAMPLES, 5, np.int16), None)
    party.give("other", np.full(FRAME_SAMPLES, 7, np.int16), None)
    assert set(party.take(FRAME_SAMPLES, 0.0).pcm) == {12}


def test_a_party_never_falls_far_behind() -> None:
    party = Party()
    for position in range(100):
        party.give("rep", np.full(FRAME_SAMPLES, position, np.int16), None)
    assert party.take(FRAME_SAMPLES, 0.0).pcm[0] >= 90


def test_the_loudest_kind_of_sound_leads_when_ears_are_mixed() -> None:
    line = SpokenLine(1, "words")
    frame = heard_together([EarFrame(silence(FRAME_SAMPLES), Sound.TONE), EarFrame(LOUD, Sound.SPEECH, line, is_pending=True)], FRAME_SAMPLES)
    assert (frame.sound, frame.line, frame.is_pending) == (Sound.SPEECH, line, True)


def test_no_ear_hears_silence() -> None:
    assert heard_together([], FRAME_SAMPLES).sound is Sound.SILENCE


def test_padding_fills_up_and_cuts_off() -> None:
    assert padded(np.ones(3, np.int16), 5).tolist() == [1, 1, 1, 0, 0]
    assert padded(np.ones(RATE_HZ, np.int16), 2).tolist() == [1, 1]
