"""What the callee said and what the model made of it, in the order that the conversation needs: started, ended, said, meant.

Pure. The transcript comes beside the model's answer and in no order with it, so a call waits a moment for the words that it is about.
"""

from __future__ import annotations

from collections.abc import Collection

from bridge.events import CalleeSaid, SpeechEnded, SpeechStarted, Tool, ToolCall, VoiceEvent

WORDS_LIMIT_S = 0.4  # for the transcript, after the call; and after a fragment for the next one
FRAGMENT_S = 0.1  # a call waits no longer for the next fragment
CONFIDENCE = 0.8  # the provider gives none


class Hearing:
    def __init__(self, out: list[VoiceEvent]) -> None:
        self._out = out
        self._started_s = 0.0
        self._ended_s: float | None = 0.0  # None: the callee speaks
        self._words = ""
        self._quoted = ""  # said in place of a transcript
        self._is_said = False
        self._calls: list[ToolCall] = []
        self.due_s: float | None = None

    def started(self, event: SpeechStarted) -> None:
        self._tell()
        self._out.append(event)
        self._started_s, self._ended_s = event.at_s, None
        self._is_said, self._quoted = False, ""

    def ended(self, event: SpeechEnded, now_s: float) -> None:
        self._out.append(event)
        self._ended_s = event.at_s
        if self._calls and self._words.strip():
            self._tell()
        elif self._calls or self._words.strip():
            self._wait(now_s + WORDS_LIMIT_S)

    def fragment(self, text: str, now_s: float, *, is_last: bool) -> None:
        self._words += text
        if self._ended_s is None or not self._words.strip():
            return
        if is_last:
            self._tell()
        elif self._calls:
            self._wait(now_s + FRAGMENT_S)
        else:
            self.due_s = now_s + WORDS_LIMIT_S

    def called(self, call: ToolCall, now_s: float) -> None:
        self._calls.append(call)
        is_over = self._ended_s is not None
        if is_over and (self._is_said or self._words.strip()):
            self._tell()
        else:
            self._wait(now_s + WORDS_LIMIT_S)

    def cancelled(self, call_ids: Collection[str]) -> None:
        """The model takes calls back that nobody has been told of; an opt-out is never taken back."""
        self._calls = [call for call in self._calls if call.tool_call_id not in call_ids or call.tool is Tool.OPT_OUT]

    def on_time(self, now_s: float) -> None:
        if self.due_s is not None and now_s >= self.due_s:
            self._tell()

    def _wait(self, until_s: float) -> None:
        self.due_s = until_s if self.due_s is None else min(self.due_s, until_s)

    def _tell(self) -> None:
        self.due_s = None
        if self._ended_s is not None:
            self._say(self._ended_s)
        self._out += self._calls
        self._calls = []

    def _say(self, ended_s: float) -> None:
        words, self._words = self._words.strip(), ""
        if words and words.casefold() == self._quoted.casefold():
            return
        if not words and not self._is_said:
            words = self._quoted = _quote(self._calls)
        if words:
            self._is_said = True
            self._out.append(CalleeSaid(words, self._started_s, ended_s, CONFIDENCE))


def _quote(calls: list[ToolCall]) -> str:
    quotes = (call.arguments.get("quote") for call in calls)
    return next((quote.strip() for quote in quotes if isinstance(quote, str) and quote.strip()), "")
