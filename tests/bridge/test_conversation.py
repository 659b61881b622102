"""A call from the first word to the last question: what is asked when, and who gives way to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.commands import Expect, SaveAnswer, StopSpeaking
from bridge.events import DeskFailed, DeskTask, LineBegan, LineEnded, Outcome, Progress, Tool
from bridge.ports import VoiceTraits
from tests.bridge.conversing import DECIDER, GOOD_TIME, LINES, SEATS, START, Rehearsal, brief

LONG_QUESTION = replace(DECIDER, wording="Are you the person who handles buying decisions for your team at the moment?")
PARAPHRASER = VoiceTraits(name="native", speaks_verbatim=False, may_call_real_people=True)


def asked(*questions, **fields) -> Rehearsal:
    """A call at the point where the first question has been heard."""
    call_brief = brief(*questions, **fields)
    rehearsal = Rehearsal(call_brief).open()
    rehearsal.until_asked(call_brief.questions[0].wording)
    return rehearsal


# ---- the disclosure ----


def test_it_speaks_the_disclosure_first_and_then_the_first_question():
    rehearsal = asked()
    assert rehearsal.spoken == [LINES.disclosure, GOOD_TIME.wording]
    rehearsal.happens(LineEnded(99, 0, is_complete=True))
    assert rehearsal.spoken == [LINES.disclosure, GOOD_TIME.wording]


def test_it_expects_nothing_during_the_disclosure_and_then_the_question():
    assert [expect.expectation.question for expect in asked().done(Expect)] == [None, GOOD_TIME]


def test_hello_does_not_stop_the_disclosure():
    rehearsal = Rehearsal().open()
    rehearsal.waits(1)
    rehearsal.says("hello? who is there?", speech_s=2)
    rehearsal.until_asked(GOOD_TIME.wording)
    assert rehearsal.done(StopSpeaking) == []
    assert LINES.disclosure in rehearsal.heard


def test_a_question_of_the_callee_in_the_disclosure_is_answered_after_it():
    rehearsal = Rehearsal().open()
    rehearsal.waits(1)
    rehearsal.says("are you a robot", Tool.EXPLAIN, topic="robot")
    rehearsal.until_asked(f"{LINES.robot} {GOOD_TIME.wording}")
    assert rehearsal.heard[0] == LINES.disclosure
    assert len(rehearsal.spoken) == 2


@pytest.mark.parametrize("tool", [Tool.RECORD_ANSWER, Tool.CONFIRM, Tool.SKIP_QUESTION, Tool.NOT_UNDERSTOOD, Tool.REQUEST_TRANSFER])
def test_nothing_heard_before_the_first_question_counts(tool):
    rehearsal = Rehearsal().open()
    rehearsal.waits(1)
    rehearsal.says("yes", tool, question_id="good_time", value=True, is_yes=True)
    rehearsal.until_asked(GOOD_TIME.wording)
    assert rehearsal.saved == {}
    assert rehearsal.announced("refused")


def test_a_disclosure_that_was_cut_is_spoken_again():
    rehearsal = Rehearsal()
    rehearsal.does_voice_speak = False
    rehearsal.open()
    rehearsal.happens(LineBegan(1), LineEnded(1, 900, is_complete=False))
    assert rehearsal.spoken == [LINES.disclosure, LINES.disclosure]
    rehearsal.happens(LineBegan(2), LineEnded(2, 5000, is_complete=True))
    assert rehearsal.spoken[-1] == GOOD_TIME.wording


def test_without_a_disclosure_nothing_is_asked():
    rehearsal = Rehearsal()
    rehearsal.does_voice_speak = False
    rehearsal.open()
    for line_id in (1, 2):
        rehearsal.happens(LineBegan(line_id), LineEnded(line_id, 900, is_complete=False))
    assert rehearsal.report.outcome is Outcome.VOICE_FAILED
    assert not rehearsal.report.is_disclosure_heard


@pytest.mark.parametrize(
    ("traits", "is_heard"), [pytest.param(None, True, id="verbatim"), pytest.param(PARAPHRASER, False, id="nobody knows which words")]
)
def test_only_the_very_words_count_as_disclosed(traits, is_heard):
    rehearsal = Rehearsal(traits=traits) if traits else Rehearsal()
    assert rehearsal.open().until_over().is_disclosure_heard is is_heard


def test_it_goes_on_with_the_first_unanswered_question():
    rehearsal = Rehearsal(brief(answers={"good_time": True, "decider": True})).open()
    rehearsal.until_asked(SEATS.wording)
    assert rehearsal.spoken == [LINES.disclosure, SEATS.wording]


# ---- the interview ----


def test_it_asks_all_questions_and_closes_politely():
    rehearsal = asked()
    rehearsal.answers("good_time", True, "yes sure")
    rehearsal.until_asked(f"Thank you. {DECIDER.wording}")
    rehearsal.answers("decider", False)
    rehearsal.until_asked(SEATS.wording)
    rehearsal.answers("seats", 5)
    rehearsal.until_asked(f"Great. {START.wording}")
    rehearsal.answers("start", 90)
    assert rehearsal.until_over().outcome is Outcome.FINISHED
    assert rehearsal.heard[-1] == LINES.cold_close
    assert rehearsal.saved == {"good_time": True, "decider": False, "seats": 5, "start": 90}


def test_a_survey_hands_nobody_over():
    rehearsal = Rehearsal(brief(DECIDER, is_survey=True), hot_from="decider").open()
    rehearsal.until_asked(DECIDER.wording)
    rehearsal.answers("decider", True)
    assert rehearsal.until_over().outcome is Outcome.FINISHED
    assert rehearsal.heard[-1] == LINES.survey_close and LINES.checking not in rehearsal.spoken


def test_a_survey_is_closed_with_its_own_words():
    rehearsal = asked(DECIDER, is_survey=True)
    rehearsal.answers("decider", True)
    assert rehearsal.until_over().outcome is Outcome.FINISHED
    assert rehearsal.heard[-1] == LINES.survey_close


def test_the_next_question_waits_until_the_answer_is_saved():
    rehearsal = asked()
    rehearsal.does_desk_answer = False
    rehearsal.answers("good_time", True)
    rehearsal.waits(2)
    assert rehearsal.spoken[-1] == GOOD_TIME.wording
    rehearsal.happens(Progress("good_time", 10, is_hot=False))
    assert rehearsal.spoken[-1].endswith(DECIDER.wording)


@pytest.mark.parametrize("what", [DeskTask.ANSWER, ""])
def test_an_answer_that_was_not_saved_is_sent_again(what):
    rehearsal = asked()
    rehearsal.does_desk_answer = False
    rehearsal.answers("good_time", True)
    if what:
        rehearsal.happens(DeskFailed(what))
    rehearsal.does_desk_answer = True
    rehearsal.waits(1 if what else 3.1)
    assert len(rehearsal.done(SaveAnswer)) == 2
    assert rehearsal.spoken[-1].endswith(DECIDER.wording)


def test_a_lost_line_of_the_transcript_disturbs_nobody():
    rehearsal = asked()
    before = len(rehearsal.log)
    rehearsal.happens(DeskFailed(DeskTask.TURN), DeskFailed(DeskTask.ANNOUNCE))
    assert len(rehearsal.log) == before


def test_when_nothing_can_be_saved_any_more_it_apologises_and_ends():
    rehearsal = asked()
    rehearsal.does_desk_answer = False
    rehearsal.answers("good_time", True)
    assert rehearsal.until_over().outcome is Outcome.DESK_FAILED
    assert rehearsal.heard[-1] == LINES.apology


def test_the_second_answer_in_one_breath_is_said_back_instead_of_asked_for():
    rehearsal = asked(DECIDER, SEATS, START)
    rehearsal.answers("decider", True, "I am, and we need fifty")
    rehearsal.reports(Tool.RECORD_ANSWER, question_id="seats", value=50, confidence=0.9)
    rehearsal.until_asked("50 seats, is that right?")
    rehearsal.says("yes", Tool.CONFIRM, is_yes=True)
    rehearsal.until_asked(START.wording)
    assert SEATS.wording not in rehearsal.heard
    assert rehearsal.saved == {"decider": True, "seats": 50}


def test_an_answer_to_a_later_question_is_kept_and_the_open_one_asked_again():
    rehearsal = asked(DECIDER, SEATS, START)
    rehearsal.answers("seats", 50)
    rehearsal.until_asked("50 seats, is that right?")
    rehearsal.says("yes", Tool.CONFIRM, is_yes=True)
    rehearsal.until_asked(f"Thank you. {DECIDER.wording}")
    rehearsal.answers("decider", True)
    rehearsal.waits(0.1)
    assert rehearsal.spoken[-1] == START.wording


def test_a_no_to_the_time_ends_with_an_offer_to_call_back():
    rehearsal = asked()
    rehearsal.answers("good_time", False, "no, not now")
    assert rehearsal.until_over().outcome is Outcome.CALLBACK_REQUESTED
    assert rehearsal.saved == {"good_time": False}
    assert rehearsal.heard[-1] == LINES.call_back_later


def test_a_question_the_callee_will_not_answer_is_skipped():
    rehearsal = asked(DECIDER, SEATS)
    rehearsal.says("I will not say", Tool.SKIP_QUESTION, question_id="decider")
    rehearsal.until_asked(SEATS.wording)
    assert rehearsal.saved == {}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        pytest.param(Tool.RECORD_ANSWER, {"question_id": "price", "value": 1}, id="question that is not ours"),
        pytest.param(Tool.SKIP_QUESTION, {"question_id": "price"}, id="skipping what is not ours"),
        pytest.param(Tool.CONFIRM, {"is_yes": True}, id="a yes to nothing"),
        pytest.param(Tool.EXPLAIN, {"topic": "weather"}, id="topic that is not ours"),
        pytest.param(Tool.END_CALL, {"reason": "because I say so"}, id="reason that is not ours"),
    ],
)
def test_what_a_voice_invents_changes_nothing_and_is_shown(tool, arguments):
    rehearsal = asked()
    before = rehearsal.spoken
    rehearsal.reports(tool, **arguments)
    assert rehearsal.announced("refused")
    assert (rehearsal.spoken, rehearsal.saved) == (before, {})


def test_the_same_report_twice_is_one_report():
    rehearsal = asked()
    rehearsal.says("what", Tool.NOT_UNDERSTOOD)
    rehearsal.waits(5)
    rehearsal.repeats_itself()
    assert rehearsal.announced("reask") == ["good_time"]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        pytest.param(Tool.NOT_UNDERSTOOD, {}, id="vague"),
        pytest.param(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 10**6}, id="out of range"),
    ],
)
def test_a_vague_answer_is_asked_about_in_other_words_and_given_up_in_the_end(tool, arguments):
    rehearsal = asked(SEATS, START)
    for _ in range(2):
        rehearsal.says("oh, quite a lot", tool, **arguments)
        rehearsal.waits(4)
        assert rehearsal.spoken[-1] == SEATS.reask_wording
    rehearsal.says("oh, quite a lot", tool, **arguments)
    rehearsal.until_asked(START.wording)
    assert rehearsal.saved == {}


# ---- said back ----


def test_a_number_that_may_be_misheard_counts_only_when_confirmed():
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 50, "fifty", confidence=0.3)
    rehearsal.until_asked("50 seats, is that right?")
    assert rehearsal.saved == {}
    assert rehearsal.done(Expect)[-1].expectation.is_confirmation
    rehearsal.says("yes", Tool.CONFIRM, is_yes=True)
    assert rehearsal.saved == {"seats": 50}
    assert rehearsal.done(SaveAnswer)[0].answer.is_confirmed


def test_a_correction_inside_the_read_back_is_said_back_once_more():
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 50, "fifty", confidence=0.3)
    rehearsal.until_asked("50 seats, is that right?")
    rehearsal.answers("seats", 15, "no, fifteen")
    rehearsal.until_asked("15 seats, is that right?")
    rehearsal.says("yes", Tool.CONFIRM, is_yes=True)
    assert rehearsal.saved == {"seats": 15}


def test_a_correction_shouted_into_the_read_back_cuts_it():
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 50, "fifty", confidence=0.3)
    rehearsal.waits(0.2)
    rehearsal.answers("seats", 15, "no, fifteen")
    rehearsal.until_asked("15 seats, is that right?")
    assert "50 seats, is that right?" not in rehearsal.heard


def test_a_plain_no_to_the_read_back_asks_the_question_again():
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 50, "fifty", confidence=0.3)
    rehearsal.until_asked("50 seats, is that right?")
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)
    rehearsal.until_asked(SEATS.reask_wording)
    assert rehearsal.saved == {}


def test_a_yes_before_the_read_back_was_heard_confirms_nothing():
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 50, "fifty", confidence=0.3)
    rehearsal.reports(Tool.CONFIRM, is_yes=True)
    assert rehearsal.saved == {}


def test_mumbling_at_a_read_back_gets_it_again():
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 50, "fifty", confidence=0.3)
    rehearsal.until_asked("50 seats, is that right?")
    rehearsal.says("hm what", Tool.NOT_UNDERSTOOD)
    rehearsal.waits(0.1)
    assert rehearsal.spoken[-2:] == ["50 seats, is that right?"] * 2


# ---- explanations ----


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        pytest.param("robot", f"{LINES.robot} {SEATS.wording}", id="robot"),
        pytest.param("who", f"{LINES.who} {SEATS.wording}", id="who"),
        pytest.param("repeat", SEATS.wording, id="repeat"),
    ],
)
def test_it_explains_and_asks_the_open_question_again(topic, said):
    rehearsal = asked(SEATS)
    rehearsal.says("sorry?", Tool.EXPLAIN, topic=topic)
    rehearsal.waits(0.1)
    assert rehearsal.spoken[-1] == said
    assert rehearsal.announced("explain") == [topic]
    assert rehearsal.announced("reask") == []


def test_explanations_come_to_an_end():
    rehearsal = asked(SEATS)
    for _ in range(5):
        rehearsal.says("who is this", Tool.EXPLAIN, topic="who")
        rehearsal.waits(6)
    assert rehearsal.spoken.count(f"{LINES.who} {SEATS.wording}") == 4
    assert rehearsal.announced("reask") == ["seats"]


def test_a_lead_who_is_not_hot_cannot_be_transferred():
    rehearsal = asked(SEATS)
    rehearsal.says("give me a human", Tool.REQUEST_TRANSFER)
    rehearsal.until_asked(f"{LINES.who} {SEATS.wording}")
    assert not rehearsal.conversation.is_over
