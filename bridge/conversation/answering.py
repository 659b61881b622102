"""Who has answered, and what the call does about it: on with a person, up with a machine, "who is calling" to whoever screens.

Pure. The bot has begun at once, as for a person; a verdict changes what the call does next. What is due on which is a rule of the brief.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bridge.brief import CallBrief, OnAnswer
from bridge.commands import Announce, Command
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.mouth import Mouth, Purpose, Utterance
from bridge.conversation.timers import Timer, Timers
from bridge.conversation.transcript import Transcript
from bridge.events import CalleeSaid, LineHeard, Outcome
from bridge.supervision import Answerer, Supervision
from bridge.turns import GRACE_S

OUTCOMES: Mapping[Answerer, Outcome] = MappingProxyType(
    {
        Answerer.VOICEMAIL: Outcome.VOICEMAIL,
        Answerer.SCREENING: Outcome.CALL_SCREENED,
        Answerer.IVR: Outcome.PHONE_MENU,
        Answerer.ANNOUNCEMENT: Outcome.ANNOUNCEMENT,
        Answerer.FAX: Outcome.FAX,
    }
)

LATE_S = 1.0  # speech of which a voice tells late (it heard it again after a session was lost) has its end told right behind it


class Answering:
    """`begin` says the disclosure, from its first word."""

    def __init__(
        self,
        brief: CallBrief,
        *,
        out: list[Command],
        mouth: Mouth,
        timers: Timers,
        transcript: Transcript,
        closing: Closing,
        begin: Callable[[float], None],
    ) -> None:
        self._lines = brief.lines
        self._screening_s = brief.limits.screening_s
        rules = brief.answer_rules
        self._rules = {
            Answerer.VOICEMAIL: rules.voicemail,
            Answerer.SCREENING: rules.screening,
            Answerer.IVR: rules.ivr,
            Answerer.ANNOUNCEMENT: rules.announcement,
            Answerer.FAX: rules.fax,
        }
        self._out = out
        self._mouth = mouth
        self._timers = timers
        self._transcript = transcript
        self._closing = closing
        self._begin = begin
        self._supervision = Supervision(brief.limits.voicemail_after_s)
        self._said_who_s: float | None = None
        self._told_s = 0.0  # when a voice told last that somebody began to speak

    @property
    def has_heard_anybody(self) -> bool:
        return self._supervision.has_heard_anybody

    def is_person(self) -> None:
        self._supervision.is_person()

    def somebody_spoke(self) -> None:
        """A voice has understood something, even if it never said that it heard speech."""
        self._supervision.has_heard_anybody = True

    def heard(self, event: LineHeard, now_s: float) -> None:
        if answerer := self._supervision.heard(event.sound, event.at_s):
            self._decide(answerer, now_s)

    def speech_started(self, at_s: float, now_s: float) -> None:
        self._told_s = now_s
        self._supervision.speech_started(at_s)
        self._timers.clear(Timer.TAKEN_OVER)

    def speech_ended(self, at_s: float, now_s: float) -> None:
        self._supervision.speech_ended(at_s)
        if self._is_after_who(at_s):
            self._timers.set(Timer.TAKEN_OVER, now_s + GRACE_S)

    def said(self, said: CalleeSaid, now_s: float) -> bool:
        """True when the words have decided what the call does."""
        answerer = self._supervision.said(said.text, said.started_s, is_screened=self._closing.stage is Stage.SCREENED)
        if answerer is not None:
            return self._decide(answerer, now_s)
        if not self._is_after_who(said.started_s):
            return False
        self._taken_over(now_s)
        return True

    def line_began(self, now_s: float) -> None:
        if self._closing.stage is Stage.SCREENED and self._mouth.last_text == self._lines.who:
            self._said_who_s = now_s

    def watch(self) -> None:
        """See to it that we look again when the speech of now becomes a machine's."""
        due_s = self._supervision.due_s()
        if due_s is None or self._closing.stage is not Stage.INTERVIEW or self._rules[Answerer.VOICEMAIL] is OnAnswer.GO_ON:
            self._timers.clear(Timer.VOICEMAIL)
        else:
            self._timers.set(Timer.VOICEMAIL, max(due_s, self._told_s + LATE_S))

    def on_timer(self, timer: Timer, now_s: float) -> None:
        if timer is Timer.VOICEMAIL:
            if self._supervision.is_voicemail(now_s):
                self._decide(Answerer.VOICEMAIL, now_s)
        elif self._closing.stage is Stage.SCREENED:
            if timer is Timer.TAKEN_OVER:
                self._taken_over(now_s)
            else:
                self._hang_up(Answerer.SCREENING, now_s)

    def _decide(self, answerer: Answerer, now_s: float) -> bool:
        rule = self._rules[answerer]
        is_open = self._closing.stage in (Stage.INTERVIEW, Stage.SCREENED)
        if not is_open or rule is OnAnswer.GO_ON:
            return False
        if rule is not OnAnswer.SAY_WHO:
            self._hang_up(answerer, now_s)
        elif self._closing.stage is Stage.SCREENED:  # "please stay on the line"
            self._timers.clear(Timer.TAKEN_OVER)
        else:
            self._say_who(now_s)
        return True

    def _hang_up(self, answerer: Answerer, now_s: float) -> None:
        """No message is left."""
        self._out.append(Announce("answered_by", answerer))
        self._mouth.drop(now_s)
        self._closing.end_now(OUTCOMES[answerer], now_s)

    def _say_who(self, now_s: float) -> None:
        """Whatever was said so far, the person we want has not heard it."""
        self._out.append(Announce("answered_by", Answerer.SCREENING))
        self._closing.stage = Stage.SCREENED
        self._transcript.somebody_new()
        self._supervision.somebody_new()
        self._timers.clear(Timer.LISTEN, Timer.MEANING, Timer.NO_INPUT, Timer.BARGE_IN)
        self._timers.set(Timer.SCREENING, now_s + self._screening_s)
        self._mouth.drop(now_s)
        self._mouth.say(Utterance(self._lines.who, Purpose.WAITING), now_s)

    def _is_after_who(self, at_s: float) -> bool:
        return self._closing.stage is Stage.SCREENED and self._said_who_s is not None and at_s > self._said_who_s

    def _taken_over(self, now_s: float) -> None:
        """A person has come to the phone: from the beginning."""
        self._out.append(Announce("answered_by", Answerer.PERSON))
        self._timers.clear(Timer.SCREENING, Timer.TAKEN_OVER)
        self._closing.stage = Stage.INTERVIEW
        self._supervision.somebody_new()
        self._begin(now_s)
