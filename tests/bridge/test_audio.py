"""PCM arithmetic: cut anywhere, the result is the same."""

from __future__ import annotations

import struct
from itertools import pairwise
from math import gcd

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import (
    SILENCE_DBFS,
    Framer,
    Gate,
    MuLaw,
    Resampler,
    SampleReader,
    decode_mulaw,
    encode_mulaw,
    level_dbfs,
    silence,
    to_bytes,
    to_samples,
)
from bridge.events import FRAME_SAMPLES, Samples

CUTS = st.lists(st.integers(0, 4000), max_size=8)


def cut(whole, cuts: list[int]) -> list:
    """The whole in pieces, cut at these places."""
    borders = [0, *sorted(min(place, len(whole)) for place in cuts), len(whole)]
    return [whole[begin:end] for begin, end in pairwise(borders)]


def sine(hz: float, rate_hz: int, n_samples: int, amplitude: float = 16000.0) -> Samples:
    return np.rint(amplitude * np.sin(2 * np.pi * hz * np.arange(n_samples) / rate_hz)).astype(np.int16)


class TestBytes:
    def test_samples_are_little_endian_bytes_on_any_machine(self):
        assert to_bytes(np.array([1, -2, 258], dtype=np.int16)) == struct.pack("<3h", 1, -2, 258)
        assert to_samples(b"\x01\x00\xfe\xff\x02\x01").tolist() == [1, -2, 258]

    def test_samples_held_big_endian_leave_as_little_endian(self):
        assert to_bytes(np.array([1], dtype=">i2")) == b"\x01\x00"


class TestLevel:
    @pytest.mark.parametrize(
        ("samples", "dbfs"),
        [
            (silence(0), SILENCE_DBFS),
            (silence(320), SILENCE_DBFS),
            (np.full(320, -32768), 0.0),
            (np.full(320, 3277), -20.0),
            (sine(500, 16000, 3200), -9.24),
        ],
        ids=["nothing", "silence", "full scale", "a tenth", "sine"],
    )
    def test_it_is_the_rms_against_full_scale(self, samples, dbfs):
        assert level_dbfs(samples.astype(np.int16)) == pytest.approx(dbfs, abs=0.05)


