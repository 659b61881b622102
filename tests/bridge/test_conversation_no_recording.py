"""A callee who wants no recording: it stops at any moment, they hear that it did, and the interview goes on."""

from __future__ import annotations

import pytest

from bridge.commands import SaveOptOut, StopRecording
from bridge.events import DeskFailed, DeskTask, Outcome, Tool
from tests.bridge.conversing import DECIDER, LINES, SEATS, Rehearsal
from tests.bridge.moments import MOMENTS_OF_A_CALL, asked, disclosing, saying_goodbye, waiting_for_rep

NO = "please don't record me"
TOLD = f"{LINES.not_recorded} {SEATS.wording}"


def stops(rehearsal: Rehearsal) -> list[str]:
    return [command.quote for _at_s, command in rehearsal.log if isinstance(command, StopRecording)]


def said_so(rehearsal: Rehearsal) -> int:
    return sum(LINES.not_recorded in text for text in rehearsal.spoken)


@pytest.mark.parametrize("moment", MOMENTS_OF_A_CALL)
def test_it_stops_at_any_moment(moment):
    rehearsal = moment()
    rehearsal.says(NO)
    assert stops(rehearsal) == ["don't record"]
    assert rehearsal.until_over().refused_recording == "don't record"


def test_the_open_question_is_asked_again_behind_the_news():
    rehearsal = asked(SEATS)
    rehearsal.says(NO)
    rehearsal.until_asked(TOLD)
    rehearsal.answers("seats", 10)
    assert rehearsal.until_over().outcome is Outcome.FINISHED


def test_into_the_disclosure_it_is_said_behind_it():
    rehearsal = disclosing()
    rehearsal.says(NO)
    rehearsal.waits(30)
    assert rehearsal.heard[0] == LINES.disclosure
    assert rehearsal.heard[1].startswith(LINES.not_recorded)


def test_while_an_answer_is_saved_it_is_said_before_the_next_question():
    rehearsal = asked(DECIDER, SEATS)
    rehearsal.does_desk_answer = False
    rehearsal.answers("decider", True)
    rehearsal.says(NO)
    assert said_so(rehearsal) == 0
    rehearsal.does_desk_answer = True
    rehearsal.waits(20)
    assert said_so(rehearsal) == 1
    assert any(text.startswith(LINES.not_recorded) and text.endswith(SEATS.wording) for text in rehearsal.spoken)


def test_to_somebody_who_waits_for_a_rep_it_is_said_at_once():
    rehearsal = waiting_for_rep()
    rehearsal.says(NO)
    rehearsal.until_asked(LINES.not_recorded)


def test_into_a_goodbye_nothing_is_added():
    rehearsal = saying_goodbye()
    rehearsal.says(NO)
    rehearsal.until_over()
    assert (stops(rehearsal), said_so(rehearsal)) == (["don't record"], 0)


def test_what_cuts_the_news_short_does_not_swallow_it():
    rehearsal = asked(DECIDER, SEATS)
    rehearsal.says(NO)
    rehearsal.waits(0.5)
    rehearsal.answers("decider", True, "Yes, that is me, I decide.", speech_s=1.2)
    rehearsal.waits(10)
    assert any(text.startswith(LINES.not_recorded) for text in rehearsal.heard)


def test_it_and_that_this_is_a_machine_are_both_told():
    rehearsal = asked(SEATS)
    rehearsal.says(NO)
    rehearsal.waits(0.2)
    rehearsal.says("are you a robot?")
    rehearsal.until_asked(f"{LINES.not_recorded} {LINES.robot} {SEATS.wording}")


def test_said_twice_it_is_obeyed_and_told_once():
    rehearsal = asked(SEATS)
    rehearsal.says(NO)
    rehearsal.until_asked(TOLD)
    rehearsal.says("I said stop recording")
    rehearsal.waits(5)
    assert (stops(rehearsal), said_so(rehearsal)) == (["don't record"], 1)


def test_it_is_no_opt_out_and_not_asked_about_as_one():
    rehearsal = asked(SEATS)
    rehearsal.says("stop recording, please")
    rehearsal.until_asked(TOLD)
    assert LINES.confirm_opt_out not in rehearsal.spoken


def test_an_opt_out_beside_it_is_one():
    rehearsal = asked(SEATS)
    rehearsal.says("stop recording and stop calling me")
    report = rehearsal.until_over()
    assert (stops(rehearsal), report.outcome) == (["stop recording"], Outcome.OPTED_OUT)
    assert [command.quote for _at_s, command in rehearsal.log if isinstance(command, SaveOptOut)][:1] == ["stop calling me"]


def test_a_voice_that_understood_nothing_makes_no_difference():
    rehearsal = asked(SEATS)
    rehearsal.says(NO, Tool.NOT_UNDERSTOOD)
    rehearsal.until_asked(TOLD)
    assert SEATS.reask_wording not in rehearsal.spoken


def test_words_that_only_the_voice_quotes_count_as_well():
    rehearsal = asked(SEATS)
    rehearsal.says("lease don t ecod me")
    rehearsal.reports(Tool.NOT_UNDERSTOOD, quote="please don't record me")
    rehearsal.until_asked(TOLD)
    assert stops(rehearsal) == ["don't record"]


def test_a_desk_that_cannot_note_it_is_told_again_in_the_report():
    rehearsal = asked(SEATS)
    rehearsal.says(NO)
    rehearsal.happens(DeskFailed(DeskTask.RECORDING))
    rehearsal.answers("seats", 10)
    report = rehearsal.until_over()
    assert (report.outcome, report.refused_recording) == (Outcome.FINISHED, "don't record")


def test_who_says_nothing_of_it_is_recorded():
    rehearsal = asked(SEATS)
    rehearsal.answers("seats", 10)
    assert (rehearsal.until_over().refused_recording, stops(rehearsal)) == ("", [])
