"""What simulated people can say: an index and one FLAC file each, read once at the start."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import soundfile

from bridge.events import RATE_HZ, Samples
from bridge.telephony.simulator.sound import narrowband


class UtteranceMissing(Exception):
    """The recordings are not there, or a persona needs a group that nobody recorded."""


@dataclass(frozen=True, slots=True)
class Utterance:
    utterance_id: str
    group: str
    text: str
    voice: str
    value: str  # what it answers, "" where nothing is answered
    pcm: Samples

    @property
    def duration_s(self) -> float:
        return float(self.pcm.size) / RATE_HZ


class UtteranceLibrary:
    def __init__(self, utterances: Iterable[Utterance]) -> None:
        self._by_group: dict[str, list[Utterance]] = {}
        for utterance in utterances:
            self._by_group.setdefault(utterance.group, []).append(utterance)

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(self._by_group)

    def of_group(self, group: str) -> list[Utterance]:
        """All of it, as the index has them. Raises UtteranceMissing."""
        if group not in self._by_group:
            raise UtteranceMissing(f"nobody recorded the group {group!r}")
        return list(self._by_group[group])

    def pick(self, group: str, voice: str, random: Random) -> Utterance:
        """One variant in that voice, or in any voice where that one never recorded the group. Raises UtteranceMissing."""
        variants = self._by_group.get(group)
        if not variants:
            raise UtteranceMissing(f"nobody recorded the group {group!r}")
        own = [utterance for utterance in variants if utterance.voice == voice]
        return random.choice(own or variants)


def load_utterances(folder: Path, *, has_phone_line: bool) -> UtteranceLibrary:
    """Everything in `index.toml`, mono 16 kHz. Raises UtteranceMissing for a folder without an index and for other audio."""
    index = folder / "index.toml"
    if not index.is_file():
        raise UtteranceMissing(f"no index of utterances at {index}")
    rows = tomllib.loads(index.read_text()).get("utterance", [])
    return UtteranceLibrary(_read(folder, row, has_phone_line=has_phone_line) for row in rows)


def _read(folder: Path, row: dict[str, object], *, has_phone_line: bool) -> Utterance:
    path = folder / str(row["file"])
    pcm, rate_hz = soundfile.read(path, dtype="int16")
    if rate_hz != RATE_HZ or pcm.ndim != 1:
        raise UtteranceMissing(f"{path} is not mono at {RATE_HZ} Hz")
    return Utterance(
        utterance_id=str(row["id"]),
        group=str(row["group"]),
        text=str(row["text"]),
        voice=str(row["voice"]),
        value=str(row.get("value", "")),
        pcm=narrowband(pcm) if has_phone_line else pcm,
    )
