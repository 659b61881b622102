"""The faked text model behind the voice: it calls a tool for what the callee said, waits for the output, and goes on when it is told to."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge.events import ToolCall
from bridge.voice.fakes.openai_live.faults import Strike
from bridge.voice.fakes.openai_live.wording import Message, error, tokens_of
from bridge.voice.prompting import told_value

if TYPE_CHECKING:
    from bridge.voice.fakes.openai_live.session import FakeSession


@dataclass(eq=False)
class _Work:
    """One delegation, or (without an id) what the client asked for itself."""

    delegation_id: str | None
    meaning: ToolCall | None
    waiting: set[str] = field(default_factory=set)  # call ids without an output
    is_called: bool = False


class Delegate:
    def __init__(self, session: FakeSession) -> None:
        self._session = session
        self._faults = session.faults
        self._undone: deque[ToolCall] = deque()  # meanings that the voice model has kept to itself
        self._paused: deque[_Work] = deque()  # responses that have called
        self._n_text = 0

    async def take(self, call: ToolCall, offset_ms: int) -> None:
        """The mind has understood something."""
        if self._faults.strikes(Strike.TALKS_INSTEAD):
            self._undone.append(call)
            self._session.mouth.say(self._session.small_talk, is_own=True)
            return
        delegation_id = self._session.wire.new_id("delegation")
        delegation = {"id": delegation_id, "type": "delegation", "target": "responses"}
        await self._session.send({"type": "session.delegation.created", "offset_ms": offset_ms, "delegation": delegation})
        await self._respond(_Work(delegation_id, call))

    async def add_item(self, message: Message) -> None:
        item = message["item"]
        if item.get("type") != "function_call_output":
            self._n_text += tokens_of(json.dumps(item))
            return
        work = next((each for each in self._paused if item.get("call_id") in each.waiting), None)
        if work is None:
            await self._session.refuse(message, "invalid_tool_call_id", "item.call_id")
            return
        work.waiting.discard(item["call_id"])
        self._n_text += tokens_of(item["output"])
        if "error" in json.loads(item["output"]):
            work.is_called = False
        self._session.mind.read(item["output"])

    async def create(self, message: Message) -> None:
        """Goes on with what has all its outputs, else looks at what was not understood yet."""
        work = next((each for each in self._paused if not each.waiting), None)
        if work is not None:
            self._paused.remove(work)
            await self._respond(work)
        elif self._paused:
            self._faults.happened["error"] += 1
            await self._session.send(error("tool_outputs_missing", message.get("event_id")))
        else:
            await self._respond(_Work(None, self._undone.popleft() if self._undone else None))

    async def _respond(self, work: _Work) -> None:
        response = {"id": self._session.wire.new_id("resp"), "model": self._session.backend["model"]}
        await self._send(work, {"type": "response.created", "response": {**response, "status": "in_progress"}})
        if self._faults.fails_backend is not None:
            self._faults.happened["fails_backend"] += 1
            failure = {**response, "status": "failed", "error": {"code": self._faults.fails_backend}}
            await self._send(work, {"type": "response.failed", "response": failure})
            return
        text = await self._call(work)
        usage = {"input_tokens": 900 + self._n_text, "input_tokens_details": {"cached_tokens": 800}, "output_tokens": tokens_of(text)}
        self._n_text += tokens_of(text)
        await self._send(work, {"type": "response.completed", "response": {**response, "status": "completed", "output": [], "usage": usage}})

    async def _call(self, work: _Work) -> str:
        """The tool's arguments; empty when there is nothing (more) to call."""
        if work.is_called or work.meaning is None:
            return ""
        name, arguments = self._next_call(work.meaning)
        call_id = self._session.wire.new_id("call")
        item = {"id": self._session.wire.new_id("item"), "type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}
        work.is_called = True
        work.waiting.add(call_id)
        self._paused.append(work)
        await self._send(work, {"type": "response.output_item.added", "item": {**item, "arguments": ""}})
        await self._send(work, {"type": "response.output_item.done", "item": {**item, "status": "completed"}})
        return arguments

    def _next_call(self, meaning: ToolCall) -> tuple[str, str]:
        if self._faults.calls_instead:
            self._faults.happened["calls_instead"] += 1
            return self._faults.calls_instead.pop(0)
        return meaning.tool.value, json.dumps(self._declared(meaning))

    def _declared(self, meaning: ToolCall) -> Message:
        """Only what the tool takes, and a value as a string: what a model can write."""
        tools = {tool["name"]: tool["parameters"]["properties"] for tool in self._session.backend["tools"]}
        known = {key: value for key, value in meaning.arguments.items() if key in tools[meaning.tool.value]}
        return {**known, "value": told_value(known["value"])} if "value" in known else known

    async def _send(self, work: _Work, event: Message) -> None:
        await self._session.send({"type": "response.event", "delegation_id": work.delegation_id, "event": event})
