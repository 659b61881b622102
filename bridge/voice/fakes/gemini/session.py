"""One session of the faked model: what it is told, what it hears, and its one turn at a time.

It outlives its connection, so that it can be resumed. A turn is open from the end of the callee's activity, or from a turn of ours, until it is
told to be complete; whatever comes in between interrupts it. What is understood and said is the mind's affair.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bridge.audio import silence
from bridge.events import RATE_HZ, CalleeSaid, SpeechEnded, SpeechStarted, ToolCall
from bridge.voice.fakes.ending import Ending, Moment
from bridge.voice.fakes.gemini.faults import FakeFaults
from bridge.voice.fakes.gemini.mouth import Cut, Mouth, Pace
from bridge.voice.fakes.gemini.protocol import Activity, Content, Heard, Refused, Responses, Said, Setup, content, tool_call, usage
from bridge.voice.fakes.mind import Mind
from bridge.voice.prompting import told_value


class Wire(Protocol):
    """The way to whoever is connected."""

    async def __call__(self, message: Mapping[str, Any] | bytes) -> None: ...

    ending: Ending

    def cut(self) -> None: ...


TOKENS_PER_S = 25
LETTERS_PER_TOKEN = 4
TALK = "Well, let me tell you something about myself."

_PAUSE_SAMPLES = RATE_HZ * 7 // 10  # what the mind needs to know that an utterance is over
_GATHER_S = 0.01  # calls of one utterance come in one message
_THINK_LIMIT_S = 5.0  # a recogniser takes its time, and of a noise it says nothing


@dataclass(slots=True)
class _Tokens:
    text: float = 0.0
    audio: float = 0.0


class Session:
    def __init__(self, mind: Mind, setup: Setup, faults: FakeFaults, pace: Pace, tasks: asyncio.TaskGroup) -> None:
        self.send: Wire | None = None  # None: nobody is connected
        self.told: list[str] = []  # what the model was told in words, in order
        self._mind = mind
        self.setup = setup
        self._faults = faults
        self._tasks = tasks
        self._mouth = Mouth(mind, faults, pace, self._say)
        self._turn: asyncio.Task[None] | None = None
        self._is_active = False
        self._written: str | None = None  # to be said about what was written during the activity
        self._numbers = itertools.count(1)
        self._understood: list[ToolCall] = []
        self._has_understood = asyncio.Event()
        self._open: set[str] = set()
        self._replied: list[Mapping[str, Any]] = []
        self._cancelled: set[str] = set()
        self._context = _Tokens(text=len(setup.instruction) / LETTERS_PER_TOKEN)

    async def run(self) -> None:
        """What the mind understands, until it is closed."""
        async for event in self._mind.events():
            match event:
                case CalleeSaid():
                    await self._transcribe(event.text)
                case ToolCall():
                    self._on_understood(event)
                case SpeechStarted() if not self.setup.has_manual_activity and self.setup.interrupts:
                    await self._interrupt()
                case SpeechEnded() if not self.setup.has_manual_activity:
                    self._begin(self._think_after(self._turn))
                case SpeechStarted() | SpeechEnded():
                    pass
                case _:
                    self._mouth.take(event)

    async def take(self, said: Said) -> None:
        """Raises Refused."""
        match said:
            case Heard():
                await self._hear(said)
            case Activity():
                await self._on_activity(said.is_start)
            case Content():
                await self._on_content(said)
            case Responses():
                self._on_responses(said)

    async def close(self) -> None:
        self.disconnected()
        await self._mind.close()

    def disconnected(self) -> None:
        self.send = None
        self._is_active = False
        self._stop()

    @property
    def is_in_turn(self) -> bool:
        return self._turn is not None and not self._turn.done()

    def _on_understood(self, call: ToolCall) -> None:
        self._understood.append(call)
        self._has_understood.set()
        is_free = not (self.is_in_turn or self._open or self._is_active)
        if is_free and self.setup.has_manual_activity:  # later than the thought about it lasted
            self._begin(self._call())

    # -- what comes --

    async def _hear(self, heard: Heard) -> None:
        self._context.audio += heard.pcm.size / RATE_HZ * TOKENS_PER_S
        is_heard = self._is_active or not self.setup.has_manual_activity
        self._mind.hear(heard.pcm if is_heard else silence(heard.pcm.size))
        if self.send is not None:
            await self.send.ending.hears(heard.pcm)

    async def _on_activity(self, is_start: bool) -> None:
        if is_start == self._is_active:
            raise Refused("activity begins and ends in turn")
        self._is_active = is_start
        if is_start and self.setup.interrupts:
            await self._interrupt()
        elif not is_start:
            words, self._written = self._written, None
            self._mind.hear(silence(_PAUSE_SAMPLES))
            await self._interrupt()
            self._begin(self._think() if words is None else self._answer(words))

    async def _on_content(self, told: Content) -> None:
        self.told.append(told.text)
        self._context.text += len(told.text) / LETTERS_PER_TOKEN
        words = self._mind.read(told.text)
        if not told.is_turn:
            self._written = words if self._is_active else None
            return
        await self._interrupt()
        if words is None and self._understood:
            self._begin(self._call())
            return
        self._understood.clear()
        self._begin(self._answer(words))

    def _on_responses(self, told: Responses) -> None:
        for each in told.responses:
            if each.call_id in self._cancelled:
                continue
            if each.call_id not in self._open or each.name not in self.setup.tools:
                raise Refused("a response to no call")
            self._open.discard(each.call_id)
            self._replied.append(each.response)
        if self._open or not self._replied:
            return
        self.told += [json.dumps(response) for response in self._replied]
        words = [words for response in self._replied if (words := self._mind.read(json.dumps(response, ensure_ascii=False)))]
        is_wrong = any("error" in response for response in self._replied)
        self._replied = []
        self._begin(self._call() if is_wrong and self._understood else self._answer(" ".join(words) or None))

    # -- turns --

    def _begin(self, turn: Coroutine[Any, Any, None]) -> None:
        self._turn = self._tasks.create_task(turn)

    def _stop(self) -> None:
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        self._mouth.stop()
        self._cancelled |= self._open
        self._open.clear()
        self._replied = []

    async def _interrupt(self) -> None:
        """An open turn ends: `interrupted`, then its end, and no word of its generation."""
        if not self.is_in_turn and not self._open:
            return
        taken_back = sorted(self._open)
        self._stop()
        if taken_back:
            await self._say({"toolCallCancellation": {"ids": taken_back}})
        await self._say(content(interrupted=True))
        await self._complete()

    async def _think_after(self, turn: asyncio.Task[None] | None) -> None:
        if turn is not None and not turn.done():
            await turn
        await self._think()

    async def _think(self) -> None:
        """About what the callee said."""
        self._has_understood.clear()
        try:
            async with asyncio.timeout(_THINK_LIMIT_S):
                while not self._understood:
                    await self._has_understood.wait()
        except TimeoutError:
            await self._complete()
            return
        await asyncio.sleep(_GATHER_S)
        if self._faults.talks:
            self._faults.happens("talks")
            await self._answer(TALK)
        else:
            await self._call()

    async def _call(self) -> None:
        if await self._ends(Moment.REPLY):
            return
        if self._faults.miscalls > 0:
            self._faults.miscalls -= 1
            self._faults.happens("miscalls")
            calls: list[tuple[str, str, Mapping[str, Any]]] = [(self._new_id(), "record_answer", {"question_id": "invented", "value": "1"})]
        else:
            calls = [(self._new_id(), call.tool.value, _as_model_writes(call.arguments)) for call in self._understood]
            self._understood.clear()
        self._open = {call_id for call_id, _name, _arguments in calls}
        await self._say(tool_call(calls))
        if self._faults.cancels_calls:
            self._faults.happens("cancels_calls")
            await self._take_back()
        await self._count(text=20 * len(calls), audio=0)

    async def _take_back(self) -> None:
        """As if the callee had spoken on."""
        taken_back = sorted(self._open)
        self._cancelled |= self._open
        self._open.clear()
        await self._say({"toolCallCancellation": {"ids": taken_back}})
        await self._say(content(interrupted=True))
        await self._complete()

    async def _answer(self, words: str | None) -> None:
        if words is None:
            await self._complete()
            return
        if await self._ends(Moment.REPLY):
            return
        try:
            audio_s, reason = await self._mouth.speak(words)
        except Cut:
            if self.send is not None:
                self.send.cut()
            return
        await self._count(text=0, audio=round(audio_s * TOKENS_PER_S))
        await self._complete(reason)
        await self._ends(Moment.BETWEEN)

    async def _ends(self, moment: Moment) -> bool:
        return self.send is not None and await self.send.ending.at(moment)

    async def _complete(self, reason: str = "") -> None:
        await self._say(content(turnComplete=True, **({"turnCompleteReason": reason} if reason else {})))
        await self.offer_resumption()

    async def offer_resumption(self) -> None:
        if self.setup.is_resumable and self.send is not None:
            await self._say({"sessionResumptionUpdate": {"newHandle": self.handle, "resumable": True}})

    @property
    def handle(self) -> str:
        return f"session-{id(self)}"

    # -- what goes --

    async def _say(self, message: Mapping[str, Any] | bytes) -> None:
        if self._faults.stalls:
            self._faults.happens("stalls")
        elif self.send is not None:
            await self.send(message)

    async def _transcribe(self, text: str) -> None:
        if self._faults.has_no_transcript:
            self._faults.happens("has_no_transcript")
            return
        cut = len(text) // 2
        for piece in (text[:cut], text[cut:]):
            if piece:
                await self._say(content(inputTranscription={"text": piece}))
        await self._say(content(inputTranscription={"finished": True}))

    async def _count(self, *, text: int, audio: int) -> None:
        """The whole context is counted again each time."""
        await self._say(usage(prompt_text=round(self._context.text), prompt_audio=round(self._context.audio), text=text, audio=audio))
        self._context.text += text
        self._context.audio += audio

    def _new_id(self) -> str:
        return f"function-call-{next(self._numbers)}"


def _as_model_writes(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Values are strings, whatever they stand for, and there is no figure for how sure it is."""
    told = {name: value for name, value in arguments.items() if name != "confidence"}
    if "value" in told:
        told["value"] = told_value(told["value"])
    return told
