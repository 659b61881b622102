"""What reaches a callee's ear, 20 ms at a time: silence, ringback, words of the platform, a clip, the other party, or the media stream.

Pure. An ear is asked for the next samples in the leg's own time, so what was heard is exact to the sample.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples
from bridge.telephony.simulator.sound import level_dbfs, mix, silence, tone

AUDIBLE_DBFS = -50.0
SAY_CHARACTERS_PER_S = 14.0
_RINGBACK_HZ = 425.0  # ITU-T E.180: the ringing tone of most of Africa and Europe, 1 s on, 4 s off
_RINGBACK_DBFS = -25.0
_PEER_FRAMES = 10  # two clocks of one process drift by less


class Sound(StrEnum):
    SILENCE = "silence"
    TONE = "tone"  # shows that the line lives, says nothing
    SPEECH = "speech"


@dataclass(frozen=True, slots=True, eq=False)
class SpokenLine:
    """Words that go with audio; without a caption `text` is empty."""

    line_id: int
    text: str


@dataclass(frozen=True, slots=True)
class EarFrame:
    pcm: Samples
    sound: Sound = Sound.SILENCE
    line: SpokenLine | None = None
    is_pending: bool = False  # more of the line is waiting to be played


class Ear(Protocol):
    def take(self, n: int, at_s: float) -> EarFrame: ...


class Say:
    """The platform's own voice: not synthesised, but its words last as long as they would."""

    def __init__(self, text: str) -> None:
        self.line = SpokenLine(0, text)
        self._left = max(FRAME_SAMPLES, int(len(text) / SAY_CHARACTERS_PER_S * RATE_HZ))

    @property
    def is_over(self) -> bool:
        return self._left <= 0

    def take(self, n: int, at_s: float) -> EarFrame:
        if self.is_over:
            return EarFrame(silence(n))
        self._left -= n
        return EarFrame(silence(n), Sound.SPEECH, self.line, is_pending=not self.is_over)


class Clip:
    """A recording played to the callee."""

    def __init__(self, pcm: Samples) -> None:
        self._pcm = pcm
        self._at = 0

    @property
    def is_over(self) -> bool:
        return self._at >= self._pcm.size

    def take(self, n: int, at_s: float) -> EarFrame:
        piece = self._pcm[self._at : self._at + n]
        self._at += n
        return EarFrame(padded(piece, n), sound_of(piece))


class Ringback:
    def take(self, n: int, at_s: float) -> EarFrame:
        if at_s % 5.0 >= 1.0:
            return EarFrame(silence(n), Sound.TONE)
        return EarFrame(tone(_RINGBACK_HZ, n, dbfs=_RINGBACK_DBFS, from_sample=round(at_s * RATE_HZ)), Sound.TONE)


class Party:
    """The other people on a bridged call: whatever their mouths give is heard a moment later."""

    def __init__(self) -> None:
        self._frames: dict[object, deque[tuple[Samples, SpokenLine | None]]] = {}

    def give(self, who: object, pcm: Samples, line: SpokenLine | None) -> None:
        self._frames.setdefault(who, deque(maxlen=_PEER_FRAMES)).append((pcm, line))

    def take(self, n: int, at_s: float) -> EarFrame:
        frames = [queue.popleft() for queue in self._frames.values() if queue]
        line = next((line for _, line in frames if line), None)
        if not frames:
            return EarFrame(silence(n))
        return EarFrame(mix(*(padded(pcm, n) for pcm, _ in frames)), Sound.SPEECH if line else Sound.SILENCE, line)


def sound_of(pcm: Samples) -> Sound:
    return Sound.SPEECH if level_dbfs(pcm) > AUDIBLE_DBFS else Sound.SILENCE


def padded(pcm: Samples, n: int) -> Samples:
    if pcm.size >= n:
        return pcm[:n]
    whole = silence(n)
    whole[: pcm.size] = pcm
    return whole


def heard_together(frames: list[EarFrame], n: int) -> EarFrame:
    """What several ears give at once: the loudest kind of sound counts."""
    if not frames:
        return EarFrame(silence(n))
    if len(frames) == 1:
        return frames[0]
    order = list(Sound)
    leading = max(frames, key=lambda frame: order.index(frame.sound))
    return EarFrame(mix(*(frame.pcm for frame in frames)), leading.sound, leading.line, any(frame.is_pending for frame in frames))
