"""Another time: the one that the callee names, asked for once where they name none, and said back where it may be promised.

Pure. Whether the call may be made then is decided at the instant of the dial; here nothing is promised that is known to be unlawful.
"""

from __future__ import annotations

from bridge.brief import CallBrief
from bridge.commands import Announce, Command
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.mouth import DISCLOSURE_KEY, Mouth, Purpose, Utterance
from bridge.events import Expectation, Outcome
from bridge.named_time import LANGUAGES, NamedTime, in_words, named_time, valid_time
from bridge.turns import Floor

TIME_KEY = "when_better"
WHEN = "{when}"


class CallingBack:
    def __init__(self, brief: CallBrief, *, out: list[Command], mouth: Mouth, floor: Floor, closing: Closing) -> None:
        self._brief = brief
        self._out = out
        self._mouth = mouth
        self._floor = floor
        self._closing = closing
        self._is_asked = False
        self._requested_s = 0.0  # when the speech began that asked for another time

    def request(self, words: str, now_s: float, *, given: object = None, may_ask: bool = True) -> None:
        """They want another time. `words`: theirs. `given`: the time as a voice worked it out, if it did."""
        if named := self._named(words, given, now_s):
            self._promise(named, now_s)
        elif may_ask and self._may_ask():
            self._is_asked = True
            self._requested_s = self._floor.started_s
            self._closing.ask_before_end(Stage.ASKING_TIME, Outcome.CALLBACK_REQUESTED, self._brief.lines.call_back_later)
            if self._mouth.purpose is not Purpose.WAITING:
                self._mouth.drop(now_s)
            self.say_question(now_s)
        else:
            self.settle(now_s)

    def say_question(self, now_s: float, prefix: str = "") -> None:
        text = f"{prefix} {self._brief.lines.when_better}".strip()
        self._mouth.say(Utterance(text, Purpose.PROMPT, TIME_KEY, Expectation(question=None, is_time=True)), now_s)

    def answer(self, words: str, now_s: float, *, given: object = None) -> bool:
        """What was said since. False: it names no time, and may be a late report of the speech before."""
        if named := self._named(words, given, now_s):
            self._promise(named, now_s)
            return True
        if not self.is_answered() or self._mouth.purpose is not None:
            return False
        self.settle(now_s)
        return True

    def is_answered(self) -> bool:
        """They have spoken since the question was asked."""
        return self._mouth.last_begun == TIME_KEY and self._floor.started_s > self._requested_s

    def settle(self, now_s: float) -> None:
        """No time: one of our own choice, and none is promised."""
        self._closing.say_goodbye(Outcome.CALLBACK_REQUESTED, self._brief.lines.call_back_later, now_s)

    def give_up(self, now_s: float) -> None:
        """Nothing more will be understood: what was said last, or no time."""
        if self._closing.stage is not Stage.ASKING_TIME:
            return
        named = self._named("", None, now_s) if self.is_answered() else None
        if named:
            self._promise(named, now_s)
        else:
            self.settle(now_s)

    def _may_ask(self) -> bool:
        """Once, of somebody who has heard who calls, and only where we have the words for an answer."""
        knows_words = self._brief.language.split("-")[0].lower() in LANGUAGES
        has_begun = self._mouth.last_begun not in ("", DISCLOSURE_KEY)
        return self._brief.clock is not None and knows_words and has_begun and not self._is_asked

    def _named(self, words: str, given: object, now_s: float) -> NamedTime | None:
        """A voice's own reckoning first, for it has heard the whole call; then the words it quotes, then those of the last speech."""
        if self._brief.clock is None:
            return None
        now = self._brief.clock.at(now_s)
        if given is not None:
            if believed := valid_time(given, now=now):
                return believed
            self._out.append(Announce("refused", "not a time to call at"))
        texts = (words, self._last_words())
        found = (named_time(text, self._brief.language, now=now, is_asked=self._is_asked) for text in texts if text)
        return next((named for named in found if named), None)

    def _last_words(self) -> str:
        """Of the speech under way or just over; words of an earlier one were about something else."""
        said = self._floor.said
        return said.text if said is not None and said.ended_s >= self._floor.started_s else ""

    def _promise(self, named: NamedTime, now_s: float) -> None:
        lines, clock = self._brief.lines, self._brief.clock
        assert clock is not None, "without a clock no time is understood"
        self._closing.promised_for = named.at
        when = in_words(named, self._brief.language, now=clock.at(now_s)) if clock.is_open(named.at) else ""
        text = lines.call_back_at.replace(WHEN, when) if when else lines.call_back_later
        self._closing.say_goodbye(Outcome.CALLBACK_REQUESTED, text, now_s)
