from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest_asyncio

from bridge.brief import CallBrief
from bridge.events import VoiceEvent
from bridge.voice.fakes.gemini import FakeFaults, FakeGemini
from bridge.voice.fakes.gemini.mouth import Pace
from bridge.voice.gemini.settings import GeminiSettings, gemini_settings
from bridge.voice.gemini.turns import SETTLE_S
from bridge.voice.gemini.voice import GeminiVoice
from bridge.voice.scripted import Reply, ScriptedVoice
from tests.bridge.cast import brief
from tests.bridge.voice.voice_conformance import Listener

DEADLINE_S = 20.0
QUICK = Pace(first_audio_s=SETTLE_S + 0.01, speed=30.0)


def is_a(kind: type[VoiceEvent]) -> Callable[[VoiceEvent], bool]:
    return lambda event: isinstance(event, kind)


class Rig:
    """A faked Gemini whose callees say what the test tells them to."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.fake = FakeGemini(new_voice=lambda: ScriptedVoice(self.replies), pace=QUICK)

    def settings(self, *, limit_s: float = 6.0, **settings: str) -> GeminiSettings:
        return replace(gemini_settings("a key", base_url=self.fake.base_url, **settings), open_limit_s=limit_s)

    def new_voice(self, **settings: str) -> GeminiVoice:
        return GeminiVoice(self.settings(**settings), self.fake.tls)

    @property
    def faults(self) -> FakeFaults:
        return self.fake.faults

    def sent(self, kind: str) -> list[Any]:
        """What clients sent of this kind, audio excepted."""
        return [message[kind] for message in self.fake.messages if kind in message]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Waits for the fake, which tells nobody what it has seen."""
        async with asyncio.timeout(DEADLINE_S):
            while not is_so():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    @asynccontextmanager
    async def call(self, call: CallBrief | None = None, **settings: str) -> AsyncIterator[tuple[GeminiVoice, Listener]]:
        voice = self.new_voice(**settings)
        await voice.open(call or brief())
        listener = Listener(voice, DEADLINE_S)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(listener.listen())
            try:
                yield voice, listener
            finally:
                await voice.close()


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[Rig]:
    rig = Rig()
    async with rig.fake:
        yield rig
    assert rig.fake.refusals == []
