"""What the callee means: the tools that the text model calls for each utterance, and their replies.

Pure. A call stays open until our next line, until the callee speaks again, or for 2 s. Its reply never holds the line: the text model would hand it
to the voice model, and it would be said twice, because lines are commentary. A call that cannot be read is refused in words once, then the turn is
not understood; what brings no call at all is asked about once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bridge.brief import CallBrief
from bridge.events import Expectation, SpeechEnded, SpeechStarted, Tool, ToolCall, VoiceEvent
from bridge.voice.openai_live.backend import Backend
from bridge.voice.openai_live.incoming import BackendCalled, BackendOver, Delegated, HeardWords
from bridge.voice.openai_live.outgoing import Message
from bridge.voice.openai_live.utterances import Utterance, Utterances
from bridge.voice.prompting import read_tool_call, tool_reply

OPEN_TOOL_S = 2.0  # a tool's call is answered by then, with a line or with none
ASK_AGAIN_S = 2.5  # after speech without a call: the conversation itself asks again after 4
BUSY_S = 1.5  # more, while the text model is at work
TALK_MS = 300  # of the model's own talk in reply: then it will call nothing
_KEPT = 32


class Listening:
    """`send` puts a message out, `tell` an event."""

    def __init__(self, brief: CallBrief, *, send: Callable[[Message], None], tell: Callable[[VoiceEvent], None]) -> None:
        self.expectation = Expectation(None)
        self._questions = brief.questions
        self._tell = tell
        self._utterances = Utterances()
        self._backend = Backend(send)
        self._delegations: dict[str, Utterance] = {}
        self._asked: Utterance | None = None  # the one that we asked the text model about ourselves
        self._open_tools: list[str] = []
        self._open_until_s = 0.0
        self._stray_ms_at_end = 0

    # -- speech --

    def speech_started(self, at_s: float, session_s: float) -> None:
        self._tell(SpeechStarted(at_s))
        self._utterances.started(at_s, session_s)
        self.close_tools()

    def speech_ended(self, at_s: float, stray_ms: int, now_s: float) -> None:
        utterance = self._utterances.ended(at_s)
        if utterance is None:
            return
        self._tell(SpeechEnded(at_s))
        utterance.ask_at_s = now_s + ASK_AGAIN_S
        self._stray_ms_at_end = stray_ms

    def on_words(self, words: HeardWords, heard_s: float, now_s: float) -> None:
        session_s = None if words.start_ms is None else words.start_ms / 1000
        self._utterances.heard(self._utterances.at(session_s, heard_s), words.text, now_s)

    # -- the text model --

    def on_delegated(self, delegated: Delegated, heard_s: float) -> None:
        session_s = None if delegated.offset_ms is None else delegated.offset_ms / 1000
        self._delegations[delegated.delegation_id] = self._utterances.meant_at(session_s, heard_s)
        if len(self._delegations) > _KEPT:
            del self._delegations[next(iter(self._delegations))]

    def on_began(self, delegation_id: str) -> None:
        self._backend.began(delegation_id)

    def on_called(self, called: BackendCalled, heard_s: float, now_s: float) -> None:
        self._backend.called(called.delegation_id, called.call_id)
        utterance = self._utterance_of(called.delegation_id, heard_s)
        call = read_tool_call(called.call_id, called.name, called.arguments or "{}", self._questions)
        if isinstance(call, ToolCall):
            self._report(self._utterances.called(utterance, call, now_s), now_s)
            return
        utterance.n_refused += 1
        if utterance.n_refused == 1:
            self._backend.answer(called.call_id, {"error": call})
            return
        lost = ToolCall(called.call_id, Tool.NOT_UNDERSTOOD, {})
        self._report(self._utterances.called(utterance, lost, now_s), now_s)

    def on_over(self, over: BackendOver, heard_s: float, now_s: float) -> None:
        """One that brought no call is as good as none."""
        n_calls = self._backend.over(over.delegation_id, is_complete=over.is_complete)
        utterance = self._utterance_of(over.delegation_id, heard_s)
        if not n_calls and not utterance.is_answered and utterance.ask_at_s is not None:
            utterance.ask_at_s = now_s

    # -- our lines --

    def line_begins(self) -> None:
        """The interview goes on: what waited for it is over."""
        self.close_tools()
        self._utterances.answered()

    def close_tools(self) -> None:
        """The model is never left waiting."""
        open_tools, self._open_tools = self._open_tools, []
        for call_id in open_tools:
            self._backend.answer(call_id, tool_reply(None, self.expectation))

    # -- time --

    def model_talked(self, stray_ms: int, now_s: float) -> None:
        """How much of its own talk there was so far."""
        utterance = self._utterances.to_ask()
        if utterance is not None and utterance.ask_at_s is not None and stray_ms >= self._stray_ms_at_end + TALK_MS:
            utterance.ask_at_s = min(utterance.ask_at_s, now_s)

    def alarms(self) -> Iterator[tuple[float, Callable[[float], None]]]:
        if self._open_tools:
            yield self._open_until_s, lambda _now_s: self.close_tools()
        if (due_s := self._utterances.due_s()) is not None:
            yield due_s, lambda now_s: self._report(self._utterances.on_time(now_s), now_s)
        utterance = self._utterances.to_ask()
        if utterance is not None and utterance.ask_at_s is not None:
            wait_s = BUSY_S if self._backend.is_busy else 0.0
            yield utterance.ask_at_s + wait_s, lambda _now_s: self._ask_again(utterance)

    def _ask_again(self, utterance: Utterance) -> None:
        utterance.was_asked_again = True
        self._asked = utterance
        self._backend.ask(utterance.text.strip())

    def _utterance_of(self, delegation_id: str, heard_s: float) -> Utterance:
        known = self._delegations.get(delegation_id) if delegation_id else self._asked
        return known if known is not None else self._utterances.meant_at(None, heard_s)

    def _report(self, events: list[VoiceEvent], now_s: float) -> None:
        for event in events:
            self._tell(event)
            if isinstance(event, ToolCall):
                self._open_tools.append(event.tool_call_id)
                self._open_until_s = now_s + OPEN_TOOL_S
