"""Calls on which there is something to say and nothing to ask: heard in full, then listened to, then a goodbye."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.brief import CallBrief, ChannelLayout, Limits, LineTraits
from bridge.commands import Expect, RequestHandoff, SaveAnswer, SaveOptOut
from bridge.events import EndReason, Outcome, StreamClosed, Tool, Topic
from tests.bridge.conversing import DECIDER, LINES, Rehearsal, brief

NOTICE = "This number belongs to Acme. I am an automated assistant."
OFFER = "If you want no calls from us, say stop calling me."
GOODBYE = "Thank you for calling. Goodbye."


def notice(offer: str = OFFER, **fields: object) -> CallBrief:
    plain = brief(
        lines=replace(LINES, disclosure=NOTICE, who=NOTICE, cold_close=GOODBYE, survey_close=GOODBYE),
        limits=Limits(max_call_s=60.0, no_input_s=5.0, voicemail_after_s=60.0),
        is_notice=True,
        offer=offer,
    )
    return replace(plain, questions=(), **fields)  # type: ignore[arg-type]


@pytest.fixture
def caller() -> Rehearsal:
    return Rehearsal(notice()).open()


def test_it_is_said_then_offered_then_silence_is_listened_to_and_the_end_is_polite(caller: Rehearsal):
    caller.until_asked(OFFER)
    offered_s = caller.now_s
    report = caller.until_over()
    assert caller.spoken == [NOTICE, OFFER, GOODBYE]
    assert report.outcome is Outcome.INFORMED and report.is_disclosure_heard
    assert caller.now_s - offered_s > 5.0


def test_without_an_offer_the_goodbye_follows_at_once():
    caller = Rehearsal(notice(offer="")).open()
    report = caller.until_over()
    assert (caller.spoken, report.outcome) == ([NOTICE, GOODBYE], Outcome.INFORMED)


@pytest.mark.parametrize("when", ["at the offer", "into the notice", "into the goodbye"])
def test_an_opt_out_counts_at_any_moment(caller: Rehearsal, when: str):
    if when == "at the offer":
        caller.until_asked(OFFER)
    elif when == "into the goodbye":
        caller.until_asked(OFFER)
        caller.waits(5.2)
    caller.says("stop calling me", Tool.OPT_OUT, is_doubtful=False)
    assert caller.until_over().outcome is Outcome.OPTED_OUT
    assert caller.position(SaveOptOut) > 0
    assert caller.spoken[-1] == LINES.opted_out


@pytest.mark.parametrize("layout", [ChannelLayout.MONO, ChannelLayout.MIXED], ids=str)
def test_it_can_be_understood_on_every_kind_of_line(layout: ChannelLayout):
    caller = Rehearsal(notice(line=LineTraits(layout=layout, is_simulated=True))).open()
    caller.until_asked(OFFER)
    caller.says("stop calling me", Tool.OPT_OUT, is_doubtful=False)
    assert caller.until_over().outcome is Outcome.OPTED_OUT


def test_words_that_nobody_understood_get_the_offer_once_more_and_then_the_end(caller: Rehearsal):
    caller.until_asked(OFFER)
    caller.says("er, well, the thing is", Tool.NOT_UNDERSTOOD)
    caller.waits(8.0)
    caller.says("er, well, the thing is", Tool.NOT_UNDERSTOOD)
    assert caller.until_over().outcome is Outcome.INFORMED
    assert caller.spoken == [NOTICE, OFFER, OFFER, GOODBYE]


def test_who_asks_who_we_are_is_told_and_may_still_opt_out(caller: Rehearsal):
    caller.until_asked(OFFER)
    caller.says("who is this?", Tool.EXPLAIN, topic=Topic.WHO)
    caller.waits(9.0)
    assert caller.spoken == [NOTICE, OFFER, f"{NOTICE} {OFFER}"]
    caller.says("stop", Tool.OPT_OUT, is_doubtful=False)
    assert caller.until_over().outcome is Outcome.OPTED_OUT


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [(Tool.END_CALL, {"reason": EndReason.NOT_INTERESTED}), (Tool.SCHEDULE_CALLBACK, {}), (Tool.END_CALL, {"reason": EndReason.WRONG_NUMBER})],
    ids=["bye", "call me later", "wrong number"],
)
def test_nothing_is_promised_to_who_takes_leave(caller: Rehearsal, tool: Tool, arguments: dict):
    caller.until_asked(OFFER)
    caller.says("all right, bye bye", tool, **arguments)
    assert caller.until_over().outcome is Outcome.INFORMED
    assert caller.spoken[-1] == GOODBYE


def test_who_hangs_up_has_been_informed(caller: Rehearsal):
    caller.until_asked(OFFER)
    caller.happens(StreamClosed())
    assert caller.report.outcome is Outcome.INFORMED


def test_an_answer_to_nothing_is_saved_nowhere(caller: Rehearsal):
    caller.until_asked(OFFER)
    caller.answers("seats", 40)
    caller.until_over()
    assert caller.done(SaveAnswer) == []


def test_while_the_offer_stands_no_question_is_expected(caller: Rehearsal):
    caller.until_asked(OFFER)
    assert {command.expectation.question for command in caller.done(Expect)} == {None}


def test_a_caller_may_talk_for_long_before_they_listen(caller: Rehearsal):
    caller.waits(0.5)
    caller.says("hello yes I had a missed call from this number and I wonder who you are", Tool.EXPLAIN, speech_s=9.0, topic=Topic.WHO)
    assert not caller.conversation.is_over
    caller.until_asked(f"{NOTICE} {OFFER}")


def test_answers_kept_from_before_may_have_made_them_hot_already():
    caller = Rehearsal(brief(DECIDER, answers={"decider": True}, is_hot=True)).open()
    caller.until_asked(LINES.checking)
    assert len(caller.done(RequestHandoff)) == 1
