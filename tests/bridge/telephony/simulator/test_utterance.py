from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
import soundfile

from bridge.telephony.simulator.persona import load_personas
from bridge.telephony.simulator.settings import SimulatorSettings
from bridge.telephony.simulator.sound import level_dbfs, tone
from bridge.telephony.simulator.utterance import Utterance, UtteranceLibrary, UtteranceMissing, load_utterances
from tests.bridge.telephony.simulator.rig import write_utterances

SHIPPED = SimulatorSettings().utterances_folder


def utterance(utterance_id: str, voice: str) -> Utterance:
    return Utterance(utterance_id, "hello", "hello", voice, "", tone(400.0, 16000, dbfs=-20.0))


def test_it_reads_what_the_index_names(tmp_path: Path) -> None:
    library = load_utterances(write_utterances(tmp_path, {"seats_some": 0.8}), has_phone_line=False)
    one = library.pick("seats_some", "slt", Random(1))
    assert (one.value, one.text, one.duration_s) == ("50", "words of seats_some", 0.8)
    assert one.pcm.dtype == np.int16


def test_it_prefers_the_persons_own_voice() -> None:
    library = UtteranceLibrary([utterance("a", "slt"), utterance("b", "rms")])
    assert {library.pick("hello", "rms", Random(seed)).utterance_id for seed in range(20)} == {"b"}
    assert {library.pick("hello", "awb", Random(seed)).utterance_id for seed in range(20)} == {"a", "b"}


def test_the_seed_chooses_the_variant() -> None:
    library = UtteranceLibrary([utterance(str(n), "slt") for n in range(10)])
    assert library.pick("hello", "slt", Random(3)) is library.pick("hello", "slt", Random(3))
    assert len({library.pick("hello", "slt", Random(seed)).utterance_id for seed in range(30)}) > 3


def test_a_phone_line_takes_what_is_above_its_band(tmp_path: Path) -> None:
    write_utterances(tmp_path, {"hello": 1.0})
    soundfile.write(tmp_path / "hello.flac", tone(6000.0, 16000, dbfs=-10.0), 16000)
    assert level_dbfs(load_utterances(tmp_path, has_phone_line=True).pick("hello", "slt", Random(1)).pcm) < -45


def test_a_group_that_nobody_recorded_is_missing() -> None:
    with pytest.raises(UtteranceMissing, match="stop_calling"):
        UtteranceLibrary([]).pick("stop_calling", "slt", Random(1))


def test_a_folder_without_an_index_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UtteranceMissing, match="index"):
        load_utterances(tmp_path, has_phone_line=False)


def test_audio_at_another_rate_is_refused(tmp_path: Path) -> None:
    write_utterances(tmp_path, {"hello": 1.0})
    soundfile.write(tmp_path / "hello.flac", tone(400.0, 8000, dbfs=-10.0), 8000)
    with pytest.raises(UtteranceMissing, match="16000"):
        load_utterances(tmp_path, has_phone_line=False)


def test_everything_the_shipped_people_say_has_been_recorded() -> None:
    needed = {group for persona in load_personas(SimulatorSettings().personas_folder) for group in persona.groups}
    assert needed <= load_utterances(SHIPPED, has_phone_line=False).groups
