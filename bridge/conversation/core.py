"""The call without I/O: what happened and when go in, what is to be done comes out.

Pure. Decides what each event means at this point of the call; `Closing` knows how calls end, `Mouth` when a line may be said,
`Interview` what is asked, `Reception` what a voice's report is worth.
"""

from __future__ import annotations

from dataclasses import replace

from bridge.brief import CallBrief, ChannelLayout, TurnControl
from bridge.commands import Announce, Command, SaveTurn
from bridge.conversation.answering import Answering
from bridge.conversation.calling_back import CallingBack
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.handing_off import HandingOff
from bridge.conversation.last_question import notice_s
from bridge.conversation.led_by_a_rep import LedByARep
from bridge.conversation.mouth import DISCLOSURE_KEY, Mouth, Purpose, SaidLine, Utterance
from bridge.conversation.offering_slots import OfferingSlots
from bridge.conversation.opting_out import OptingOut
from bridge.conversation.owning_up import OwningUp
from bridge.conversation.questioning import Questioning
from bridge.conversation.reception import Reception
from bridge.conversation.refusing_recording import RefusingRecording
from bridge.conversation.timers import Timer, Timers
from bridge.conversation.transcript import Transcript
from bridge.conversation.turn_taking import TurnTaking
from bridge.events import (
    CalleeSaid,
    CallEvent,
    DeskFailed,
    DeskTask,
    DuplexChanged,
    HeardSoFar,
    LineBegan,
    LineEnded,
    LineHeard,
    LineSaid,
    MediaSilent,
    OptOutSaved,
    Outcome,
    Progress,
    SpeechEnded,
    SpeechStarted,
    StreamClosed,
    StreamOpened,
    Tool,
    ToolCall,
    VoiceFailed,
)
from bridge.notes import EndPolitely, NoRep, ProviderEnded, RepAccepted, RepReady, TakeOver, Whisper
from bridge.ports import VoiceTraits
from bridge.reports import Proof
from bridge.slots import SlotBooked, SlotsFound
from bridge.turns import Floor, TurnPolicy

# On a line that gives our own voice back we hear nothing while we say our first words (half-duplex, until our voice can be taken
# out), so there the callee's "hello?", or a machine's greeting, comes first.
LISTEN_FIRST_S = 1.0
HARD_STOP_S = 10.0  # after the longest time a call may take


