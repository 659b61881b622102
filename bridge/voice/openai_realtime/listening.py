"""What the callee means: each utterance is committed and asked about, and the tool that the model calls for it stays open until our next line.

Pure. A call that cannot be read is refused in words and asked for once more, and so is talk in place of a call; then the turn is not understood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bridge.brief import CallBrief, TurnControl
from bridge.events import Expectation, SpeechEnded, SpeechStarted, Tool, ToolCall, VoiceEvent
from bridge.voice.openai_realtime import outgoing
from bridge.voice.openai_realtime.incoming import Called, Committed, Transcribed, TurnStarted, TurnStopped
from bridge.voice.openai_realtime.outgoing import Message
from bridge.voice.openai_realtime.settings import Detection, RealtimeSettings
from bridge.voice.openai_realtime.turnstile import Active, HearJob, SpeakJob, Turnstile
from bridge.voice.openai_realtime.usage import transcription_usage
from bridge.voice.openai_realtime.utterances import Utterance, Utterances
from bridge.voice.prompting import read_tool_call, tool_reply

OPEN_TOOL_S = 2.0  # a tool's call is answered by then, with a line or with none
TRANSCRIPT_LIMIT_S = 4.0  # of a server that hears by it
FURTHEST_S = 5.0  # a provider's time of speech that is further from now counts from somewhere else


class Listening:
    """`send` puts a message out, `tell` an event."""

    def __init__(
        self,
        brief: CallBrief,
        settings: RealtimeSettings,
        *,
        turnstile: Turnstile,
        send: Callable[[Message], None],
        tell: Callable[[VoiceEvent], None],
    ) -> None:
        self.expectation = Expectation(None)
        self._brief = brief
        self._settings = settings
        self._turnstile = turnstile
        self._send = send
        self._tell = tell
        self._utterances = Utterances(has_transcripts=settings.transcription(brief) is not None)
        self._untranscribed: list[tuple[Utterance, float]] = []  # heard by their transcripts, which are not here yet
        self._open_tools: list[str] = []
        self._open_until_s = 0.0

    # -- speech --

    def speech_started(self, at_s: float, item_id: str = "") -> None:
        self._tell(SpeechStarted(at_s))
        self._utterances.started(at_s, item_id)
        self._close_tools()

    def speech_ended(self, at_s: float, now_s: float) -> None:
        utterance = self._utterances.ended(at_s)
        if utterance is None:
            return
        self._tell(SpeechEnded(at_s))
        if self._brief.turns is TurnControl.LOCAL:
            self._send(outgoing.commit())
        if self._settings.hears_by_transcript and not utterance.is_transcribed:
            self._untranscribed.append((utterance, now_s + TRANSCRIPT_LIMIT_S))
        else:
            self._turnstile.ask(HearJob(utterance))

    def on_turn(self, message: TurnStarted | TurnStopped | Committed, heard_s: float, now_s: float) -> None:
        """What the provider says about turns; it decides about them only where it was asked to."""
        if isinstance(message, Committed):
            self._utterances.committed(message.item_id)
        elif self._brief.turns is not TurnControl.PROVIDER:
            return
        elif isinstance(message, TurnStarted):
            self.speech_started(_time_s(message.at_ms + self._padding_ms(outgoing.PREFIX_MS), heard_s), message.item_id)
        else:
            self.speech_ended(_time_s(message.at_ms - self._padding_ms(outgoing.SILENCE_MS), heard_s), now_s)

    def on_transcribed(self, message: Transcribed, now_s: float) -> None:
        usage = transcription_usage(self._settings.transcription_name, message.usage)
        if usage is not None:
            self._tell(usage)
        utterance, events = self._utterances.transcribed(message.item_id, message.text)
        self._report(events, now_s)
        if utterance is not None and self._has_waited(utterance) and message.text.strip():
            self._turnstile.ask(HearJob(utterance))

    # -- tools --

    def on_called(self, active: Active, called: Called, now_s: float) -> None:
        """Servers tell the name, the arguments or both, and most of it twice."""
        job = active.job
        if not isinstance(job, HearJob) or active.cancelled_s is not None:
            return
        if called.name:
            active.names[called.call_id] = called.name
        name = active.names.get(called.call_id)
        if called.arguments is None or name is None or called.call_id in active.read:
            return
        active.read.add(called.call_id)
        call = read_tool_call(called.call_id, name, called.arguments or "{}", self._brief.questions)
        if isinstance(call, str):
            job.refused[called.call_id] = call
            return
        job.n_calls += 1
        self._report(self._utterances.called(job.utterance, call, now_s), now_s)

    def hearing_over(self, job: HearJob, now_s: float) -> None:
        is_lost = job.is_second and not job.n_calls
        lost = next(reversed(job.refused), None) if is_lost else None
        for call_id, reason in job.refused.items():
            if call_id != lost:
                self._send(outgoing.tool_output(call_id, {"error": reason}))
        if lost is not None:
            self._report(self._utterances.called(job.utterance, ToolCall(lost, Tool.NOT_UNDERSTOOD, {}), now_s), now_s)
        elif not job.n_calls and not job.is_second:
            if not job.refused:
                self._send(outgoing.user_text(outgoing.ASK_AGAIN))
            self._turnstile.ask(HearJob(job.utterance, is_second=True), is_first=True)

    def reply_with(self, job: SpeakJob) -> bool:
        """Hand the line to the model as the reply to its open tool call; False when there is none."""
        if not self._open_tools:
            return False
        last = self._open_tools.pop()
        self._close_tools()
        self._send(outgoing.tool_output(last, tool_reply(job.line, job.expectation)))
        return True

    def alarms(self) -> Iterator[tuple[float, Callable[[float], None]]]:
        if self._open_tools:
            yield self._open_until_s, self._on_no_line
        if (due_s := self._utterances.due_s()) is not None:
            yield due_s, lambda now_s: self._report(self._utterances.on_time(now_s), now_s)
        if self._untranscribed:
            yield self._untranscribed[0][1], self._on_no_transcript

    def _on_no_line(self, now_s: float) -> None:
        if self._turnstile.has_waiting_line:  # it will be the reply
            self._open_until_s = now_s + OPEN_TOOL_S
        else:
            self._close_tools()

    def _on_no_transcript(self, _now_s: float) -> None:
        utterance, _until_s = self._untranscribed.pop(0)
        self._turnstile.ask(HearJob(utterance))

    def _has_waited(self, utterance: Utterance) -> bool:
        """For its transcript; it does not any more."""
        n_before = len(self._untranscribed)
        self._untranscribed = [each for each in self._untranscribed if each[0] is not utterance]
        return len(self._untranscribed) < n_before

    def _report(self, events: list[VoiceEvent], now_s: float) -> None:
        for event in events:
            self._tell(event)
            if isinstance(event, ToolCall):
                self._open_tools.append(event.tool_call_id)
                self._open_until_s = now_s + OPEN_TOOL_S

    def _close_tools(self) -> None:
        """The model is never left waiting, and gets no response to speak in."""
        for call_id in self._open_tools:
            self._send(outgoing.tool_output(call_id, tool_reply(None, self.expectation)))
        self._open_tools.clear()

    def _padding_ms(self, padding_ms: int) -> int:
        return padding_ms if self._settings.detection is Detection.SERVER else 0


def _time_s(at_ms: int, heard_s: float) -> float:
    """Some servers count from the last turn instead of from the session's beginning: then now is the best that is known."""
    at_s = at_ms / 1000
    return at_s if heard_s - FURTHEST_S <= at_s <= heard_s else heard_s
