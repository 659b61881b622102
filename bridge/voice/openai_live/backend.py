"""The text model's responses: which calls of them wait for an output, and when the text model may go on.

Pure. The service refuses `response.create` before a response is over and all its calls have their outputs, so both are waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.voice.openai_live import outgoing
from bridge.voice.openai_live.outgoing import Message


@dataclass(slots=True)
class _Response:
    waiting: set[str] = field(default_factory=set)  # call ids without an output
    n_calls: int = 0
    is_over: bool = False


class Backend:
    """`send` puts a message out."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._responses: dict[str, _Response] = {}  # by delegation

    @property
    def is_busy(self) -> bool:
        """Something is asked of it, and it has not finished."""
        return any(not each.is_over for each in self._responses.values())

    def began(self, delegation_id: str) -> None:
        self._responses[delegation_id] = _Response()

    def called(self, delegation_id: str, call_id: str) -> None:
        response = self._responses.setdefault(delegation_id, _Response())
        response.waiting.add(call_id)
        response.n_calls += 1

    def over(self, delegation_id: str, *, is_complete: bool) -> int:
        """How many calls it has made; those of one that failed need no output any more."""
        response = self._responses.get(delegation_id)
        if response is None:
            return 0
        response.is_over = True
        if not is_complete:
            response.waiting.clear()
            response.n_calls = 0
        n_calls = response.n_calls
        self._go_on(delegation_id, response)
        return n_calls

    def answer(self, call_id: str, reply: Mapping[str, Any]) -> None:
        found = next((each for each in self._responses.items() if call_id in each[1].waiting), None)
        if found is None:
            return
        found[1].waiting.discard(call_id)
        self._send(outgoing.tool_output(call_id, reply))
        self._go_on(*found)

    def ask(self, heard: str) -> None:
        """Let it look at what the callee said, without the voice model."""
        self._send(outgoing.ask_again(heard))
        self._send(outgoing.respond())
        self._responses[""] = _Response()

    def _go_on(self, delegation_id: str, response: _Response) -> None:
        if not response.is_over or response.waiting:
            return
        if response.n_calls:
            self._send(outgoing.respond())
        del self._responses[delegation_id]
