"""“Are you a robot?” is answered with the truth, whatever the voice does. Pure.

It is heard in the callee's own words, or reported by a voice; each is enough, and both are one question. The answer is owed until it was heard: what
cuts it short, or asks the next question first, says it before.
"""

from __future__ import annotations

from bridge.brief import CallBrief
from bridge.commands import Announce, Command
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.mouth import Mouth, Purpose, Utterance
from bridge.conversation.opting_out import JOIN_S
from bridge.conversation.questioning import Questioning
from bridge.events import CalleeSaid, Topic
from bridge.robot_question import asks_if_robot

ANSWERED_IN = frozenset({Stage.INTERVIEW, Stage.ASKING_OPT_OUT, Stage.ASKING_TIME, Stage.OFFERING_SLOTS, Stage.WAITING_FOR_REP})
"""Elsewhere the next words say it anyhow, or nothing more is said."""


class OwningUp:
    def __init__(self, brief: CallBrief, *, out: list[Command], mouth: Mouth, closing: Closing, questioning: Questioning) -> None:
        self._robot = brief.lines.robot
        self._out = out
        self._mouth = mouth
        self._closing = closing
        self._questioning = questioning
        self._before: CalleeSaid | None = None
        self._answered_s = -1.0

    def heard(self, said: CalleeSaid, now_s: float) -> bool:
        """What the callee said, whatever the voice takes it for. True when it asks this."""
        text = self._with_words_before(said)
        if self._closing.stage not in ANSWERED_IN or not asks_if_robot(text):
            return False
        self._before = None
        if not self.is_answering and said.started_s > self._answered_s:
            self.answer(now_s)
        return True

    @property
    def is_answering(self) -> bool:
        """It is being said, or will be next."""
        return self._mouth.owes(self._robot)

    def owe(self, now_s: float) -> None:
        """Whatever is said next begins with it."""
        self._answered_s = now_s
        self._mouth.owe(self._robot)
        self._out.append(Announce("explain", Topic.ROBOT))

    def answer(self, now_s: float) -> None:
        """At once, with the open question behind it."""
        self.owe(now_s)
        if self._closing.stage is Stage.WAITING_FOR_REP:
            self._mouth.say(Utterance(self._robot, Purpose.WAITING), now_s)
        else:
            self._questioning.ask_again(now_s)

    def _with_words_before(self, said: CalleeSaid) -> str:
        """One question may come in two pieces ("are you" … "a robot?")."""
        before, self._before = self._before, said
        is_one = before is not None and said.started_s - before.ended_s < JOIN_S
        return f"{before.text} {said.text}" if before is not None and is_one else said.text
