"""Another time: named, asked for once, said back where it may be promised, and kept in the report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.commands import Expect
from bridge.events import (
    CalleeSaid,
    EndReason,
    Outcome,
    StreamClosed,
    Tool,
    Topic,
)
from bridge.notes import EndPolitely
from tests.bridge.conversing import GOOD_TIME, LINES, MORNING, SEATS, Rehearsal, brief
from tests.bridge.moments import asked, waiting_for_rep


def called(*, language: str = "en-KE", **fields) -> Rehearsal:
    return asked(GOOD_TIME, SEATS, clock=MORNING, language=language, **fields)


def asked_when() -> Rehearsal:
    rehearsal = called()
    rehearsal.says("call me another time", Tool.SCHEDULE_CALLBACK)
    rehearsal.until_asked(LINES.when_better)
    return rehearsal


def promised(rehearsal: Rehearsal) -> tuple[str | None, str]:
    """The time in the report, and the last words that were heard."""
    report = rehearsal.until_over()
    assert report.outcome is Outcome.CALLBACK_REQUESTED
    return f"{report.promised_for:%a %d %H:%M}" if report.promised_for else None, rehearsal.heard[-1]


NONE = (None, LINES.call_back_later)
TOMORROW_AT_FOUR = ("Tue 24 16:00", "I will call you tomorrow at four in the afternoon. Goodbye.")


def test_a_time_that_is_named_is_said_back_and_reported():
    rehearsal = called()
    rehearsal.says("call me tomorrow at four", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == TOMORROW_AT_FOUR


def test_a_time_is_counted_from_now_and_not_from_the_beginning_of_the_call():
    rehearsal = called()
    rehearsal.waits(5)
    at = MORNING.at(rehearsal.now_s + 1.1)
    rehearsal.says("in twenty minutes", Tool.SCHEDULE_CALLBACK)
    promised_for = rehearsal.until_over().promised_for
    assert promised_for is not None
    assert (promised_for - at).total_seconds() == pytest.approx(20 * 60)
    assert rehearsal.heard[-1] == "I will call you in 20 minutes. Goodbye."


def test_in_swahili():
    rehearsal = called(language="sw-KE")
    rehearsal.says("nipigie kesho saa nne", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == ("Tue 24 10:00", "I will call you kesho saa nne asubuhi. Goodbye.")


def test_a_voice_that_quotes_too_little_is_helped_by_what_was_heard():
    rehearsal = called()
    rehearsal.says("can you call me tomorrow at four please")
    rehearsal.reports(Tool.SCHEDULE_CALLBACK, quote="can you call me")
    assert promised(rehearsal) == TOMORROW_AT_FOUR


def test_words_about_something_else_before_are_no_time_to_call():
    rehearsal = called()
    rehearsal.answers("good_time", True, "yes, until tomorrow at four")
    rehearsal.until_asked(f"Thank you. {SEATS.wording}")
    rehearsal.says("", Tool.SCHEDULE_CALLBACK)
    rehearsal.until_asked(LINES.when_better)


@pytest.mark.parametrize("at", ["2026-11-24T16:00", "2026-11-24T13:00:00Z"], ids=["local", "with an offset"])
def test_a_time_that_a_voice_has_worked_out_counts(at: str):
    rehearsal = called()
    rehearsal.says("the day after today at, say, quarter past my lunch", Tool.SCHEDULE_CALLBACK, at=at)
    assert promised(rehearsal) == TOMORROW_AT_FOUR


@pytest.mark.parametrize("at", ["2026-11-22T16:00", "2026-12-24T16:00", "four", 4, ["x"]], ids=str)
def test_one_that_cannot_be_is_refused_and_the_words_count(at: object):
    rehearsal = called()
    rehearsal.says("call me tomorrow at four", Tool.SCHEDULE_CALLBACK, at=at)
    assert promised(rehearsal) == TOMORROW_AT_FOUR
    assert rehearsal.announced("refused") == ["not a time to call at"]


@pytest.mark.parametrize(
    ("text", "at"),
    [("at half past six this evening", "Mon 23 18:30"), ("call me Saturday at two", "Sat 28 14:00"), ("on Sunday", "Sun 29 10:00")],
    ids=["in the evening", "on a short day", "on a closed day"],
)
def test_no_time_is_promised_that_would_be_unlawful_but_it_is_kept_to_plan_by(text: str, at: str):
    rehearsal = called()
    rehearsal.says(text, Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == (at, LINES.call_back_later)


def test_where_the_lawful_hours_are_not_known_the_time_is_said_back():
    rehearsal = asked(SEATS, clock=replace(MORNING, hours=None))
    rehearsal.says("call me on Sunday", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == ("Sun 29 10:00", "I will call you on Sunday. Goodbye.")


# ---- none was named ------------------------------------------------------------------------------------------------------------------


def test_who_names_no_time_is_asked_for_one():
    rehearsal = asked_when()
    assert rehearsal.done(Expect)[-1].expectation.is_time
    rehearsal.says("tomorrow at four", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == TOMORROW_AT_FOUR


@pytest.mark.parametrize("tool", [Tool.NOT_UNDERSTOOD, Tool.CONFIRM, None], ids=["not understood", "something else", "no word from the voice"])
def test_whatever_the_voice_makes_of_it_a_time_is_a_time(tool: Tool | None):
    rehearsal = asked_when()
    rehearsal.says("tomorrow four", tool)
    assert promised(rehearsal) == TOMORROW_AT_FOUR


@pytest.mark.parametrize("text", ["I don't know", "just later", ""], ids=["unsure", "no time again", "a mumble"])
def test_it_asks_only_once(text: str):
    rehearsal = asked_when()
    rehearsal.says(text, Tool.NOT_UNDERSTOOD)
    assert promised(rehearsal) == NONE
    assert rehearsal.spoken.count(LINES.when_better) == 1


def test_silence_is_no_time():
    rehearsal = asked_when()
    assert promised(rehearsal) == NONE


def test_a_late_report_of_the_same_words_is_no_answer():
    rehearsal = asked_when()
    rehearsal.reports(Tool.SCHEDULE_CALLBACK, quote="call me another time")
    rehearsal.says("tomorrow at four", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == TOMORROW_AT_FOUR


def test_who_does_not_understand_the_question_hears_it_again():
    rehearsal = asked_when()
    rehearsal.says("sorry?", Tool.EXPLAIN, topic=Topic.REPEAT)
    rehearsal.waits(4)
    rehearsal.says("tomorrow at four", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == TOMORROW_AT_FOUR
    assert rehearsal.spoken.count(LINES.when_better) == 2


def test_who_loses_interest_meanwhile_is_let_go():
    rehearsal = asked_when()
    rehearsal.says("actually I am not interested", Tool.END_CALL, reason=EndReason.NOT_INTERESTED)
    assert rehearsal.until_over().outcome is Outcome.NOT_INTERESTED


def test_who_wants_no_more_calls_gets_none():
    rehearsal = asked_when()
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    report = rehearsal.until_over()
    assert (report.outcome, report.promised_for) == (Outcome.OPTED_OUT, None)


@pytest.mark.parametrize("event", [StreamClosed(), EndPolitely()], ids=["they hang up", "a person of ours ends it"])
def test_the_question_cut_short_is_still_a_request_for_another_time(event: StreamClosed | EndPolitely):
    rehearsal = asked_when()
    rehearsal.happens(event)
    report = rehearsal.until_over()
    assert (report.outcome, report.promised_for) == (Outcome.CALLBACK_REQUESTED, None)


def test_words_that_came_without_a_meaning_count_when_time_is_up():
    rehearsal = asked_when()
    rehearsal.waits(0.1)
    rehearsal.says("tomorrow at four")
    rehearsal.happens(EndPolitely())
    assert promised(rehearsal) == TOMORROW_AT_FOUR


# ---- when it is asked, and when not ----------------------------------------------------------------------------------------------------


def test_who_refuses_the_time_may_name_another():
    rehearsal = called()
    rehearsal.answers("good_time", False, "no, call me tomorrow at four")
    assert promised(rehearsal) == TOMORROW_AT_FOUR


def test_and_is_asked_for_one_otherwise():
    rehearsal = called()
    rehearsal.answers("good_time", False, "no")
    rehearsal.until_asked(LINES.when_better)
    assert promised(rehearsal) == NONE


def test_while_a_rep_is_looked_for_too():
    rehearsal = asked(SEATS, hot_from="seats", clock=MORNING)
    rehearsal.answers("seats", 50)
    rehearsal.until_asked(LINES.checking)
    rehearsal.says("call me tomorrow at four", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == TOMORROW_AT_FOUR


def test_without_a_clock_no_time_is_understood_and_none_asked_for():
    rehearsal = waiting_for_rep()
    rehearsal.says("call me tomorrow at four", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == NONE


def test_in_a_language_we_have_no_words_of_none_is_asked_for():
    rehearsal = called(language="am-ET")
    rehearsal.says("call me tomorrow at four", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == NONE


def test_in_such_a_language_a_time_of_the_voice_is_kept_but_not_said_back():
    rehearsal = called(language="am-ET")
    rehearsal.says("ነገ", Tool.SCHEDULE_CALLBACK, at="2026-11-24T16:00")
    assert promised(rehearsal) == ("Tue 24 16:00", LINES.call_back_later)


def test_nothing_is_asked_before_the_disclosure_was_heard():
    rehearsal = Rehearsal(brief(clock=MORNING)).open()
    rehearsal.waits(1)
    rehearsal.says("call me later", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == NONE


def test_who_was_asked_about_an_opt_out_is_asked_nothing_more():
    rehearsal = called()
    rehearsal.says("hm, stop", Tool.OPT_OUT, is_doubtful=True)
    rehearsal.until_asked(LINES.confirm_opt_out)
    rehearsal.says("no, another time", Tool.SCHEDULE_CALLBACK)
    assert promised(rehearsal) == NONE


def test_a_doubt_after_the_question_is_asked_about_and_a_no_ends_without_a_time():
    rehearsal = asked_when()
    rehearsal.says("hm, stop", Tool.OPT_OUT, is_doubtful=True)
    rehearsal.until_asked(LINES.confirm_opt_out)
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)
    assert promised(rehearsal) == NONE


def test_words_without_a_report_before_the_question_are_forgotten():
    rehearsal = called()
    rehearsal.happens(CalleeSaid("tomorrow at four", 0.1, 0.5, 0.9))
    rehearsal.says("", Tool.SCHEDULE_CALLBACK)
    rehearsal.until_asked(LINES.when_better)
    assert promised(rehearsal) == NONE
