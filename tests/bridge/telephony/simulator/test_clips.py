"""Supervision on its synthetic set: nobody is hung up on, and machines are told from people."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command

from bridge.supervision import Answerer
from bridge.telephony.simulator.clip_trial import Trial, confusion, trial
from bridge.telephony.simulator.clips import clips
from bridge.telephony.simulator.settings import SimulatorSettings
from bridge.telephony.simulator.utterance import load_utterances

MACHINES = [Answerer.VOICEMAIL, Answerer.SCREENING, Answerer.IVR, Answerer.ANNOUNCEMENT, Answerer.FAX]


@pytest.fixture(scope="module")
def set_of_clips():
    return clips(load_utterances(SimulatorSettings().utterances_folder, has_phone_line=False).of_group)


@pytest.fixture(scope="module")
def trials(set_of_clips) -> list[Trial]:
    return [trial(clip, has_words=True) for clip in set_of_clips]


def test_the_set_holds_every_answerer(set_of_clips):
    counts = Counter(clip.answerer for clip in set_of_clips)
    assert len(set_of_clips) >= 120 and min(counts[answerer] for answerer in Answerer) >= 12
    assert len({clip.name for clip in set_of_clips}) == len(set_of_clips)


def test_no_person_is_taken_for_a_machine_however_they_answer(trials):
    people = [each for each in trials if each.clip.answerer is Answerer.PERSON]
    assert {each.verdict for each in people} == {Answerer.PERSON}
    assert max(words.ended_s - words.started_s for each in people for words in each.clip.words) > 4.0


@pytest.mark.parametrize("answerer", MACHINES)
def test_nine_machines_in_ten_are_told_by_sound_and_words(trials, answerer):
    row = confusion(trials)[answerer]
    assert row.verdicts[answerer] >= 0.9 * row.n_clips
    assert row.p95_s is not None and row.p95_s < 12.0


def test_silence_is_no_verdict_of_a_moment(trials):
    row = confusion(trials)[Answerer.SILENCE]
    assert (row.verdicts["silence"], row.median_s) == (row.n_clips, None)


def test_tones_need_no_words(set_of_clips):
    tones = [clip for clip in set_of_clips if clip.name.startswith(("fax", "busy"))]
    assert all(trial(clip, has_words=False).is_right for clip in tones)


def test_the_command_prints_both_tables():
    out = StringIO()
    call_command("supervise_clips", json=True, stdout=out)
    tables = json.loads(out.getvalue())
    assert set(tables) == {"sounds and words", "sounds alone"}
    assert not any(verdict != "person" for table in tables.values() for name, verdict in table["wrong"].items() if name.startswith("hello"))
