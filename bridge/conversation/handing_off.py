"""Giving a hot lead to a rep: one is looked for while the bot still asks, and at the end the lead learns what will happen.

Pure. Nothing is promised that is not known: "I am connecting you" needs a rep who has accepted.
"""

from __future__ import annotations

from bridge.brief import CallBrief, HandoffStrategy
from bridge.commands import Command, RequestHandoff
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.mouth import Mouth, Purpose, Utterance
from bridge.conversation.timers import Timer, Timers
from bridge.events import Outcome


class HandingOff:
    def __init__(self, brief: CallBrief, *, out: list[Command], mouth: Mouth, timers: Timers, closing: Closing) -> None:
        self._brief = brief
        self._out = out
        self._mouth = mouth
        self._timers = timers
        self._closing = closing
        self._is_requested = False
        self._is_accepted = False
        self._is_refused = False
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
        if self._is_refused:
            self._closing.say_goodbye(Outcome.PROMISED, lines.promise, now_s)
        elif self._brief.line.strategy is HandoffStrategy.CALLBACK:
            self._closing.say_goodbye(Outcome.CALLING_BACK, lines.call_right_back, now_s)
        elif self._is_accepted:
            self._closing.say_goodbye(Outcome.HANDED_OFF, lines.connecting, now_s)
        else:
            self._wait(now_s)

    def resume(self, now_s: float) -> bool:
        """After a question in between. False when the interview is not over."""
        if self._is_due:
            self.hand_off(now_s)
        return self._is_due

    def rep_found(self, *, is_accepted: bool, now_s: float) -> None:
        """News of a rep, or none in time; the last news counts."""
        self._is_accepted = is_accepted
        self._is_refused = not is_accepted
        if self._closing.stage is Stage.WAITING_FOR_REP:
            self.hand_off(now_s)

    def _wait(self, now_s: float) -> None:
        self._closing.stage = Stage.WAITING_FOR_REP
        self._mouth.say(Utterance(self._brief.lines.checking, Purpose.WAITING), now_s)
        if not self._timers.is_set(Timer.REP):  # asked about an opt-out in between, the lead has waited all the same
            self._timers.set(Timer.REP, now_s + self._brief.limits.handoff_wait_s)
