"""The platform's end of one call in memory, in real time: a callee who answers when the bot is silent, and hears how long nobody speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np

from bridge.audio import level_dbfs, silence, to_bytes, to_samples
from bridge.events import FRAME_MS, FRAME_SAMPLES, Samples
from bridge.watchdog import AUDIBLE_DBFS

FRAME_S = FRAME_MS / 1000
POLITE_S = 0.8  # of silence, before the callee answers
ANSWER_MS = 500


def _answer() -> Samples:
    """What a mind that hears by energy takes for speech."""
    sound: Samples = np.rint(4000 * np.sin(np.arange(ANSWER_MS * 16) / 9)).astype(np.int16)
    return sound


class Callee:
    """The media socket that the session writes to. `read` gets 20 ms of the callee every 20 ms."""

    def __init__(self, read: Callable[[bytes], None]) -> None:
        self._read = read
        self._now = asyncio.get_running_loop().time
        self._sounding_until_s = self._now()
        self._has_heard_the_bot = False
        self._owes_answer = False
        self._words = silence(0)
        self.longest_silence_s = 0.0
        self.is_closed = False

    async def send_bytes(self, pcm: bytes) -> None:
        if level_dbfs(to_samples(pcm)) >= AUDIBLE_DBFS:
            self._sounds()
            self._has_heard_the_bot = self._owes_answer = True

    async def send_text(self, text: str) -> None:
        """Captions and commands: nothing to be heard."""

    async def close(self) -> None:
        self.is_closed = True

    async def listen(self) -> None:
        """Until the socket is closed."""
        due_s = self._now()
        while not self.is_closed:
            due_s += FRAME_S
            await asyncio.sleep(max(0.0, due_s - self._now()))
            self._read(to_bytes(self._frame()))
            self._note_silence()

    def _frame(self) -> Samples:
        if not self._words.size and self._owes_answer and self._now() - self._sounding_until_s >= POLITE_S:
            self._words, self._owes_answer = _answer(), False
        frame, self._words = self._words[:FRAME_SAMPLES], self._words[FRAME_SAMPLES:]
        if frame.size:
            self._sounds()
        return np.concatenate((frame, silence(FRAME_SAMPLES - frame.size)))

    def _sounds(self) -> None:
        self._note_silence()
        self._sounding_until_s = max(self._sounding_until_s, self._now()) + FRAME_S

    def _note_silence(self) -> None:
        """Whoever's turn it is: the callee's own hesitation is in it, so the figure is an upper bound."""
        self.longest_silence_s = max(self.longest_silence_s, self._now() - self._sounding_until_s)
