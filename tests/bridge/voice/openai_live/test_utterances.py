from __future__ import annotations

from bridge.events import CalleeSaid, Tool, ToolCall
from bridge.voice.openai_live.utterances import END_LIMIT_S, SETTLED_S, TRANSCRIPT_LIMIT_S, Utterances

CALL = ToolCall("c1", Tool.CONFIRM, {"is_yes": True, "quote": "yes please"})


def one_that_is_over(utterances: Utterances, started_s: float = 1.0, ended_s: float = 2.0):
    utterance = utterances.started(started_s, session_s=started_s)
    utterances.ended(ended_s)
    return utterance


def test_words_that_have_settled_are_told():
    utterances = Utterances()
    utterance = one_that_is_over(utterances)
    utterances.heard(utterance, "yes", now_s=10.0)
    utterances.heard(utterance, " please", now_s=10.1)
    assert utterances.due_s() == 10.1 + SETTLED_S
    assert utterances.on_time(10.1 + SETTLED_S) == [CalleeSaid("yes please", 1.0, 2.0, 0.8)]
    assert utterances.due_s() is None


def test_words_before_the_end_wait_for_it():
    utterances = Utterances()
    utterance = utterances.started(1.0, session_s=1.0)
    utterances.heard(utterance, "yes", now_s=10.0)
    assert utterances.due_s() is None


def test_a_call_that_has_its_words_is_told_at_once_and_after_them():
    utterances = Utterances()
    utterance = one_that_is_over(utterances)
    utterances.heard(utterance, "yes", now_s=10.0)
    assert utterances.called(utterance, CALL, now_s=10.1) == [CalleeSaid("yes", 1.0, 2.0, 0.8), CALL]


def test_a_call_without_words_waits_400_ms_and_is_quoted():
    utterances = Utterances()
    utterance = one_that_is_over(utterances)
    assert utterances.called(utterance, CALL, now_s=10.0) == []
    assert utterances.due_s() == 10.0 + TRANSCRIPT_LIMIT_S
    assert utterances.on_time(10.0 + TRANSCRIPT_LIMIT_S) == [CalleeSaid("yes please", 1.0, 2.0, 0.8), CALL]


def test_a_call_before_the_end_waits_for_it_but_not_for_ever():
    utterances = Utterances()
    utterance = utterances.started(1.0, session_s=1.0)
    utterances.heard(utterance, "yes", now_s=9.9)
    assert utterances.called(utterance, CALL, now_s=10.0) == []
    assert utterances.due_s() == 10.0 + END_LIMIT_S
    utterances.ended(2.0)
    assert utterances.on_time(10.0 + TRANSCRIPT_LIMIT_S)[-1] is CALL


def test_what_the_quote_said_is_not_said_again():
    utterances = Utterances()
    utterance = one_that_is_over(utterances)
    utterances.called(utterance, CALL, now_s=10.0)
    utterances.on_time(10.4)
    utterances.heard(utterance, "Yes, please.", now_s=10.5)
    assert utterances.on_time(11.0) == []


def test_words_belong_to_the_utterance_of_their_time():
    utterances = Utterances()
    first = one_that_is_over(utterances, 1.0, 2.0)
    second = one_that_is_over(utterances, 2.4, 3.0)
    assert utterances.at(1.9, heard_s=4.0) is first
    assert utterances.at(2.4, heard_s=4.0) is second
    assert utterances.at(None, heard_s=4.0) is second


def test_work_is_about_what_was_said_before_what_the_callee_has_just_begun():
    utterances = Utterances()
    first = one_that_is_over(utterances, 1.0, 2.0)
    second = utterances.started(2.8, session_s=2.8)
    assert utterances.meant_at(3.0, heard_s=3.0) is first
    utterances.called(first, CALL, now_s=10.0)
    assert utterances.meant_at(3.0, heard_s=3.0) is second


def test_what_our_ear_did_not_find_is_now():
    utterance = Utterances().at(5.0, heard_s=4.0)
    assert (utterance.started_s, utterance.ended_s) == (4.0, 4.0)


def test_only_what_has_no_call_and_waits_for_one_is_asked_about():
    utterances = Utterances()
    first = one_that_is_over(utterances)
    assert utterances.to_ask() is first
    first.was_asked_again = True
    assert utterances.to_ask() is None
    second = one_that_is_over(utterances, 3.0, 4.0)
    assert utterances.to_ask() is second
    utterances.answered()
    assert utterances.to_ask() is None


def test_an_end_without_a_beginning_is_none():
    utterances = Utterances()
    assert utterances.ended(1.0) is None
    one_that_is_over(utterances)
    assert utterances.ended(3.0) is None
