"""The platform's playback of what our server sends: buffered, released in lumps, cleared by killAudio, and accounted for to the sample.

Pure. `lines` is the truth about what the callee heard, for tests and for the people who listen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from bridge.events import RATE_HZ, Samples
from bridge.telephony.simulator.ear import AUDIBLE_DBFS, EarFrame, SpokenLine, padded, sound_of
from bridge.telephony.simulator.sound import level_dbfs, silence


@dataclass(slots=True)
class HeardLine:
    """How much of one line has been played. `started_s`: seconds since the callee picked up."""

    line: SpokenLine
    started_s: float
    n_samples: int = 0
    audible_s: float = 0.0
    audible_from_s: float | None = None  # as `started_s`; None: nothing that can be heard so far
    is_cut: bool = False

    @property
    def heard_ms(self) -> int:
        return self.n_samples * 1000 // RATE_HZ


class Playout:
    def __init__(self, *, prebuffer_ms: int, honours_kill: bool) -> None:
        self._honours_kill = honours_kill
        self._prebuffer = RATE_HZ * prebuffer_ms // 1000
        self._is_first_release = True
        self._line = SpokenLine(0, "")
        self._inbox: list[tuple[SpokenLine, Samples]] = []
        self._queue: deque[tuple[SpokenLine, Samples]] = deque()
        self._heard: dict[SpokenLine, HeardLine] = {}
        self._lines: list[HeardLine] = []
        self.announced: list[SpokenLine] = []  # what the bot began to say, whether or not it was heard

    @property
    def lines(self) -> tuple[HeardLine, ...]:
        """In the order in which they were first heard."""
        return tuple(self._lines)

    @property
    def queued_ms(self) -> int:
        return sum(pcm.size for _, pcm in (*self._queue, *self._inbox)) * 1000 // RATE_HZ

    def caption(self, line_id: int, text: str) -> None:
        """What is pushed from now on are these words."""
        self._line = SpokenLine(line_id, text)
        self.announced.append(self._line)

    def push(self, pcm: Samples) -> None:
        if not pcm.size:
            return
        self._inbox.append((self._line, pcm))
        if sum(piece.size for _, piece in self._inbox) >= self._release_at:
            self._queue.extend(self._inbox)
            self._inbox.clear()
            self._is_first_release = False

    @property
    def _release_at(self) -> int:
        return max(1, self._prebuffer if self._is_first_release else self._prebuffer // 2)

    def kill(self) -> None:
        """Empties the queue; what still waits for its release survives, as in the module (§4.5)."""
        if not self._honours_kill:
            return
        for line, _ in self._queue:
            if line in self._heard:
                self._heard[line].is_cut = True
        self._queue.clear()

    def take(self, n: int, at_s: float) -> EarFrame:
        pieces: list[Samples] = []
        left, first = n, None
        while left and self._queue:
            line, pcm = self._queue.popleft()
            piece, rest = pcm[:left], pcm[left:]
            if rest.size:
                self._queue.appendleft((line, rest))
            self._account(line, piece, at_s + (n - left) / RATE_HZ)
            pieces.append(piece)
            left -= piece.size
            first = first or line
        if not pieces:
            return EarFrame(silence(n))
        pcm = np.concatenate(pieces)
        sound = sound_of(pcm)
        return EarFrame(padded(pcm, n), sound, first, is_pending=bool(self._queue))

    def _account(self, line: SpokenLine, piece: Samples, at_s: float) -> None:
        heard = self._heard.get(line)
        if heard is None:
            heard = self._heard[line] = HeardLine(line, at_s)
            self._lines.append(heard)
        heard.n_samples += piece.size
        if level_dbfs(piece) > AUDIBLE_DBFS:
            heard.audible_s += piece.size / RATE_HZ
            heard.audible_from_s = at_s if heard.audible_from_s is None else heard.audible_from_s
