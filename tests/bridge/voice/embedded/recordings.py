"""The recorded utterances of the simulated people, for tests that need real speech."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

import bridge.telephony.simulator.utterances
from bridge.events import RATE_HZ, Samples

FOLDER = Path(bridge.telephony.simulator.utterances.__file__).parent


@cache
def index() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((FOLDER / "index.toml").read_text())["utterance"]
    return rows


def row(group: str, voice: str) -> dict[str, Any]:
    return next(row for row in index() if row["group"] == group and row["voice"] == voice)


def pcm(group: str, voice: str = "slt") -> Samples:
    samples, _rate_hz = soundfile.read(FOLDER / row(group, voice)["file"], dtype="int16")
    return np.asarray(samples, np.int16)


def line(group: str, voice: str = "slt") -> Samples:
    """The recording between 0.4 s and 0.8 s of silence, as it comes down a line."""
    return np.pad(pcm(group, voice), (RATE_HZ * 4 // 10, RATE_HZ * 8 // 10))
