"""Prepared audio: what must be said word for word, and what must be sayable when no voice is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bridge.brief import CallBrief
from bridge.events import Samples


@dataclass(frozen=True, slots=True)
class Clips:
    """Prepared audio by its text (int16, 16000 Hz), and what is said while a voice is being replaced."""

    by_text: Mapping[str, Samples]
    fillers: Sequence[Samples] = ()


LoadClips: TypeAlias = Callable[[CallBrief], Awaitable[Clips]]
"""What is prepared for a call; raises nothing."""
