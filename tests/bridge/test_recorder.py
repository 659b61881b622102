"""The recording: every sample in its place, silence elsewhere, off the event loop."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from io import BufferedReader, BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.callee_track import CalleeTrack
from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples
from bridge.recorder import Recorder
from bridge.recording_file import MAX_WAITING_BLOCKS, Recorded, RecordingFile, Stereo
from bridge.sealing import NO_KEYS, Keys, SealedReader, sealed_with
from tests.bridge.fakes import AtOnce

KEYS = Keys.parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")


class Taped(Recorder):
    """With the callee's audio as it comes in."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._track = CalleeTrack()

    def hear(self, samples: Samples, now_s: float) -> None:
        for audio in self._track.take(samples, now_s):
            self.callee(audio)

    async def finish(self, now_s: float) -> Recorded | None:
        for audio in self._track.flush():
            self.callee(audio)
        return await super().finish(now_s)


class Stuck(Executor):
    """A disk that does not answer until the end."""

    def __init__(self) -> None:
        self.jobs: list = []

    def submit(self, fn, /, *args, **kwargs):
        future: Future = Future()
        self.jobs.append(fn)
        if fn.__name__ == "close":
            future.set_result(fn())
        return future


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "call.flac"


def read(path: Path) -> Stereo:
    samples: Stereo
    samples, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == RATE_HZ
    return samples


def unsealed(path: Path, keys: Keys = KEYS) -> BufferedReader:
    stream = path.open("rb")
    return BufferedReader(SealedReader(stream, keys)) if sealed_with(path) else stream


def blocks(torn: soundfile.SoundFile) -> Iterator[Stereo]:
    """Until it breaks off: the head of a torn file does not know how long it is."""
    with suppress(soundfile.LibsndfileError):
        while len(block := torn.read(RATE_HZ, dtype="int16")):
            yield block


def tone(n_samples: int, value: int = 1000) -> Samples:
    return np.full(n_samples, value, dtype=np.int16)


async def test_the_callee_is_left_and_the_bot_right_each_at_its_sample(path):
    recorder = Taped("c1", path, AtOnce())
    recorder.hear(tone(320, 7), 0.02)
    recorder.bot(tone(320, 9), 0.01)
    assert await recorder.finish(0.05) == Recorded(path, 50)
    samples = read(path)
    assert np.flatnonzero(samples[:, 0] == 7).tolist() == list(range(320))
    assert np.flatnonzero(samples[:, 1] == 9).tolist() == list(range(160, 480))


async def test_jitter_leaves_no_gap_in_the_callees_voice(path):
    recorder = Taped("c1", path, AtOnce())
    for n in range(1, 51):
        recorder.hear(tone(320), n * 0.02 + (0.15 if n % 7 == 0 else 0.0))
    await recorder.finish(1.0)
    assert np.count_nonzero(read(path)[:, 0]) == 50 * 320


