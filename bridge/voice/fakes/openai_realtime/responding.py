"""Responses of the faked server: a line that is said, a tool that is called, or something that goes wrong on the way."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable
from typing import Protocol

import numpy as np

from bridge.audio import Resampler, to_bytes
from bridge.events import RATE_HZ, Samples, Tool
from bridge.voice.fakes.ending import Ending, Moment
from bridge.voice.fakes.mind import Mind
from bridge.voice.fakes.openai_realtime.counting import Tokens
from bridge.voice.fakes.openai_realtime.faults import FakeFaults
from bridge.voice.fakes.openai_realtime.hearing import Heard, Hearing
from bridge.voice.fakes.openai_realtime.wording import Manners, error
from bridge.voice.fakes.openai_socket.wire import Message, Wire
from bridge.voice.prompting import told_value

SMALL_TALK = "Hello, how can I help you today?"
_SOUND = "response.output_audio.delta"


class _Rejected(Exception):
    """The response ends here, with this status and code."""

    def __init__(self, status: str, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Session(Protocol):
    """What a response needs of its session."""

    wire: Wire
    manners: Manners
    faults: FakeFaults
    mind: Mind
    hearing: Hearing
    tokens: Tokens
    ending: Ending
    settings: Message
    produced_ms: dict[str, int]
    to_say: str | None

    @property
    def has_transcripts(self) -> bool: ...

    def begin(self, job: Awaitable[None]) -> asyncio.Task[None]: ...

    async def send(self, event: Message) -> None: ...

    async def add_item(self, item: Message) -> None: ...

    async def transcribe(self, heard: Heard) -> None: ...


class Response:
    def __init__(self, response_id: str, asked: Message) -> None:
        self.response_id = response_id
        self.asked = asked
        self.output: list[Message] = []
        self.text = ""
        self.spoken_s = 0.0
        self.is_cancelled = False
        self.task: asyncio.Task[None] | None = None

    @property
    def is_spoken(self) -> bool:
        return "audio" in (self.asked.get("output_modalities") or self.asked.get("modalities") or ["audio"])


class Responder:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._faults = session.faults
        self._active: Response | None = None
        self._sounds: dict[int, asyncio.Queue[Samples | None]] = {}

    async def create(self, message: Message, *, is_asked: bool = True) -> None:
        session = self._session
        if self._active is not None:
            self._faults.happened["already_active"] += is_asked
            await session.send(error("conversation_already_has_active_response", message.get("event_id")))
            return
        if is_asked and self._faults.refuses_requests > 0:
            self._faults.refuses_requests -= 1
            self._faults.happened["refuses_requests"] += 1
            await session.send(error("invalid_value", message.get("event_id"), param="response"))
            return
        response = self._active = Response(session.wire.new_id("resp"), message.get("response") or {})
        response.task = session.begin(self._respond(response))

    async def cancel(self, message: Message) -> None:
        response = self._active
        wanted = message.get("response_id")
        if response is None or (wanted is not None and wanted != response.response_id):
            await self._session.send(error("response_cancel_not_active", message.get("event_id")))
        elif not self._faults.ignores_cancel:
            response.is_cancelled = True
            assert response.task is not None, "it was begun at once"
            response.task.cancel()
        else:
            self._faults.happened["ignores_cancel"] += 1

    def sound(self, number: int, pcm: Samples | None) -> None:
        """Of the mind; None is the end."""
        if number in self._sounds:
            self._sounds[number].put_nowait(pcm)

    def stop(self) -> None:
        if self._active is not None and self._active.task is not None:
            self._active.task.cancel()

    # -- one response --

    async def _respond(self, response: Response) -> None:
        status = "completed"
        details: Message | None = None
        try:
            await self._generate(response)
        except asyncio.CancelledError:
            if not response.is_cancelled:
                raise
            status, details = "cancelled", {"type": "cancelled", "reason": "client_cancelled"}
        except _Rejected as rejected:
            status = rejected.status
            failure = {"error": {"type": "server_error", "code": rejected.code}}
            details = {"type": status, **({"reason": rejected.code} if status == "incomplete" else failure)}
        usage = self._session.tokens.usage(text_out=response.text, spoken_s=response.spoken_s)
        self._active = None
        ended = {"id": response.response_id, "object": "realtime.response", "status": status, "status_details": details}
        await self._session.send({"type": "response.done", "response": {**ended, "output": response.output, "usage": usage}})
        if response.is_spoken:
            await self._session.ending.at(Moment.BETWEEN)

    async def _generate(self, response: Response) -> None:
        if self._faults.stalls:
            self._faults.happened["stalls"] += 1
            await asyncio.Event().wait()
        began = {"id": response.response_id, "object": "realtime.response", "status": "in_progress", "output": []}
        await self._session.send({"type": "response.created", "response": {**began, "metadata": response.asked.get("metadata")}})
        await self._go_wrong()
        if response.is_spoken:
            await self._speak(response, self._line())
        else:
            await self._call(response)

    async def _go_wrong(self) -> None:
        faults = self._faults
        if faults.garbage is not None:
            faults.happened["garbage"] += 1
            await self._session.wire.send_garbage(faults.garbage, _SOUND)
        if faults.stalls_begun:
            faults.happened["stalls_begun"] += 1
            await asyncio.Event().wait()
        if faults.rejects_with is not None:
            faults.happened["rejects_with"] += 1
            raise _Rejected("incomplete" if faults.rejects_with == "content_filter" else "failed", faults.rejects_with)
        await self._session.ending.at(Moment.REPLY)

    def _line(self) -> str:
        """What a model would say: the line of the last message, or something of its own."""
        line, self._session.to_say = self._session.to_say, None
        return line or SMALL_TALK

    # -- speaking --

    async def _speak(self, response: Response, words: str) -> None:
        if self._faults.is_empty:
            self._faults.happened["is_empty"] += 1
            return
        item: Message = {"id": self._session.wire.new_id("item"), "type": "message", "role": "assistant", "status": "in_progress", "content": []}
        await self._session.send({"type": "response.output_item.added", "response_id": response.response_id, "output_index": 0, "item": item})
        self._session.produced_ms[item["id"]] = 0
        await self._session.add_item(item)
        part = {"response_id": response.response_id, "item_id": item["id"], "output_index": 0, "content_index": 0}
        await self._session.send({"type": "response.content_part.added", **part, "part": {"type": "audio", "transcript": ""}})
        for word in words.split(" "):
            await self._session.send({"type": "response.output_audio_transcript.delta", **part, "delta": f"{word} "})
        response.text += words
        async for piece in self._pieces(words):
            await self._send_piece(response, part, piece)
        await self._session.send({"type": "response.output_audio.done", **part})
        await self._session.send({"type": "response.output_audio_transcript.done", **part, "transcript": words})
        response.output.append({**item, "status": "completed", "content": [{"type": "output_audio", "transcript": words}]})
        await self._session.send({"type": "response.output_item.done", **part, "item": response.output[-1]})

    async def _pieces(self, words: str) -> AsyncIterator[Samples]:
        """The mind's sound at this server's rate, at its pace."""
        if self._faults.has_no_audio:
            self._faults.happened["has_no_audio"] += 1
            return
        number = self._session.mind.say(words)
        sounds = self._sounds[number] = asyncio.Queue()
        resampler = Resampler(RATE_HZ, self._session.manners.output_rate_hz)
        try:
            while (pcm := await sounds.get()) is not None:
                yield resampler.resample(pcm)
                await asyncio.sleep(pcm.size / RATE_HZ / self._session.manners.times_real_time)
        finally:
            del self._sounds[number]
            self._session.mind.stop(number)

    async def _send_piece(self, response: Response, part: Message, piece: Samples) -> None:
        faults, session = self._faults, self._session
        if faults.is_silent:
            faults.happened["is_silent"] += 1
            piece = np.zeros_like(piece)
        response.spoken_s += piece.size / session.manners.output_rate_hz
        session.produced_ms[part["item_id"]] = int(response.spoken_s * 1000)
        told = to_bytes(piece)[:-1] if faults.has_odd_audio else to_bytes(piece)
        await session.send({"type": _SOUND, **part, "delta": base64.b64encode(told).decode()})
        if faults.cut_after_ms is not None and response.spoken_s * 1000 >= faults.cut_after_ms:
            faults.happened["cut_after_ms"] += 1
            session.wire.drop()

    # -- calling tools --

    async def _call(self, response: Response) -> None:
        if self._faults.talks_instead > 0:
            self._faults.talks_instead -= 1
            self._faults.happened["talks_instead"] += 1
            await self._speak(response, SMALL_TALK)
            return
        if self._faults.calls_instead:
            self._faults.happened["calls_instead"] += 1
            await self._send_call(response, *self._faults.calls_instead.pop(0))
            return
        heard = await self._session.hearing.next_meaning()
        if heard is None or (self._session.manners.hears_by_transcript and not heard.is_transcribed):
            await self._speak(response, SMALL_TALK)
            return
        if self._session.has_transcripts and heard.said is None:
            await self._session.transcribe(heard)
        for name, arguments in self._meanings(heard):
            await self._send_call(response, name, json.dumps(self._declared(name, arguments)))

    def _meanings(self, heard: Heard) -> list[tuple[str, Message]]:
        meanings: list[tuple[str, Message]] = [(call.tool.value, dict(call.arguments)) for call in heard.calls]
        meanings = meanings or [(Tool.NOT_UNDERSTOOD.value, {"quote": ""})]
        return meanings if self._session.settings.get("parallel_tool_calls", True) else meanings[:1]

    def _declared(self, name: str, arguments: Message) -> Message:
        """Only what the tool takes, and a value as a string: what a model can write."""
        tools = {tool["name"]: tool["parameters"]["properties"] for tool in self._session.settings["tools"]}
        known = {key: value for key, value in arguments.items() if key in tools[name]}
        return {**known, "value": told_value(known["value"])} if "value" in known else known

    async def _send_call(self, response: Response, name: str, arguments: str) -> None:
        session = self._session
        item = {"id": session.wire.new_id("item"), "type": "function_call", "call_id": session.wire.new_id("call"), "name": name}
        part = {"response_id": response.response_id, "output_index": len(response.output)}
        await session.send({"type": "response.output_item.added", **part, "item": {**item, "status": "in_progress", "arguments": ""}})
        item |= {"status": "completed", "arguments": arguments}
        await session.add_item(item)
        call = {**part, "item_id": item["id"], "call_id": item["call_id"]}
        await session.send({"type": "response.function_call_arguments.delta", **call, "delta": arguments})
        await session.send({"type": "response.function_call_arguments.done", **call, "name": name, "arguments": arguments})
        await session.send({"type": "response.output_item.done", **part, "item": item})
        response.output.append(item)
        response.text += arguments
