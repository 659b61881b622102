"""Where the callee's speech begins and ends, for voices whose provider does not say so or is not asked: by level over a floor that adapts.

Pure. A floor of noise is learned while nobody speaks; speech is what stands out of it for 60 ms. How long a pause ends an utterance is set
from outside, because it depends on what was asked.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from bridge.audio import Framer, level_dbfs
from bridge.brief import QuestionKind
from bridge.events import FRAME_MS, Expectation, Samples, SpeechEnded, SpeechStarted

QUIETEST_DBFS = -45.0  # below this nothing is speech, however quiet the line is
OVER_FLOOR_DB = 10.0
ONSET_FRAMES = 3  # a click is no speech
PREROLL_FRAMES = 15  # 300 ms: a word begins before its level tells
DEFAULT_PAUSE_S = 0.5
SHORT_PAUSE_S, PAUSE_S, LONG_PAUSE_S = 0.4, 0.6, 0.9
LONGEST_S = 30.0  # hold music, a television: cut, so that nothing grows without end

_FLOOR_FALLS, _FLOOR_RISES = 0.3, 0.01  # of the distance per frame: quick to learn of quiet, slow to learn of noise


@dataclass(frozen=True, slots=True)
class Speech:
    """Audio of the utterance that goes on, its pre-roll first: int16, shape (n,), 16000 Hz."""

    pcm: Samples


Sound: TypeAlias = SpeechStarted | Speech | SpeechEnded


def pause_s(expectation: Expectation) -> float:
    """How long a pause ends what the callee says: a yes is over at once, in a number people pause, and a list or a story is longer.

    Shorter than `TurnPolicy.pause_s` for numbers: no words are known here before the end, so there is nothing that could shorten it again.
    """
    kind = expectation.question.kind if expectation.question is not None else None
    if expectation.is_confirmation or kind in (QuestionKind.YES_NO, QuestionKind.ONE_OF):
        return SHORT_PAUSE_S
    return LONG_PAUSE_S if kind in (QuestionKind.OPEN, QuestionKind.MANY_OF) else PAUSE_S


class Ear:
    """Times are seconds of audio heard so far."""

    def __init__(self) -> None:
        self.pause_s = DEFAULT_PAUSE_S
        self._framer = Framer()
        self._preroll: deque[Samples] = deque(maxlen=PREROLL_FRAMES)
        self._floor_dbfs = QUIETEST_DBFS - OVER_FLOOR_DB
        self._n_frames = 0
        self._n_loud = 0
        self._last_loud_at = 0
        self._started_at: int | None = None

    def hear(self, pcm: Samples) -> list[Sound]:
        """Audio of any length, in order."""
        sounds: list[Sound] = []
        for frame in self._framer.frames(pcm):
            sounds += self._frame(frame)
        return sounds

    @property
    def is_hearing_speech(self) -> bool:
        return self._started_at is not None

    def _frame(self, frame: Samples) -> list[Sound]:
        self._n_frames += 1
        is_loud = self._is_loud(level_dbfs(frame))
        self._n_loud = self._n_loud + 1 if is_loud else 0
        if self._started_at is None:
            return self._quiet(frame)
        if is_loud:
            self._last_loud_at = self._n_frames
        return self._speaking(frame)

    def _quiet(self, frame: Samples) -> list[Sound]:
        self._preroll.append(frame)
        if self._n_loud < ONSET_FRAMES:
            return []
        self._started_at = self._n_frames - ONSET_FRAMES
        self._last_loud_at = self._n_frames
        before = np.concatenate(list(self._preroll))
        self._preroll.clear()
        return [SpeechStarted(_seconds(self._started_at)), Speech(before)]

    def _speaking(self, frame: Samples) -> list[Sound]:
        assert self._started_at is not None, "asked only while somebody speaks"
        is_over = _seconds(self._n_frames - self._last_loud_at) >= self.pause_s
        if not is_over and _seconds(self._n_frames - self._started_at) < LONGEST_S:
            return [Speech(frame)]
        self._started_at = None
        return [Speech(frame), SpeechEnded(_seconds(self._last_loud_at))]

    def _is_loud(self, level: float) -> bool:
        is_loud = level >= max(QUIETEST_DBFS, self._floor_dbfs + OVER_FLOOR_DB)
        if not is_loud or self._started_at is None:
            step = _FLOOR_FALLS if level < self._floor_dbfs else _FLOOR_RISES
            self._floor_dbfs += step * (level - self._floor_dbfs)
        return is_loud


def _seconds(n_frames: int) -> float:
    return n_frames * FRAME_MS / 1000
