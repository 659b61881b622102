"""How a call ends: farewell first, then the hang-up, then exactly one report.

Pure. Holds the stage of the call. `OptingOut` and `HandingOff` decide about theirs and end the call through here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bridge.commands import CloseStream, Command, Finish, HangUp, ReleaseToHandoff, SaveOptOut
from bridge.conversation.mouth import Mouth, Purpose, Utterance
from bridge.conversation.timers import Timer, Timers
from bridge.conversation.transcript import Transcript
from bridge.events import Outcome

FAREWELL_LIMIT_S = 30.0  # no farewell is longer, waiting for the callee to finish included


class Stage(StrEnum):
    INTERVIEW = "interview"  # the disclosure included
    SCREENED = "screened"  # asked who is calling; a person may come to the phone
    ASKING_OPT_OUT = "asking_opt_out"
    SAVING_OPT_OUT = "saving_opt_out"
    WAITING_FOR_REP = "waiting_for_rep"
    ASKING_TIME = "asking_time"  # they want another time: which one
    OFFERING_SLOTS = "offering_slots"  # no rep can take them now: when they may be called
    FAREWELL = "farewell"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Ending:
    outcome: Outcome
    text: str
    promises_for: datetime | None = None  # once the text was heard


class Closing:
    def __init__(self, *, out: list[Command], mouth: Mouth, timers: Timers, transcript: Transcript) -> None:
        self._out = out
        self._mouth = mouth
        self._timers = timers
        self._transcript = transcript
        self.stage = Stage.INTERVIEW
        self.promised_for: datetime | None = None  # counts where another time was asked for, or another call was promised
        self._ending: Ending | None = None
        self._unsaved_opt_out: str | None = None  # the callee's words
        self.has_rep = False  # strategy conference: a rep is in the room with the lead, whom nothing of ours cuts off any more
        self._is_gone = False  # nobody is on the line any more; only the opt-out is still to be saved
        self._has_hung_up = False

    # -- farewells --

    def say_goodbye(self, outcome: Outcome, text: str, now_s: float, *, promises_for: datetime | None = None) -> None:
        """Say it, wait until it was heard, end. An opt-out being saved comes first. `promises_for`: another call, which the text promises."""
        if self.stage not in (Stage.OVER, Stage.SAVING_OPT_OUT):
            self._farewell(Ending(outcome, text, promises_for), now_s)

    def ask_before_end(self, stage: Stage, outcome: Outcome, text: str) -> None:
        """The end is decided and a question left before it: whatever cuts that short, this is what was reached."""
        self.stage = stage
        self._ending = Ending(outcome, text)
        self._timers.clear(Timer.REP, Timer.SLOT, Timer.SAVE, Timer.MEANING, Timer.NO_INPUT)

    def words_for_end(self, text: str) -> None:
        """The end that is decided has other words now, if they are not being said already."""
        if self._ending is not None and self.stage in (Stage.OFFERING_SLOTS, Stage.ASKING_OPT_OUT):
            self._ending = replace(self._ending, text=text)

    def farewell_ended(self, *, is_complete: bool, now_s: float) -> None:
        if self.stage is not Stage.FAREWELL or self._ending is None:
            return
        if is_complete and self._ending.promises_for is not None:
            self.promised_for = self._ending.promises_for
        if self._ending.outcome is not Outcome.HANDED_OFF:
            self._hang_up_and_finish(self._ending.outcome, now_s)
            return
        if self.has_rep:
            self._let_go(now_s)
        elif not is_complete:  # the promise in it was not heard: a line that drops now would be a broken word
            self._hang_up_and_finish(Outcome.VOICE_FAILED, now_s)
        else:
            self._out.append(ReleaseToHandoff())
            self._let_go(now_s)

    @property
    def is_promising(self) -> bool:
        """The goodbye under way says that a rep will call back."""
        return self.stage is Stage.FAREWELL and self._ending is not None and self._ending.outcome is Outcome.PROMISED

    def resume_farewell(self, now_s: float) -> bool:
        """After a question in between. False when none was under way."""
        if self._ending is None:
            return False
        self._farewell(self._ending, now_s)
        return True

    # -- opt-outs --

    @property
    def is_opting_out(self) -> bool:
        """It is decided, or the call is over: no more to be decided about opt-outs."""
        return self.stage is Stage.OVER or (self._ending is not None and self._ending.outcome is Outcome.OPTED_OUT)

    def opt_out_begins(self, quote: str, text: str, now_s: float) -> None:
        """Silence until it is saved. From here on the outcome is OPTED_OUT, whatever happens."""
        self.stage = Stage.SAVING_OPT_OUT
        self._ending = Ending(Outcome.OPTED_OUT, text)
        self._unsaved_opt_out = quote
        self._mouth.drop(now_s)
        self._timers.clear(Timer.FAREWELL, Timer.REP, Timer.SLOT, Timer.SAVE, Timer.MEANING, Timer.NO_INPUT)

    def opt_out_is_saved(self) -> None:
        self._unsaved_opt_out = None

    def opt_out_ends(self, text: str, now_s: float) -> None:
        """It is saved, or cannot be: say so and end. What could not be saved is tried once more with the report."""
        if self._is_gone:
            self._finish(Outcome.OPTED_OUT, now_s)
            return
        self._farewell(Ending(Outcome.OPTED_OUT, text), now_s)

    # -- ends that leave no time --

    def end_now(self, outcome: Outcome, now_s: float, *, hangs_up: bool = True) -> None:
        """Nothing more can be said: report `outcome`, or the one that was reached before."""
        self._mouth.shut(now_s)
        if hangs_up and self._is_introducing:
            self._let_go(now_s)
            return
        if hangs_up:
            self._hang_up()
        if self.stage is Stage.SAVING_OPT_OUT:
            self._is_gone = True
            return
        self._finish(self._reached(outcome), now_s)

    def hard_stop(self, now_s: float) -> None:
        """No line is held open longer, whatever is under way; a rep who has come stays with the lead."""
        if self._is_introducing:
            self._let_go(now_s)
            return
        self._hang_up_and_finish(self._reached(Outcome.TIME_UP), now_s)

    # -- within --

    def _farewell(self, ending: Ending, now_s: float) -> None:
        self.stage = Stage.FAREWELL
        self._ending = ending
        self._timers.clear(Timer.REP, Timer.SLOT, Timer.SAVE, Timer.MEANING, Timer.NO_INPUT)
        self._timers.set(Timer.FAREWELL, now_s + FAREWELL_LIMIT_S)
        if self._mouth.purpose is not Purpose.WAITING:
            self._mouth.drop(now_s)
        is_promise = ending.outcome is Outcome.HANDED_OFF and not self.has_rep
        self._mouth.say(Utterance(ending.text, Purpose.FAREWELL, "farewell", must_be_heard=is_promise), now_s)

    def _reached(self, outcome: Outcome) -> Outcome:
        """The ending under way counts, but a hand-off only once it is done."""
        if self._ending is None or self._ending.outcome is Outcome.HANDED_OFF:
            return outcome
        return self._ending.outcome

    @property
    def _is_introducing(self) -> bool:
        """The last words before the bot leaves lead and rep alone."""
        is_hand_off = self._ending is not None and self._ending.outcome is Outcome.HANDED_OFF
        return self.has_rep and is_hand_off and self.stage is Stage.FAREWELL

    def _let_go(self, now_s: float) -> None:
        """The bot leaves, the call goes on."""
        self._out.append(CloseStream())
        self._finish(Outcome.HANDED_OFF, now_s)

    def _hang_up(self) -> None:
        if not self._has_hung_up:
            self._has_hung_up = True
            self._out.append(HangUp())

    def _hang_up_and_finish(self, outcome: Outcome, now_s: float) -> None:
        self._mouth.shut(now_s)
        self._hang_up()
        self._finish(outcome, now_s)

    def _finish(self, outcome: Outcome, now_s: float) -> None:
        self.stage = Stage.OVER
        self._mouth.shut(now_s)
        self._timers.clear_all()
        if self._unsaved_opt_out is not None:
            self._out.append(SaveOptOut(self._unsaved_opt_out))
        promised_for = self.promised_for if outcome in (Outcome.CALLBACK_REQUESTED, Outcome.VOICE_FAILED) else None
        self._out.append(Finish(self._transcript.report(outcome, promised_for)))
