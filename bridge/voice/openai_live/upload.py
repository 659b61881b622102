"""The callee's audio on its way to the service, as it is: 16 kHz is what both sides speak.

Pure. One message holds 60 ms, so that the service hears soon and a call costs little.
"""

from __future__ import annotations

import base64

from bridge.audio import to_bytes
from bridge.events import RATE_HZ, Samples
from bridge.voice.openai_live.outgoing import append

PIECE_BYTES = RATE_HZ * 60 // 1000 * 2


class Upload:
    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._n_waiting = 0

    def add(self, pcm: Samples) -> str | None:
        """A message when enough has come together."""
        self._waiting.append(to_bytes(pcm))
        self._n_waiting += len(self._waiting[-1])
        return self.flush() if self._n_waiting >= PIECE_BYTES else None

    def flush(self) -> str | None:
        """A message with what is left; None when that is nothing."""
        if not self._n_waiting:
            return None
        pcm = b"".join(self._waiting)
        self._waiting.clear()
        self._n_waiting = 0
        return append(base64.b64encode(pcm).decode())
