"""The recording: every sample in its place, silence elsewhere, off the event loop."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples
from bridge.recorder import MAX_WAITING_BLOCKS, Recorded, Recorder, Stereo
from tests.bridge.fakes import AtOnce


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


def tone(n_samples: int, value: int = 1000) -> Samples:
    return np.full(n_samples, value, dtype=np.int16)


async def test_the_callee_is_left_and_the_bot_right_each_at_its_sample(path):
    recorder = Recorder("c1", path, AtOnce())
    recorder.callee(tone(320, 7), 0.02)
    recorder.bot(tone(320, 9), 0.01)
    assert await recorder.finish(0.05) == Recorded(path, 50)
    samples = read(path)
    assert np.flatnonzero(samples[:, 0] == 7).tolist() == list(range(320))
    assert np.flatnonzero(samples[:, 1] == 9).tolist() == list(range(160, 480))


async def test_an_hour_drifts_by_no_sample(path):
    recorder, n_frames = Recorder("c1", path, AtOnce()), 3600 * 50
    marked = np.arange(FRAME_SAMPLES, dtype=np.int16)
    for n in range(1, n_frames + 1):
        recorder.callee(marked, n * 0.02)
        if n % 500 == 0:
            recorder.bot(marked, n * 0.02)
    assert await recorder.finish(3600.0) == Recorded(path, 3_600_000)
    samples = read(path)
    assert len(samples) == 3600 * RATE_HZ
    assert np.array_equal(samples[:, 0], np.tile(marked, n_frames))
    assert np.array_equal(samples[500 * 320 : 501 * 320, 1], marked)


async def test_jitter_leaves_no_gap_in_the_callees_voice(path):
    recorder = Recorder("c1", path, AtOnce())
    for n in range(1, 51):
        recorder.callee(tone(320), n * 0.02 + (0.15 if n % 7 == 0 else 0.0))
    await recorder.finish(1.0)
    assert np.count_nonzero(read(path)[:, 0]) == 50 * 320


async def test_a_real_gap_becomes_silence_of_the_same_length(path):
    recorder = Recorder("c1", path, AtOnce())
    recorder.callee(tone(320), 0.02)
    recorder.callee(tone(320), 2.02)
    await recorder.finish(2.02)
    assert np.flatnonzero(read(path)[:, 0]).tolist() == [*range(320), *range(32000, 32320)]


async def test_what_a_barge_in_cut_off_is_not_in_it(path):
    recorder = Recorder("c1", path, AtOnce())
    recorder.bot(tone(3200), 0.0)
    recorder.cut(0.1)
    await recorder.finish(0.3)
    assert np.count_nonzero(read(path)[:, 1]) == 1600


async def test_what_is_said_after_a_barge_in_is_in_it_again(path):
    recorder = Recorder("c1", path, AtOnce())
    recorder.bot(tone(3200), 0.0)
    recorder.cut(0.1)
    recorder.bot(tone(320, 5), 0.15)
    await recorder.finish(0.3)
    assert np.flatnonzero(read(path)[:, 1] == 5).tolist() == list(range(2400, 2720))


async def test_one_message_longer_than_its_window_is_kept_whole(path):
    recorder = Recorder("c1", path, AtOnce())
    recorder.callee(tone(6 * RATE_HZ), 6.0)
    assert await recorder.finish(6.0) == Recorded(path, 6000)
    assert np.all(read(path)[:, 0] == 1000)


async def test_a_platform_that_sends_too_fast_does_not_blow_it_up(path):
    recorder = Recorder("c1", path, AtOnce())
    for _ in range(500):
        recorder.callee(tone(RATE_HZ), 1.0)
    await recorder.finish(1.0)
    assert len(read(path)) <= 4 * RATE_HZ


async def test_a_call_without_any_audio_is_recorded_as_silence(path):
    recorder = Recorder("c1", path, AtOnce())
    assert await recorder.finish(1.5) == Recorded(path, 1500)
    assert not read(path).any()


async def test_a_pool_of_threads_keeps_the_order(path):
    with ThreadPoolExecutor(max_workers=4) as executor:
        recorder = Recorder("c1", path, executor)
        for n in range(1, 1501):
            recorder.callee(tone(320, n), n * 0.02)
        await recorder.finish(30.0)
    assert np.array_equal(read(path)[:, 0], np.repeat(np.arange(1, 1501), 320))


async def test_a_folder_that_cannot_be_written_costs_the_recording_only(tmp_path, caplog):
    recorder = Recorder("c1", tmp_path / "missing" / "call.flac", AtOnce())
    for n in range(1, 500):
        recorder.callee(tone(320), n * 0.02)
    assert await recorder.finish(10.0) is None
    assert "call c1: there is no recording" in caplog.text


async def test_a_disk_that_is_a_minute_behind_costs_the_recording_and_no_memory(path):
    recorder = Recorder("c1", path, Stuck())
    for n in range(1, (MAX_WAITING_BLOCKS + 20) * 50):
        recorder.callee(tone(320), n * 0.02)
    assert await recorder.finish(n * 0.02) is None
    assert not path.exists()
