"""From an utterance to what it means: a transcript, then a question to the model, one utterance after the other.

Thin around `transcript` and `memory`. A service that fails is asked once more; then `ServiceFailed` goes to whoever runs this.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable

from bridge.brief import CallBrief
from bridge.events import CalleeSaid, Expectation, Tool, ToolCall, VoiceEvent
from bridge.turns import words_of
from bridge.voice.cascade.chat import ChatReply
from bridge.voice.cascade.memory import AskedCall, Memory
from bridge.voice.cascade.outgoing import ASK_AGAIN, Message, chat_tools
from bridge.voice.cascade.services import Services, twice
from bridge.voice.cascade.settings import known
from bridge.voice.cascade.transcript import Transcript
from bridge.voice.cascade.utterance import Utterance
from bridge.voice.prompting import read_tool_call

MAX_TRIES = 2

_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")


class Hearing:
    def __init__(self, brief: CallBrief, services: Services, memory: Memory, tell: Callable[[VoiceEvent], None]) -> None:
        self._brief = brief
        self._services = services
        self._memory = memory
        self._tell = tell
        self._tools = chat_tools(brief)
        self._numbers = itertools.count(1)
        self.n_invented = self.n_talked = self.n_refused = 0

    async def understand(self, utterance: Utterance) -> None:
        """Raises ServiceFailed."""
        if utterance.voiced_s() < known()["invented"]["voiced_s"]:
            self.n_invented += 1
            return
        pcm = utterance.pcm()
        transcript = await twice(lambda: self._services.transcribe(pcm, self._brief.language))
        self.n_invented += transcript.is_invented
        if not transcript.text:
            return
        self._tell(CalleeSaid(transcript.text, utterance.started_s, utterance.ended_s, transcript.confidence))
        self._memory.heard(transcript.text)
        await self._find_meaning(transcript, utterance.expectation)

    async def _find_meaning(self, transcript: Transcript, expectation: Expectation) -> None:
        """Talk in place of a call is asked about once more, and so is a call that is none."""
        more: list[Message] = []
        for _ in range(MAX_TRIES):
            messages = [*self._memory.messages(expectation), *more]
            reply = await twice(lambda messages=messages: self._services.ask(messages, self._tools))  # type: ignore[misc]
            calls, is_refused = self._read(reply, transcript)
            for call in calls:
                self._tell(call)
            if calls:
                return
            self.n_refused += is_refused
            self.n_talked += not is_refused
            more = [] if is_refused else [ASK_AGAIN]
        if is_refused:
            self._tell(ToolCall(self._new_id(), Tool.NOT_UNDERSTOOD, {"quote": transcript.text}))

    def _read(self, reply: ChatReply, transcript: Transcript) -> tuple[list[ToolCall], bool]:
        """The calls that are some, and whether there were others. The model is told why on the next occasion."""
        calls: list[ToolCall] = []
        asked: list[AskedCall] = []
        for partial in reply.calls:
            call_id = self._new_id()  # those of the servers repeat
            read = read_tool_call(call_id, partial.name, partial.arguments or "{}", self._brief.questions)
            refusal = read if isinstance(read, str) else ""
            asked.append(AskedCall(call_id, _sendable_name(partial.name), _sendable(partial.arguments), refusal))
            if isinstance(read, ToolCall):
                calls.append(_with_evidence(read, transcript))
        if asked:
            self._memory.called(asked)
        return calls, len(calls) < len(asked)

    def _new_id(self) -> str:
        """Nine letters and digits: Mistral's models take no other ids."""
        return f"call{next(self._numbers):05d}"


def _with_evidence(call: ToolCall, transcript: Transcript) -> ToolCall:
    """The quote is what was said, not what the model says was said; how sure that is, the recogniser knows."""
    if call.tool is Tool.EXPLAIN:
        return call
    quote = call.arguments.get("quote")
    is_said = isinstance(quote, str) and bool(words_of(quote)) and _squeezed(quote) in _squeezed(transcript.text)
    arguments = {**call.arguments, "quote": quote if is_said else transcript.text}
    if call.tool is Tool.RECORD_ANSWER:
        arguments["confidence"] = transcript.confidence
    return ToolCall(call.tool_call_id, call.tool, arguments)


def _squeezed(text: str) -> str:
    return f" {' '.join(words_of(text))} "


def _sendable(arguments: str) -> str:
    """Servers refuse a conversation whose calls hold something that is no JSON object."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"


def _sendable_name(name: str) -> str:
    return _NO_NAME.sub("_", name)[:64] or "none"
