"""Strategy conference: the bot keeps the lead company until a rep is there, introduces them, and leaves without hanging up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.brief import HandoffStrategy, Limits, LineTraits
from bridge.commands import CloseStream, Finish, HangUp, ReleaseToHandoff, Speak
from bridge.conversation.handing_off import COMPANY_EVERY_S
from bridge.events import (
    MediaSilent,
    Outcome,
    StreamClosed,
    Tool,
    VoiceFailed,
)
from bridge.notes import EndPolitely, NoRep, ProviderEnded, RepAccepted, RepReady
from tests.bridge.conversing import LINES, SEATS, START, Rehearsal, brief

ROOM = LineTraits(strategy=HandoffStrategy.CONFERENCE)
COMPANY, JOINING = "I am still here.", "My colleague is on the line now. I am connecting you."


def waiting(**fields) -> Rehearsal:
    """Hot, nothing left to ask."""
    lines = replace(LINES, still_here=COMPANY, joining=JOINING)
    rehearsal = Rehearsal(brief(SEATS, line=ROOM, lines=lines, **fields), hot_from="seats").open()
    rehearsal.until_asked(SEATS.wording)
    rehearsal.answers("seats", 50)
    rehearsal.until_asked(LINES.checking)
    return rehearsal


def rung(**fields) -> Rehearsal:
    """…and Rehema's phone rings."""
    rehearsal = waiting(**fields)
    rehearsal.happens(RepAccepted("Rehema"))
    return rehearsal


def introducing() -> Rehearsal:
    """…she has pressed 1, and the bot says so."""
    rehearsal = rung()
    rehearsal.happens(RepReady())
    rehearsal.waits(0.3)
    assert rehearsal.spoken[-1] == JOINING
    return rehearsal


def test_the_rep_s_phone_may_ring_only_when_nothing_is_left_to_ask():
    rehearsal = Rehearsal(brief(SEATS, START, line=ROOM), hot_from="seats").open()
    rehearsal.until_asked(SEATS.wording)
    rehearsal.answers("seats", 50)
    rehearsal.happens(RepAccepted("Rehema"))
    rehearsal.waits(4)
    assert rehearsal.done(ReleaseToHandoff) == []
    rehearsal.answers("start", 30)
    assert len(rehearsal.done(ReleaseToHandoff)) == 1


def test_an_accepted_lead_hears_nothing_of_connecting_before_the_rep_has_pressed_1():
    rehearsal = rung()
    rehearsal.waits(60)
    assert not rehearsal.conversation.is_over
    assert not {LINES.connecting, JOINING} & set(rehearsal.spoken)


def test_the_bot_keeps_the_lead_company_while_the_phone_rings():
    rehearsal = rung()
    rehearsal.waits(3 * COMPANY_EVERY_S)
    said_at_s = [at_s for at_s, command in rehearsal.log if isinstance(command, Speak) and command.line.text in (COMPANY, LINES.checking)]
    assert rehearsal.spoken.count(COMPANY) == 3
    assert all(later - earlier <= COMPANY_EVERY_S + 1 for earlier, later in zip(said_at_s, said_at_s[1:], strict=False))


def test_the_lead_is_introduced_and_left_to_the_rep():
    rehearsal = introducing()
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF
    assert rehearsal.heard[-1] == JOINING
    assert [type(command) for command in rehearsal.commands[-2:]] == [CloseStream, Finish]
    assert rehearsal.done(HangUp) == []


def test_nobody_says_anything_after_the_bot_has_left():
    rehearsal = introducing()
    rehearsal.until_over()
    n_spoken = len(rehearsal.spoken)
    rehearsal.happens(NoRep(), RepReady())
    rehearsal.waits(60)
    assert len(rehearsal.spoken) == n_spoken


