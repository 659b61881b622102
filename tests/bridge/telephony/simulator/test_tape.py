from __future__ import annotations

import wave
from io import BytesIO

import numpy as np

from bridge.telephony.simulator.tape import Tape

ONES, TWOS = np.ones(320, np.int16), np.full(320, 2, np.int16)


def test_the_callee_is_left_and_what_they_heard_is_right() -> None:
    tape = Tape()
    tape.add(ONES, TWOS)
    with wave.open(BytesIO(tape.wav())) as recording:
        frames = np.frombuffer(recording.readframes(320), np.int16).reshape(-1, 2)
        assert (recording.getnchannels(), recording.getframerate(), recording.getsampwidth()) == (2, 16000, 2)
    assert set(frames[:, 0]) == {1} and set(frames[:, 1]) == {2}


def test_a_wiped_tape_stays_empty() -> None:
    tape = Tape()
    tape.add(ONES, TWOS)
    tape.wipe()
    tape.add(ONES, TWOS)
    assert not tape.callee.size and not tape.heard.size
