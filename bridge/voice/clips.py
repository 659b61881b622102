"""Prepared audio: what must be said word for word, and what must be sayable when no voice is left. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bridge.brief import CallBrief
from bridge.events import RATE_HZ, Samples


@dataclass(frozen=True, slots=True)
class ClipFile:
    """Which prepared file a text is played from, for whoever has to prove it."""

    sha256: str  # of the file, in hexadecimal; "": there is none, it was made on the spot
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Clips:
    """Prepared audio by its text (int16, 16000 Hz), and what is said while a voice is being replaced."""

    by_text: Mapping[str, Samples]
    fillers: Sequence[Samples] = ()
    sha256s: Mapping[str, str] = field(default_factory=dict)  # of the file, by its text, where it came from one

    @property
    def files(self) -> Mapping[str, ClipFile]:
        return {text: ClipFile(self.sha256s.get(text, ""), clip.size * 1000 // RATE_HZ) for text, clip in self.by_text.items()}


LoadClips: TypeAlias = Callable[[CallBrief], Awaitable[Clips]]
"""What is prepared for a call; raises nothing."""


def in_clips(text: str, prepared: Collection[str]) -> tuple[list[str], str]:
    """The prepared texts that `text` begins with, one after the other, the longest first; and what is left for a voice ("": nothing).

    A line may be made of several: the answer to a question of the callee, and behind it ours.
    """
    played: list[str] = []
    while text and (begins := [each for each in prepared if each and (text == each or text.startswith(f"{each} "))]):
        played.append(max(begins, key=len))
        text = text[len(played[-1]) :].lstrip()
    return played, text
