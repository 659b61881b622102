"""A call's conversation with the Live API, without I/O: lines, speech, messages and time go in, messages and events come out.

Pure. Decides when a line is sent, what becomes of it, and when a service that says nothing is given up; `Outlet` knows which sound is ours,
`Listening` what the callee meant. `now_s` is any clock that never goes back; times of speech are seconds of audio heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bridge.brief import CallBrief
from bridge.events import Expectation, Line, LineFailed, VoiceAudio, VoiceAudioEnd, VoiceEvent, VoiceFailed, VoiceFault, VoiceUsage
from bridge.voice.openai_live import outgoing
from bridge.voice.openai_live.faults import fault_of_end, fault_of_words
from bridge.voice.openai_live.incoming import (
    BackendBegan,
    BackendCalled,
    BackendOver,
    Delegated,
    Ended,
    HeardWords,
    Incoming,
    ProviderError,
    SecondsUsed,
    Sound,
    SpokenWords,
)
from bridge.voice.openai_live.listening import Listening
from bridge.voice.openai_live.outgoing import Message
from bridge.voice.openai_live.outlet import LineBroken, LineOver, LineSound, Outcome, Outlet
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.usage import SessionMeter, backend_usage

BEGIN_LIMIT_S = 5.0  # a line that is not begun by then is lost: the watchdog then tries again
STALL_S = 3.0  # without a piece of the stream that never pauses
QUIET_LIMIT_S = 1.0  # a line waits no longer for the model to stop saying the last one
MAX_ERRORS = 20


@dataclass(slots=True)
class _Asked:
    """The line that is to be said, or is being said."""

    line: Line
    since_s: float
    event_ids: tuple[str, ...] = ()  # of its commentaries; none: it is not sent yet


class Dialogue:
    """Whoever calls it takes what is in `messages` and `events` after each call, and calls `on_time` at `next_deadline`."""

    def __init__(self, brief: CallBrief, settings: LiveSettings, opened_s: float) -> None:
        self._settings = settings
        self.messages: list[Message] = []  # to be sent, in order
        self.events: list[VoiceEvent] = []
        self._outlet = Outlet()
        self._listening = Listening(brief, send=self._send, tell=self._tell)
        self._meter = SessionMeter(settings.model_name, opened_s)
        self._asked: _Asked | None = None
        self._said: LineOver | None = None  # last
        self._last_sound_s = 0.0
        self._n_events = 0
        self.is_closing = False
        self.is_dead = False
        self.n_lines = self.n_other_words = self.n_errors = 0

    @property
    def n_stray_ms(self) -> int:
        return self._outlet.n_stray_ms

    # -- from the conversation and the ear --

    def expect(self, expectation: Expectation) -> None:
        self._listening.expectation = expectation

    def speak(self, line: Line, now_s: float) -> None:
        if self.is_dead:
            return
        if self._asked is not None:
            self._tell(VoiceAudioEnd(self._asked.line.line_id))
            self._take_back(heard_ms=0)
        elif not self._outlet.is_quiet:
            self._send(outgoing.stop(heard_ms=0))  # it talks by itself, and nobody hears it
        self._listening.line_begins()
        self._asked = _Asked(line, now_s)
        self._advance(now_s)

    def words_of_line(self, line_id: int) -> str:
        return self._said.words if self._said is not None and self._said.line_id == line_id else ""

    def cancel(self, line_id: int, heard_ms: int) -> None:
        if not self.is_dead and self._asked is not None and self._asked.line.line_id == line_id:
            self._take_back(heard_ms)

    def speech_started(self, at_s: float, session_s: float) -> None:
        """`session_s` is the same moment on the service's timeline."""
        if not self.is_dead:
            self._listening.speech_started(at_s, session_s)

    def speech_ended(self, at_s: float, now_s: float) -> None:
        if not self.is_dead:
            self._listening.speech_ended(at_s, self._outlet.n_stray_ms, now_s)

    # -- from the service --

    def handle(self, message: Incoming, heard_s: float, now_s: float) -> None:
        """`heard_s` is how much audio of the callee there was so far."""
        if self.is_dead:
            return
        match message:
            case Sound():
                self._on_sound(message, now_s)
            case SpokenWords():
                self._outlet.words(message)
            case HeardWords():
                self._listening.on_words(message, heard_s, now_s)
            case SecondsUsed():
                self._tell_usage(self._meter.read(message.seconds))
            case Ended():
                self._on_ended(message)
            case ProviderError():
                self._on_error(message)
            case _:
                self._on_backend(message, heard_s, now_s)
        self._advance(now_s)

    def fail(self, reason: str, fault: VoiceFault) -> None:
        """The session is dead; said once, and not when we have ended it ourselves."""
        if not self.is_dead and not self.is_closing:
            self._tell(VoiceFailed(reason, fault))
        self.is_dead = True

    # -- time --

    def next_deadline(self) -> float | None:
        return None if self.is_dead or self.is_closing else min((due_s for due_s, _ring in self._alarms()), default=None)

    def on_time(self, now_s: float) -> None:
        for due_s, ring in list(self._alarms()):
            if due_s <= now_s and not self.is_dead:
                ring(now_s)
        self._advance(now_s)

    def _alarms(self) -> Iterator[tuple[float, Callable[[float], None]]]:
        asked = self._asked
        if asked is not None:
            yield max(asked.since_s, self._last_sound_s) + STALL_S, self._on_stalled
            if not asked.event_ids:
                yield asked.since_s + QUIET_LIMIT_S, lambda _now_s: self._send_line(asked)
            elif not self._outlet.has_begun:
                yield asked.since_s + BEGIN_LIMIT_S, lambda _now_s: self._lose_line("not said")
        yield from self._listening.alarms()

    def _on_stalled(self, _now_s: float) -> None:
        self.fail("no sound in time", VoiceFault.CUT if self._outlet.has_begun else VoiceFault.SILENT)

    # -- lines --

    def _advance(self, now_s: float) -> None:
        asked = self._asked
        if not self.is_dead and asked is not None and not asked.event_ids and self._outlet.is_quiet:
            self._send_line(asked)

    def _send_line(self, asked: _Asked) -> None:
        if asked.event_ids:
            return
        self.n_lines += 1
        self._send(outgoing.expected(self._listening.expectation))
        self._outlet.begin(asked.line)
        self._send_words(asked, asked.line.text)

    def _send_words(self, asked: _Asked, words: str) -> None:
        for part in outgoing.parts_of(words):
            self._n_events += 1
            asked.event_ids += (f"line-{asked.line.line_id}-{self._n_events}",)
            self._send(outgoing.commentary(asked.event_ids[-1], part))

    def _take_back(self, heard_ms: int) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and asked.event_ids:
            self._outlet.drop()
            self._send(outgoing.stop(heard_ms))

    def _lose_line(self, reason: str) -> None:
        asked = self._asked
        if asked is None:
            return
        self._take_back(heard_ms=0)
        self._tell(LineFailed(asked.line.line_id, reason))

    # -- what the service brings --

    def _on_sound(self, sound: Sound, now_s: float) -> None:
        self._last_sound_s = now_s
        for outcome in self._outlet.sound(sound.pcm):
            self._on_outcome(outcome, now_s)
        self._listening.model_talked(self._outlet.n_stray_ms, now_s)

    def _on_outcome(self, outcome: Outcome, now_s: float) -> None:
        match outcome:
            case LineSound():
                self._tell(VoiceAudio(outcome.line_id, outcome.pcm))
            case LineOver():
                self._asked = None
                self.n_other_words += not outcome.is_verbatim
                self._said = outcome
                self._tell_usage(self._meter.by_clock(now_s))
                self._tell(VoiceAudioEnd(outcome.line_id))
            case LineBroken():
                assert self._asked is not None, "what is broken off was asked for"
                self._send_words(self._asked, outcome.rest)
            case _:
                self._lose_line(outcome.reason)

    def _on_backend(self, message: Incoming, heard_s: float, now_s: float) -> None:
        match message:
            case Delegated():
                self._listening.on_delegated(message, heard_s)
            case BackendBegan():
                self._listening.on_began(message.delegation_id)
            case BackendCalled():
                self._listening.on_called(message, heard_s, now_s)
            case BackendOver():
                self._on_backend_over(message, heard_s, now_s)
            case _:
                pass  # that it is set up, its opening has waited for

    def _on_backend_over(self, over: BackendOver, heard_s: float, now_s: float) -> None:
        self._tell_usage(backend_usage(self._settings.backend_name, over.usage))
        fault = fault_of_words(over.code)
        if fault is not None:
            self.fail("the text model refuses to respond", fault)
            return
        self._listening.on_over(over, heard_s, now_s)

    def _on_ended(self, ended: Ended) -> None:
        self._tell_usage(self._meter.read(ended.seconds))
        self.fail("the service has ended the session", fault_of_end(ended.reason))

    def _on_error(self, error: ProviderError) -> None:
        self.n_errors += 1
        fault = fault_of_words(error.code, error.kind)
        if fault is not None:
            self.fail("the service says that the session cannot go on", fault)
        elif self.n_errors > MAX_ERRORS:
            self.fail("the service refuses what it is sent", VoiceFault.REFUSED)
        elif self._asked is not None and error.event_id in self._asked.event_ids:
            self._lose_line(error.code or "refused")

    # -- out --

    def _send(self, message: Message) -> None:
        self.messages.append(message)

    def _tell_usage(self, usage: VoiceUsage | None) -> None:
        if usage is not None:
            self._tell(usage)

    def _tell(self, event: VoiceEvent) -> None:
        self.events.append(event)
