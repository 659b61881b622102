"""What a mixed line turned out to be, in words for whoever watches the call: once it is known, and whenever it changes for good.

Pure.
"""

from __future__ import annotations

from bridge.echo.learning import OPEN_DB
from bridge.echo.remover import OwnVoiceRemover

PATIENCE_S = 8.0  # of our own voice: a line that is not understood by then is called half-duplex


class DuplexHealth:
    def __init__(self, remover: OwnVoiceRemover) -> None:
        self._remover = remover
        self._said_full: bool | None = None

    def news(self) -> str | None:
        """What is to be announced now, if anything."""
        is_full = self._remover.is_full_duplex
        if is_full == self._said_full or (self._said_full is None and not is_full and self._remover.sent_s < PATIENCE_S):
            return None
        return self._say(is_full)

    def last_words(self) -> str | None:
        """For a call that ends before anything was said."""
        return self._say(is_full=False) if self._said_full is None else None

    def _say(self, is_full: bool) -> str:
        self._said_full = is_full
        if is_full:
            return f"full-duplex: our own voice is taken out of this line ({self._remover.erle_db:.0f} dB), the callee can interrupt"
        return f"half-duplex: this line gives our own voice back, so the callee cannot interrupt; {self._why()}"

    def _why(self) -> str:
        remover = self._remover
        if remover.sent_s < PATIENCE_S:
            return "the call was too short to learn to take it out"
        if not remover.is_found:
            return "it is too much changed to be found"
        return f"only {max(0.0, remover.erle_db):.0f} dB of it could be taken out, not {OPEN_DB:.0f}"