async def test_an_hour_of_jitter_and_stalls_drifts_by_no_sample_on_either_side(path):
    recorder, n_frames = Taped("c1", path, AtOnce(), KEYS), 3600 * 50
    marks = np.random.default_rng(7).integers(-3000, 3000, n_frames).astype(np.int16)
    delays_s = np.where(np.arange(n_frames) % 3000 == 5, 0.6, np.random.default_rng(1).uniform(0, 0.1, n_frames))
    delays_s[0] = 0.0
    arrivals_s = np.maximum.accumulate((np.arange(n_frames) + 1) * 0.02 + delays_s)
    for n, arrives_s in enumerate(arrivals_s):
        recorder.hear(tone(FRAME_SAMPLES, marks[n]), arrives_s)
        if n % 4 == 0:
            recorder.bot(tone(FRAME_SAMPLES, marks[n] // 2), n * 0.02 + 0.003)
    assert await recorder.finish(3600.0) == Recorded(path, 3_600_000)
    samples, rate_hz = soundfile.read(unsealed(path), dtype="int16")
    assert (rate_hz, len(samples)) == (RATE_HZ, 3600 * RATE_HZ)
    assert np.array_equal(samples[:, 0], np.repeat(marks, FRAME_SAMPLES))
    spoken = np.repeat(np.where(np.arange(n_frames) % 4 == 0, marks // 2, 0), FRAME_SAMPLES)
    assert np.array_equal(samples[48:, 1], spoken[:-48])  # 3 ms


async def test_a_real_gap_becomes_silence_of_the_same_length(path):
    recorder = Taped("c1", path, AtOnce())
    recorder.hear(tone(320), 0.02)
    recorder.hear(tone(320), 2.02)
    await recorder.finish(2.02)
    assert np.flatnonzero(read(path)[:, 0]).tolist() == [*range(320), *range(32000, 32320)]


async def test_what_a_barge_in_cut_off_is_not_in_it(path):
    recorder = Taped("c1", path, AtOnce())
    recorder.bot(tone(3200), 0.0)
    recorder.cut(0.1)
    await recorder.finish(0.3)
    assert np.count_nonzero(read(path)[:, 1]) == 1600


async def test_what_is_said_after_a_barge_in_is_in_it_again(path):
    recorder = Taped("c1", path, AtOnce())
    recorder.bot(tone(3200), 0.0)
    recorder.cut(0.1)
    recorder.bot(tone(320, 5), 0.15)
    await recorder.finish(0.3)
    assert np.flatnonzero(read(path)[:, 1] == 5).tolist() == list(range(2400, 2720))


async def test_one_message_longer_than_its_window_is_kept_whole(path):
    recorder = Taped("c1", path, AtOnce())
    recorder.hear(tone(6 * RATE_HZ), 6.0)
    assert await recorder.finish(6.0) == Recorded(path, 6000)
    assert np.all(read(path)[:, 0] == 1000)


async def test_a_platform_that_sends_too_fast_does_not_blow_it_up(path):
    recorder = Taped("c1", path, AtOnce())
    for _ in range(500):
        recorder.hear(tone(RATE_HZ), 1.0)
    await recorder.finish(1.0)
    assert len(read(path)) <= 4 * RATE_HZ


async def test_an_encrypted_recording_is_read_with_its_key_only(path):
    recorder = Taped("c1", path, AtOnce(), KEYS)
    recorder.hear(tone(3 * RATE_HZ), 3.0)
    assert await recorder.finish(3.0) == Recorded(path, 3000)
    assert sealed_with(path) == KEYS.writing_id
    samples, _rate = soundfile.read(unsealed(path), dtype="int16")
    assert samples.shape == (3 * RATE_HZ, 2) and np.all(samples[:, 0] == 1000)
    with pytest.raises(soundfile.LibsndfileError):
        soundfile.read(path)


@pytest.mark.parametrize("keys", [NO_KEYS, KEYS], ids=["plain", "encrypted"])
def test_of_a_server_that_was_killed_everything_but_the_last_seconds_can_be_heard(path, keys):
    """As if the process were gone after a minute: nobody closes anything."""
    file = RecordingFile("c1", path, keys)
    noise = np.random.default_rng(3).integers(-8000, 8000, (60 * RATE_HZ, 2)).astype(np.int16)
    for second in range(60):
        file.add(noise[second * RATE_HZ : (second + 1) * RATE_HZ])
        file.write()
    with unsealed(path, keys) as left:
        torn = soundfile.SoundFile(BytesIO(left.read()))
    heard = np.concatenate(list(blocks(torn)))
    assert len(heard) > 58 * RATE_HZ
    assert np.array_equal(heard, noise[: len(heard)])
    file.drop()
    file.close()


async def test_a_callee_who_wants_no_recording_leaves_none(path):
    recorder = Taped("c1", path, AtOnce(), KEYS)
    recorder.hear(tone(6 * RATE_HZ), 6.0)
    recorder.hear(tone(RATE_HZ), 7.0)
    assert path.exists()
    recorder.drop()
    assert not path.exists()
    recorder.hear(tone(6 * RATE_HZ), 12.0)
    assert await recorder.finish(12.0) is None
    assert not list(path.parent.iterdir())


async def test_a_disk_that_is_full_costs_the_recording_only(path, caplog):
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        recorder = Taped("c1", path, AtOnce())
        for n in range(1, 500):
            recorder.hear(np.random.default_rng(n).integers(-8000, 8000, 320).astype(np.int16), n * 0.02)
        assert await recorder.finish(10.0) is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert "the recording cannot be written" in caplog.text
    assert not path.exists()


async def test_a_call_without_any_audio_is_recorded_as_silence(path):
    recorder = Taped("c1", path, AtOnce())
    assert await recorder.finish(1.5) == Recorded(path, 1500)
    assert not read(path).any()


async def test_a_pool_of_threads_keeps_the_order(path):
    with ThreadPoolExecutor(max_workers=4) as executor:
        recorder = Taped("c1", path, executor)
        for n in range(1, 1501):
            recorder.hear(tone(320, n), n * 0.02)
        await recorder.finish(30.0)
    assert np.array_equal(read(path)[:, 0], np.repeat(np.arange(1, 1501), 320))


async def test_a_folder_that_cannot_be_written_costs_the_recording_only(tmp_path, caplog):
    recorder = Taped("c1", tmp_path / "missing" / "call.flac", AtOnce())
    for n in range(1, 500):
        recorder.hear(tone(320), n * 0.02)
    assert await recorder.finish(10.0) is None
    assert "call c1: there is no recording" in caplog.text


async def test_a_disk_that_is_a_minute_behind_costs_the_recording_and_no_memory(path):
    recorder = Taped("c1", path, Stuck())
    for n in range(1, (MAX_WAITING_BLOCKS + 20) * 50):
        recorder.hear(tone(320), n * 0.02)
    assert await recorder.finish(n * 0.02) is None
    assert not path.exists()
