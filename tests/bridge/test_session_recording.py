"""What whole calls leave behind: the recording, where nobody says no, and timing as the callee heard it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio import level_dbfs
from bridge.events import RATE_HZ, Outcome
from bridge.recording_file import Recorded
from bridge.voice.scripted import Reply
from tests.bridge.cast import LINES, brief
from tests.bridge.fakes import in_jumping_time, utterance
from tests.bridge.whole_call import TEN, Call, ListeningVoice, recordings_in


class TestTiming:
    @pytest.mark.parametrize("is_recorded", [True, False], ids=["recorded", "not recorded"])
    @in_jumping_time
    async def test_what_is_reported_is_what_the_recording_would_tell(self, tmp_path: Path, is_recorded: bool):
        kept: list[Recorded] = []
        call = Call(replace(brief(), is_recorded=is_recorded), [TEN], utterances=1, recordings=recordings_in(tmp_path, kept))
        await call.hold()
        timing = call.report().timing
        callee = next(turn for turn in call.desk.turns if turn.party == "callee")
        reply = next(turn for turn in call.desk.turns if turn.party == "bot" and turn.started_ms > callee.ended_ms)
        assert list(timing.voice_to_voice_ms) == [pytest.approx(reply.started_ms - callee.ended_ms, abs=60)]
        assert timing.overlap_ms == 0
        if is_recorded:
            samples, _rate_hz = soundfile.read(kept[0].path, dtype="int16")
            left, right = (np.flatnonzero(np.abs(samples[:, channel]) > 100) / 16 for channel in (0, 1))
            assert timing.first_word_ms == pytest.approx(right[0], abs=20)
            assert timing.voice_to_voice_ms[0] == pytest.approx(right[right > left[-1]][0] - left[-1], abs=40)

    @in_jumping_time
    async def test_words_over_the_bots_count_as_overlap_until_it_stops(self):
        call = Call(brief(), voice=ListeningVoice([TEN]))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(call.hold())
            await call.until(lambda: ("bot_says", "How many seats?") in call.desk.announced)
            call.speaking = utterance(900)
        timing = call.report().timing
        assert 200 < timing.overlap_ms < 900
        assert len(timing.voice_to_voice_ms) == 1


class TestRecording:
    @in_jumping_time
    async def test_it_holds_the_callee_left_and_the_bot_right_for_the_whole_call(self, tmp_path: Path):
        kept: list[Recorded] = []
        call = Call(brief(), [TEN], utterances=1, recordings=recordings_in(tmp_path, kept))
        await call.hold()
        samples, _rate_hz = soundfile.read(kept[0].path, dtype="int16")
        answer = call.desk.answers[0]
        assert level_dbfs(samples[answer.started_ms * 16 : answer.ended_ms * 16, 0]) > -25
        assert level_dbfs(samples[:RATE_HZ, 1]) > -20
        assert kept[0].duration_ms == pytest.approx(call.now() * 1000, abs=100)

    @in_jumping_time
    async def test_the_evidence_points_right_although_audio_was_held_up_and_missing(self, tmp_path: Path):
        kept: list[Recorded] = []
        call = Call(brief(), [TEN], recordings=recordings_in(tmp_path, kept))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(call.hold())
            await call.until(lambda: call.now() > 1.0)
            call.platform_is_quiet = True  # sends nothing for two seconds, as some do when nobody speaks
            await asyncio.sleep(2.0)
            call.platform_is_quiet = False
            await call.until(call.is_bot_quiet)
            call.utterances = [utterance(600)]
        samples, _rate_hz = soundfile.read(kept[0].path, dtype="int16")
        spoken = np.flatnonzero(np.abs(samples[:, 0]) > 100) / 16
        answer = call.desk.answers[0]
        assert np.allclose((answer.started_ms, answer.ended_ms), (spoken[0], spoken[-1]), atol=60)

    @in_jumping_time
    async def test_a_callee_who_wants_no_recording_is_told_that_there_is_none_and_asked_on(self, tmp_path: Path):
        kept: list[Recorded] = []
        call = Call(brief(), [Reply("please don't record me", []), TEN], utterances=2, recordings=recordings_in(tmp_path, kept))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(call.hold())
            await call.until(lambda: call.desk.refused_recording)
            assert os.listdir(tmp_path) == []
        said = [turn.text for turn in call.desk.turns if turn.party == "bot"]
        assert f"{LINES.not_recorded} How many seats?" in said
        assert (call.desk.refused_recording, call.desk.answers[0].value) == (["don't record"], 10)
        assert (call.report().outcome, call.report().refused_recording) == (Outcome.FINISHED, "don't record")
        assert (kept, os.listdir(tmp_path)) == ([], [])

    @in_jumping_time
    async def test_a_call_that_must_not_be_recorded_is_not(self, tmp_path: Path):
        kept: list[Recorded] = []
        call = Call(replace(brief(), is_recorded=False), recordings=recordings_in(tmp_path, kept))
        await call.hold()
        assert (kept, os.listdir(tmp_path)) == ([], [])
