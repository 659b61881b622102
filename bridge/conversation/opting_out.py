"""Opt-outs: saved before they are promised, whatever else is going on, and every doubt settled on the safe side. Pure."""

from __future__ import annotations

from bridge.brief import Lines
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.mouth import Mouth, Purpose, Utterance
from bridge.conversation.timers import Timer, Timers
from bridge.events import Command, Expectation, SaveOptOut

SAVE_LIMIT_S = 3.0  # the desk has not answered: ask it again, a save is idempotent
RETRY_S = 0.5
MAX_SAVES = 4
MAX_UNCLEAR = 2
OPT_OUT_KEY = "opt_out"


class OptingOut:
    def __init__(self, lines: Lines, *, out: list[Command], mouth: Mouth, timers: Timers, closing: Closing) -> None:
        self._lines = lines
        self._out = out
        self._mouth = mouth
        self._timers = timers
        self._closing = closing
        self._quote = ""
        self._n_unclear = 0
        self._n_saves = 0

    def ask(self, quote: str, now_s: float) -> None:
        """It sounded like an opt-out: ask. A second time it is one."""
        if self._closing.is_opting_out:
            return
        if self._closing.stage is Stage.ASKING_OPT_OUT:
            self.opt_out(quote, now_s)
            return
        self._closing.stage = Stage.ASKING_OPT_OUT
        self._quote = quote
        self._n_unclear = 0
        self._timers.clear(Timer.FAREWELL)
        if self._mouth.purpose is not Purpose.DISCLOSURE:
            self._mouth.drop(now_s)
        self.say_question(now_s)

    def say_question(self, now_s: float, prefix: str = "") -> None:
        expectation = Expectation(question=None, is_confirmation=True)
        text = f"{prefix} {self._lines.confirm_opt_out}".strip()
        self._mouth.say(Utterance(text, Purpose.OPT_OUT_QUESTION, OPT_OUT_KEY, expectation), now_s)

    def is_asked(self) -> bool:
        """The callee has begun to hear the question."""
        return self._mouth.last_begun == OPT_OUT_KEY

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
