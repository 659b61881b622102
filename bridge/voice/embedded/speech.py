"""The bot's own voice: a line of text becomes PCM at 16 kHz, as loud as every other line, from a cache when it was said before.

espeak-ng comes first because the demo must sound the same on every machine; Debian's `flite` is used where it is not
installed, or when it is asked for. With neither there is no voice, and `VoiceUnavailable` says what to install.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import importlib.util
import json
import shutil
import sys
import tempfile
import wave
from collections import OrderedDict
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np

from bridge.events import RATE_HZ, Samples
from bridge.ports import VoiceUnavailable
from bridge.voice.embedded.pool import PROJECT_FOLDER, end_process
from bridge.voice.embedded.resampling import resample
from bridge.voice.embedded.spoken_text import SpokenText, word_ends, words_from_json, words_to_json
from bridge.voice.levelling import levelled

ENGLISH = "en"
_CACHED_LINES = 400  # about 40 MB at three seconds a line
_SILENCE_LEVEL = 150  # int16: quieter ends are cut, so that the first sample sent is the first heard
_TAIL_SAMPLES = RATE_HZ // 10  # the platform holds audio back before it plays; the tail pushes the last word out
_RENDER_S = 10.0
_MAX_LINE_BYTES = 1 << 25  # a minute of speech as base64


class Engine(StrEnum):
    AUTO = "auto"
    ESPEAK = "espeak"
    FLITE = "flite"


class Renderer(Protocol):
    async def render(self, text: str, language: str) -> SpokenText:
        """Raises VoiceUnavailable."""

    async def close(self) -> None: ...


class Speech:
    """Renders lines with one engine. `folder` keeps rendered lines across restarts."""

    def __init__(self, engine: Engine = Engine.AUTO, folder: Path | None = None) -> None:
        self._engine = engine
        self._folder = folder
        self._renderer: Renderer | None = None
        self._lines: OrderedDict[tuple[str, str], SpokenText] = OrderedDict()
        self._rendering = asyncio.Lock()

    async def render(self, text: str, language: str = ENGLISH) -> Samples:
        """int16, shape (n,), 16000 Hz, ending in 100 ms of silence. `language`: BCP-47.

        Raises VoiceUnavailable, of a language that the engine does not speak, too.
        """
        return (await self.speak(text, language)).pcm

    async def speak(self, text: str, language: str = ENGLISH) -> SpokenText:
        """The same, and when its words are over."""
        line = (text, language.split("-")[0].lower())
        async with self._rendering:
            if (spoken := self._lines.get(line)) is not None:
                self._lines.move_to_end(line)
                return spoken
            spoken = await self._from_folder(*line)
            self._lines[line] = spoken
            if len(self._lines) > _CACHED_LINES:
                self._lines.popitem(last=False)
            return spoken

    def require(self) -> None:
        """Raises VoiceUnavailable when no engine is installed."""
        choose_engine(self._engine)

    async def close(self) -> None:
        if self._renderer is not None:
            await self._renderer.close()

    async def _from_folder(self, text: str, language: str) -> SpokenText:
        engine = choose_engine(self._engine)
        if self._folder is None:
            return await self._render(engine, text, language)
        key = f"{engine}:{text}" if language == ENGLISH else f"{engine}:{language}:{text}"
        path = self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.pcm"
        kept = await asyncio.to_thread(_read_line, path)
        if kept is None:
            kept = await self._render(engine, text, language)
            await asyncio.to_thread(_keep_line, path, kept)
        return kept

    async def _render(self, engine: Engine, text: str, language: str) -> SpokenText:
        if self._renderer is None:
            self._renderer = EspeakRenderer() if engine is Engine.ESPEAK else FliteRenderer()
        try:
            async with asyncio.timeout(_RENDER_S):
                spoken = await self._renderer.render(text, language)
        except TimeoutError as late:
            await self._renderer.close()
            raise VoiceUnavailable(f"{engine} did not speak within {_RENDER_S:.0f} s.") from late
        return await asyncio.to_thread(_level, spoken)


class EspeakRenderer:
    """espeak-ng, in a process that is started when first needed and again when it died."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def render(self, text: str, language: str = ENGLISH) -> SpokenText:
        process = await self._running()
        if process.stdin is None or process.stdout is None:
            raise AssertionError("both were asked to be pipes")
        process.stdin.write(json.dumps({"text": text, "language": language}).encode() + b"\n")
        line = await process.stdout.readline()
        if not line:
            await self.close()
            raise VoiceUnavailable("The speech process ended; its words are on standard error.")
        reply = json.loads(line)
        if "failed" in reply:
            raise VoiceUnavailable(reply["failed"])
        pcm = np.frombuffer(base64.b64decode(reply["pcm"]), np.int16)
        words = word_ends(text, reply["words"], until_ms=pcm.size * 1000 // reply["rate_hz"])
        return SpokenText(await asyncio.to_thread(resample, pcm, reply["rate_hz"], RATE_HZ), words)

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await end_process(process)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bridge.voice.embedded.espeak_process"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=PROJECT_FOLDER,
                limit=_MAX_LINE_BYTES,
            )
        return self._process


