"""Opt-outs: saved before they are promised, whatever else is going on, and every doubt settled on the safe side. Pure.

They come by two ways, of which each is enough: the callee's own words (`heard`), and a voice that reports one (`ask`, `opt_out`).
"""

from __future__ import annotations

from bridge.brief import CallBrief
from bridge.commands import Command, SaveOptOut
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.mouth import Mouth, Purpose, Utterance
from bridge.conversation.timers import Timer, Timers
from bridge.events import CalleeSaid, Expectation
from bridge.opt_out import OptOut, find_opt_out
from bridge.opt_out.spelling import spoken
from bridge.turns import Floor

SAVE_LIMIT_S = 3.0  # the desk has not answered: ask it again, a save is idempotent
RETRY_S = 0.5
MAX_SAVES = 4
MAX_UNCLEAR = 2
JOIN_S = 2.0  # a pause that is shorter may stand in the middle of a sentence


class OptingOut:
    def __init__(self, brief: CallBrief, *, out: list[Command], mouth: Mouth, floor: Floor, timers: Timers, closing: Closing) -> None:
        self._lines = brief.lines
        self._language = brief.language
        self._out = out
        self._mouth = mouth
        self._floor = floor
        self._timers = timers
        self._closing = closing
        self._quote = ""
        self._n_asked = 0  # how often it was asked about on this call
        self._doubted_s = 0.0  # when the speech began that raised the doubt
        self._n_unclear = 0
        self._n_saves = 0
        self._before: CalleeSaid | None = None
        self._called_back_until_s = -1.0

    def heard(self, said: CalleeSaid, now_s: float) -> bool:
        """What the callee said, whatever the voice takes it for. True when it is an opt-out, or is asked about as one.

        A doubt raised by the answer to our question is left to the voice: it knows a yes from a no, and what stays unclear is a yes.
        """
        found = find_opt_out(self._with_words_before(said), self._language)
        if found is None or self._closing.is_opting_out or self._is_echo(said, found):
            return False
        self._before = None
        if not found.is_doubtful:
            self.opt_out(found.quote, now_s)
            return True
        if self._closing.stage is Stage.ASKING_OPT_OUT or said.ended_s <= self._called_back_until_s:
            return False
        self.ask(found.quote, now_s)
        return True

    def wants_callback(self, now_s: float) -> None:
        """What was said until now asked for another time: words that come late are no doubt about it."""
        self._called_back_until_s = now_s

    def ask(self, quote: str, now_s: float) -> None:
        """It sounded like an opt-out: ask. A second time it is one; words and voice about the same speech are not two times."""
        if self._closing.is_opting_out:
            return
        if self._closing.stage is Stage.ASKING_OPT_OUT:
            if self.is_answered():
                self.opt_out(quote, now_s)
            return
        self._closing.stage = Stage.ASKING_OPT_OUT
        self._quote = quote
        self._n_asked += 1
        self._doubted_s = self._floor.started_s
        self._n_unclear = 0
        self._timers.clear(Timer.FAREWELL)
        if self._mouth.purpose is not Purpose.DISCLOSURE:
            self._mouth.drop(now_s)
        self.say_question(now_s)

    def say_question(self, now_s: float, prefix: str = "") -> None:
        expectation = Expectation(question=None, is_confirmation=True)
        text = f"{prefix} {self._lines.confirm_opt_out}".strip()
        self._mouth.say(Utterance(text, Purpose.OPT_OUT_QUESTION, self._key, expectation), now_s)

    def is_asked(self) -> bool:
        """The callee has begun to hear the question."""
        return self._mouth.last_begun == self._key

    def is_answered(self) -> bool:
        """They have spoken since; what a voice still reports of the speech before is no answer."""
        return self.is_asked() and self._floor.started_s > self._doubted_s

    def unclear(self, now_s: float) -> None:
        """No yes and no no: once more, then it is taken as a yes."""
        self._n_unclear += 1
        if self._n_unclear >= MAX_UNCLEAR:
            self.settle(now_s)
        else:
            self.say_question(now_s)

    def settle(self, now_s: float) -> None:
        """The question stays open and cannot be asked any more: a yes. A hang-up is the clearest answer to it."""
        if self._closing.stage is Stage.ASKING_OPT_OUT:
            self.opt_out(self._quote, now_s)

    def opt_out(self, quote: str, now_s: float) -> None:
        """At any moment: stop talking, save it, and only then say so."""
        if self._closing.is_opting_out:
            return
        self._quote = quote
        self._closing.opt_out_begins(quote, self._lines.opted_out, now_s)
        self.save(now_s)

    def save(self, now_s: float) -> None:
        """Now, or again: the desk was too slow or failed."""
        if self._closing.stage is not Stage.SAVING_OPT_OUT:
            return
        if self._n_saves >= MAX_SAVES:
            self._closing.opt_out_ends(self._lines.apology, now_s)
            return
        self._n_saves += 1
        self._timers.set(Timer.OPT_OUT_SAVE, now_s + SAVE_LIMIT_S)
        self._out.append(SaveOptOut(self._quote))

    def not_saved(self, now_s: float) -> None:
        if self._closing.stage is Stage.SAVING_OPT_OUT:
            self._timers.set(Timer.OPT_OUT_SAVE, now_s + RETRY_S)

    def saved(self, now_s: float) -> None:
        if self._n_saves == 0:
            return
        self._timers.clear(Timer.OPT_OUT_SAVE)
        self._closing.opt_out_is_saved()
        if self._closing.stage is Stage.SAVING_OPT_OUT:
            self._closing.opt_out_ends(self._lines.opted_out, now_s)

    @property
    def _key(self) -> str:
        return f"opt_out {self._n_asked}"

    def _is_echo(self, said: CalleeSaid, found: OptOut) -> bool:
        """Our own sentence, come back from a loudspeaker: "just say stop calling me". The request alone is the callee's, even in our words."""
        words = spoken(said.text).plain
        return words in spoken(self._mouth.last_text).plain and len(words) > len(spoken(found.quote).plain)

    def _with_words_before(self, said: CalleeSaid) -> str:
        """One sentence may come in two pieces ("never" … "call me again")."""
        before, self._before = self._before, said
        is_one = before is not None and said.started_s - before.ended_s < JOIN_S
        return f"{before.text} {said.text}" if before is not None and is_one else said.text
