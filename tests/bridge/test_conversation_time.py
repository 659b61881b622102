"""The longest time of a call is kept three times: the voice is told before it, the call ends politely at it, and the bridge hangs up behind it.

The fourth, for a process that died with the call, is the janitor's (`tests/campaigns/test_janitor.py`).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.brief import Limits
from bridge.commands import Expect, Finish, HangUp, RequestHandoff, Speak
from bridge.events import (
    Outcome,
    Tool,
)
from bridge.notes import NoRep, RepAccepted
from bridge.voice.prompting import EXPECT, directive, system_instruction
from tests.bridge.conversing import DECIDER, LINES, SEATS, START, Rehearsal, brief

LAST = "One last question."
LIMITS = Limits(max_call_s=120, no_input_s=500)
NEAR_S = 90.0
BUDGET = replace(DECIDER, question_id="budget", wording="Is there a budget for it?")
LONG = replace(DECIDER, question_id="long", wording="Now tell me, if you please, " * 20)


def at(second: float, *questions: object, **fields: object) -> Rehearsal:
    """The first question has been asked, and nobody has said anything until then."""
    rehearsal = Rehearsal(brief(*questions, limits=LIMITS, **fields), hot_from="seats").open()  # type: ignore[arg-type]
    rehearsal.waits(second)
    return rehearsal


def last_told(rehearsal: Rehearsal) -> bool:
    return rehearsal.done(Expect)[-1].expectation.is_last


class TestTheVoiceIsTold:
    def test_before_that_nothing_is_the_last_question(self):
        rehearsal = at(NEAR_S - 10, DECIDER, BUDGET)
        rehearsal.answers("decider", True)
        assert rehearsal.spoken[-1] == f"Thank you. {BUDGET.wording}"
        assert not last_told(rehearsal)

    def test_thirty_seconds_before_the_end_the_next_question_is_the_last_one(self):
        rehearsal = at(NEAR_S, DECIDER, BUDGET, START)
        rehearsal.answers("decider", True)
        assert rehearsal.spoken[-1] == f"Thank you. {LAST} {BUDGET.wording}"
        assert last_told(rehearsal)
        rehearsal.waits(5)
        rehearsal.answers("budget", True)
        assert rehearsal.until_over().outcome is Outcome.TIME_UP
        assert rehearsal.heard[-1] == LINES.time_is_up
        assert rehearsal.now_s < LIMITS.max_call_s
        assert rehearsal.saved == {"decider": True, "budget": True}

    def test_who_was_asked_everything_is_told_nothing_of_time(self):
        rehearsal = at(NEAR_S, DECIDER, BUDGET)
        rehearsal.answers("decider", True)
        rehearsal.waits(5)
        rehearsal.answers("budget", True)
        assert rehearsal.until_over().outcome is Outcome.FINISHED

    def test_a_question_that_does_not_fit_is_not_begun(self):
        rehearsal = at(NEAR_S, DECIDER, LONG)
        rehearsal.answers("decider", True)
        assert rehearsal.until_over().outcome is Outcome.TIME_UP
        assert LONG.wording not in " ".join(rehearsal.spoken)

    def test_doubt_is_not_said_back_any_more_but_what_the_script_wants_said_back_is(self):
        unsure = {"is_doubtful": True, "confidence": 0.2}
        rehearsal = at(NEAR_S, SEATS, DECIDER)
        rehearsal.answers("seats", 5, **unsure)
        assert rehearsal.saved == {"seats": 5}
        rehearsal = at(NEAR_S, replace(SEATS, is_read_back=True), DECIDER)
        rehearsal.answers("seats", 5, **unsure)
        assert rehearsal.spoken[-1] == "5 seats, is that right?"

    def test_what_was_not_understood_is_asked_again_only_if_that_fits(self):
        rehearsal = at(NEAR_S, DECIDER, BUDGET)
        rehearsal.says("the weather", Tool.NOT_UNDERSTOOD)
        assert rehearsal.spoken[-1] == DECIDER.reask_wording
        rehearsal.waits(22)
        rehearsal.says("the weather", Tool.NOT_UNDERSTOOD)
        assert rehearsal.spoken[-1] == LINES.time_is_up

    def test_a_hot_lead_is_handed_over_while_there_is_time(self):
        rehearsal = at(NEAR_S, SEATS, DECIDER, START)
        rehearsal.answers("seats", 50)
        assert rehearsal.done(RequestHandoff)
        rehearsal.happens(RepAccepted("Rehema"))
        assert rehearsal.until_over().outcome is Outcome.HANDED_OFF

    def test_and_promised_a_call_where_nobody_is_there(self):
        rehearsal = at(NEAR_S, SEATS, DECIDER)
        rehearsal.answers("seats", 50)
        rehearsal.happens(NoRep())
        assert rehearsal.until_over().outcome is Outcome.PROMISED

    def test_a_call_shorter_than_two_minutes_is_told_in_its_last_quarter(self):
        rehearsal = Rehearsal(brief(DECIDER, BUDGET, limits=Limits(max_call_s=60, no_input_s=500))).open()
        rehearsal.waits(46)
        rehearsal.answers("decider", True)
        assert rehearsal.spoken[-1].startswith(f"Thank you. {LAST}")

    @pytest.mark.parametrize(("language", "said"), [("sw-KE", "Swali la mwisho. "), ("yo-NG", "")])
    def test_in_the_words_of_its_language(self, language, said):
        rehearsal = at(NEAR_S, DECIDER, BUDGET, language=language)
        rehearsal.answers("decider", True)
        assert rehearsal.spoken[-1].endswith(f"{said}{BUDGET.wording}")
        assert LAST not in rehearsal.spoken[-1]

    def test_a_model_reads_it_with_the_line_and_knows_what_it_means(self):
        rehearsal = at(NEAR_S, DECIDER, BUDGET)
        rehearsal.answers("decider", True)
        told = directive(rehearsal.done(Speak)[-1].line, rehearsal.done(Expect)[-1].expectation)
        assert f'"{EXPECT}": {{"question_id": "budget"' in told and '"is_last": true' in told
        assert "is_last" in system_instruction(brief(DECIDER))


class TestTheBridgeHangsUp:
    def test_a_goodbye_that_never_ends_is_cut_ten_seconds_behind_the_cap(self):
        rehearsal = at(LIMITS.max_call_s - 1, DECIDER)
        rehearsal.does_voice_speak = False
        rehearsal.until_over()
        assert rehearsal.now_s == pytest.approx(LIMITS.max_call_s + 10)
        assert len(rehearsal.done(HangUp)) == len(rehearsal.done(Finish)) == 1

    @settings(max_examples=60, deadline=None)
    @given(
        max_call_s=st.floats(30, 200),
        pauses=st.lists(st.floats(0.5, 40), max_size=12),
        tools=st.lists(st.sampled_from([Tool.NOT_UNDERSTOOD, Tool.RECORD_ANSWER, Tool.EXPLAIN, Tool.CONFIRM]), min_size=12, max_size=12),
    )
    def test_whatever_the_callee_does_no_question_is_begun_that_does_not_fit(self, max_call_s, pauses, tools):
        rehearsal = Rehearsal(brief(DECIDER, SEATS, START, BUDGET, limits=Limits(max_call_s=max_call_s, no_input_s=500))).open()
        for pause_s, tool in zip(pauses, tools, strict=False):
            rehearsal.waits(pause_s)
            question = rehearsal.conversation._questioning.interview.open_question
            rehearsal.reports(tool, question_id=question.question_id if question else "", value=True, topic="who", is_yes=True, confidence=0.9)
        rehearsal.until_over()
        (over_s,) = [at_s for at_s, command in rehearsal.log if isinstance(command, Finish)]
        assert over_s <= max_call_s + 10 + 1e-6
        near_s = max_call_s - min(30.0, max_call_s / 4)
        late = [command for at_s, command in rehearsal.log if at_s > near_s and isinstance(command, Speak) and LAST in command.line.text]
        assert len(late) <= 1
