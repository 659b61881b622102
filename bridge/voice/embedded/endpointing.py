"""Where speech starts and ends in the callee's audio: an energy gate, then a speech probability, then patience.

Pure but for the probability, which is handed in (Silero in a worker). Reports a start after 64 ms of speech, so
that a barge-in is quick, and an end after a silence that depends on what was asked.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from bridge.events import RATE_HZ, Expectation, Samples

CHUNK_SAMPLES = 512  # what Silero takes: 32 ms
_CHUNK_S = CHUNK_SAMPLES / RATE_HZ
_GATE_DBFS = -55.0  # quieter than this is not worth a look (a model call costs 2 ms of a core)
_START_PROBABILITY, _STAY_PROBABILITY = 0.5, 0.35
_START_CHUNKS = 2
_PREROLL_CHUNKS = 10  # 320 ms: the unvoiced beginning of a word comes before what the model calls speech
_SHORT_SILENCE_S, _SILENCE_S = 0.4, 0.5
_MAX_SPEECH_S = 12.0  # hold music, a television: cut, so that nothing grows without end


@dataclass(frozen=True, slots=True)
class Started:
    at_s: float


@dataclass(frozen=True, slots=True)
class Speech:
    """Audio of the utterance that is going on, the pre-roll first."""

    pcm: Samples


@dataclass(frozen=True, slots=True)
class Ended:
    started_s: float
    at_s: float  # when the speech ended, before the silence that proved it


Endpoint: TypeAlias = Started | Speech | Ended


def silence_s(expectation: Expectation) -> float:
    """A yes is over sooner than a number, in which people pause to think.

    Shorter than `TurnPolicy.pause_s` allows for numbers and open answers: there are no words here before the end of speech, so
    that patience would be added to every reply, and what is published of this voice was measured with these pauses.
    """
    is_short = expectation.is_confirmation or (expectation.question is not None and expectation.question.kind == "yes_no")
    return _SHORT_SILENCE_S if is_short else _SILENCE_S


class Endpointer:
    def __init__(self, probability: Callable[[bytes], float]) -> None:
        self._probability = probability
        self.silence_s = _SILENCE_S
        self._pending = np.zeros(0, np.int16)
        self._preroll: deque[Samples] = deque(maxlen=_PREROLL_CHUNKS)
        self._chunks_read = 0
        self._run = 0  # chunks of speech in a row
        self._started_s: float | None = None
        self._last_speech_s = 0.0

    def hear(self, pcm: Samples) -> Iterator[Endpoint]:
        """Audio of any length, in order."""
        self._pending = np.concatenate((self._pending, pcm))
        while len(self._pending) >= CHUNK_SAMPLES:
            chunk, self._pending = self._pending[:CHUNK_SAMPLES], self._pending[CHUNK_SAMPLES:]
            self._chunks_read += 1
            yield from self._chunk(chunk, self._chunks_read * _CHUNK_S)

    def _chunk(self, chunk: Samples, now_s: float) -> Iterator[Endpoint]:
        level_dbfs = _level_dbfs(chunk)
        probability = self._probability(chunk.tobytes()) if level_dbfs > _GATE_DBFS else 0.0
        if self._started_s is None:
            yield from self._while_silent(chunk, probability, now_s)
            return
        yield Speech(chunk)
        if probability >= _STAY_PROBABILITY:
            self._last_speech_s = now_s
        if now_s - self._last_speech_s >= self.silence_s or now_s - self._started_s >= _MAX_SPEECH_S:
            yield Ended(self._started_s, self._last_speech_s)
            self._started_s, self._run = None, 0

    def _while_silent(self, chunk: Samples, probability: float, now_s: float) -> Iterator[Endpoint]:
        self._preroll.append(chunk)
        self._run = self._run + 1 if probability >= _START_PROBABILITY else 0
        if self._run < _START_CHUNKS:
            return
        self._started_s = now_s - self._run * _CHUNK_S
        self._last_speech_s = now_s
        yield Started(self._started_s)
        yield Speech(np.concatenate(self._preroll))
        self._preroll.clear()


def _level_dbfs(chunk: Samples) -> float:
    power = float(np.mean(np.square(chunk, dtype=np.float64)))
    return 10 * math.log10(max(power, 1.0) / 32768.0**2)
