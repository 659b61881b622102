"""The faked model's mouth: a timeline that runs at its pace, with sound on it when there is something to say, and silence when not."""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bridge.audio import silence, to_bytes
from bridge.events import RATE_HZ, Samples
from bridge.voice.fakes.ending import Moment
from bridge.voice.fakes.openai_live.faults import Strike

if TYPE_CHECKING:
    from bridge.voice.fakes.openai_live.session import FakeSession

PIECE_MS = 40
PIECE_SAMPLES = RATE_HZ * PIECE_MS // 1000
PAUSE_MS = 500  # between what is said and what is said next
SMALL_TALK = "Well hello there, it is so nice to talk with you today."


@dataclass(eq=False)
class Speech:
    """Something that is to be said from a moment of the timeline on."""

    text: str
    begins_ms: int
    is_own: bool  # the model's idea, not a commentary
    number: int | None = None  # the mind's, once it speaks
    pieces: list[Samples] = field(default_factory=list)
    is_ready: bool = False  # all of its sound is here
    pcm: Samples = field(default_factory=lambda: silence(0))
    n_said: int = 0  # samples
    words: deque[tuple[str, int, int]] = field(default_factory=deque)  # with the samples at which they begin and end

    def finish(self) -> None:
        """All of its sound is here: each word gets a share of it by its letters."""
        self.pcm = np.concatenate([silence(0), *self.pieces])
        written = self.text.split(" ")
        n_letters = sum(len(word) + 1 for word in written)
        at = 0
        for word in written:
            begins, at = at, at + len(word) + 1
            self.words.append((f" {word}" if begins else word, self.pcm.size * begins // n_letters, self.pcm.size * at // n_letters))
        self.is_ready = True


class Mouth:
    def __init__(self, session: FakeSession) -> None:
        self._session = session
        self._faults = session.faults
        self._waiting: deque[Speech] = deque()
        self._speech: Speech | None = None
        self._free_from_ms = 0
        self.position_ms = 0

    def say(self, text: str, *, is_own: bool = False) -> None:
        self._waiting.append(Speech(text, self.position_ms + self._session.manners.begins_after_ms, is_own))

    def stop(self) -> None:
        """Told to be silent."""
        self._waiting.clear()
        self._end()

    def sound(self, number: int, pcm: Samples | None) -> None:
        """Of the mind; None is the end."""
        speech = self._speech
        if speech is None or speech.number != number:
            return
        if pcm is None:
            speech.finish()
        else:
            speech.pieces.append(pcm)

    async def run(self) -> None:
        """A piece at a time, for as long as the session lasts."""
        clock = asyncio.get_running_loop()
        next_s = clock.time()
        while True:
            self._begin()
            await self._tick()
            self.position_ms += PIECE_MS
            next_s = max(next_s + PIECE_MS / 1000 / self._session.manners.times_real_time, clock.time() - 1.0)
            await asyncio.sleep(max(0.0, next_s - clock.time()))

    def _begin(self) -> None:
        if self._speech is not None or not self._waiting or self.position_ms < max(self._free_from_ms, self._waiting[0].begins_ms):
            return
        self._speech = self._waiting.popleft()
        self._speech.number = self._session.mind.say(self._speech.text)

    def _end(self) -> None:
        if self._speech is not None and self._speech.number is not None:
            self._session.mind.stop(self._speech.number)
        self._speech = None
        self._free_from_ms = self.position_ms + PAUSE_MS

    async def _tick(self) -> None:
        speech = self._speech
        if speech is None or not speech.is_ready:
            await self._send_sound(silence(PIECE_SAMPLES))
            return
        await self._send_words(speech)
        piece = speech.pcm[speech.n_said : speech.n_said + PIECE_SAMPLES]
        speech.n_said += PIECE_SAMPLES
        await self._send_sound(np.concatenate((piece, silence(PIECE_SAMPLES - piece.size))))
        await self._go_wrong(speech)
        if speech.n_said >= speech.pcm.size and self._speech is speech:
            self._end()
            if not speech.is_own:
                await self._session.ending.at(Moment.BETWEEN)

    async def _send_words(self, speech: Speech) -> None:
        began_ms = self.position_ms - speech.n_said * 1000 // RATE_HZ
        while speech.words and speech.words[0][1] < speech.n_said + PIECE_SAMPLES:
            word, begins, ends = speech.words.popleft()
            if self._faults.strikes(Strike.NO_TRANSCRIPT):
                continue
            times = {"start_ms": began_ms + begins * 1000 // RATE_HZ, "end_ms": began_ms + ends * 1000 // RATE_HZ}
            await self._session.send({"type": "session.output_transcript.delta", "delta": word, **times})

    async def _send_sound(self, pcm: Samples) -> None:
        if self._faults.strikes(Strike.NO_AUDIO):
            return
        if np.any(pcm) and self._faults.strikes(Strike.SILENT):
            pcm = np.zeros_like(pcm)
        told = to_bytes(pcm)[:-1] if self._faults.has_odd_audio else to_bytes(pcm)
        await self._session.send({"type": "session.output_audio.delta", "delta": base64.b64encode(told).decode()})

    async def _go_wrong(self, speech: Speech) -> None:
        if speech.is_own:
            return
        if self._faults.cut_after_ms is not None and speech.n_said * 1000 // RATE_HZ >= self._faults.cut_after_ms:
            self._faults.happened["cut_after_ms"] += 1
            self._session.wire.drop()
        if speech.n_said >= speech.pcm.size // 2 and self._faults.strikes(Strike.BREAKS_OFF):
            self._end()
