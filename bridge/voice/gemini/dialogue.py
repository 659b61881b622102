"""One call's side of the talk with Gemini Live: the server's lines and the callee's audio in, messages and voice events out.

Pure. `out` and `events` are emptied by whoever calls; `now_s` never goes back. What the model says on its own is counted and goes nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bridge.brief import CallBrief, TurnControl
from bridge.events import (
    Expectation,
    Line,
    LineFailed,
    LineSaid,
    Samples,
    SpeechEnded,
    SpeechStarted,
    Tool,
    ToolCall,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceEvent,
    VoiceUsage,
    WordSource,
)
from bridge.voice.ear import pause_s
from bridge.voice.gemini.calls import ERROR, OpenCalls
from bridge.voice.gemini.fidelity import Fidelity
from bridge.voice.gemini.hearing import Hearing
from bridge.voice.gemini.incoming import (
    Called,
    Cancelled,
    GenerationOver,
    Incoming,
    Interrupted,
    ModelCall,
    Sound,
    Spoken,
    Transcript,
    TurnOver,
    Used,
)
from bridge.voice.gemini.outgoing import ActivityEnd, ActivityStart, Outgoing, Replies, Told
from bridge.voice.gemini.settings import GeminiSettings
from bridge.voice.gemini.turns import LineBroken, LineDone, NoTool, Turns, Verdict
from bridge.voice.gemini.uplink import Passed, Uplink
from bridge.voice.gemini.utterance import LineSound
from bridge.voice.prompting import directive, read_tool_call, tool_reply

SOUND_LIMIT_S = 5.0  # without a sign of a line that was asked for: the session is stalled
CALL_A_TOOL = "Call a tool."


class Dialogue:
    def __init__(self, brief: CallBrief, settings: GeminiSettings) -> None:
        self.out: list[Outgoing] = []
        self.events: list[VoiceEvent] = []
        self.n_sounds_dropped = 0
        self._questions = brief.questions
        self._is_local = brief.turns is TurnControl.LOCAL
        self._settings = settings
        self._uplink = Uplink(brief.turns)
        self._hearing = Hearing(self.events)
        self._turns = Turns()
        self._calls = OpenCalls(settings.capability.reply_scheduling)
        self._expectation = Expectation(None)
        self._sound = LineSound()
        self._fidelity = Fidelity()
        self._line_due_s: float | None = None
        self._n_sessions = 1
        self._n_refused = 0  # since the callee spoke
        self._is_told = False  # this session knows what is asked

    @property
    def is_quiet(self) -> bool:
        """A turn boundary: nobody speaks and nobody is waited for."""
        return self._turns.is_quiet and self._uplink.is_quiet and not self._calls

    def n_lines_said_otherwise(self) -> int:
        """Whole lines, by the provider's own transcript; to be asked at the end."""
        return self._fidelity.n_said_otherwise()

    @property
    def has_line_begun(self) -> bool:
        """A line is half said."""
        return self._turns.has_begun

    def next_due_s(self) -> float | None:
        dues = [due for due in (self._hearing.due_s, self._calls.due_s, self._line_due_s) if due is not None]
        return min(dues) if dues else None

    # -- the server's --

    def expect(self, expectation: Expectation) -> None:
        self._expectation = expectation
        self._uplink.ear.pause_s = pause_s(expectation)

    def speak(self, line: Line, now_s: float) -> None:
        self._fidelity.asked(line)
        self._is_told = True
        is_reply = bool(self._calls)
        self.out.append(self._calls.replies(line, self._expectation) if is_reply else Told(directive(line, self._expectation)))
        self._turns.ask(line, now_s, waits_for_tools=self._settings.capability.waits_for_tools, is_reply=is_reply)
        self._sound = LineSound()
        self._line_due_s = now_s + SOUND_LIMIT_S
        self._uplink.is_blocked = self._is_local

    def cancel(self, line_id: int) -> None:
        """The provider is not told how much was heard, it has no word for that; the callee's activity interrupts what it still generates."""
        line = self._turns.line
        if line is not None and line.line_id == line_id:
            self._turns.drop()
            self._line_is_over()
        self._fidelity.is_whole = False

    def hear(self, pcm: Samples, now_s: float) -> None:
        for passed in self._uplink.hear(pcm):
            self._pass_on(passed, now_s)

    # -- the model's --

    def take(self, incoming: Incoming, now_s: float) -> None:
        if self._line_due_s is not None and not isinstance(incoming, Transcript | Spoken | Used):
            self._line_due_s = now_s + SOUND_LIMIT_S
        match incoming:
            case Sound():
                self._on_sound(incoming.pcm, now_s)
            case Transcript():
                self._hearing.fragment(incoming.text, now_s, is_last=incoming.is_last)
            case Spoken():
                self._on_words(incoming.text)
            case Called():
                self._on_called(incoming.calls, now_s)
            case Cancelled():
                self._calls.cancelled(incoming.call_ids)
                self._hearing.cancelled({self._own_id(call_id) for call_id in incoming.call_ids})
            case Interrupted():
                self._on_interrupted()
            case GenerationOver():
                self._judge(self._turns.generated())
            case TurnOver():
                self._judge(self._turns.over(incoming.reason))
            case Used():
                self.events.append(VoiceUsage(self._settings.model, incoming.amounts))
            case _:
                raise AssertionError("what is about the connection does not come here")

    def on_time(self, now_s: float) -> None:
        self._hearing.on_time(now_s)
        if self._calls.due_s is not None and now_s >= self._calls.due_s:
            self.out.append(self._calls.replies(None, self._expectation))
        if self._line_due_s is not None and now_s >= self._line_due_s:
            self._fail_line("no sound came")
            self._turns.forget()  # whatever it was that did not end

    def renewed(self, now_s: float, *, is_resumed: bool) -> None:
        """Another session took the place of the last: with its memory, or with nothing but the instruction."""
        line, has_begun = self._turns.line, self._turns.has_begun
        self._n_sessions += 1
        self._turns.forget()
        self._calls.forget()
        if line is not None and has_begun:
            self._fail(line, "the session ended in the middle")
        elif line is not None:
            self.speak(line, now_s)
        elif not is_resumed:
            self._tell_question()

    # -- the callee's audio --

    def _pass_on(self, passed: Passed, now_s: float) -> None:
        match passed:
            case SpeechStarted():
                self._hearing.started(passed)
                if not self._is_local:
                    self._callee_begins()
            case SpeechEnded():
                self._hearing.ended(passed, now_s)
                if not self._is_local:
                    self._turns.callee_ended()
            case _:
                self._send(passed)

    def _send(self, message: Outgoing) -> None:
        if isinstance(message, ActivityStart):
            self._callee_begins()
        if isinstance(message, ActivityEnd):
            self._turns.callee_ended()
        self.out.append(message)

    def _tell_question(self) -> None:
        self._is_told = True
        self.out.append(Told(json.dumps(tool_reply(None, self._expectation)), is_turn=False))

    def _callee_begins(self) -> None:
        self._n_refused = 0
        if not self._is_told:  # it took the place of a session that had asked
            self._tell_question()
        if self._calls:
            self.out.append(self._calls.replies(None, self._expectation))
        self._turns.callee_began()

    # -- lines --

    def _on_sound(self, pcm: bytes, now_s: float) -> None:
        line = self._turns.sound(now_s)
        if line is None:
            self.n_sounds_dropped += 1
            return
        samples = self._sound.take(pcm)
        if samples is not None:
            self.events.append(VoiceAudio(line.line_id, samples))
        elif self._sound.is_silent:
            self._fail_line("silent audio")

    def _on_words(self, text: str) -> None:
        self._fidelity.spoken(text)
        self._tell_words(self._turns.line_of_words, text)

    def _on_interrupted(self) -> None:
        verdict = self._turns.interrupted()
        if isinstance(verdict, LineDone):
            self._tell_words(verdict.line, "", is_broken_off=True)
        self._judge(verdict)

    def _tell_words(self, line: Line | None, text: str, *, is_broken_off: bool = False) -> None:
        if line is not None:
            self.events.append(LineSaid(line.line_id, text, self._sound.told_ms, WordSource.UNTIMED, is_broken_off))

    def _judge(self, verdict: Verdict) -> None:
        match verdict:
            case LineDone() if self._sound.has_begun:
                self.events.append(VoiceAudioEnd(verdict.line.line_id))
                self._fidelity.is_whole = True
                self._line_is_over()
            case LineDone():
                self._fail(verdict.line, "silent audio")
            case LineBroken():
                self._fail(verdict.line, verdict.reason)
            case NoTool():
                self.out.append(Told(CALL_A_TOOL))

    def _fail_line(self, reason: str) -> None:
        if (line := self._turns.line) is not None:
            self._turns.drop()
            self._fail(line, reason)

    def _fail(self, line: Line, reason: str) -> None:
        self.events.append(LineFailed(line.line_id, reason))
        self._line_is_over()

    def _line_is_over(self) -> None:
        self._line_due_s = None
        for message in self._uplink.release():
            self._send(message)

    # -- calls --

    def _on_called(self, calls: Sequence[ModelCall], now_s: float) -> None:
        is_late = self._turns.line is not None  # the server went on without it
        taken = [call for call in calls if self._is_taken(call, now_s)]
        self._turns.called(now_s, is_taken=bool(taken))
        if is_late and self._calls:
            self.out.append(self._calls.replies(None, self._expectation))

    def _is_taken(self, call: ModelCall, now_s: float) -> bool:
        """False for a call that the model was told to mend."""
        meant = read_tool_call(self._own_id(call.call_id), call.name, call.arguments, self._questions)
        if isinstance(meant, str) and not self._n_refused and call.call_id:
            self._n_refused += 1
            self.out.append(Replies((self._calls.reply(call, {ERROR: meant}),)))
            return False
        if isinstance(meant, str):
            quote = call.arguments.get("quote")
            meant = ToolCall(self._own_id(call.call_id), Tool.NOT_UNDERSTOOD, {"quote": quote if isinstance(quote, str) else ""})
        self._calls.opened(call, now_s)
        self._hearing.called(meant, now_s)
        return True

    def _own_id(self, call_id: str) -> str:
        """A session that takes another's place may count its calls from the beginning."""
        return f"{self._n_sessions}-{call_id}"
