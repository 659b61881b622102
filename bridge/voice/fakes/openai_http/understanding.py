"""What was said in a recording, and what it meant: two minds a call, because the real services do not know of each other either.

The first hears a recording when it is to be transcribed. The second hears it again when the model is asked about its words, because only then
it is told what was open. A call is known by the beginning of its requests' ids.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bridge.audio import silence
from bridge.events import RATE_HZ, CalleeSaid, Samples, ToolCall
from bridge.ports import VoiceModel
from bridge.voice.fakes.mind import Mind, MindEvent

BEFORE_S, AFTER_S = 0.3, 1.0  # of silence around a recording, so that the mind finds where speech begins and ends
GATHER_S = 0.01  # calls that belong together come together
MAX_CALLS = 64

HEARD = "HEARD"


class Listener:
    """A mind that is given recordings, one after the other."""

    def __init__(self, mind: Mind) -> None:
        self.mind = mind
        self.is_instructed = False
        self._turn = asyncio.Lock()
        self._events: asyncio.Queue[MindEvent] = asyncio.Queue()
        self._pump = asyncio.create_task(self._take())

    async def hear(self, pcm: Samples, kind: type[CalleeSaid] | type[ToolCall], limit_s: float) -> list[MindEvent]:
        """The events of that kind; empty when there are none in time."""
        async with self._turn:
            while not self._events.empty():
                self._events.get_nowait()
            self.mind.hear(np.concatenate((silence(int(BEFORE_S * RATE_HZ)), pcm, silence(int(AFTER_S * RATE_HZ)))))
            try:
                async with asyncio.timeout(limit_s):
                    while not isinstance(event := await self._events.get(), kind):
                        pass
            except TimeoutError:
                return []
            await asyncio.sleep(GATHER_S)
            found: list[MindEvent] = [event]
            while not self._events.empty():
                found.append(self._events.get_nowait())
        return [each for each in found if isinstance(each, kind)]

    async def close(self) -> None:
        await self.mind.close()
        await self._pump

    async def _take(self) -> None:
        async for event in self.mind.events():
            self._events.put_nowait(event)


class Understanding:
    """`limit_s` is how long a mind may take for a recording."""

    def __init__(self, new_voice: Callable[[], VoiceModel], limit_s: float) -> None:
        self._new_voice = new_voice
        self._limit_s = limit_s
        self._listeners: OrderedDict[tuple[str, str], Listener] = OrderedDict()
        self._recordings: OrderedDict[tuple[str, str], Samples] = OrderedDict()

    async def transcribe(self, call: str, pcm: Samples) -> CalleeSaid | None:
        """None when there are no words."""
        listener = await self._listener(call, "transcribes", "")
        said = await listener.hear(pcm, CalleeSaid, self._limit_s)
        first = next((each for each in said if isinstance(each, CalleeSaid) and each.text), None)
        if first is not None:
            self.remember(call, first.text, pcm)
        return first

    def remember(self, call: str, text: str, pcm: Samples) -> None:
        self._recordings[call, text] = pcm
        while len(self._recordings) > MAX_CALLS:
            self._recordings.popitem(last=False)

    async def meaning(self, call: str, messages: Sequence[Mapping[str, Any]]) -> list[ToolCall]:
        """Of the words that were heard last."""
        told = [each["content"] for each in messages if each["role"] in ("user", "tool")]
        text = next((words for content in reversed(told) if (words := _heard(content))), "")
        pcm = self._recordings.get((call, text))
        if pcm is None:  # perhaps only asked whether it answers: without an instruction, which comes once
            return []
        instruction = "\n".join(each["content"] for each in messages if each["role"] == "system")
        listener = await self._listener(call, "understands", instruction)
        for content in told:
            listener.mind.read(content)
        calls = await listener.hear(pcm, ToolCall, self._limit_s)
        return [each for each in calls if isinstance(each, ToolCall)]

    async def close(self) -> None:
        for listener in self._listeners.values():
            await listener.close()
        self._listeners.clear()

    async def _listener(self, call: str, task: str, instruction: str) -> Listener:
        listener = self._listeners.get((call, task))
        if listener is None:
            listener = self._listeners[call, task] = Listener(Mind(self._new_voice))
        if not listener.is_instructed:
            listener.is_instructed = True
            await listener.mind.instruct(instruction)
        if len(self._listeners) > 2 * MAX_CALLS:
            await self._listeners.popitem(last=False)[1].close()
        return listener


def _heard(content: str) -> str | None:
    try:
        told = json.loads(content)
    except ValueError:
        return None
    words = told.get(HEARD) if isinstance(told, dict) else None
    return words if isinstance(words, str) else None
