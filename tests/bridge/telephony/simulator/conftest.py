from __future__ import annotations

from pathlib import Path

import pytest

from bridge.telephony.simulator.settings import SimulatorSettings
from tests.bridge.telephony.simulator.rig import LEAD, REP, SPEED, write_people, write_utterances

LEAD_TOML = f"""
number = "{LEAD}"
expected = "bridged"
noise_dbfs = -70.0
has_common_rules = false
[answer]
after_rings = 1
[[rule]]
when = "good time"
say = "good_time_yes"
[[rule]]
when = "seats"
say = "seats_some"
"""
REP_TOML = f"""
number = "{REP}"
talk_s = 6.0
has_common_rules = false
[answer]
after_rings = 1
greeting = "rep_hello"
[[rule]]
when = "press (1|one)"
press = "1"
"""
GROUPS = {"hello": 0.5, "good_time_yes": 0.6, "seats_some": 0.8, "seats_few": 0.8, "rep_hello": 1.0, "rep_talk": 2.0, "voicemail_greeting": 3.0}


@pytest.fixture(scope="session")
def utterances_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_utterances(tmp_path_factory.mktemp("utterances"), GROUPS)


@pytest.fixture
def personas_folder(tmp_path: Path) -> Path:
    """A lead and a rep; a test adds more files before it starts a simulator."""
    return write_people(tmp_path, lead=LEAD_TOML, rep=REP_TOML)


@pytest.fixture
def settings(personas_folder: Path, utterances_folder: Path) -> SimulatorSettings:
    return SimulatorSettings(speed=SPEED, personas_folder=personas_folder, utterances_folder=utterances_folder)
