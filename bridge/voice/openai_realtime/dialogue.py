"""A call's conversation with the server, without I/O: what the server owns goes in (lines, speech, messages, time), messages and events come out.

Pure. Decides when a response is asked for, what its messages mean, and when a provider that says nothing is given up; `Listening` knows what the
callee meant. `now_s` is any clock that never goes back; times of speech are seconds of audio heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bridge.brief import CallBrief
from bridge.events import Expectation, Line, LineFailed, VoiceAudio, VoiceAudioEnd, VoiceEvent, VoiceFailed, VoiceFault
from bridge.voice.openai_realtime import outgoing
from bridge.voice.openai_realtime.faults import ALREADY_ACTIVE, fault_of_words
from bridge.voice.openai_realtime.incoming import (
    AudioPiece,
    Called,
    Incoming,
    ProviderError,
    ResponseBegan,
    ResponseOver,
    SessionSet,
    Transcribed,
    WordsPiece,
)
from bridge.voice.openai_realtime.listening import Listening
from bridge.voice.openai_realtime.outgoing import Message
from bridge.voice.openai_realtime.settings import RealtimeSettings, Truncate
from bridge.voice.openai_realtime.spoken import SpokenLine
from bridge.voice.openai_realtime.turnstile import CANCEL_LIMIT_S, Active, HearJob, SpeakJob, Turnstile
from bridge.voice.openai_realtime.usage import response_usage
from bridge.voice.prompting import directive, system_instruction

STALL_S = 5.0  # without a word about the response that we asked for: the conversation itself gives up after 8
HEAR_LIMIT_S = 3.0  # a line waits no longer for what the callee meant
MAX_ERRORS = 20

_INCOMPLETE = frozenset({"failed", "incomplete", "cancelled"})


class Dialogue:
    """Whoever calls it takes what is in `messages` and `events` after each call, and calls `on_time` at `next_deadline`."""

    def __init__(self, brief: CallBrief, settings: RealtimeSettings) -> None:
        self._settings = settings
        self._instruction = system_instruction(brief)
        self.messages: list[Message] = []  # to be sent, in order
        self.events: list[VoiceEvent] = []
        self._turnstile = Turnstile(self._send)
        self._listening = Listening(brief, settings, turnstile=self._turnstile, send=self._send, tell=self._tell)
        self._spoken: SpokenLine | None = None
        self.is_dead = False
        self.n_lines = self.n_other_words = self.n_stray_pieces = self.n_errors = 0

    # -- from the conversation and the ear --

    def expect(self, expectation: Expectation) -> None:
        self._listening.expectation = expectation

    def speak(self, line: Line, now_s: float) -> None:
        if self.is_dead:
            return
        self._supersede(now_s)
        self._turnstile.ask(SpeakJob(line, self._listening.expectation))
        self._advance(now_s)

    def words_of_line(self, line_id: int) -> str:
        spoken = self._spoken
        return spoken.words if spoken is not None and spoken.line.line_id == line_id else ""

    def cancel(self, line_id: int, heard_ms: int, now_s: float) -> None:
        for job in self._turnstile.drop_lines():
            if job.line.line_id != line_id:
                self._turnstile.ask(job)
        spoken = self._spoken
        if self.is_dead or spoken is None or spoken.line.line_id != line_id or spoken.is_cut:
            return
        spoken.is_cut = True
        is_over = self._active_line() is not spoken
        if not is_over:
            self._turnstile.cancel(now_s)
        if self._settings.truncate is Truncate.EXACT:
            for cut in spoken.truncations(heard_ms, is_over=is_over):
                self._send(outgoing.truncate(cut.item_id, cut.content_index, cut.audio_end_ms))

    def speech_started(self, at_s: float) -> None:
        self._listening.speech_started(at_s)

    def speech_ended(self, at_s: float, now_s: float) -> None:
        self._listening.speech_ended(at_s, now_s)
        self._advance(now_s)

    # -- from the server --

    def handle(self, message: Incoming, heard_s: float, now_s: float) -> None:
        """`heard_s` is how much audio of the callee there was so far."""
        if self.is_dead:
            return
        match message:
            case AudioPiece() | WordsPiece():
                self._on_piece(message, now_s)
            case ResponseBegan():
                self._turnstile.began(message.response_id, message.asked_by, now_s)
            case Called():
                self._on_called(message, now_s)
            case ResponseOver():
                self._on_over(message, now_s)
            case ProviderError():
                self._on_error(message, now_s)
            case Transcribed():
                self._listening.on_transcribed(message, now_s)
            case SessionSet():
                pass  # its opening has waited for it
            case _:
                self._listening.on_turn(message, heard_s, now_s)
        self._advance(now_s)

    def fail(self, reason: str, fault: VoiceFault) -> None:
        """The session is dead; said once."""
        if not self.is_dead:
            self.is_dead = True
            self._tell(VoiceFailed(reason, fault))

    # -- time --

    def next_deadline(self) -> float | None:
        return None if self.is_dead else min((due_s for due_s, _ring in self._alarms()), default=None)

    def on_time(self, now_s: float) -> None:
        for due_s, ring in list(self._alarms()):
            if due_s <= now_s and not self.is_dead:
                ring(now_s)
        self._advance(now_s)

    def _alarms(self) -> Iterator[tuple[float, Callable[[float], None]]]:
        active = self._turnstile.active
        if active is not None:
            yield self._due_s(active), self._on_stalled
        yield from self._listening.alarms()

    def _due_s(self, active: Active) -> float:
        if active.cancelled_s is not None:
            return active.cancelled_s + CANCEL_LIMIT_S
        if isinstance(active.job, HearJob) and self._turnstile.has_waiting_line:
            return min(active.asked_s + HEAR_LIMIT_S, active.last_s + STALL_S)
        return active.last_s + STALL_S

    def _on_stalled(self, now_s: float) -> None:
        active = self._turnstile.active
        assert active is not None, "the alarm is that of the active response"
        if active.cancelled_s is not None:
            self._turnstile.over(active)
        elif isinstance(active.job, SpeakJob):
            has_sound = self._spoken is not None and self._spoken.has_sound
            begun = VoiceFault.CUT if has_sound else VoiceFault.SILENT
            self.fail("no sound in time", begun if active.is_begun else VoiceFault.UNREACHABLE)
        else:
            self._turnstile.cancel(now_s)

    # -- asking for responses --

    def _advance(self, now_s: float) -> None:
        if self.is_dead:
            return
        job = self._turnstile.take_next()
        if isinstance(job, SpeakJob):
            self._begin_line(job, now_s)
        elif isinstance(job, HearJob):
            self._send(outgoing.hearing(self._turnstile.begin(job, now_s), self._settings.dialect))

    def _begin_line(self, job: SpeakJob, now_s: float) -> None:
        if job.instructions is None:
            job.instructions = self._tell_line(job)
            self.n_lines += 1
        self._spoken = SpokenLine(job.line, self._settings.output_rate_hz)
        self._send(outgoing.speaking(self._turnstile.begin(job, now_s), self._settings.dialect, job.instructions))

    def _tell_line(self, job: SpeakJob) -> str:
        """In the reply to the tool that waits for it, else in a message of its own; returns the instructions for its response."""
        if self._listening.reply_with(job):
            return ""
        self._send(outgoing.user_text(directive(job.line, job.expectation)))
        return outgoing.line_instructions(self._instruction, job.line.text)

    def _supersede(self, now_s: float) -> None:
        """One line at a time: what was to be said before is over."""
        for job in self._turnstile.drop_lines():
            self._tell(VoiceAudioEnd(job.line.line_id))
        spoken = self._active_line()
        if spoken is not None and not spoken.is_cut:
            spoken.is_cut = True
            self._tell(VoiceAudioEnd(spoken.line.line_id))
            self._turnstile.cancel(now_s)

    def _active_line(self) -> SpokenLine | None:
        """The line that is being produced."""
        active = self._turnstile.active
        return self._spoken if active is not None and isinstance(active.job, SpeakJob) else None

    # -- what a response brings --

    def _on_piece(self, piece: AudioPiece | WordsPiece, now_s: float) -> None:
        active = self._turnstile.owner(piece.response_id, now_s)
        spoken = self._active_line()
        if active is None or spoken is None:
            self.n_stray_pieces += isinstance(piece, AudioPiece)
            return
        if isinstance(piece, WordsPiece):
            spoken.words += piece.text
            return
        pcm = spoken.take(piece)
        if pcm.size and not spoken.is_cut:
            self._tell(VoiceAudio(spoken.line.line_id, pcm))

    def _on_called(self, called: Called, now_s: float) -> None:
        active = self._turnstile.owner(called.response_id, now_s)
        if active is not None:
            self._listening.on_called(active, called, now_s)

    def _on_over(self, over: ResponseOver, now_s: float) -> None:
        usage = response_usage(self._settings.model_name, over.usage)
        if usage is not None:
            self._tell(usage)
        for call in over.calls:
            self._on_called(call, now_s)
        active = self._turnstile.owner(over.response_id, now_s)
        if active is None:
            return
        fault = fault_of_words(over.reason, over.error_type) if over.status == "failed" else None
        if fault is not None:
            self.fail("the provider refuses a response", fault)
        else:
            self._settle(active, over, now_s)

    def _settle(self, active: Active, over: ResponseOver, now_s: float) -> None:
        spoken = self._active_line()
        self._turnstile.over(active)
        if spoken is not None:
            self._line_over(spoken, over)
        elif isinstance(active.job, HearJob) and active.cancelled_s is None:
            self._listening.hearing_over(active.job, now_s)

    def _line_over(self, spoken: SpokenLine, over: ResponseOver) -> None:
        line_id = spoken.line.line_id
        if spoken.is_cut:
            return
        if over.status in _INCOMPLETE:
            self._tell(LineFailed(line_id, over.reason or over.status))
        elif not spoken.has_sound:
            self._tell(LineFailed(line_id, "no sound"))
        else:
            self.n_other_words += not spoken.is_verbatim
            self._tell(VoiceAudioEnd(line_id))

    # -- errors --

    def _on_error(self, error: ProviderError, now_s: float) -> None:
        self.n_errors += 1
        fault = fault_of_words(error.code, error.kind)
        active = self._turnstile.active
        if fault is not None:
            self.fail("the provider says that the session cannot go on", fault)
        elif self.n_errors > MAX_ERRORS:
            self.fail("the provider refuses what it is sent", VoiceFault.REFUSED)
        elif active is not None and error.event_id and error.event_id == active.event_id:
            self._on_refused(active, error.code, now_s)

    def _on_refused(self, active: Active, code: str, now_s: float) -> None:
        """The request for a response itself; one that is only too early waits."""
        spoken = self._active_line()
        is_cut = spoken is not None and spoken.is_cut
        if code != ALREADY_ACTIVE or is_cut:
            self._turnstile.over(active)
        elif self._turnstile.stands_in_the_way(now_s):
            return
        if spoken is not None and not is_cut:
            self._tell(LineFailed(spoken.line.line_id, code or "refused"))

    # -- out --

    def _send(self, message: Message) -> None:
        self.messages.append(message)

    def _tell(self, event: VoiceEvent) -> None:
        self.events.append(event)