class FliteRenderer:
    """Debian's `flite`, one short process a line. Its voices speak at 8 or 16 kHz."""

    def __init__(self, voice: str = "slt") -> None:
        self._voice = voice

    async def render(self, text: str, language: str = ENGLISH) -> SpokenText:
        if language != ENGLISH:
            raise VoiceUnavailable(f"flite speaks English only, not {language}.")
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            process = await asyncio.create_subprocess_exec("flite", "-voice", self._voice, "-t", text, "-o", file.name)
            if await process.wait() != 0:
                raise VoiceUnavailable("flite could not speak the line.")
            return SpokenText(await asyncio.to_thread(_read_wave, file.name))

    async def close(self) -> None:
        """Nothing runs between lines."""


def choose_engine(engine: Engine) -> Engine:
    """The engine that will speak. Raises VoiceUnavailable, with the mend, when it is not installed."""
    installed = {
        Engine.ESPEAK: importlib.util.find_spec("espeakng_loader") is not None,
        Engine.FLITE: shutil.which("flite") is not None,
    }
    for candidate in (Engine.ESPEAK, Engine.FLITE) if engine is Engine.AUTO else (engine,):
        if installed[candidate]:
            return candidate
    raise VoiceUnavailable("Nothing here can speak: pip install '.[demo]' adds espeak-ng, or install Debian's package flite.")


def _level(spoken: SpokenText) -> SpokenText:
    """Silent ends cut, one loudness for all lines, a silent tail."""
    pcm = spoken.pcm
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > _SILENCE_LEVEL)
    tail = np.zeros(_TAIL_SAMPLES, np.int16)
    if not len(loud):
        return SpokenText(tail)
    leveled = np.concatenate((levelled(pcm[loud[0] : loud[-1] + 1]), tail))
    return spoken.trimmed(leveled, n_cut=int(loud[0]), n_voice=int(loud[-1] - loud[0]) + 1)


def _read_wave(path: str) -> Samples:
    with wave.open(path, "rb") as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return resample(pcm, file.getframerate(), RATE_HZ)


def _read_line(path: Path) -> SpokenText | None:
    """None for one that is not kept, or was kept without the times of its words."""
    try:
        words = words_from_json(_words_of(path).read_text())
        return SpokenText(np.frombuffer(path.read_bytes(), np.int16), words)
    except FileNotFoundError:
        return None


def _keep_line(path: Path, spoken: SpokenText) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _keep(_words_of(path), words_to_json(spoken.words).encode())
    _keep(path, spoken.pcm.tobytes())


def _words_of(path: Path) -> Path:
    return path.with_suffix(".words")


def _keep(path: Path, content: bytes) -> None:
    half_written = path.with_name(f"{path.name}.{id(content)}")
    half_written.write_bytes(content)
    half_written.replace(path)
