"""Whose turn it is: when the bot stops for the callee, how long a meaning is waited for, and from when silence counts. Pure."""

from __future__ import annotations

from bridge.brief import Limits
from bridge.commands import Announce, Command
from bridge.conversation.answering import Answering
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.mouth import YIELDS, Mouth
from bridge.conversation.questioning import Questioning
from bridge.conversation.timers import Timer, Timers
from bridge.events import CalleeSaid, Expectation
from bridge.turns import FALSE_STOP_S, LONG_SPEECH_S, MEANING_S, Floor, TurnPolicy, Verdict

BREATH_AFTER_S = 0.3


class TurnTaking:
    """Of one call. `is_half_duplex`: the callee waits until we have finished, because we do not hear them before."""

    def __init__(
        self,
        limits: Limits,
        policy: TurnPolicy,
        *,
        out: list[Command],
        mouth: Mouth,
        floor: Floor,
        timers: Timers,
        closing: Closing,
        answering: Answering,
        questioning: Questioning,
        is_half_duplex: bool,
    ) -> None:
        self.is_half_duplex = is_half_duplex
        self._limits = limits
        self._policy = policy
        self._out = out
        self._mouth = mouth
        self._floor = floor
        self._timers = timers
        self._closing = closing
        self._answering = answering
        self._questioning = questioning

    def speech_started(self, at_s: float, now_s: float) -> None:
        self._floor.speech_started(at_s, share_into=self._mouth.share_said(now_s) if self._mouth.purpose in YIELDS else None)
        self._answering.speech_started(at_s, now_s)
        self._timers.clear(Timer.MEANING, Timer.NO_INPUT)
        self._timers.set(Timer.LONG_SPEECH, now_s + LONG_SPEECH_S)
        if self._timers.is_set(Timer.LISTEN):  # who talks on for longer than this is a machine, and supervision ends the call
            self._timers.set(Timer.LISTEN, now_s + self._limits.voicemail_after_s + BREATH_AFTER_S)
        self.weigh(now_s)

    def weigh(self, now_s: float) -> None:
        """Whether the bot stops for what is being said: now, not, or when more is known."""
        self._timers.clear(Timer.BARGE_IN)
        if self._mouth.purpose not in YIELDS or self.is_half_duplex:
            return
        verdict = self._floor.verdict(now_s, self._mouth.expectation, self._mouth.share_said(now_s))
        if verdict is Verdict.STOP:
            self._barge_in(now_s)
        elif self._floor.is_speaking() and self._floor.decides_at() > now_s:
            self._timers.set(Timer.BARGE_IN, self._floor.decides_at())

    def end_reported(self, at_s: float, now_s: float) -> None:
        """By the voice, and so later than the speech ended: `at_s`."""
        self._policy.end_was_reported(now_s - at_s)
        self.speech_ended(at_s, now_s)

    def speech_ended(self, at_s: float, now_s: float) -> None:
        if not self._floor.is_speaking():
            return
        self._timers.clear(Timer.BARGE_IN, Timer.LONG_SPEECH)
        self._floor.speech_ended(at_s, now_s)
        self._answering.speech_ended(at_s, now_s)
        if self._timers.is_set(Timer.LISTEN):
            self._timers.set(Timer.LISTEN, now_s + BREATH_AFTER_S)
        if not self._floor.is_understood and not self._floor.is_click():
            self._timers.set(Timer.MEANING, now_s + (FALSE_STOP_S if self._floor.was_interrupted else MEANING_S))

    def question_ended(self, expectation: Expectation, now_s: float) -> None:
        """A nod into it needs no meaning, an answer does."""
        self._timers.clear(Timer.MEANING)
        if self._floor.may_have_answered(expectation) and not self._floor.is_speaking():
            self._timers.set(Timer.MEANING, now_s + MEANING_S)

    def words_came(self, said: CalleeSaid, now_s: float) -> None:
        self.weigh(now_s)
        if self._lacks_meaning(said):
            self._timers.set(Timer.MEANING, now_s + MEANING_S)

    def understood(self, now_s: float) -> None:
        self._floor.understood(now_s)
        self._timers.clear(Timer.MEANING)

    def no_meaning(self, now_s: float) -> None:
        """Speech was heard, and nobody has said what it meant."""
        if self._mouth.is_busy() or self._questioning.is_saving:
            return
        if self._floor.was_interrupted and (self._floor.is_nod() or self._floor.is_told_to_stop()):  # "wait": and they have been waited for
            self._floor.false_stop()
            self._questioning.ask_again(now_s)
            return
        self._questioning.not_understood(now_s)

    def watch_silence(self, now_s: float) -> None:
        """The callee has the floor from the moment nobody else has; then silence counts."""
        is_asking = self._closing.stage in (Stage.ASKING_OPT_OUT, Stage.ASKING_TIME, Stage.OFFERING_SLOTS)
        is_open = is_asking or (self._closing.stage is Stage.INTERVIEW and self._mouth.last_begun != "")
        is_saving = self._questioning.is_saving and self._closing.stage not in (
            Stage.ASKING_TIME,
            Stage.OFFERING_SLOTS,
        )  # there no answer is waited for
        is_taken = self._mouth.is_busy() or self._floor.is_speaking() or is_saving or self._timers.is_set(Timer.MEANING)
        if not is_open or is_taken:
            self._timers.clear(Timer.NO_INPUT)
        elif not self._timers.is_set(Timer.NO_INPUT):
            self._timers.set(Timer.NO_INPUT, now_s + self._limits.no_input_s)

    def _lacks_meaning(self, said: CalleeSaid) -> bool:
        """Somebody must say what these words meant, and soon. A voice may report words without any speech around them."""
        if self._timers.is_set(Timer.MEANING):
            return not self._floor.is_nod()
        is_heard = self._floor.is_speaking() or self._mouth.is_busy()
        return not is_heard and bool(said.text.strip()) and self._floor.is_news(said)

    def _barge_in(self, now_s: float) -> None:
        self._floor.interrupted(self._mouth.share_said(now_s))
        self._mouth.stop(now_s)
        self._out.append(Announce("barge_in", "the callee speaks"))