class TestSampleReader:
    @given(pcm=st.binary(max_size=2000), cuts=CUTS)
    def test_mono_is_the_same_wherever_the_bytes_are_cut(self, pcm, cuts):
        reader = SampleReader()
        read = np.concatenate([reader.read(piece) for piece in cut(pcm, cuts)])
        assert to_bytes(read) == pcm[: len(pcm) // 2 * 2]

    @given(left=st.binary(max_size=800), cuts=CUTS)
    def test_of_stereo_it_reads_the_left_channel_only(self, left, cuts):
        callee = to_samples(left[: len(left) // 2 * 2])
        interleaved = to_bytes(np.stack((callee, callee + 1), axis=1).reshape(-1))
        reader = SampleReader(n_channels=2)
        read = np.concatenate([reader.read(piece) for piece in cut(interleaved, cuts)])
        assert np.array_equal(read, callee)

    def test_a_byte_that_is_cut_off_waits_for_the_next_piece(self):
        reader = SampleReader()
        assert reader.read(b"\x01").size == 0
        assert reader.read(b"\x02\x03").tolist() == [0x0201]


class TestFramer:
    @given(n_samples=st.integers(0, 3000), cuts=CUTS)
    def test_frames_are_whole_and_lose_nothing(self, n_samples, cuts):
        framer, whole = Framer(), np.arange(n_samples, dtype=np.int16)
        frames = [frame for piece in cut(whole, cuts) for frame in framer.frames(piece)]
        last = framer.flush()
        frames += [] if last is None else [last]
        assert {frame.size for frame in frames} <= {FRAME_SAMPLES}
        assert np.array_equal(np.concatenate([silence(0), *frames])[:n_samples], whole)
        assert len(frames) == -(-n_samples // FRAME_SAMPLES)

    def test_it_is_empty_after_a_flush(self):
        framer = Framer()
        framer.frames(silence(1))
        framer.flush()
        assert framer.flush() is None


class TestMuLaw:
    @pytest.mark.parametrize(
        ("code", "sample"),
        [(0xFF, 0), (0x7F, 0), (0x80, 32124), (0x00, -32124), (0xFE, 8), (0x7E, -8), (0x8F, 16764), (0xF0, 120)],
    )
    def test_it_decodes_by_the_table_of_g711(self, code: int, sample: int):
        assert decode_mulaw(np.array([code], dtype=np.uint8)).tolist() == [sample]

    def test_every_code_survives_decoding_and_encoding(self):
        codes: MuLaw = np.arange(256, dtype=np.uint8)
        again = encode_mulaw(decode_mulaw(codes))
        assert np.flatnonzero(again != codes).tolist() == [0x7F]  # minus zero has no sample of its own

    def test_its_error_is_within_half_a_step(self):
        samples = np.arange(-32124, 32125, dtype=np.int16)
        error = np.abs(decode_mulaw(encode_mulaw(samples)).astype(int) - samples)
        assert np.all(error <= (np.abs(samples.astype(int)) + 132) / 32)  # half a step of a segment

    @pytest.mark.parametrize(("sample", "code"), [(-32768, 0x00), (32767, 0x80)])
    def test_it_clips_at_the_ends(self, sample: int, code: int):
        assert encode_mulaw(np.array([sample], dtype=np.int16)).tolist() == [code]


RATES = [(16000, 24000), (24000, 16000), (8000, 16000), (16000, 8000), (48000, 16000), (22050, 16000), (44100, 16000)]


def fitted(samples: Samples, hz: float, rate_hz: int) -> tuple[float, float]:
    """Signal-to-noise ratio in dB of a sine found in the samples, and its phase in seconds of delay."""
    turns = 2 * np.pi * hz * np.arange(samples.size) / rate_hz
    basis = np.stack((np.sin(turns), np.cos(turns)), axis=1)
    weights, *_ = np.linalg.lstsq(basis, samples.astype(float), rcond=None)
    noise = samples - basis @ weights
    delay_s = -np.arctan2(weights[1], weights[0]) / (2 * np.pi * hz)
    return 10 * np.log10(np.sum((basis @ weights) ** 2) / np.sum(noise**2)), delay_s


class TestResampler:
    @pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
    @settings(max_examples=15, deadline=None)
    @given(cuts=CUTS)
    def test_it_gives_the_same_wherever_the_audio_is_cut(self, from_hz, to_hz, cuts):
        whole = np.random.default_rng(7).integers(-20000, 20000, 4000).astype(np.int16)
        resampler = Resampler(from_hz, to_hz)
        pieces = np.concatenate([resampler.resample(piece) for piece in cut(whole, cuts)])
        at_once = Resampler(from_hz, to_hz).resample(whole)
        assert pieces.size == at_once.size
        assert np.max(np.abs(pieces.astype(int) - at_once)) <= 1  # a matrix product adds up in another order

    @pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
    @pytest.mark.parametrize("hz", [300, 1000, 3000])
    def test_a_sine_stays_clean(self, from_hz: int, to_hz: int, hz: int):
        out = Resampler(from_hz, to_hz).resample(sine(hz, from_hz, from_hz))
        snr_db, _delay_s = fitted(out[200:-200], hz, to_hz)
        assert snr_db > 65

    @pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
    def test_it_delays_by_2_ms_at_most(self, from_hz: int, to_hz: int):
        out = Resampler(from_hz, to_hz).resample(sine(100, from_hz, from_hz))
        _snr_db, delay_s = fitted(out[: to_hz // 2], 100, to_hz)
        assert 0 < delay_s <= 0.002

    @pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
    def test_it_holds_back_less_than_one_block(self, from_hz: int, to_hz: int):
        n_out = Resampler(from_hz, to_hz).resample(silence(1001)).size
        assert 0 <= 1001 * to_hz / from_hz - n_out <= to_hz // gcd(from_hz, to_hz)

    def test_it_keeps_out_what_the_lower_rate_cannot_hold(self):
        out = Resampler(24000, 16000).resample(sine(10000, 24000, 24000))
        assert level_dbfs(out[200:]) < -70

    def test_a_constant_stays_constant_and_full_scale_does_not_wrap(self):
        out = Resampler(16000, 24000).resample(np.full(3200, 32767, dtype=np.int16))
        assert set(out[100:].tolist()) <= {32766, 32767}

    def test_equal_rates_pass_unchanged(self):
        samples = sine(440, 16000, 333)
        assert np.array_equal(Resampler(16000, 16000).resample(samples), samples)

    def test_a_ratio_that_is_not_small_is_refused(self):
        with pytest.raises(ValueError, match="no small ratio"):
            Resampler(16001, 16000)


class TestGate:
    def test_it_is_shut_while_our_voice_is_heard_and_400_ms_longer(self):
        gate = Gate()
        gate.close_until(2.0)
        assert [gate.is_open(at_s) for at_s in (0.0, 2.0, 2.399, 2.4)] == [False, False, False, True]

    def test_it_is_open_as_long_as_we_have_said_nothing(self):
        assert Gate().is_open(0.0)

    def test_an_earlier_end_does_not_open_it(self):
        gate = Gate()
        gate.close_until(5.0)
        gate.close_until(1.0)
        assert not gate.is_open(5.0)

    def test_shut_it_passes_silence_of_the_same_length(self):
        gate = Gate()
        gate.close_until(1.0)
        passed = gate.pass_on(np.ones(333, dtype=np.int16), 1.2)
        assert passed.size == 333
        assert not passed.any()

    def test_audio_that_began_before_it_opened_does_not_pass(self):
        gate = Gate(tail_s=0.0)
        gate.close_until(1.0)
        frame = np.ones(FRAME_SAMPLES, dtype=np.int16)
        assert not gate.pass_on(frame, 1.01).any()
        assert gate.pass_on(frame, 1.02).all()
