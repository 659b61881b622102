from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio import to_samples
from bridge.events import RATE_HZ
from bridge.voice.openai_live import outgoing as live
from bridge.voice.openai_realtime import outgoing as realtime
from bridge.voice.openai_socket.upload import PIECE_SAMPLES, Upload
from tests.bridge.fakes import utterance

RATES = pytest.mark.parametrize("rate_hz", [8_000, RATE_HZ, 24_000, 48_000])


def joined(messages: list[str | None]) -> np.ndarray:
    pieces = [to_samples(base64.b64decode(message)) for message in messages if message is not None]
    return np.concatenate([np.zeros(0, np.int16), *pieces])


@RATES
def test_a_message_holds_60_ms(rate_hz: int):
    upload = Upload(rate_hz, str)
    messages = [message for frame in utterance(600).reshape(-1, 320) if (message := upload.add(frame))]
    assert (len(messages), PIECE_SAMPLES) == (10, 3 * 320)
    assert joined(messages).size == rate_hz * 600 // 1000
    assert upload.flush() is None


@RATES
@given(sizes=st.lists(st.integers(0, 3000), max_size=12))
def test_what_arrives_does_not_depend_on_how_it_was_cut(rate_hz: int, sizes: list[int]):
    pcm = utterance(sum(sizes) // 16 + 1)
    upload, whole, at = Upload(rate_hz, str), Upload(rate_hz, str), 0
    messages = []
    for size in [*sizes, pcm.size]:
        messages.append(upload.add(pcm[at : at + size]))
        at += size
    messages.append(upload.flush())
    arrived, expected = joined(messages), joined([whole.add(pcm), whole.flush()])
    assert arrived.size == expected.size
    assert np.abs(arrived.astype(np.int32) - expected).max(initial=0) <= 1  # sums of floats, in whatever order numpy takes them


@given(st.lists(st.integers(0, 3000), max_size=30))
def test_at_our_own_rate_every_sample_goes_up_as_it_is(lengths: list[int]):
    upload, sound = Upload(RATE_HZ, str), np.arange(sum(lengths)).astype(np.int16)
    pieces = np.split(sound, np.cumsum(lengths)[:-1]) if lengths else []
    messages = [upload.add(piece) for piece in pieces]
    assert np.array_equal(joined([*messages, upload.flush()]), sound)


@RATES
def test_flushing_in_the_middle_leaves_no_click(rate_hz: int):
    """A commit between two pieces of one tone: no step is higher than the tone's own."""
    tone = np.round(8000 * np.sin(2 * np.pi * 300 * np.arange(RATE_HZ // 2) / RATE_HZ)).astype(np.int16)
    upload = Upload(rate_hz, str)
    messages = []
    for piece in np.array_split(tone, 23):  # uneven, so that resampling is cut within its blocks
        messages += [upload.add(piece), upload.flush()]
    steps = np.abs(np.diff(joined(messages)[rate_hz // 50 :].astype(np.int32)))
    assert steps.max() <= 8000 * 2 * np.pi * 300 / rate_hz * 1.05 + 1


def test_nothing_is_no_message():
    assert Upload(24_000, str).add(np.zeros(0, np.int16)) is None
    assert Upload(24_000, str).flush() is None


@pytest.mark.parametrize(
    ("append", "kind"),
    [(realtime.append, "input_audio_buffer.append"), (live.append, "session.input_audio.append")],
    ids=["realtime", "live"],
)
def test_each_protocol_has_its_message_for_it(append, kind):
    assert json.loads(append("AAEC+/==")) == {"type": kind, "audio": "AAEC+/=="}