@pytest.mark.parametrize("is_rung", [False, True], ids=["nobody accepts", "nobody comes"])
def test_the_bot_comes_back_with_a_promise_when_nobody_takes_it(is_rung):
    rehearsal = rung() if is_rung else waiting()
    rehearsal.waits(5)
    rehearsal.happens(NoRep())
    assert rehearsal.until_over().outcome is Outcome.PROMISED
    assert rehearsal.heard[-1] == LINES.promise
    assert len(rehearsal.done(HangUp)) == 1


def test_a_second_rep_does_not_make_the_lead_wait_longer_than_the_limit():
    rehearsal = rung(limits=Limits(rep_joins_s=40))
    let_in_s = rehearsal.now_s
    rehearsal.waits(30)
    rehearsal.happens(RepAccepted("Juma"))
    rehearsal.until_over()
    promised_s = next(at_s for at_s, command in rehearsal.log if isinstance(command, Speak) and command.line.text == LINES.promise)
    assert promised_s == pytest.approx(let_in_s + 40, abs=COMPANY_EVERY_S)
    assert len(rehearsal.done(ReleaseToHandoff)) == 1


def test_a_rep_who_comes_while_the_promise_is_said_is_introduced_all_the_same():
    rehearsal = rung()
    rehearsal.happens(NoRep())
    rehearsal.waits(0.3)
    rehearsal.happens(RepReady())
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF
    assert rehearsal.done(HangUp) == []


def test_a_rep_who_comes_when_the_lead_has_said_goodbye_is_not():
    rehearsal = rung()
    rehearsal.says("I have changed my mind", Tool.END_CALL, reason="not_interested")
    rehearsal.happens(RepReady())
    assert rehearsal.until_over().outcome is Outcome.NOT_INTERESTED


def test_a_lead_who_opts_out_while_waiting_is_taken_off_and_not_introduced():
    rehearsal = rung()
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    rehearsal.happens(RepReady())
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert JOINING not in rehearsal.spoken


def test_a_lead_who_opts_out_while_being_introduced_is_hung_up():
    rehearsal = introducing()
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    assert rehearsal.until_over().outcome is Outcome.OPTED_OUT
    assert len(rehearsal.done(HangUp)) == 1


@pytest.mark.parametrize("end", [VoiceFailed("gone"), MediaSilent(5.0), StreamClosed()], ids=lambda end: type(end).__name__)
def test_whatever_breaks_on_our_side_does_not_cut_off_lead_and_rep(end):
    rehearsal = introducing()
    rehearsal.happens(end)
    assert rehearsal.report.outcome is Outcome.HANDED_OFF
    assert rehearsal.done(HangUp) == []


def test_a_voice_that_falls_silent_while_introducing_lets_go():
    rehearsal = rung()
    rehearsal.voice_falls_silent()
    rehearsal.happens(RepReady())
    assert rehearsal.until_over().outcome is Outcome.HANDED_OFF
    assert rehearsal.done(HangUp) == []


def test_a_lead_who_leaves_while_being_introduced_has_left():
    rehearsal = introducing()
    rehearsal.happens(ProviderEnded())
    assert rehearsal.report.outcome is Outcome.CALLEE_LEFT


@pytest.mark.parametrize("end", [VoiceFailed("gone"), MediaSilent(5.0)], ids=lambda end: type(end).__name__)
def test_without_a_rep_in_the_room_what_breaks_ends_the_call(end):
    rehearsal = rung()
    rehearsal.happens(end)
    assert rehearsal.report.outcome is not Outcome.HANDED_OFF
    assert len(rehearsal.done(HangUp)) == 1


def test_a_person_of_ours_may_end_the_wait():
    rehearsal = rung()
    rehearsal.happens(EndPolitely())
    assert rehearsal.until_over().outcome is Outcome.STOPPED


def test_news_of_a_rep_who_is_ready_means_nothing_on_a_line_without_rooms():
    rehearsal = Rehearsal(brief(SEATS), hot_from="seats").open()
    rehearsal.until_asked(SEATS.wording)
    rehearsal.happens(RepReady())
    rehearsal.answers("seats", 50)
    rehearsal.until_asked(LINES.checking)
    assert not rehearsal.conversation.is_over