class Conversation:
    """One call. Times are seconds since the media stream opened and never go back."""

    def __init__(self, brief: CallBrief, *, traits: VoiceTraits) -> None:
        self._brief = brief
        self._out: list[Command] = []
        self._timers = Timers()
        policy = TurnPolicy(brief.language, brief.turns if brief.turns in traits.turns else TurnControl.LOCAL)
        self._floor = Floor(policy)
        self._transcript = Transcript()
        self._traits = traits
        disclosure = traits.clips.get(brief.lines.disclosure)
        self._transcript.disclosure_sha256 = disclosure.sha256 if disclosure is not None else ""
        self._mouth = Mouth(out=self._out, timers=self._timers, floor=self._floor, transcript=self._transcript, proof_of=traits.proof_of)
        self._closing = Closing(out=self._out, mouth=self._mouth, timers=self._timers, transcript=self._transcript)
        self._opting_out = OptingOut(brief, out=self._out, mouth=self._mouth, floor=self._floor, timers=self._timers, closing=self._closing)
        self._offering = OfferingSlots(brief, out=self._out, mouth=self._mouth, floor=self._floor, timers=self._timers, closing=self._closing)
        self._handing_off = HandingOff(brief, out=self._out, mouth=self._mouth, timers=self._timers, closing=self._closing, offering=self._offering)
        self._calling_back = CallingBack(brief, out=self._out, mouth=self._mouth, floor=self._floor, closing=self._closing)
        self._answering = Answering(
            brief, out=self._out, mouth=self._mouth, timers=self._timers, transcript=self._transcript, closing=self._closing, begin=self._begin
        )
        self._questioning = Questioning(
            brief,
            out=self._out,
            mouth=self._mouth,
            timers=self._timers,
            closing=self._closing,
            opting_out=self._opting_out,
            handing_off=self._handing_off,
            calling_back=self._calling_back,
            offering=self._offering,
        )
        self._join_what_listens(brief, policy)

    def _join_what_listens(self, brief: CallBrief, policy: TurnPolicy) -> None:
        self._refusing_recording = RefusingRecording(
            brief, out=self._out, mouth=self._mouth, transcript=self._transcript, closing=self._closing, questioning=self._questioning
        )
        self._led = LedByARep(
            out=self._out,
            mouth=self._mouth,
            transcript=self._transcript,
            closing=self._closing,
            opting_out=self._opting_out,
            handing_off=self._handing_off,
            questioning=self._questioning,
        )
        self._owning_up = OwningUp(brief, out=self._out, mouth=self._mouth, closing=self._closing, questioning=self._questioning)
        self._turns = TurnTaking(
            brief.limits,
            policy,
            out=self._out,
            mouth=self._mouth,
            floor=self._floor,
            timers=self._timers,
            closing=self._closing,
            answering=self._answering,
            questioning=self._questioning,
            is_half_duplex=self._is_mixed(),
        )
        self._reception = Reception(
            brief,
            out=self._out,
            mouth=self._mouth,
            floor=self._floor,
            closing=self._closing,
            opting_out=self._opting_out,
            handing_off=self._handing_off,
            questioning=self._questioning,
            calling_back=self._calling_back,
            owning_up=self._owning_up,
            offering=self._offering,
        )

    @property
    def is_over(self) -> bool:
        return self._closing.stage is Stage.OVER

    def next_deadline(self) -> float | None:
        """When to call `on_time` next; None when only an event can change anything."""
        return self._timers.next_due()

    def heard_so_far(self, heard: HeardSoFar | None) -> None:
        """What the ledger says right now: told before anything that may end the call."""
        if heard is not None:
            self._mouth.heard_so_far(heard)

    def handle(self, event: CallEvent, now_s: float) -> list[Command]:
        if not self.is_over:
            self._on_event(event, now_s)
        return self._taken(now_s)

    def on_time(self, now_s: float) -> list[Command]:
        while not self.is_over and (timer := self._timers.pop_due(now_s)) is not None:
            self._on_timer(timer, now_s)
        return self._taken(now_s)

    def _taken(self, now_s: float) -> list[Command]:
        if not self.is_over:
            self._led.watch(now_s)
            self._mouth.flush(now_s)
            self._turns.watch_silence(now_s)
            self._answering.watch()
        out = list(self._out)
        self._out.clear()
        return out

    # -- events --

    def _on_event(self, event: CallEvent, now_s: float) -> None:
        match event:
            case StreamOpened():
                self._on_stream_opened(now_s)
            case LineBegan():
                self._mouth.line_began(event.line_id, now_s)
                self._answering.line_began(now_s)
            case LineEnded():
                self._on_line_ended(self._mouth.line_ended(event, now_s), now_s)
            case LineSaid():
                self._on_line_said(self._mouth.line_said(event))
            case LineHeard():
                self._answering.heard(event, now_s)
            case SpeechStarted():
                self._turns.speech_started(event.at_s, now_s)
            case SpeechEnded():
                self._turns.end_reported(event.at_s, now_s)
            case CalleeSaid():
                self._on_callee_said(event, now_s)
            case ToolCall():
                self._on_tool_call(event, now_s)
            case Progress():
                self._on_progress(event, now_s)
            case OptOutSaved():
                self._opting_out.saved(now_s)
            case RepAccepted() | RepReady() | NoRep() | EndPolitely() | TakeOver() | Whisper():
                self._led.take(event, now_s)
            case SlotsFound() | SlotBooked():
                self._offering.desk_answered(event, now_s)
            case DeskFailed():
                self._on_desk_failed(event.what, now_s)
            case DuplexChanged():
                self._turns.is_half_duplex = not event.is_full
            case _:
                self._on_end(event, now_s)

    def _on_end(self, event: CallEvent, now_s: float) -> None:
        match event:
            case ProviderEnded():
                self._end_now(Outcome.CALLEE_LEFT, now_s, hangs_up=False)
            case StreamClosed():  # the socket may have died under a call that goes on, and is paid for: hang up as well
                self._end_now(Outcome.CALLEE_LEFT, now_s)
            case MediaSilent():
                self._end_now(Outcome.MEDIA_LOST, now_s)
            case VoiceFailed():
                self._on_voice_failed(event, now_s)
            case _:
                raise AssertionError("audio goes to the playback, not to the conversation")

    def _on_stream_opened(self, now_s: float) -> None:
        limits = self._brief.limits
        self._timers.set(Timer.NEAR_END, now_s + limits.max_call_s - notice_s(limits))
        self._timers.set(Timer.TIME_CAP, now_s + limits.max_call_s)
        self._timers.set(Timer.HARD_STOP, now_s + limits.max_call_s + HARD_STOP_S)
        if self._is_mixed():
            self._timers.set(Timer.LISTEN, now_s + LISTEN_FIRST_S)
        else:
            self._begin(now_s)

    def _begin(self, now_s: float) -> None:
        self._timers.clear(Timer.LISTEN)
        self._mouth.say(Utterance(self._brief.lines.disclosure, Purpose.DISCLOSURE, DISCLOSURE_KEY, must_be_heard=True), now_s)
        self._mouth.flush(now_s)

    def _is_mixed(self) -> bool:
        """A line that carries both voices gives our own back."""
        return self._brief.line.layout is ChannelLayout.MIXED

    def _on_line_ended(self, said: SaidLine | None, now_s: float) -> None:
        self._led.line_ended(said, now_s)
        if said is None or said.was_stopped:
            return
        match said.utterance.purpose:
            case Purpose.DISCLOSURE if not said.is_complete:  # twice: without it nothing may be asked
                self._end_now(Outcome.VOICE_FAILED, now_s)
            case Purpose.DISCLOSURE:
                self._transcript.disclosed(self._proven(said))
                self._after_disclosure(now_s)
            case Purpose.FAREWELL:
                self._closing.farewell_ended(is_complete=said.is_complete, now_s=now_s)
            case Purpose.PROMPT | Purpose.OPT_OUT_QUESTION:
                self._turns.question_ended(said.utterance.expectation, now_s)

    def _proven(self, said: SaidLine) -> Proof | None:
        """Of a prepared file it is known to the millisecond whether it was heard."""
        clip, heard_ms = self._traits.clips.get(said.utterance.text), self._transcript.disclosure_heard_ms or 0
        return said.proof if clip is None or heard_ms >= clip.duration_ms else None

    def _on_line_said(self, late: SaidLine | None) -> None:
        if late is not None and late.utterance.purpose is Purpose.DISCLOSURE and late.is_complete:
            self._transcript.disclosed_with(self._proven(late))

    def _after_disclosure(self, now_s: float) -> None:
        if self._mouth.pending is not None:  # an answer to what the callee asked in between, with the first question behind it
            return
        if self._closing.stage is Stage.ASKING_OPT_OUT:
            self._opting_out.say_question(now_s)
        else:
            self._questioning.go_on(now_s)

    def _on_callee_said(self, said: CalleeSaid, now_s: float) -> None:
        self._floor.heard_words(said)
        self._out += [SaveTurn(self._transcript.callee_turn(said)), Announce("callee_says", said.text)]
        was_screened = self._closing.stage is Stage.SCREENED
        refusal = self._refusing_recording.heard(said.text, now_s)
        if self._opting_out.heard(replace(said, text=refusal.rest) if refusal else said, now_s):
            self._turns.understood(now_s)
            self._disclose_first(now_s, is_due=self._timers.is_set(Timer.LISTEN) or was_screened)
            return
        if refusal:
            self._turns.understood(now_s)
            return
        if self._answering.said(said, now_s):
            return
        if self._owning_up.heard(said, now_s):
            self._turns.understood(now_s)
            return
        self._turns.words_came(said, now_s)

    def _on_tool_call(self, call: ToolCall, now_s: float) -> None:
        self._answering.somebody_spoke()
        if self._timers.is_set(Timer.LISTEN):
            self._begin(now_s)
        was_screened = self._closing.stage is Stage.SCREENED
        if isinstance(quote := call.arguments.get("quote"), str):  # the voice may have heard it better than its transcript says
            self._refusing_recording.heard(quote, now_s)
        if self._reception.take(call, now_s):
            self._turns.understood(now_s)
            self._disclose_first(now_s, is_due=was_screened)
            if call.tool is Tool.CONFIRM:
                self._answering.is_person()

    def _disclose_first(self, now_s: float, *, is_due: bool) -> None:
        """Nothing is asked before the disclosure, not even whether we shall stop calling."""
        if is_due and self._closing.stage is Stage.ASKING_OPT_OUT:
            self._begin(now_s)

    def _on_progress(self, progress: Progress, now_s: float) -> None:
        if self._questioning.answer_saved(progress, now_s):
            self._answering.is_person()

    def _on_desk_failed(self, what: str, now_s: float) -> None:
        if what == DeskTask.HANDOFF:
            self._handing_off.news(NoRep(), now_s)
        elif what == DeskTask.SLOT:
            self._offering.desk_failed(now_s)
        elif what in (DeskTask.ANSWER, DeskTask.OPT_OUT):  # the others are gaps in what is kept; the report tells the rest again
            self._opting_out.not_saved(now_s)
            self._questioning.answer_not_saved(now_s)

    def _on_voice_failed(self, failed: VoiceFailed, now_s: float) -> None:
        """The last words of a call that cannot go on: that it was our fault. An opt-out on its way is saved before.

        Another call is promised to nobody who may have asked for none, or whom a rep owes one.
        """
        if not failed.can_apologise or self._closing.stage is Stage.FAREWELL:
            self._end_now(Outcome.VOICE_FAILED, now_s)
            return
        is_owed = self._closing.stage in (Stage.INTERVIEW, Stage.ASKING_TIME)
        again_at = self._brief.call_back_at if is_owed else None
        text = self._brief.lines.apology if again_at is None else self._brief.lines.apology_call_back
        self._opting_out.settle(now_s)
        self._mouth.drop(now_s)
        self._floor.is_heard_no_more(now_s)
        self._closing.say_goodbye(Outcome.VOICE_FAILED, text, now_s, promises_for=again_at)

    def _end_now(self, outcome: Outcome, now_s: float, *, hangs_up: bool = True) -> None:
        self._opting_out.settle(now_s)
        if self._brief.is_notice and outcome is Outcome.CALLEE_LEFT:  # they have heard what they wanted to know
            outcome = Outcome.INFORMED
        if self._closing.stage is Stage.SCREENED and outcome is Outcome.CALLEE_LEFT:
            outcome = Outcome.CALL_SCREENED
        self._closing.end_now(outcome, now_s, hangs_up=hangs_up)

    # -- time --

    def _on_timer(self, timer: Timer, now_s: float) -> None:
        match timer:
            case Timer.NEAR_END:
                self._questioning.end_is_near(now_s + notice_s(self._brief.limits))
            case Timer.TIME_CAP:
                self._on_time_up(now_s)
            case Timer.HARD_STOP | Timer.FAREWELL:
                self._opting_out.settle(now_s)
                self._closing.hard_stop(now_s)
            case Timer.OPT_OUT_SAVE:
                self._opting_out.save(now_s)
            case Timer.SAVE:
                self._questioning.save_again(now_s)
            case Timer.REP | Timer.COMPANY:
                self._handing_off.on_timer(timer, now_s)
            case Timer.SLOT:
                self._offering.desk_failed(now_s)
            case Timer.NO_INPUT:
                self._questioning.no_input(now_s, has_spoken=self._answering.has_heard_anybody)
            case Timer.HOLD:
                pass  # `flush` looks again after every event
            case Timer.LISTEN:
                if self._closing.stage is Stage.INTERVIEW:
                    self._begin(now_s)
            case _:
                self._on_turn_timer(timer, now_s)

    def _on_time_up(self, now_s: float) -> None:
        self._opting_out.settle(now_s)
        if self._closing.stage is Stage.INTERVIEW:
            self._closing.say_goodbye(Outcome.TIME_UP, self._brief.lines.time_is_up, now_s)
        elif self._closing.stage is Stage.WAITING_FOR_REP:
            self._handing_off.news(NoRep(), now_s)
        else:
            self._questioning.give_up_time(now_s)

    def _on_turn_timer(self, timer: Timer, now_s: float) -> None:
        match timer:
            case Timer.LINE:
                if not self._mouth.stopped_unanswered(now_s):
                    self._end_now(Outcome.VOICE_FAILED, now_s)
            case Timer.BARGE_IN:
                self._turns.weigh(now_s)
            case Timer.LONG_SPEECH:
                self._turns.speech_ended(now_s, now_s)
            case Timer.MEANING:
                self._turns.no_meaning(now_s)
            case Timer.VOICEMAIL | Timer.SCREENING | Timer.TAKEN_OVER:
                self._answering.on_timer(timer, now_s)
            case _:
                raise AssertionError("every timer has its case")
