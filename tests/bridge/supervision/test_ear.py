"""What a line sounds like, before anybody has understood a word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.events import FRAME_SAMPLES, RATE_HZ, LineHeard, Sound
from bridge.supervision import OpeningEar
from bridge.supervision.ear import LISTENS_S
from tests.bridge.supervision.sounds import keys, noise, on_the_line, quiet, sounds_in, spoken, tone

HELLO = spoken("hello_1_slt")
GREETING = spoken("voicemail_greeting_1_slt")


def test_it_hears_speech_begin_and_end():
    begins, ends = OpeningEar().hear(on_the_line(quiet(0.5), HELLO, quiet(1.0)))
    assert (begins.sound, ends.sound) == (Sound.SPEECH, Sound.PAUSE)
    assert begins.at_s == pytest.approx(0.5, abs=0.1)
    assert ends.at_s == pytest.approx(0.5 + HELLO.size / RATE_HZ, abs=0.25)


@pytest.mark.parametrize("noise_dbfs", [-60.0, -50.0, -40.0, -35.0])
def test_it_hears_a_hello_in_noise(noise_dbfs):
    assert sounds_in(on_the_line(quiet(0.5), HELLO, quiet(1.0), noise_dbfs=noise_dbfs)) == ["speech", "pause"]


@pytest.mark.parametrize("dbfs", [-50.0, -40.0, -30.0, -25.0])
def test_noise_is_no_speech_however_loud(dbfs):
    assert sounds_in(noise(12.0, dbfs)) == []


def test_what_is_much_quieter_than_the_person_is_the_room():
    television = (GREETING * 0.05).astype(np.int16)
    assert sounds_in(on_the_line(quiet(0.3), HELLO, quiet(0.6), television, quiet(1.0))) == ["speech", "pause"]


@pytest.mark.parametrize("hz", [800.0, 1000.0, 1400.0, 2000.0])
def test_a_tone_after_a_greeting_is_a_beep(hz):
    assert sounds_in(on_the_line(quiet(0.3), GREETING, quiet(0.3), tone(hz, 0.5), quiet(0.5)))[-1] == "beep"


def test_a_beep_is_heard_within_a_fifth_of_a_second():
    line = on_the_line(quiet(0.3), HELLO, quiet(0.5), tone(1000, 0.5), quiet(0.5))
    ended_s = 0.8 + HELLO.size / RATE_HZ + 0.5
    assert [heard.at_s - ended_s < 0.2 for heard in OpeningEar().hear(line) if heard.sound is Sound.BEEP] == [True]


@pytest.mark.parametrize(
    "sound",
    [tone(1000, 0.15), keys(697, 1209, 0.6), tone(425, 1.0), tone(1000, 0.6, dbfs=-55.0), noise(0.6, -25.0), HELLO],
    ids=["too short", "a key pressed by a person", "ringback", "too quiet", "noise", "another hello"],
)
def test_other_sounds_after_a_hello_are_no_machine(sound):
    assert set(sounds_in(on_the_line(quiet(0.3), HELLO, quiet(0.5), sound, quiet(0.6)))) <= {"speech", "pause"}


@pytest.mark.parametrize(
    "tones",
    [
        pytest.param([(950, 0.33), (1400, 0.33), (1800, 0.33)], id="ITU"),
        pytest.param([(914, 0.274), (1371, 0.274), (1777, 0.38)], id="short"),
        pytest.param([(985, 0.38), (1429, 0.38), (1777, 0.38)], id="long"),
    ],
)
def test_three_rising_tones_come_before_an_announcement(tones):
    assert sounds_in(on_the_line(quiet(0.5), *(tone(hz, seconds) for hz, seconds in tones), quiet(0.5))) == ["sit"]


def test_three_falling_tones_do_not():
    assert "sit" not in sounds_in(on_the_line(quiet(0.5), tone(1777, 0.33), tone(1400, 0.33), tone(950, 0.33), quiet(0.5)))


@pytest.mark.parametrize("pieces", [(tone(2100, 2.6),), (tone(1100, 0.5), quiet(1.0))], ids=["it answers", "it calls"])
def test_it_knows_a_fax(pieces):
    assert sounds_in(on_the_line(quiet(0.5), *pieces)) == ["fax"]


@pytest.mark.parametrize(("on_s", "off_s"), [(0.5, 0.5), (0.25, 0.25)], ids=["busy", "congestion"])
def test_it_knows_a_busy_tone_by_its_third_beat(on_s, off_s):
    assert sounds_in(on_the_line(*[tone(425, on_s), quiet(off_s)] * 3, quiet(0.3))) == ["network_tone"]


def test_a_line_that_rings_on_is_nothing_yet():
    assert sounds_in(on_the_line(*[tone(425, 1.0), quiet(4.0)] * 3)) == []


def test_a_tone_that_does_not_end_says_that_no_line_is_there():
    assert sounds_in(on_the_line(tone(425, 4.0))) == ["network_tone"]


def chords(seconds: float) -> np.ndarray:
    notes = [(262, 330, 392), (294, 370, 440), (330, 415, 494), (349, 440, 523)]
    bars = [np.sum([tone(hz, 0.6, dbfs=-24.0).astype(np.int32) for hz in bar], axis=0) for bar in notes]
    return np.resize(np.concatenate(bars), int(seconds * RATE_HZ)).astype(np.int16)


def test_it_knows_music_after_ten_seconds_of_it():
    music = [heard.at_s for heard in OpeningEar().hear(chords(14.0)) if heard.sound is Sound.MUSIC]
    assert music == [pytest.approx(10.0, abs=0.1)]


def test_music_that_begins_later_is_music_but_not_after_a_hello():
    music = np.concatenate((quiet(0.5), chords(12.0)))
    assert "music" in sounds_in(music)
    assert "music" not in sounds_in(np.concatenate((on_the_line(quiet(0.5), HELLO), music)))


def test_nobody_who_talks_for_ten_seconds_is_music():
    assert "music" not in sounds_in(on_the_line(np.concatenate([GREETING] * 2)))


def test_it_is_deaf_after_the_opening():
    ear = OpeningEar()
    ear.hear(quiet(LISTENS_S))
    assert ear.is_deaf
    assert ear.hear(on_the_line(HELLO, quiet(1.0))) == []


LINE = on_the_line(quiet(0.2), HELLO, quiet(0.3), tone(1000, 0.4), quiet(0.4))


@settings(deadline=None, max_examples=20)
@given(steps=st.lists(st.integers(1, 3 * FRAME_SAMPLES), min_size=1))
def test_the_length_of_the_pieces_changes_nothing(steps):
    ear, heard, at = OpeningEar(), list[LineHeard](), 0
    while at < LINE.size:
        for step in steps:
            heard += ear.hear(LINE[at : at + step])
            at += step
    assert heard == OpeningEar().hear(LINE)
