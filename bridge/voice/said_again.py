"""Words of a line that was asked for more than once, each time under another number: placed in the sound of the line as the callee gets it.

Pure. Each time it is asked for, a session counts the line's audio from its beginning, while the callee has heard something of it already.
"""

from __future__ import annotations

from dataclasses import replace

from bridge.events import RATE_HZ, LineSaid

_N_KEPT = 4  # words are late by a line at most


class SaidAgain:
    def __init__(self) -> None:
        self._asked: dict[int, tuple[int, int]] = {}  # by the session's number: the line, and how much of it there was (ms)
        self._line_id = 0
        self._n_sounded = 0  # samples

    def asked(self, asked_id: int, line_id: int) -> None:
        if line_id != self._line_id:
            self._line_id, self._n_sounded = line_id, 0
        self._asked[asked_id] = (line_id, self._n_sounded * 1000 // RATE_HZ)
        while len(self._asked) > _N_KEPT:
            del self._asked[next(iter(self._asked))]

    def sounded(self, n_samples: int) -> None:
        """More of the line that was asked for last."""
        self._n_sounded += n_samples

    def placed(self, said: LineSaid) -> LineSaid | None:
        """As words of the line; None for one that is long over."""
        line_id, before_ms = self._asked.get(said.line_id, (None, 0))
        return None if line_id is None else replace(said, line_id=line_id, until_ms=said.until_ms + before_ms)
