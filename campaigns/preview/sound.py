"""The sound of a preview's line: the very clip that a call plays, or the demonstration voice, which says about the same.

Rendering runs in the thread of its request, a few at a time, and what was rendered is kept under MEDIA_ROOT up to a size. Needs no database but
for the clips.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import logging
import threading
from functools import cache
from pathlib import Path

from django.conf import settings

from bridge.events import Samples
from bridge.ports import VoiceUnavailable
from bridge.voice.embedded.speech import Engine, Speech, choose_engine
from campaigns.clips.storing import wav_of

logger = logging.getLogger(__name__)

FOLDER = "preview"
MOST_BYTES = 50_000_000  # of all that is kept; a line has some 100 kB
MOST_LETTERS = 2000  # of one line: longer ones are no sentence
AT_ONCE = 2
WAITS_S = 20.0

_rendering = threading.BoundedSemaphore(AT_ONCE)


class NoSound(Exception):
    """The line cannot be heard here; the message says why."""


@cache
def speaks(language: str) -> bool:
    """Whether the demonstration voice is installed and has this language. `language`: BCP-47 primary."""
    try:
        engine = choose_engine(Engine.AUTO)
    except VoiceUnavailable:
        return False
    if engine is not Engine.ESPEAK:
        return language == "en"
    found = importlib.util.find_spec("espeakng_loader")  # looked at, never loaded: see espeak_process
    places = (found.submodule_search_locations if found else None) or ()
    folders = (Path(place) / "espeak-ng-data" / "lang" for place in places)
    return language == "en" or any(path.is_file() for folder in folders for path in folder.rglob(language))


def demonstration(text: str, language: str) -> bytes:
    """WAV, 16 kHz, mono. Raises NoSound."""
    if len(text) > MOST_LETTERS:
        raise NoSound("The line is too long to be rendered.")
    path = _path_of(text, language)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        content = _rendered(text, language)
    _keep(path, content)
    return content


def _rendered(text: str, language: str) -> bytes:
    if not _rendering.acquire(timeout=WAITS_S):
        raise NoSound("Others are being rendered. Try again in a moment.")
    try:
        return wav_of(asyncio.run(_speak(text, language)))
    except VoiceUnavailable as missing:
        raise NoSound(str(missing)) from missing
    finally:
        _rendering.release()


async def _speak(text: str, language: str) -> Samples:
    speech = Speech()
    try:
        return await speech.render(text, language)
    finally:
        await speech.close()


def _path_of(text: str, language: str) -> Path:
    key = f"{choose_engine(Engine.AUTO)}:{language}:{text}" if speaks(language) else ""
    if not key:
        raise NoSound(f"The demonstration voice does not speak {language}.")
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{hashlib.sha256(key.encode()).hexdigest()}.wav"


def _keep(path: Path, content: bytes) -> None:
    """What was made longest ago goes first. A disk that is full costs the next listener a second, and nobody anything else."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half_written = path.with_name(f"{path.name}.{threading.get_ident()}")
        half_written.write_bytes(content)
        half_written.replace(path)
        _tidy(path.parent)
    except OSError:
        logger.exception("a line of a preview could not be kept")


def _tidy(folder: Path) -> None:
    kept = sorted(((path.stat().st_mtime, path.stat().st_size, path) for path in folder.glob("*.wav")), reverse=True)
    total = 0
    for _made_at, size, path in kept:
        total += size
        if total > MOST_BYTES:
            path.unlink(missing_ok=True)
