from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import FRAME_BYTES, RATE_HZ, Samples
from bridge.telephony.simulator.framing import Echo, Packets
from bridge.telephony.simulator.settings import EchoCodec
from bridge.telephony.simulator.sound import SILENT_DBFS, level_dbfs, silence, tone

FRAMES = [bytes([position % 256]) * FRAME_BYTES for position in range(200)]


def messages(jitter: float, has_odd_sizes: bool, seed: int = 1) -> list[bytes]:
    packets = Packets(Random(seed), jitter=jitter, has_odd_sizes=has_odd_sizes)
    return [packets.push(frame) for frame in FRAMES]


def test_a_plain_line_sends_each_frame_by_itself() -> None:
    assert messages(0.0, has_odd_sizes=False) == FRAMES


def test_jitter_holds_frames_back_and_merges_them() -> None:
    sent = messages(0.3, has_odd_sizes=False)
    assert b"" in sent
    assert max(map(len, sent)) > FRAME_BYTES
    assert all(len(message) % FRAME_BYTES == 0 for message in sent)


def test_odd_sizes_cut_even_inside_a_sample() -> None:
    assert any(len(message) % 2 for message in messages(0.0, has_odd_sizes=True))


@given(st.floats(0, 1), st.booleans(), st.integers(0, 1000))
def test_every_byte_is_sent_once_and_in_order(jitter: float, has_odd_sizes: bool, seed: int) -> None:
    sent = b"".join(messages(jitter, has_odd_sizes, seed))
    assert b"".join(FRAMES).startswith(sent)


def test_jitter_never_holds_more_than_100_ms() -> None:
    waiting = 0
    for message in messages(1.0, has_odd_sizes=False):
        waiting = 0 if message else waiting + 1
        assert waiting < 5


@pytest.mark.parametrize("delay_ms", [80, 213, 400])
def test_an_echo_comes_back_later_and_softer(delay_ms: int) -> None:
    echo = Echo(delay_ms=delay_ms, gain=0.5)
    back = np.concatenate([echo.push(piece) for piece in (tone(400.0, RATE_HZ, dbfs=-20.0), silence(RATE_HZ))])
    delay = delay_ms * RATE_HZ // 1000
    assert not back[:delay].any()
    assert level_dbfs(back[delay : delay + RATE_HZ]) == pytest.approx(-26.0, abs=0.5)
    assert not back[delay + RATE_HZ :].any()


def back_from(codec: EchoCodec, frequency_hz: float) -> tuple[Samples, Samples]:
    sent = tone(frequency_hz, RATE_HZ, dbfs=-20.0)
    return sent, Echo(delay_ms=0, gain=1.0, codec=codec).push(sent)


def test_an_echo_in_16_bits_is_what_was_sent() -> None:
    sent, back = back_from(EchoCodec.LINEAR16, 1000.0)
    assert np.array_equal(sent, back)


def test_an_echo_through_mu_law_is_coarse() -> None:
    sent, back = back_from(EchoCodec.MU_LAW, 6000.0)
    assert -65 < level_dbfs(back - sent) < -55


def test_an_echo_from_a_phone_has_nothing_above_4_khz() -> None:
    _, low = back_from(EchoCodec.PHONE, 1000.0)
    _, high = back_from(EchoCodec.PHONE, 6000.0)
    assert level_dbfs(low[800:]) == pytest.approx(-20.0, abs=0.5)
    assert level_dbfs(high[800:]) == SILENT_DBFS


def test_an_echo_may_drift() -> None:
    click = silence(RATE_HZ)
    click[0] = 10_000
    echo = Echo(delay_ms=100, gain=1.0, codec=EchoCodec.LINEAR16, drift_ms_per_min=60.0)
    places = [int(np.argmax(echo.push(click))) for _ in range(3)]
    assert [place - places[0] for place in places] == pytest.approx([0, 16, 32], abs=1)


def test_an_echo_may_jump_by_a_frame_and_back() -> None:
    click = silence(RATE_HZ)
    click[0] = 10_000
    echo = Echo(delay_ms=100, gain=1.0, jump_every_s=1.0)
    assert [int(np.argmax(echo.push(click))) * 1000 // RATE_HZ for _ in range(3)] == [100, 120, 100]
