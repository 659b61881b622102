"""A streamed chat completion put together again: tools that were called, in pieces, and what it cost.

Pure. Lines of server-sent events go in one by one. What a model says beside its calls is only counted: nobody hears it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.events import UsageUnit
from bridge.voice.cascade.transcript import LARGEST, Unreadable, read_object

MAX_CALLS = 8
MAX_LETTERS = 20_000  # of all arguments: a model that does not stop

_DONE = "[DONE]"


@dataclass(slots=True)
class PartialCall:
    name: str = ""
    arguments: str = ""
    given_id: str = ""


@dataclass(slots=True)
class ChatReply:
    calls: list[PartialCall] = field(default_factory=list)
    n_spoken: int = 0  # letters of talk
    usage: dict[UsageUnit, float] = field(default_factory=dict)
    is_over: bool = False
    has_failed: bool = False  # the service says that something broke, in the middle of its reply
    _by_index: dict[int, PartialCall] = field(default_factory=dict)
    _n_letters: int = 0

    def take(self, line: str) -> bool:
        """One line of the stream; True when nothing comes after it. Raises Unreadable."""
        if not line.startswith("data:"):  # blank lines, comments that keep the connection alive, names of events
            if line and line[0] not in ":ei":
                raise Unreadable
            return False
        told = line[5:].strip()
        if told == _DONE:
            self.is_over = True
            return True
        self._take_chunk(read_object(told))
        return self.has_failed

    def _take_chunk(self, chunk: Mapping[str, Any]) -> None:
        if chunk.get("error"):
            self.has_failed = True
            return
        if isinstance(usage := chunk.get("usage"), Mapping):
            self.usage = chat_usage(usage)
        choices = chunk.get("choices", [])
        if not isinstance(choices, list):
            raise Unreadable
        for choice in choices[:1]:
            self._take_choice(choice)

    def _take_choice(self, choice: object) -> None:
        if not isinstance(choice, Mapping):
            raise Unreadable
        self.is_over = self.is_over or bool(choice.get("finish_reason"))
        delta = choice.get("delta") or choice.get("message") or {}
        if not isinstance(delta, Mapping):
            raise Unreadable
        if isinstance(content := delta.get("content"), str):
            self.n_spoken += len(content)
        calls = delta.get("tool_calls") or []
        if not isinstance(calls, list):
            raise Unreadable
        for call in calls:
            self._take_call(call)

    def _take_call(self, given: object) -> None:
        function = given.get("function") if isinstance(given, Mapping) else None
        if not isinstance(given, Mapping) or not isinstance(function, Mapping):
            raise Unreadable
        call = self._call(given.get("index"), given.get("id"))
        name, arguments = function.get("name"), function.get("arguments")
        if isinstance(name, str) and not call.name:
            call.name = name
        if isinstance(arguments, Mapping):  # some servers do not write them as text
            arguments = json.dumps(arguments)
        if isinstance(arguments, str):
            call.arguments += arguments
            self._n_letters += len(arguments)
        if len(self.calls) > MAX_CALLS or self._n_letters > MAX_LETTERS:
            raise Unreadable

    def _call(self, index: object, given_id: object) -> PartialCall:
        """By its index; where a server gives none, an id that was not seen begins another call."""
        last = self.calls[-1] if self.calls else None
        if not isinstance(index, int):
            is_new = last is None or (isinstance(given_id, str) and given_id not in ("", last.given_id))
            index = len(self.calls) if is_new else len(self.calls) - 1
        call = self._by_index.get(index)
        if call is None:
            call = self._by_index[index] = PartialCall(given_id=given_id if isinstance(given_id, str) else "")
            self.calls.append(call)
        return call


def chat_usage(usage: Mapping[str, Any]) -> dict[UsageUnit, float]:
    """Of the last chunk: cached tokens apart, because they cost less."""
    details = usage.get("prompt_tokens_details")
    n_in = _count(usage, "prompt_tokens")
    n_cached = min(_count(details, "cached_tokens"), n_in) if isinstance(details, Mapping) else 0
    amounts = {
        UsageUnit.TEXT_IN: n_in - n_cached,
        UsageUnit.CACHED_TEXT_IN: n_cached,
        UsageUnit.TEXT_OUT: _count(usage, "completion_tokens"),
    }
    return {unit: amount for unit, amount in amounts.items() if amount}


def _count(usage: Mapping[str, Any], name: str) -> float:
    count = usage.get(name)
    return count if isinstance(count, int) and not isinstance(count, bool) and 0 < count < LARGEST else 0
