"""Asking: which sentence is said for the open question, and what follows when an answer is saved, vague or missing.

Pure. The next question is asked only when every answer given so far is durably saved.
"""

from __future__ import annotations

from bridge.brief import CallBrief, OnAnswer
from bridge.commands import Announce, Command, SaveAnswer
from bridge.conversation.calling_back import CallingBack
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.handing_off import HandingOff
from bridge.conversation.last_question import LastQuestion
from bridge.conversation.mouth import NOTHING_EXPECTED, Mouth, Purpose, Utterance
from bridge.conversation.offering_slots import OfferingSlots
from bridge.conversation.opting_out import MAX_SAVES, RETRY_S, SAVE_LIMIT_S, OptingOut
from bridge.conversation.timers import Timer, Timers
from bridge.events import Expectation, Outcome, Progress
from bridge.interview import Interview, Prompt, is_about
from bridge.phrases import phrases_for
from bridge.reports import AnswerReport

OFFER_KEY = "offer"
MAX_OFFERS = 2


class Questioning:
    def __init__(
        self,
        brief: CallBrief,
        *,
        out: list[Command],
        mouth: Mouth,
        timers: Timers,
        closing: Closing,
        opting_out: OptingOut,
        handing_off: HandingOff,
        calling_back: CallingBack,
        offering: OfferingSlots,
    ) -> None:
        self._brief = brief
        self._out = out
        self._mouth = mouth
        self._timers = timers
        self._closing = closing
        self._opting_out = opting_out
        self._handing_off = handing_off
        self._calling_back = calling_back
        self._offering = offering
        self.interview = Interview(brief)
        self._last = LastQuestion(mouth, phrases_for(brief.language).last_question)
        self.is_hot = brief.is_hot and not brief.is_survey  # a survey hands nobody over
        self.has_answers = False  # given on this call
        self._refusal: AnswerReport | None = None  # of the permission to ask
        self._n_no_inputs = 0
        self._n_saves = 0
        self._n_offers = 0

    @property
    def is_saving(self) -> bool:
        return self.interview.is_saving

    def polite_close(self) -> str:
        lines = self._brief.lines
        return lines.survey_close if self._brief.is_survey else lines.cold_close

    def go_on(self, now_s: float, prefix: str = "") -> None:
        """Ask what is open, unless it is being asked already; end when nothing is."""
        if self._closing.stage is not Stage.INTERVIEW or self.is_saving:
            return
        if self._refusal is not None:
            self._calling_back.request(self._refusal.quote, now_s)
            return
        prompt = self.interview.prompt()
        if prompt is None:
            self._complete(now_s)
        elif not self._mouth.is_asking(prompt.key):
            self._ask_if_time(prompt, prefix, now_s)

    def end_is_near(self, ends_s: float) -> None:
        """From now on one question is begun at most, and nothing is said back that the script does not want said back."""
        self._last.end_is_near(ends_s)
        self.interview.is_hurried = True

    def ask_again(self, now_s: float, prefix: str = "") -> None:
        """The same question once more, whatever was said of it; no try is counted."""
        if self._closing.stage is Stage.ASKING_OPT_OUT:
            self._opting_out.say_question(now_s, prefix)
            return
        if self._closing.stage is Stage.ASKING_TIME:
            self._calling_back.say_question(now_s, prefix)
            return
        if self._closing.stage is Stage.OFFERING_SLOTS:
            self._offering.say_question(now_s, prefix)
            return
        if self._closing.stage is not Stage.INTERVIEW or self.is_saving:
            return
        if prompt := self.interview.prompt():
            self._say(prompt, prefix, now_s)
        elif self._brief.is_notice:
            self._mouth.say(Utterance(f"{prefix} {self._brief.offer}".strip(), Purpose.PROMPT, OFFER_KEY, NOTHING_EXPECTED), now_s)

    def not_understood(self, now_s: float) -> None:
        """Ask in other words; after too many tries the question is skipped."""
        if self._closing.stage is Stage.ASKING_OPT_OUT:
            self._opting_out.unclear(now_s)
            return
        if self._closing.stage is Stage.ASKING_TIME:
            self._calling_back.give_up(now_s)
            return
        if self._closing.stage is Stage.OFFERING_SLOTS:
            self._offering.not_understood(now_s)
            return
        if self._brief.is_notice:
            self.go_on(now_s)
            return
        question = self.interview.open_question
        if self._closing.stage is not Stage.INTERVIEW or self.is_saving or question is None:
            return
        if self._is_unheard():
            self.go_on(now_s)
            return
        if not self.interview.reask():
            self._out.append(Announce("reask", f"{question.question_id} is skipped"))
            self.go_on(now_s)
            return
        self._out.append(Announce("reask", question.question_id))
        prompt = self.interview.prompt(is_reask=True)
        if prompt is not None and self._last.may_ask(prompt, now_s):
            self._say(prompt, "", now_s)
        elif prompt is not None:
            self._time_is_up(now_s)

    def no_input(self, now_s: float, *, has_spoken: bool) -> None:
        """`has_spoken`: the callee, at any time of this call."""
        if self._closing.stage is Stage.ASKING_OPT_OUT:
            self._opting_out.unclear(now_s)
            return
        if self._closing.stage is Stage.ASKING_TIME:
            self._calling_back.give_up(now_s)
            return
        lines = self._brief.lines
        match self._closing.stage:
            case Stage.ASKING_OPT_OUT:
                self._opting_out.unclear(now_s)
                return
            case Stage.ASKING_TIME:
                self._calling_back.give_up(now_s)
                return
            case Stage.OFFERING_SLOTS:
                self._offering.unclear(now_s, lines.still_there)
                return
        if self._brief.is_notice:
            self.end_notice(now_s)
            return
        self._n_no_inputs += 1
        if self._n_no_inputs > self._most_no_inputs(has_spoken=has_spoken):
            self._closing.say_goodbye(Outcome.NO_INPUT, lines.no_input_close, now_s)
            return
        self._out.append(Announce("reask", "silence"))
        self.ask_again(now_s, lines.still_there if has_spoken else lines.can_you_hear_me)

    def give_up_time(self, now_s: float) -> None:
        """A time may be under discussion, and no more can be asked: what was said last counts."""
        self._calling_back.give_up(now_s)
        self._offering.give_up(now_s)

    def _most_no_inputs(self, *, has_spoken: bool) -> int:
        rule = self._brief.answer_rules.silence
        if has_spoken or rule is OnAnswer.GO_ON:
            return self._brief.limits.max_no_inputs
        return 1 if rule is OnAnswer.ASK_ONCE else 0

    def end_notice(self, now_s: float) -> None:
        """It was heard, and whoever wanted to say something has said it."""
        self._closing.say_goodbye(Outcome.INFORMED, self._brief.lines.cold_close, now_s)

    def input_heard(self) -> None:
        self._n_no_inputs = 0

    # -- answers --

    def save(self, answer: AnswerReport, now_s: float) -> None:
        """Accepted: a question that is just being asked needs no end."""
        pending = self._mouth.pending
        is_asking = self._mouth.purpose is Purpose.PROMPT or (pending is not None and pending.purpose is Purpose.PROMPT)
        if is_asking and not self._is_asking_another(answer.question_id):
            self._mouth.drop(now_s)
        self._n_saves = 1
        self._timers.set(Timer.SAVE, now_s + SAVE_LIMIT_S)
        self._out.append(SaveAnswer(answer))

    def answer_saved(self, progress: Progress, now_s: float) -> bool:
        """It counts now. False for news of an answer that we did not send."""
        answer = self.interview.saved(progress.question_id)
        if answer is None:
            return False
        self.has_answers = True
        self.is_hot = progress.is_hot and not self._brief.is_survey
        if self.is_hot:
            self._handing_off.request()
        if not self.is_saving:
            self._timers.clear(Timer.SAVE)
        if self.interview.is_refused_permission(answer):
            self._refusal = answer
        self.go_on(now_s, self.interview.thanks())
        return True

    def answer_not_saved(self, now_s: float) -> None:
        if self.is_saving and self._timers.is_set(Timer.SAVE):
            self._timers.set(Timer.SAVE, now_s + RETRY_S)

    def save_again(self, now_s: float) -> None:
        """The desk failed or is too slow: once more, and after too many tries an honest end."""
        if not self.is_saving:
            return
        if self._n_saves >= MAX_SAVES:
            self._closing.say_goodbye(Outcome.DESK_FAILED, self._brief.lines.apology, now_s)
            return
        self._n_saves += 1
        self._timers.set(Timer.SAVE, now_s + SAVE_LIMIT_S)
        self._out += [SaveAnswer(answer) for answer in self.interview.unsaved()]

    # -- within --

    def _is_unheard(self) -> bool:
        """The voice has not begun to ask it: whatever was said is no try at an answer."""
        question = self.interview.open_question
        return question is not None and not is_about(self._mouth.last_begun, question.question_id)

    def _is_asking_another(self, question_id: str) -> bool:
        """A question is being asked that is still open after this answer."""
        prompt = self.interview.prompt()
        return prompt is not None and prompt.question.question_id != question_id and self._mouth.is_asking(prompt.key)

    def _ask_if_time(self, prompt: Prompt, prefix: str, now_s: float) -> None:
        """Near the end: one last question if it fits; a hot lead is handed over while there is time for that."""
        is_rep_first = self._last.is_near and self.is_hot and not prompt.is_confirmation
        if is_rep_first or not self._last.may_ask(prompt, now_s):
            self._time_is_up(now_s)
            return
        announcement = self._last.announce(prompt)
        self._say(prompt, f"{prefix} {announcement}".strip(), now_s)

    def _time_is_up(self, now_s: float) -> None:
        if self.is_hot:
            self._complete(now_s)
        else:
            self._closing.say_goodbye(Outcome.TIME_UP, self._brief.lines.time_is_up, now_s)

    def _say(self, prompt: Prompt, prefix: str, now_s: float) -> None:
        expectation = Expectation(prompt.question, prompt.is_confirmation, is_last=self._last.is_it(prompt))
        self._mouth.say(Utterance(f"{prefix} {prompt.text}".strip(), Purpose.PROMPT, prompt.key, expectation), now_s)

    def _complete(self, now_s: float) -> None:
        if self._brief.is_notice:
            self._go_on_with_notice(now_s)
            return
        if self.is_hot:
            self._handing_off.request()  # of a lead who was hot before this call, nobody has asked yet
            self._handing_off.hand_off(now_s)
            return
        self._closing.say_goodbye(Outcome.FINISHED, self.polite_close(), now_s)

    def _go_on_with_notice(self, now_s: float) -> None:
        """The offer, once more to words that nobody understood, and then the end."""
        if self._mouth.is_asking(OFFER_KEY):
            return
        if not self._brief.offer or self._n_offers >= MAX_OFFERS:
            self.end_notice(now_s)
            return
        self._n_offers += 1
        self.ask_again(now_s)
