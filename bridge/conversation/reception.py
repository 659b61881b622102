"""What a voice reports, and what it is worth at this point of the call.

Pure. A voice may invent things, mishear, repeat itself or be talked into something: whatever does not fit changes nothing
and is announced. An opt-out always fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.brief import CallBrief
from bridge.commands import Announce, Command
from bridge.conversation.calling_back import CallingBack
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.handing_off import HandingOff
from bridge.conversation.mouth import DISCLOSURE_KEY, YIELDS, Mouth, Purpose, Utterance
from bridge.conversation.offering_slots import OfferingSlots
from bridge.conversation.opting_out import OptingOut
from bridge.conversation.owning_up import OwningUp
from bridge.conversation.questioning import Questioning
from bridge.conversation.witness import Witness, short
from bridge.events import EndReason, Outcome, Tool, ToolCall, Topic
from bridge.interview import Accepted, Evidence, Refused, SaidBack, asking_key
from bridge.turns import NOD_SHARE, Floor

MAX_EXPLAINS = 4  # in one call; then a question of the callee counts as no answer


class Reception:
    def __init__(
        self,
        brief: CallBrief,
        *,
        out: list[Command],
        mouth: Mouth,
        floor: Floor,
        closing: Closing,
        opting_out: OptingOut,
        handing_off: HandingOff,
        questioning: Questioning,
        calling_back: CallingBack,
        owning_up: OwningUp,
        offering: OfferingSlots,
    ) -> None:
        self._brief = brief
        self._out = out
        self._mouth = mouth
        self._floor = floor
        self._closing = closing
        self._opting_out = opting_out
        self._handing_off = handing_off
        self._questioning = questioning
        self._calling_back = calling_back
        self._owning_up = owning_up
        self._offering = offering
        self._witness = Witness(mouth=mouth, floor=floor)
        self._n_explains = 0

    def take(self, call: ToolCall, now_s: float) -> bool:
        """True when the callee's words have got a meaning by it, False when we still wait for one."""
        if not self._witness.is_news(call.tool_call_id) and call.tool is not Tool.OPT_OUT:
            return False
        self._questioning.input_heard()
        if call.tool is Tool.OPT_OUT:
            self._opt_out(call.arguments, now_s)
            return True
        match self._closing.stage:
            case Stage.INTERVIEW:
                return self._in_interview(call, now_s)
            case Stage.ASKING_OPT_OUT:
                return self._about_opt_out(call, now_s)
            case Stage.WAITING_FOR_REP:
                return self._while_waiting(call, now_s)
            case Stage.ASKING_TIME:
                return self._about_time(call, now_s)
            case Stage.OFFERING_SLOTS:
                return self._about_slot(call, now_s)
            case Stage.SCREENED if call.tool in (Tool.SCHEDULE_CALLBACK, Tool.END_CALL):
                return self._end_call(call, now_s)
            case Stage.SCREENED:
                return self._refuse(f"{call.tool} before a person came to the phone")
            case _:
                return self._refuse(f"{call.tool} after the end")

    def _opt_out(self, arguments: Mapping[str, Any], now_s: float) -> None:
        if arguments.get("is_doubtful") is True:
            self._opting_out.ask(self._quote(arguments), now_s)
        else:
            self._opting_out.opt_out(self._quote(arguments), now_s)

    def _about_opt_out(self, call: ToolCall, now_s: float) -> bool:
        """Whatever is not clearly a no is on its way to an opt-out."""
        is_asked = self._opting_out.is_asked()
        match call.tool:
            case Tool.CONFIRM if not is_asked:
                return self._refuse("an answer before the question")
            case Tool.CONFIRM if call.arguments.get("is_yes") is False:
                self._resume(now_s)
            case Tool.CONFIRM if call.arguments.get("is_yes") is True:
                self._opting_out.opt_out(self._quote(call.arguments), now_s)
            case Tool.SCHEDULE_CALLBACK:
                self._call_back(call.arguments, now_s, may_ask=False)  # one question more would be one too many
            case Tool.END_CALL if self._opting_out.is_answered():
                self._opting_out.opt_out(self._quote(call.arguments), now_s)
            case Tool.EXPLAIN if self._may_explain():
                self._explain(call.arguments, now_s)
            case _:
                if not self._opting_out.is_answered() or self._mouth.purpose is not None:
                    return self._refuse(f"{call.tool} while asking about an opt-out")
                self._opting_out.unclear(now_s)
        return True

    def _resume(self, now_s: float) -> None:
        """No opt-out after all: on with what was under way."""
        if self._offering.resume(now_s) or self._closing.resume_farewell(now_s):
            return
        self._closing.stage = Stage.INTERVIEW
        if not self._handing_off.resume(now_s):
            self._questioning.go_on(now_s)

    def _while_waiting(self, call: ToolCall, now_s: float) -> bool:
        match call.tool:
            case Tool.SCHEDULE_CALLBACK | Tool.END_CALL:
                return self._end_call(call, now_s)
            case Tool.EXPLAIN if self._may_explain() and call.arguments.get("topic") == Topic.ROBOT:
                return self._explain(call.arguments, now_s)
            case Tool.EXPLAIN if self._may_explain() and (text := self._explanation(call.arguments)):
                self._mouth.say(Utterance(text, Purpose.WAITING), now_s)
                return True
            case _:
                return self._refuse(f"{call.tool} while waiting for a rep")

    def _about_time(self, call: ToolCall, now_s: float) -> bool:
        """Whatever names a time is one; what does not ends the call without."""
        match call.tool:
            case Tool.EXPLAIN if self._may_explain():
                return self._explain(call.arguments, now_s)
            case Tool.END_CALL if self._calling_back.is_answered():
                return self._end_call(call, now_s)
        given = call.arguments.get("at") if call.tool is Tool.SCHEDULE_CALLBACK else None
        return self._calling_back.answer(self._quote(call.arguments), now_s, given=given) or self._refuse(f"{call.tool} while asking for a time")

    def _about_slot(self, call: ToolCall, now_s: float) -> bool:
        """Whatever the voice takes it for, the words say which time is meant."""
        match call.tool:
            case Tool.EXPLAIN if self._may_explain():
                return self._explain(call.arguments, now_s)
            case Tool.END_CALL if self._offering.is_answered():
                return self._end_call(call, now_s)
        given = call.arguments.get("at") if call.tool is Tool.SCHEDULE_CALLBACK else None
        return self._offering.answer(self._quote(call.arguments), now_s, given=given) or self._refuse(f"{call.tool} while offering times")

    def _in_interview(self, call: ToolCall, now_s: float) -> bool:
        match call.tool:
            case Tool.SCHEDULE_CALLBACK | Tool.END_CALL:
                return self._end_call(call, now_s)
            case Tool.EXPLAIN:
                return self._explain(call.arguments, now_s)
        if self._mouth.last_begun in ("", DISCLOSURE_KEY):
            return self._refuse(f"{call.tool} before the first question")
        match call.tool:
            case Tool.RECORD_ANSWER:
                return self._record_answer(call.arguments, now_s)
            case Tool.CONFIRM:
                return self._confirm(call.arguments, now_s)
            case Tool.SKIP_QUESTION:
                return self._skip_question(call.arguments, now_s)
            case Tool.REQUEST_TRANSFER:
                return self._request_transfer(now_s)
            case Tool.NOT_UNDERSTOOD:
                return self._not_understood(call.arguments, now_s)
        raise AssertionError("every tool has its case")

    def _record_answer(self, arguments: Mapping[str, Any], now_s: float) -> bool:
        if self._is_nod(arguments, now_s):
            return self._nod(now_s)
        hearing = self._questioning.interview.hear(arguments, self._evidence(), is_answered=self._witness.is_answered)
        match hearing:
            case Accepted():
                self._questioning.save(hearing.answer, now_s)
            case SaidBack():
                self._out.append(Announce("read_back", hearing.question_id))
                self._questioning.go_on(now_s)
            case Refused():
                return self._no_answer(hearing, now_s)
        return True

    def _no_answer(self, refused: Refused, now_s: float) -> bool:
        self._refuse(refused.reason)
        question = self._questioning.interview.open_question
        if question is None or refused.question_id != question.question_id or self._mouth.purpose is not None:
            return False
        self._questioning.not_understood(now_s)
        return True

    def _confirm(self, arguments: Mapping[str, Any], now_s: float) -> bool:
        interview = self._questioning.interview
        prompt = interview.prompt()
        if prompt is None or not prompt.is_confirmation or self._mouth.last_begun != prompt.key:
            return self._refuse("a yes or no to nothing")
        if not self._witness.is_answered(prompt.key):
            return self._refuse("a yes or no of nobody")
        if self._is_nod(arguments, now_s):
            return self._nod(now_s)
        if arguments.get("is_yes") is True and (answer := interview.confirm()):
            self._questioning.save(answer, now_s)
            return True
        if arguments.get("is_yes") is False:
            interview.deny()
        self._questioning.not_understood(now_s)
        return True

    def _skip_question(self, arguments: Mapping[str, Any], now_s: float) -> bool:
        question = self._questioning.interview.open_question
        question_id = arguments.get("question_id")
        if question is None or question_id != question.question_id or not self._witness.is_answered(asking_key(question.question_id)):
            return self._refuse("not a question to be skipped")
        self._questioning.interview.skip(question_id)
        self._out.append(Announce("reask", f"{question_id} is skipped"))
        self._questioning.go_on(now_s)
        return True

    def _request_transfer(self, now_s: float) -> bool:
        if self._questioning.is_hot:
            self._handing_off.hand_off(now_s)
            return True
        self._refuse("a transfer of a lead that is not hot")
        return self._say_before_question(self._brief.lines.who, now_s)

    def _not_understood(self, arguments: Mapping[str, Any], now_s: float) -> bool:
        if self._mouth.purpose is not None or self._mouth.pending is not None:
            return True  # words into a question that is being asked: it goes on
        if self._floor.was_interrupted and self._floor.is_back_channel(self._quote(arguments)):
            return self._nod(now_s)
        self._questioning.not_understood(now_s)
        return True

    def _end_call(self, call: ToolCall, now_s: float) -> bool:
        lines = self._brief.lines
        reason = call.arguments.get("reason")
        if self._brief.is_notice:  # nothing was asked that could be refused or put off
            self._questioning.end_notice(now_s)
            return True
        if reason != EndReason.VOICEMAIL and not self._witness.has_spoken():
            return self._refuse("an end that nobody asked for")
        if call.tool is Tool.SCHEDULE_CALLBACK:
            self._call_back(call.arguments, now_s)
        elif reason == EndReason.NOT_INTERESTED:
            self._closing.say_goodbye(Outcome.NOT_INTERESTED, lines.not_interested, now_s)
        elif reason == EndReason.WRONG_NUMBER:
            self._closing.say_goodbye(Outcome.WRONG_NUMBER, lines.wrong_number, now_s)
        elif reason == EndReason.VOICEMAIL and not self._questioning.has_answers:
            self._mouth.drop(now_s)  # no message is left
            self._closing.end_now(Outcome.VOICEMAIL, now_s)
        else:  # machines do not answer questions
            return self._refuse("not a reason to end this call")
        return True

    def _call_back(self, arguments: Mapping[str, Any], now_s: float, *, may_ask: bool = True) -> None:
        self._opting_out.wants_callback(now_s)
        quote = arguments.get("quote")
        self._calling_back.request(short(quote) if isinstance(quote, str) else "", now_s, given=arguments.get("at"), may_ask=may_ask)

    # -- explanations --

    def _explain(self, arguments: Mapping[str, Any], now_s: float) -> bool:
        text = self._explanation(arguments)
        if text is None:
            return self._refuse("not a topic")
        if arguments["topic"] == Topic.ROBOT and (self._owning_up.is_answering or self._may_explain()):
            self._own_up(now_s)
            return True
        self._out.append(Announce("explain", str(arguments["topic"])))
        return self._say_before_question(text, now_s)

    def _own_up(self, now_s: float) -> None:
        if not self._owning_up.is_answering:  # else their words were faster
            self._n_explains += 1
            self._owning_up.answer(now_s)

    def _say_before_question(self, text: str, now_s: float) -> bool:
        self._n_explains += 1
        if self._n_explains > MAX_EXPLAINS:
            self._questioning.not_understood(now_s)
        else:
            self._questioning.ask_again(now_s, text)
        return True

    def _may_explain(self) -> bool:
        return self._n_explains < MAX_EXPLAINS

    def _explanation(self, arguments: Mapping[str, Any]) -> str | None:
        """The sentence for the topic, empty for a plain repetition; None for what is no topic."""
        topic = arguments.get("topic")
        lines = self._brief.lines
        texts = {Topic.ROBOT: lines.robot, Topic.WHO: lines.who, Topic.REPEAT: ""}
        return next((text for known, text in texts.items() if topic == known), None)

    # -- within --

    def _is_nod(self, arguments: Mapping[str, Any], now_s: float) -> bool:
        """A nod to a question that has hardly begun, whether or not the bot has stopped for it."""
        share = self._mouth.share_said(now_s) if self._mouth.purpose in YIELDS else 1.0
        share = self._floor.share_heard if self._floor.was_interrupted else share
        return share < NOD_SHARE and self._floor.is_back_channel(self._quote(arguments))

    def _nod(self, now_s: float) -> bool:
        self._refuse("a nod while the question is asked")
        if self._floor.was_interrupted:
            self._floor.false_stop()
            self._questioning.ask_again(now_s)
        return True

    def _quote(self, arguments: Mapping[str, Any]) -> str:
        quote = arguments.get("quote")
        if isinstance(quote, str) and quote:
            return short(quote)
        return self._floor.said.text if self._floor.said is not None else ""

    def _evidence(self) -> Evidence:
        said = self._floor.said
        if said is None:
            return Evidence("", round(self._floor.started_s * 1000), round(self._floor.started_s * 1000), 0.0)
        return Evidence(said.text, round(said.started_s * 1000), round(said.ended_s * 1000), said.confidence)

    def _refuse(self, reason: str) -> bool:
        self._out.append(Announce("refused", reason))
        return False
