"""What people of ours do to a call while the bot still talks: let it say a sentence, take the lead over, end the call; and news of reps.

Pure. A sentence is said word for word at the next free turn, as a line of its own; where none may be said, whoever sent it is told.
Nothing comes before the disclosure, and nothing into an opt-out, a time being named, or a farewell.
"""

from __future__ import annotations

from bridge.commands import Announce, Command, Whispered
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.handing_off import HandingOff
from bridge.conversation.mouth import Mouth, Purpose, SaidLine
from bridge.conversation.opting_out import OptingOut
from bridge.conversation.questioning import Questioning
from bridge.conversation.transcript import Transcript
from bridge.events import (
    Outcome,
)
from bridge.notes import EndPolitely, NoRep, RepAccepted, RepReady, TakeOver, Whisper

MAY_BE_LED_IN = frozenset({Stage.INTERVIEW, Stage.WAITING_FOR_REP})


class LedByARep:
    def __init__(
        self,
        *,
        out: list[Command],
        mouth: Mouth,
        transcript: Transcript,
        closing: Closing,
        opting_out: OptingOut,
        handing_off: HandingOff,
        questioning: Questioning,
    ) -> None:
        self._out = out
        self._mouth = mouth
        self._transcript = transcript
        self._closing = closing
        self._opting_out = opting_out
        self._handing_off = handing_off
        self._questioning = questioning
        self._whisper_id = ""  # of the sentence that waits or is being said, "": none
        self._is_taken_over = False

    def take(self, note: RepAccepted | RepReady | NoRep | EndPolitely | TakeOver | Whisper, now_s: float) -> None:
        match note:
            case RepAccepted() | RepReady() | NoRep():
                self._handing_off.news(note, now_s)
            case EndPolitely():
                self._end_politely(now_s)
            case TakeOver():
                self._is_taken_over = True
                self._handing_off.news(RepAccepted(note.rep_name), now_s)
            case Whisper():
                self._whisper(note, now_s)

    def line_ended(self, said: SaidLine | None, now_s: float) -> None:
        """After the sentence comes the open question once more, unless another one waits already."""
        if said is None or said.utterance.purpose is not Purpose.ASIDE:
            return
        self._tell(Whispered.SAID if said.is_complete else Whispered.CUT)
        if self._mouth.pending is None and not said.was_stopped:
            self._questioning.ask_again(now_s)

    def watch(self, now_s: float) -> None:
        """After every event: what could not be done at once, or can be done no more."""
        if self._is_taken_over and self._may_speak() and not self._questioning.is_saving:
            self._is_taken_over = False
            self._handing_off.hand_off(now_s)
        if self._whisper_id and not self._may_speak():
            self._mouth.drop_aside(now_s)
        if self._whisper_id and not self._mouth.has_aside:
            self._tell(Whispered.DROPPED)

    def _whisper(self, whisper: Whisper, now_s: float) -> None:
        if self._whisper_id or self._is_taken_over or not self._may_speak():
            self._out.append(Announce(Whispered.DROPPED, whisper.whisper_id))
            return
        self._whisper_id = whisper.whisper_id
        self._mouth.say_aside(whisper.text, said_for=whisper.by, now_s=now_s)

    def _may_speak(self) -> bool:
        return self._closing.stage in MAY_BE_LED_IN and self._transcript.is_disclosed

    def _tell(self, what: Whispered) -> None:
        self._out.append(Announce(what, self._whisper_id))
        self._whisper_id = ""

    def _end_politely(self, now_s: float) -> None:
        self._opting_out.settle(now_s)
        self._questioning.give_up_time(now_s)
        if self._closing.stage not in (Stage.FAREWELL, Stage.OFFERING_SLOTS):
            self._closing.say_goodbye(Outcome.STOPPED, self._questioning.polite_close(), now_s)
