"""The callee's audio on its way to the model: in messages of the right size, without a gap, and with our own signs of activity.

Pure. A word begins before its level tells, so while nobody speaks the last 300 ms wait here: once speech is found they follow the sign of its
begin, and nothing is sent twice. The end of speech is told at once with all that was left, so batches cost no time there. While a line is being
generated, speech waits here and silence goes out in its place: told too early it would end the line, though it may be a cough.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from bridge.audio import silence
from bridge.brief import TurnControl
from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples, SpeechEnded, SpeechStarted
from bridge.voice.ear import Ear, Speech
from bridge.voice.gemini.outgoing import ActivityEnd, ActivityStart, Audio, Outgoing

BATCH_MS = 100  # our own turns: the model waits for the sign of the end anyway
PROVIDER_BATCH_MS = 40  # the provider's turns: it finds the end in what has arrived
PREROLL_MS = 300
HELD_LIMIT_S = 30.0

Passed: TypeAlias = SpeechStarted | SpeechEnded | Outgoing

_SAMPLES_PER_MS = RATE_HZ // 1000


class Uplink:
    def __init__(self, turns: TurnControl) -> None:
        self.ear = Ear()
        self.heard_s = 0.0
        self.is_blocked = False  # a line is being generated
        self._is_local = turns is TurnControl.LOCAL
        self._batch = (BATCH_MS if self._is_local else PROVIDER_BATCH_MS) * _SAMPLES_PER_MS
        self._preroll = PREROLL_MS * _SAMPLES_PER_MS if self._is_local else 0
        self._waiting: list[Samples] = []
        self._n_waiting = 0
        self._held: list[Outgoing] = []
        self._n_held = 0
        self._is_active = False  # between the signs, told or held

    def hear(self, pcm: Samples) -> list[Passed]:
        """Audio of any length, in order."""
        self.heard_s += pcm.size / RATE_HZ
        if pcm.size <= FRAME_SAMPLES:
            return list(self._piece(pcm))
        return [passed for at in range(0, pcm.size, FRAME_SAMPLES) for passed in self._piece(pcm[at : at + FRAME_SAMPLES])]

    def release(self) -> list[Outgoing]:
        """The line is said or cut: what was held goes out."""
        self.is_blocked = False
        held, self._held, self._n_held = self._held, [], 0
        return held

    @property
    def is_quiet(self) -> bool:
        """Nobody speaks, and nothing is held back."""
        return not (self.ear.is_hearing_speech or self._held)

    def _piece(self, pcm: Samples) -> Iterator[Passed]:
        sounds = [sound for sound in self.ear.hear(pcm) if not isinstance(sound, Speech)]
        self._waiting.append(pcm)
        self._n_waiting += pcm.size
        for sound in sounds:
            yield sound
            if self._is_local:
                yield from self._signs(sound)
        kept = 0 if self._is_active else self._preroll
        if self._n_waiting >= kept + self._batch:
            yield from self._send(kept)

    def _signs(self, sound: SpeechStarted | SpeechEnded) -> Iterator[Outgoing]:
        self._is_active = isinstance(sound, SpeechStarted)
        if self._is_active:
            yield from self._put(ActivityStart())
            yield from self._send(0)
            return
        yield from self._send(0)
        yield from self._put(ActivityEnd())

    def _send(self, n_kept: int) -> Iterator[Outgoing]:
        """All that waits but the last `n_kept` samples."""
        joined = np.concatenate(self._waiting) if self._waiting else silence(0)
        cut = max(0, joined.size - n_kept)
        self._waiting, self._n_waiting = [joined[cut:]], joined.size - cut
        if cut:
            yield from self._put(Audio(joined[:cut]))

    def _put(self, message: Outgoing) -> Iterator[Outgoing]:
        is_speech = self._is_active or not isinstance(message, Audio)
        if not is_speech or not (self.is_blocked or self._held):
            yield message
            return
        self._held.append(message)
        if isinstance(message, Audio):
            yield Audio(silence(message.pcm.size))
            self._n_held += message.pcm.size
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        while self._n_held > HELD_LIMIT_S * RATE_HZ:
            at = next(i for i, message in enumerate(self._held) if isinstance(message, Audio))
            oldest = self._held.pop(at)
            assert isinstance(oldest, Audio), "it was looked for"
            self._n_held -= oldest.pcm.size
