"""How the faked model says a line: faster than real time, as sound in pieces with a transcript beside it, or badly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bridge.audio import Resampler, silence
from bridge.events import RATE_HZ, Samples, VoiceAudio, VoiceAudioEnd
from bridge.voice.fakes.gemini.faults import FakeFaults, Garbage
from bridge.voice.fakes.gemini.protocol import content, sound
from bridge.voice.fakes.mind import Mind

MODEL_RATE_HZ = 24_000
PIECE_MS = 40
_TAIL_SAMPLES = 32  # what the filter holds back

_GARBAGE: Mapping[Garbage, Any] = {
    Garbage.NOT_JSON: b"<html>Bad gateway</html>",
    Garbage.UNKNOWN_EVENT: {"weatherReport": {"city": "Nairobi"}},
    Garbage.WRONG_TYPES: {"serverContent": {"modelTurn": {"parts": "many"}, "turnComplete": "perhaps"}},
}


class Cut(Exception):
    """The fault of a socket that goes away in the middle."""


@dataclass(frozen=True, slots=True)
class Pace:
    first_audio_s: float = 0.2
    speed: float = 16.0  # times real time
    playing_share: float = 0.0  # of what is left of the playing time until the turn is told to be complete


class Mouth:
    def __init__(self, mind: Mind, faults: FakeFaults, pace: Pace, send: Callable[[Any], Awaitable[None]]) -> None:
        self._mind = mind
        self._faults = faults
        self._pace = pace
        self._send = send
        self._number: int | None = None
        self._audio: asyncio.Queue[VoiceAudio | VoiceAudioEnd] = asyncio.Queue()

    def take(self, event: VoiceAudio | VoiceAudioEnd) -> None:
        if event.line_id == self._number:
            self._audio.put_nowait(event)

    def stop(self) -> None:
        if self._number is not None:
            self._mind.stop(self._number)
            self._number = None

    async def speak(self, words: str) -> tuple[float, str]:
        """Seconds of audio, and the reason of the turn's end."""
        if self._faults.garbage is not None:
            self._faults.happens("garbage")
            for _ in range(4):
                await self._send(_GARBAGE[self._faults.garbage])
        if self._faults.has_empty_turns or self._faults.rejects_turns:
            self._faults.happens("rejects_turns" if self._faults.rejects_turns else "has_empty_turns")
            return 0.0, self._faults.rejects_turns
        self._audio = asyncio.Queue()
        self._number = self._mind.say(words)
        await asyncio.sleep(self._pace.first_audio_s)
        audio_s = await self._say_audio(words)
        self._number = None
        await self._send(content(generationComplete=True))
        await asyncio.sleep(audio_s * (1 - 1 / self._pace.speed) * self._pace.playing_share)
        return audio_s, ""

    async def _say_audio(self, words: str) -> float:
        resampler = Resampler(RATE_HZ, MODEL_RATE_HZ)
        sent_s = 0.0
        told = 0
        while isinstance(event := await self._audio.get(), VoiceAudio):
            sent_s += await self._pieces(resampler.resample(event.pcm), sent_s)
            told = await self._transcribe(words, told)
        sent_s += await self._pieces(resampler.resample(silence(_TAIL_SAMPLES)), sent_s)
        await self._transcribe(words, told, is_last=True)
        return sent_s

    async def _pieces(self, pcm: Samples, sent_s: float) -> float:
        step = MODEL_RATE_HZ * PIECE_MS // 1000
        for at in range(0, pcm.size, step):
            self._cut_if_due(sent_s + at / MODEL_RATE_HZ)
            piece = pcm[at : at + step]
            if not self._faults.has_no_audio:
                await self._send(sound(self._spoilt(piece), has_thought=self._faults.has_thoughts, is_odd=self._faults.has_odd_audio))
            await asyncio.sleep(piece.size / MODEL_RATE_HZ / self._pace.speed)
        if self._faults.has_no_audio:
            self._faults.happens("has_no_audio")
        return pcm.size / MODEL_RATE_HZ

    def _spoilt(self, pcm: Samples) -> Samples:
        if not self._faults.is_silent:
            return pcm
        self._faults.happens("is_silent")
        return np.zeros_like(pcm)

    def _cut_if_due(self, sent_s: float) -> None:
        limit_ms = self._faults.cut_after_line_ms
        if limit_ms is not None and sent_s * 1000 >= limit_ms:
            self._faults.cut_after_line_ms = None
            self._faults.happens("cut_after_line_ms")
            raise Cut

    async def _transcribe(self, words: str, told: int, *, is_last: bool = False) -> int:
        upto = len(words) if is_last else min(len(words), told + 12)
        if words[told:upto]:
            await self._send(content(outputTranscription={"text": words[told:upto]}))
        return upto
