from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import to_bytes, to_samples
from bridge.events import RATE_HZ
from bridge.voice.cascade.settings import CascadeSettings, Endpoint, SpeechFormat
from bridge.voice.cascade.sound import SoundReader
from bridge.voice.cascade.wav import NoWav, WavReader, wav_of

HERE = Endpoint("http://127.0.0.1/v1")
WAV = CascadeSettings(HERE, HERE, HERE)
SOUND = np.arange(1, 2001, dtype=np.int16)
LIST = b"LIST" + struct.pack("<I", 5) + b"INFOx\0"


def header_of(
    *, kind: int = 1, n_channels: int = 1, rate_hz: int = RATE_HZ, n_bits: int = 16, before: bytes = b"", n_data: int = 0xFFFFFFFF
) -> bytes:
    form = struct.pack("<HHIIHH", kind, n_channels, rate_hz, 0, 0, n_bits)
    return b"RIFF\xff\xff\xff\xffWAVE" + b"fmt \x10\0\0\0" + form + before + b"data" + struct.pack("<I", n_data)


class TestReadingAFile:
    @settings(max_examples=40)
    @given(cuts=st.lists(st.integers(0, 4100), max_size=6).map(sorted))
    def test_it_is_the_same_wherever_it_is_cut(self, cuts):
        file, reader = wav_of(SOUND), WavReader()
        pieces = [file[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(file)], strict=True)]
        assert np.array_equal(to_samples(b"".join(map(reader.read, pieces))), SOUND)
        assert (reader.rate_hz, reader.n_channels) == (RATE_HZ, 1)

    @pytest.mark.parametrize("n_data", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF - 44])
    def test_a_file_that_does_not_know_its_length_is_read_to_its_end(self, n_data):
        assert WavReader().read(header_of(n_data=n_data) + to_bytes(SOUND)) == to_bytes(SOUND)

    def test_what_stands_before_and_after_the_sound_is_no_sound(self):
        assert WavReader().read(header_of(before=LIST, n_data=4000) + to_bytes(SOUND) + LIST) == to_bytes(SOUND)

    @pytest.mark.parametrize(
        "file",
        [
            b"ID3\x04 an mp3, I think",
            header_of(kind=3),
            header_of(n_bits=8),
            header_of(n_channels=0),
            header_of(rate_hz=4000),
            header_of(rate_hz=192_000),
            b"RIFF\0\0\0\0WAVE" + b"data\0\0\0\0",
            b"RIFF\0\0\0\0WAVE" + b"junk\xff\xff\0\0" * 20_000,
        ],
        ids=["another format", "floats", "8 bits", "no channel", "too slow", "too fast", "no format", "a header without end"],
    )
    def test_what_is_no_wav_of_16_bits_is_refused(self, file):
        with pytest.raises(NoWav):
            WavReader().read(file)


class TestReadingASentence:
    @pytest.mark.parametrize("rate_hz", [8000, 16_000, 22_050, 24_000, 44_100, 48_000])
    def test_it_comes_out_at_our_rate_and_no_shorter(self, rate_hz):
        reader = SoundReader(WAV)
        tone = np.full(rate_hz, 1000, np.int16)
        pcm = np.concatenate((reader.read(wav_of(tone, rate_hz)), reader.finish()))
        assert RATE_HZ <= pcm.size <= RATE_HZ * 1.04
        assert abs(int(np.median(pcm)) - 1000) <= 1

    def test_of_two_channels_the_first_counts(self):
        both = np.stack((SOUND, -SOUND), axis=1).reshape(-1)
        assert np.array_equal(SoundReader(WAV).read(header_of(n_channels=2) + to_bytes(both)), SOUND)

    def test_without_a_header_the_settings_say_the_rate(self):
        reader = SoundReader(CascadeSettings(HERE, HERE, HERE, speech_format=SpeechFormat.PCM, pcm_rate_hz=RATE_HZ))
        pieces = [reader.read(to_bytes(SOUND)[at : at + 333]) for at in range(0, 4000, 333)]
        assert np.array_equal(np.concatenate(pieces), SOUND)

    def test_zeros_before_the_first_sound_are_left_out(self):
        reader = SoundReader(WAV)
        assert reader.read(wav_of(np.zeros(5000, np.int16))[:9000]).size == 0
        assert np.array_equal(SoundReader(WAV).read(header_of() + bytes(800) + to_bytes(SOUND)), SOUND)

    def test_zeros_alone_are_no_sound(self):
        reader = SoundReader(WAV)
        reader.read(wav_of(np.zeros(5000, np.int16), 24_000))
        assert not reader.has_sound
        assert not reader.finish().size

    def test_a_rate_without_a_small_ratio_is_refused(self):
        with pytest.raises(NoWav):
            SoundReader(WAV).read(header_of(rate_hz=16_001) + to_bytes(SOUND))


@pytest.mark.parametrize("rate_hz", [16_001, 23_999])
def test_settings_refuse_a_rate_that_cannot_be_resampled(rate_hz):
    with pytest.raises(ValueError, match="no small ratio"):
        CascadeSettings(HERE, HERE, HERE, pcm_rate_hz=rate_hz)
