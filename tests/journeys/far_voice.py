"""A scripted voice whose provider is far away, and refuses the key as long as a file says so. What becomes of its sessions is written down."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from bridge.brief import CallBrief
from bridge.events import VoiceFault
from bridge.ports import VoiceUnavailable
from bridge.voice.scripted import ScriptedVoice

NAME = "scripted_far"
VOICE_FOLDER = "JOURNEYS_VOICE_FOLDER"
OPENS_S = 2.5  # far longer than everything else in the way, also on a busy machine


def refusing(folder: Path) -> Path:
    """While this file is there no session can be opened."""
    return folder / "key-is-refused"


def sessions(folder: Path) -> list[str]:
    """`opened call` and `closed call`, in order."""
    log = folder / "sessions.log"
    return log.read_text().splitlines() if log.exists() else []


class FarVoice(ScriptedVoice):
    _call_id = ""

    async def open(self, brief: CallBrief) -> None:
        if refusing(_folder()).exists():
            raise VoiceUnavailable("The key is refused.", VoiceFault.KEY)
        await asyncio.sleep(OPENS_S)
        self._call_id = brief.call_id
        _write(f"opened {self._call_id}")

    async def close(self) -> None:
        if self._call_id:
            _write(f"closed {self._call_id}")
            self._call_id = ""
        await super().close()


def _folder() -> Path:
    return Path(os.environ[VOICE_FOLDER])


def _write(line: str) -> None:
    with (_folder() / "sessions.log").open("a") as log:
        log.write(f"{line}\n")
