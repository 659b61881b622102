"""The model's calls that have no reply yet: each is answered once, with the next line or with nothing to say.

Pure. A model that is left waiting stands still, and one that is answered with words of its own begins to talk.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bridge.events import Expectation, Line
from bridge.voice.gemini.incoming import ModelCall
from bridge.voice.gemini.outgoing import Replies, Reply
from bridge.voice.prompting import SAY, tool_reply

ERROR = "error"  # Gemini's own key for a call that failed

REPLY_LIMIT_S = 2.0  # for the server's next line; then there is nothing to say


class OpenCalls:
    def __init__(self, scheduling: str) -> None:
        self._scheduling = scheduling  # of a reply with a line, for models that do not wait
        self._calls: dict[str, ModelCall] = {}
        self.due_s: float | None = None

    def __bool__(self) -> bool:
        return bool(self._calls)

    def opened(self, call: ModelCall, now_s: float) -> None:
        if call.call_id:
            self._calls[call.call_id] = call
            self.due_s = now_s + REPLY_LIMIT_S

    def cancelled(self, call_ids: Collection[str]) -> None:
        for call_id in call_ids:
            self._calls.pop(call_id, None)
        if not self._calls:
            self.due_s = None

    def replies(self, line: Line | None, expectation: Expectation) -> Replies:
        """To all of them, the line in the last: they are open no more."""
        calls = list(self._calls.values())
        self.forget()
        last = len(calls) - 1
        return Replies(tuple(self.reply(call, tool_reply(line if i == last else None, expectation)) for i, call in enumerate(calls)))

    def reply(self, call: ModelCall, response: dict[str, Any]) -> Reply:
        says_something = any(value is not None for key, value in response.items() if key in (SAY, ERROR))
        scheduling = self._scheduling and (self._scheduling if says_something else "SILENT")
        return Reply(call.call_id, call.name, response, scheduling)

    def forget(self) -> None:
        self._calls.clear()
        self.due_s = None
