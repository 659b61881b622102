"""The texts of simulated people, spoken by flite's voices: values in, PCM and FLAC files out. Needs Debian's `flite`.

Nothing here runs in a call: the simulator plays the files.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bridge.events import RATE_HZ, Samples
from bridge.voice.embedded.speech import FliteRenderer

FOLDER = Path(__file__).parent
_SPEECH_DBFS, _PEAK = -22.0, 29_000
_SILENCE_LEVEL = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """One text in one voice, and what must be understood of it."""

    utterance_id: str
    group: str
    text: str
    voice: str
    meaning: str
    under: tuple[str, ...]
    value: bool | int | list[str] | None
    number: int | None = None  # what is said besides: the seats in "yes I am, and we need forty seats"
    keep_per_voice: int = 2

    @property
    def file(self) -> str:
        return f"{self.utterance_id}.flac"


def read_candidates() -> list[Candidate]:
    texts = tomllib.loads((FOLDER / "texts.toml").read_text())
    return [candidate for name in texts["groups"] for candidate in _group(texts, name)]


def _group(texts: dict[str, Any], name: str) -> Iterator[Candidate]:
    group, voices = texts["groups"][name], texts["voices"]
    values = group.get("values", [None] * len(group["texts"]))
    for number, (text, value) in enumerate(zip(group["texts"], values, strict=True), 1):
        own, extra = (group["value"], value) if "value" in group else (value, None)
        for voice in voices:
            keep = group.get("keep_per_voice", texts["keep_per_voice"])
            yield Candidate(f"{name}_{number}_{voice}", name, text, voice, group["meaning"], tuple(group["under"]), own, extra, keep)


async def render(candidate: Candidate) -> Samples:
    """int16, 16000 Hz, silent ends cut, all at one loudness."""
    pcm = (await FliteRenderer(candidate.voice).render(candidate.text)).pcm
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > _SILENCE_LEVEL)
    speech = pcm[loud[0] : loud[-1] + 1].astype(np.float64)
    gain = min(32768 * 10 ** (_SPEECH_DBFS / 20) / np.sqrt(np.mean(speech**2)), _PEAK / np.abs(speech).max())
    rendered: Samples = np.rint(speech * gain).astype(np.int16)
    return rendered


def write_utterances(kept: list[tuple[Candidate, Samples]]) -> None:
    """The FLAC files and index.toml; files of an earlier run go."""
    for old in FOLDER.glob("*.flac"):
        old.unlink()
    index = StringIO()
    index.write("# Written by `manage.py render_utterances`; do not edit. `value` is what the text must be understood as.\n")
    for candidate, pcm in kept:
        soundfile.write(FOLDER / candidate.file, pcm, RATE_HZ, format="FLAC", subtype="PCM_16", compression_level=1.0)
        index.write(_row(candidate, len(pcm) * 1000 // RATE_HZ))
    (FOLDER / "index.toml").write_text(index.getvalue())


def _row(candidate: Candidate, duration_ms: int) -> str:
    row = (
        f'\n[[utterance]]\nid = "{candidate.utterance_id}"\ngroup = "{candidate.group}"\ntext = "{candidate.text}"\n'
        f'voice = "{candidate.voice}"\nfile = "{candidate.file}"\nduration_ms = {duration_ms}\n'
    )
    value = candidate.value if candidate.number is None else candidate.number
    return row if value is None else row + f"value = {json.dumps(value)}\n"
