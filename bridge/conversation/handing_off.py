"""Giving a hot lead to a rep: one is looked for while the bot still asks, and at the end the lead learns what will happen.

Pure. Nothing is promised that is not known: "I am connecting you" needs a rep who has accepted and, where the bot can stay with the lead
until then (strategy conference), one who has come to the phone.
"""

from __future__ import annotations

from bridge.brief import CallBrief, HandoffStrategy
from bridge.commands import Command, ReleaseToHandoff, RequestHandoff
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.mouth import Mouth, Purpose, Utterance
from bridge.conversation.offering_slots import OfferingSlots
from bridge.conversation.timers import Timer, Timers
from bridge.events import (
    Outcome,
)
from bridge.notes import NoRep, RepAccepted, RepReady

COMPANY_EVERY_S = 12.0  # a rep's phone rings, then the brief is read out: nobody waits that long in silence without hanging up


class HandingOff:
    def __init__(self, brief: CallBrief, *, out: list[Command], mouth: Mouth, timers: Timers, closing: Closing, offering: OfferingSlots) -> None:
        self._brief = brief
        self._out = out
        self._mouth = mouth
        self._timers = timers
        self._closing = closing
        self._offering = offering
        self._is_requested = False
        self._is_accepted = False
        self._is_refused = False
        self._is_let_in = False  # strategy conference: the rep's phone may ring
        self._is_ready = False  # … and was answered by the rep
        self._is_due = False  # the interview is over: only the rep is missing

    def request(self) -> None:
        """At the first answer that makes the lead hot; not for one who is leaving."""
        if not self._is_requested and self._closing.stage in (Stage.INTERVIEW, Stage.ASKING_OPT_OUT):
            self._is_requested = True
            self._out.append(RequestHandoff())

    def hand_off(self, now_s: float) -> None:
        """The interview is over and the lead is hot."""
        lines = self._brief.lines
        self._is_due = True
        if self._is_ready:
            self._closing.has_rep = True
            self._closing.say_goodbye(Outcome.HANDED_OFF, lines.joining or lines.connecting, now_s)
        elif self._is_refused:
            self._offering.begin(now_s)
        elif self._brief.line.strategy is HandoffStrategy.CALLBACK:
            self._closing.say_goodbye(Outcome.CALLING_BACK, lines.call_right_back, now_s)
        elif self._is_accepted and not self._does_bot_stay():
            self._closing.say_goodbye(Outcome.HANDED_OFF, lines.connecting, now_s)
        else:
            self._wait(now_s)

    def resume(self, now_s: float) -> bool:
        """After a question in between. False when the interview is not over."""
        if self._is_due:
            self.hand_off(now_s)
        return self._is_due

    def news(self, note: RepAccepted | RepReady | NoRep, now_s: float) -> None:
        """Of a rep, or of none in time; the last news counts."""
        if isinstance(note, RepReady):
            self._rep_is_ready(now_s)
            return
        self._is_accepted = isinstance(note, RepAccepted)
        self._is_refused = not self._is_accepted
        is_waiting = self._closing.stage is Stage.WAITING_FOR_REP
        if is_waiting and self._is_accepted and self._does_bot_stay():
            self._let_in(now_s)
        elif is_waiting or (self._is_accepted and self._closing.stage is Stage.OFFERING_SLOTS):
            self.hand_off(now_s)

    def on_timer(self, timer: Timer, now_s: float) -> None:
        if timer is Timer.COMPANY:
            self._keep_company(now_s)
        else:
            self.news(NoRep(), now_s)

    def _does_bot_stay(self) -> bool:
        return self._brief.line.strategy is HandoffStrategy.CONFERENCE

    def _rep_is_ready(self, now_s: float) -> None:
        """Also in the instant in which we gave up: who is in the room with the lead is introduced."""
        self._is_ready = self._does_bot_stay()
        is_waiting = self._closing.stage in (Stage.WAITING_FOR_REP, Stage.OFFERING_SLOTS) or self._closing.is_promising
        if self._is_ready and self._is_due and is_waiting:
            self.hand_off(now_s)

    def _wait(self, now_s: float) -> None:
        self._closing.stage = Stage.WAITING_FOR_REP
        self._mouth.say(Utterance(self._brief.lines.checking, Purpose.WAITING), now_s)
        if not self._timers.is_set(Timer.REP):  # asked about an opt-out in between, the lead has waited all the same
            self._timers.set(Timer.REP, now_s + self._brief.limits.handoff_wait_s)
        if self._does_bot_stay():
            self._timers.set(Timer.COMPANY, now_s + COMPANY_EVERY_S)
            if self._is_accepted:
                self._let_in(now_s)

    def _let_in(self, now_s: float) -> None:
        if not self._is_let_in:
            self._is_let_in = True
            self._out.append(ReleaseToHandoff())
            self._timers.set(Timer.REP, now_s + self._brief.limits.rep_joins_s)

    def _keep_company(self, now_s: float) -> None:
        if self._closing.stage is not Stage.WAITING_FOR_REP:
            return
        self._timers.set(Timer.COMPANY, now_s + COMPANY_EVERY_S)
        if not self._mouth.is_busy():
            self._mouth.say(Utterance(self._brief.lines.still_here or self._brief.lines.checking, Purpose.WAITING), now_s)
