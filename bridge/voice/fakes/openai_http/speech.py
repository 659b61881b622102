"""What the faked speaker says, as pieces of a WAV file or of bare samples, at the rate and with the channels of its manners."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import numpy as np

from bridge.audio import Resampler, to_bytes
from bridge.events import RATE_HZ, Samples, VoiceAudio, VoiceAudioEnd
from bridge.ports import VoiceModel
from bridge.voice.cascade.wav import wav_of
from bridge.voice.fakes.mind import Mind
from bridge.voice.fakes.openai_http.faults import FakeFaults

HEADER_BYTES = 44
_ENDLESS = struct.pack("<I", 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Manners:
    """OpenAI's own by default."""

    speech_rate_hz: int = 24_000
    n_channels: int = 1
    times_real_time: float = 20.0  # how fast it speaks
    model: str = ""  # the only one on its list; empty: those that are asked for by default


class Speaker:
    """One mind for all that is spoken."""

    def __init__(self, new_voice: Callable[[], VoiceModel], manners: Manners, faults: FakeFaults) -> None:
        self._mind = Mind(new_voice)
        self._manners = manners
        self._faults = faults
        self._spoken: dict[int, asyncio.Queue[Samples | None]] = {}
        self._pump: asyncio.Task[None] | None = None
        self.n_stopped = 0

    async def open(self) -> None:
        await self._mind.instruct("")
        self._pump = asyncio.create_task(self._take())

    async def close(self) -> None:
        await self._mind.close()
        if self._pump is not None:
            await self._pump

    async def speak(self, words: str, *, is_wav: bool) -> AsyncGenerator[bytes, None]:
        if is_wav:
            yield header(self._manners)
        if self._faults.has_no_audio:
            self._faults.happened["has_no_audio"] += 1
            return
        resampler = Resampler(RATE_HZ, self._manners.speech_rate_hz)
        async for pcm in self._sound(words):
            if self._faults.is_silent:
                self._faults.happened["is_silent"] += 1
                pcm = np.zeros_like(pcm)
            piece = to_bytes(np.repeat(resampler.resample(pcm), self._manners.n_channels))
            yield piece[:-1] if self._faults.has_odd_audio else piece
            await asyncio.sleep(pcm.size / RATE_HZ / self._manners.times_real_time)

    async def _sound(self, words: str) -> AsyncGenerator[Samples, None]:
        number = self._mind.say(words)
        queue = self._spoken[number] = asyncio.Queue()
        is_whole = False
        try:
            while (pcm := await queue.get()) is not None:
                yield pcm
            is_whole = True
        finally:
            del self._spoken[number]
            if not is_whole:
                self.n_stopped += 1
                self._mind.stop(number)

    async def _take(self) -> None:
        async for event in self._mind.events():
            if isinstance(event, VoiceAudio | VoiceAudioEnd) and (queue := self._spoken.get(event.line_id)) is not None:
                queue.put_nowait(event.pcm if isinstance(event, VoiceAudio) else None)


def header(manners: Manners) -> bytes:
    """Of a file whose length nobody knows yet."""
    mono = wav_of(np.zeros(0, np.int16), manners.speech_rate_hz)
    n_channels, rate_hz = manners.n_channels, manners.speech_rate_hz
    form = struct.pack("<HHIIHH", 1, n_channels, rate_hz, rate_hz * 2 * n_channels, 2 * n_channels, 16)
    return mono[:4] + _ENDLESS + mono[8:20] + form + mono[36:40] + _ENDLESS
