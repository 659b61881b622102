"""The callee's audio of the last seconds, and where in it the clock of the present session of a voice began.

Pure. A session counts the seconds that it has heard itself; the call counts from its beginning. What a session that was lost has given no
meaning to, the next one hears again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np

from bridge.audio import silence
from bridge.events import RATE_HZ, CalleeSaid, Samples, SpeechEnded, SpeechStarted, VoiceEvent

REPLAY_S = 10.0
BEFORE_SPEECH_S = 0.4
SAME_SPEECH_S = 0.3  # no two voices find the edge of a word at the same instant


class Past:
    def __init__(self) -> None:
        self._pieces: deque[Samples] = deque()
        self._kept = 0
        self._n_heard = 0  # samples, since the call began
        self._origin = 0  # the sample at which the session's own count began
        self._open_since: int | None = None  # speech without a meaning began there
        self._told_s: dict[type[VoiceEvent], float] = {}  # by kind: when what was reported last had happened
        self._told_before_s: dict[type[VoiceEvent], float] = {}  # by sessions that are gone

    def keep(self, pcm: Samples) -> None:
        self._pieces.append(pcm)
        self._kept += pcm.size
        self._n_heard += pcm.size
        while self._kept - self._pieces[0].size >= REPLAY_S * RATE_HZ:
            self._kept -= self._pieces.popleft().size

    def speech_started(self, at_s: float) -> None:
        if self._open_since is None:
            self._open_since = self._origin + round(at_s * RATE_HZ)

    def understood(self) -> None:
        self._open_since = None

    def begin_gap(self) -> None:
        """Nobody hears the callee from now on."""
        if self._open_since is None:
            self._open_since = self._n_heard

    def was_told(self, event: VoiceEvent) -> bool:
        """Of an event in seconds of the call: reported before, by a session that is gone. Any other counts as reported from now on."""
        match event:
            case SpeechStarted() | SpeechEnded():
                at_s = event.at_s
            case CalleeSaid():
                at_s = event.ended_s
            case _:
                return False
        if at_s <= self._told_before_s.get(type(event), -1.0) + SAME_SPEECH_S:
            return True
        self._told_s[type(event)] = at_s
        return False

    def begin_session(self) -> Samples:
        """A new session counts from now on, less what it is to hear again: the speech that has got no meaning yet."""
        n_again = 0
        if self._open_since is not None:
            n_again = min(self._kept, self._n_heard - self._open_since + round(BEFORE_SPEECH_S * RATE_HZ))
        self._origin = self._n_heard - n_again
        self._open_since = None
        self._told_before_s = dict(self._told_s)
        return np.concatenate(list(self._pieces))[self._kept - n_again :] if n_again else silence(0)

    def placed(self, event: VoiceEvent) -> VoiceEvent:
        """With the session's seconds turned into seconds of the call."""
        by_s = self._origin / RATE_HZ
        match event:
            case SpeechStarted() | SpeechEnded():
                return replace(event, at_s=event.at_s + by_s)
            case CalleeSaid():
                return replace(event, started_s=event.started_s + by_s, ended_s=event.ended_s + by_s)
        return event
