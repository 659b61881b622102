"""What was recorded before a server was killed: found by its lock, written anew, and nothing else touched."""

from __future__ import annotations

import subprocess
import sys
from io import BufferedReader
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import soundfile

from bridge.events import RATE_HZ
from bridge.recording_file import RecordingFile
from bridge.recording_rescue import LeftBehind, left_behind, rescue
from bridge.sealing import NO_KEYS, Keys, SealedReader

KEYS = Keys.parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
SECONDS = 20
LATER = 1e12
KILLED = f"""
import os, signal, sys
from pathlib import Path
import numpy as np
from bridge.recording_file import RecordingFile
from bridge.sealing import Keys
file = RecordingFile("c1", Path(sys.argv[1]), Keys.parse(sys.argv[2]))
noise = np.random.default_rng(3).integers(-8000, 8000, ({SECONDS} * {RATE_HZ}, 2)).astype(np.int16)
for second in range({SECONDS}):
    file.add(noise[second * {RATE_HZ} : (second + 1) * {RATE_HZ}])
    file.write()
os.kill(os.getpid(), signal.SIGKILL)
"""


def torn(folder: Path, setting: str = "") -> LeftBehind:
    """By a process that really was killed."""
    call_id = str(uuid4())
    path = folder / f"{call_id}-1.{'sealed' if setting else 'flac'}"
    process = subprocess.run([sys.executable, "-c", KILLED, str(path), setting], cwd=Path(__file__).parents[2], check=False)
    assert process.returncode == -9
    return LeftBehind(call_id, path)


@pytest.mark.parametrize("setting", ["", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="], ids=["plain", "encrypted"])
def test_what_a_killed_server_recorded_becomes_a_whole_file(tmp_path, setting):
    lost = torn(tmp_path, setting)
    assert left_behind(tmp_path, unchanged_since=LATER) == [lost]
    keys = Keys.parse(setting)
    recorded = rescue(lost, keys)
    assert recorded is not None and recorded.duration_ms > (SECONDS - 2) * 1000
    with recorded.path.open("rb") as stream, BufferedReader(SealedReader(stream, keys)) if setting else stream as sound:
        samples, _rate_hz = soundfile.read(sound, dtype="int16")  # it knows its length again
    noise = np.random.default_rng(3).integers(-8000, 8000, (SECONDS * RATE_HZ, 2)).astype(np.int16)
    assert np.array_equal(samples, noise[: len(samples)])
    assert len(samples) * 1000 // RATE_HZ == recorded.duration_ms


def test_a_recording_under_way_and_a_file_of_somebody_elses_are_left_alone(tmp_path):
    file = RecordingFile("c1", tmp_path / f"{uuid4()}-1.flac", NO_KEYS)
    file.add(np.zeros((RATE_HZ, 2), dtype=np.int16))
    file.write()
    (tmp_path / "notes.txt").write_text("mine")
    assert left_behind(tmp_path, unchanged_since=LATER) == []
    file.close()
    assert len(left_behind(tmp_path, unchanged_since=LATER)) == 1
    assert left_behind(tmp_path, unchanged_since=0.0) == []


@pytest.mark.parametrize("content", [b"", b"fLaC"], ids=["empty", "a head alone"])
def test_a_file_without_any_sound_is_deleted(tmp_path, content):
    (tmp_path / f"{uuid4()}-1.flac").write_bytes(content)
    assert rescue(left_behind(tmp_path, unchanged_since=LATER)[0], KEYS) is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_whose_key_is_gone_waits_for_its_key(tmp_path, caplog):
    path = tmp_path / f"{uuid4()}-1.sealed"
    path.write_bytes(b"SQSEAL\x00\x01" + bytes(36))
    assert rescue(left_behind(tmp_path, unchanged_since=LATER)[0], KEYS) is None
    assert list(tmp_path.iterdir()) == [path]
    assert "cannot be read (KeyMissing)" in caplog.text
