"""The recorded utterances that are shipped, and how they were chosen."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import soundfile

from bridge.events import RATE_HZ
from bridge.telephony.simulator.utterances.rendering import Candidate, read_candidates
from bridge.telephony.simulator.utterances.screening import Screening, choose, screen
from bridge.voice.embedded.voice import EmbeddedVoices
from tests.bridge.voice.embedded import recordings

MAX_BYTES = 7_000_000
VOICES = ["slt", "rms", "awb", "kal16"]
GROUPS = sorted({candidate.group for candidate in read_candidates()})


def candidate(utterance_id: str) -> Candidate:
    return next(candidate for candidate in read_candidates() if candidate.utterance_id == utterance_id)


def screening(text_number: int, voice: str, *, is_fit: bool = True) -> Screening:
    return Screening(candidate(f"seats_many_{text_number}_{voice}"), is_fit, is_fit)


class TestWhatIsShipped:
    @pytest.mark.parametrize("group", GROUPS)
    def test_every_group_has_utterances_in_most_voices(self, group: str):
        assert len({row["voice"] for row in recordings.index() if row["group"] == group}) >= 3

    def test_every_file_is_what_the_index_says(self):
        for row in recordings.index():
            about = soundfile.info(recordings.FOLDER / row["file"])
            assert (about.samplerate, about.channels, about.frames * 1000 // RATE_HZ) == (RATE_HZ, 1, row["duration_ms"])

    def test_no_file_is_left_over(self):
        assert {path.name for path in recordings.FOLDER.glob("*.flac")} == {row["file"] for row in recordings.index()}

    def test_together_they_stay_small(self):
        assert sum(path.stat().st_size for path in recordings.FOLDER.glob("*.flac")) < MAX_BYTES

    def test_at_least_four_ways_to_say_stop_are_there(self):
        assert len({row["text"] for row in recordings.index() if row["group"] == "stop_calling"}) >= 4

    def test_the_value_is_what_the_text_must_be_understood_as(self):
        assert recordings.row("seats_few", "slt")["value"] == candidate(recordings.row("seats_few", "slt")["id"]).value
        assert recordings.row("good_time_no", "slt")["value"] is False

    def test_the_screening_missed_no_opt_out(self):
        counts = json.loads((recordings.FOLDER / "screening.json").read_text())
        assert counts["all"]["opt_outs_missed"] == 0
        assert counts["all"]["rendered"] >= 300


class TestChoosing:
    def test_what_was_not_understood_is_left_out(self):
        assert choose([screening(1, "slt", is_fit=False), screening(2, "slt")]) == [candidate("seats_many_2_slt")]

    def test_some_of_each_voice_are_kept(self):
        kept = choose([screening(number, voice) for voice in VOICES for number in (1, 2, 3, 4)])
        assert [sum(chosen.voice == voice for chosen in kept) for voice in VOICES] == [2, 2, 2, 2]

    def test_the_voices_do_not_all_say_the_same(self):
        kept = choose([screening(number, voice) for voice in VOICES for number in (1, 2, 3, 4)])
        assert {chosen.text for chosen in kept} == {screening(number, "slt").candidate.text for number in (1, 2, 3, 4)}


@pytest.mark.asyncio(loop_scope="module")
class TestScreening:
    async def test_what_is_understood_is_fit(self, voices: EmbeddedVoices):
        voices.start()
        row = recordings.row("seats_many", "slt")
        screened = await screen(candidate(row["id"]), recordings.pcm("seats_many"), voices.pool)
        assert screened.is_fit

    async def test_an_opt_out_that_is_not_heard_counts_as_missed(self, voices: EmbeddedVoices):
        voices.start()
        stop = candidate(recordings.row("stop_calling", "slt")["id"])
        screened = await screen(replace(stop, under=("seats",)), recordings.pcm("seats_few"), voices.pool)
        assert screened.is_opt_out_missed
        assert not screened.is_fit
