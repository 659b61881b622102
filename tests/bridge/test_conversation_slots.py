"""No rep is free: times are offered, the one that is chosen is booked before it is promised, and no word is broken when that fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.brief import Limits
from bridge.commands import BookSlot, Command, Expect, FindSlots
from bridge.events import (
    CallEvent,
    DeskFailed,
    DeskTask,
    EndReason,
    Outcome,
    StreamClosed,
    Tool,
    Topic,
    VoiceFailed,
)
from bridge.notes import EndPolitely, NoRep, RepAccepted
from bridge.slots import SlotBooked, SlotsFound
from tests.bridge.conversing import LINES, MORNING, SEATS, Rehearsal, brief

TODAY = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)  # half past three in Nairobi
TOMORROW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)  # nine
FRIDAY = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)  # ten
SOON, NOT_SOON = SlotsFound((TODAY, TOMORROW), is_soon=True), SlotsFound((TODAY, TOMORROW), is_soon=False)
NO_SLOTS = SlotsFound((), is_soon=False)
OFFERING = replace(
    LINES,
    colleagues_busy="All my colleagues are busy.",
    offer_slots="One can call you {first}, or {second}. Which suits you?",
    offer_slot="One can call you {when}. Does that suit you?",
    slot_taken="That time is not free.",
    slot_booked="Done. A colleague will call you {when}. Goodbye.",
)
QUESTION = "One can call you today at half past three in the afternoon, or tomorrow at nine in the morning. Which suits you?"
ASKED = f"All my colleagues are busy. {QUESTION}"
BOOKED_TODAY = "Done. A colleague will call you today at half past three in the afternoon. Goodbye."
BOOKED_TOMORROW = "Done. A colleague will call you tomorrow at nine in the morning. Goodbye."


class WithDesk(Rehearsal):
    """The desk answers each question about times with the next of `answers`; where there is none (left) it knows two times, and books any."""

    def __init__(self, *answers: CallEvent | None, limits: Limits | None = None, language: str = "en-KE", **fields: object) -> None:
        made = brief(SEATS, **{"lines": OFFERING, "clock": MORNING, "language": language, "limits": limits or Limits(), **fields})
        super().__init__(made, hot_from="seats")
        self.desk = list(answers)
        self.is_desk_silent = False

    def _obey(self, commands: list[Command]) -> None:
        super()._obey(commands)
        for command in commands:
            if isinstance(command, FindSlots | BookSlot) and not self.is_desk_silent:
                answer = self.desk.pop(0) if self.desk else None
                self.happens(answer or (SlotBooked(command.at) if isinstance(command, BookSlot) else SOON))

    def refused(self) -> WithDesk:
        """Hot, and nobody takes her."""
        self.open().until_asked(SEATS.wording)
        self.answers("seats", 50)
        self.until_asked(LINES.checking)
        self.happens(NoRep())
        return self

    def offered(self, text: str = ASKED) -> WithDesk:
        self.refused().until_asked(text)
        return self

    @property
    def booked(self) -> list[datetime]:
        return [command.at for command in self.done(BookSlot)]


def ended(rehearsal: Rehearsal) -> tuple[Outcome, str]:
    """The outcome, and the last words that were heard."""
    return rehearsal.until_over().outcome, rehearsal.heard[-1]


PLAIN = (Outcome.PROMISED, LINES.promise)


# ---- one is chosen -----------------------------------------------------------------------------------------------------------------------


def test_times_are_offered_in_words_and_the_voice_knows_them():
    rehearsal = WithDesk(SOON).offered()
    expectation = rehearsal.done(Expect)[-1].expectation
    assert expectation.is_time and expectation.offered == (TODAY, TOMORROW)
    assert [f"{at:%H:%M}" for at in expectation.offered] == ["15:30", "09:00"], "on the callee's clock"


@pytest.mark.parametrize(
    ("text", "tool", "at", "last_words"),
    [
        ("the first one", Tool.SCHEDULE_CALLBACK, TODAY, BOOKED_TODAY),
        ("tomorrow is better", Tool.SCHEDULE_CALLBACK, TOMORROW, BOOKED_TOMORROW),
        ("the second", Tool.NOT_UNDERSTOOD, TOMORROW, BOOKED_TOMORROW),
        ("nine", Tool.CONFIRM, TOMORROW, BOOKED_TOMORROW),
        ("the second", None, TOMORROW, BOOKED_TOMORROW),
    ],
    ids=["the first", "the day", "not understood by the voice", "taken for something else", "no word from the voice"],
)
def test_what_the_callee_chooses_is_booked_and_promised(text: str, tool: Tool | None, at: datetime, last_words: str):
    rehearsal = WithDesk(SOON).offered()
    rehearsal.says(text, tool)
    assert ended(rehearsal) == (Outcome.PROMISED, last_words)
    assert rehearsal.booked == [at]


def test_a_voice_s_own_reckoning_counts_where_the_words_leave_it_open():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.says("the one after breakfast", Tool.SCHEDULE_CALLBACK, at="2026-11-24T09:00")
    assert ended(rehearsal) == (Outcome.PROMISED, BOOKED_TOMORROW)


def test_nothing_is_promised_before_it_is_booked():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.is_desk_silent = True
    rehearsal.says("the first one", Tool.SCHEDULE_CALLBACK)
    rehearsal.waits(2)
    assert rehearsal.spoken[-1] == ASKED and rehearsal.booked == [TODAY]
    rehearsal.happens(SlotBooked(TODAY))
    assert ended(rehearsal) == (Outcome.PROMISED, BOOKED_TODAY)


def test_one_time_alone_is_agreed_on_with_a_yes():
    rehearsal = WithDesk(SlotsFound((TODAY,), is_soon=True)).offered(
        "All my colleagues are busy. One can call you today at half past three in the afternoon. Does that suit you?"
    )
    rehearsal.says("yes please", Tool.CONFIRM, is_yes=True)
    assert ended(rehearsal) == (Outcome.PROMISED, BOOKED_TODAY)


def test_in_swahili():
    rehearsal = WithDesk(SOON, language="sw-KE").refused()
    rehearsal.until_asked("All my colleagues are busy. One can call you leo saa tisa na nusu mchana, or kesho saa tatu asubuhi. Which suits you?")
    rehearsal.says("ya pili", Tool.NOT_UNDERSTOOD)
    assert ended(rehearsal) == (Outcome.PROMISED, "Done. A colleague will call you kesho saa tatu asubuhi. Goodbye.")


def test_they_may_answer_before_the_question_is_over():
    rehearsal = WithDesk(SOON).refused()
    rehearsal.waits(4)
    rehearsal.says("the first one is fine", Tool.SCHEDULE_CALLBACK, speech_s=1.2)
    assert ended(rehearsal) == (Outcome.PROMISED, BOOKED_TODAY)


# ---- another one is wanted -----------------------------------------------------------------------------------------------------------


def test_a_time_of_their_own_is_booked_where_it_is_free():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.says("on Friday at ten", Tool.SCHEDULE_CALLBACK)
    assert ended(rehearsal) == (Outcome.PROMISED, "Done. A colleague will call you on Friday at ten in the morning. Goodbye.")
    assert rehearsal.booked == [FRIDAY]


def test_of_a_day_they_name_the_times_are_offered():
    later = SlotsFound((FRIDAY, FRIDAY + timedelta(hours=4)), is_soon=True)
    rehearsal = WithDesk(SOON, later).offered()
    rehearsal.says("on Friday", Tool.SCHEDULE_CALLBACK)
    rehearsal.until_asked("One can call you on Friday at ten in the morning, or on Friday at two in the afternoon. Which suits you?")
    assert [command.after for command in rehearsal.done(FindSlots)][1:] == [datetime(2026, 11, 26, 21, 0, tzinfo=UTC)], "from midnight on"
    rehearsal.says("in the afternoon", Tool.SCHEDULE_CALLBACK)
    assert rehearsal.until_over().outcome is Outcome.PROMISED
    assert rehearsal.booked == [FRIDAY + timedelta(hours=4)]


def test_a_time_that_another_lead_has_taken_meanwhile_is_not_promised_and_the_next_are_offered():
    rehearsal = WithDesk(SOON, SlotsFound((TODAY + timedelta(minutes=15), TOMORROW), is_soon=True)).offered()
    rehearsal.says("the first one", Tool.SCHEDULE_CALLBACK)
    rehearsal.until_asked(
        "That time is not free. One can call you today at three 45 in the afternoon, or tomorrow at nine in the morning. Which suits you?"
    )
    rehearsal.says("tomorrow", Tool.SCHEDULE_CALLBACK)
    assert ended(rehearsal) == (Outcome.PROMISED, BOOKED_TOMORROW)
    assert BOOKED_TODAY not in rehearsal.spoken


def test_whoever_wants_none_of_them_is_asked_for_a_time_of_theirs():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.says("neither", Tool.NOT_UNDERSTOOD)
    rehearsal.until_asked(LINES.when_better)
    rehearsal.says("Friday at ten", Tool.SCHEDULE_CALLBACK)
    assert rehearsal.until_over().outcome is Outcome.PROMISED
    assert rehearsal.booked == [FRIDAY]


# ---- nothing is agreed on ---------------------------------------------------------------------------------------------------------------


def says_nothing_clear(rehearsal: WithDesk) -> None:
    rehearsal.says("hm", Tool.NOT_UNDERSTOOD)
    rehearsal.until_asked(QUESTION)
    rehearsal.says("hm", Tool.NOT_UNDERSTOOD)


def says_nothing(rehearsal: WithDesk) -> None:
    """Silence is asked about once, too."""


def wants_no_time_at_all(rehearsal: WithDesk) -> None:
    rehearsal.says("neither", Tool.NOT_UNDERSTOOD)
    rehearsal.until_asked(LINES.when_better)
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)


LEAVE_IT_OPEN = pytest.mark.parametrize("leave_it_open", [says_nothing_clear, says_nothing, wants_no_time_at_all])


@LEAVE_IT_OPEN
def test_the_plain_promise_is_made_where_a_rep_will_be_there_and_nothing_is_booked(leave_it_open):
    rehearsal = WithDesk(SOON).offered()
    leave_it_open(rehearsal)
    assert ended(rehearsal) == PLAIN
    assert rehearsal.booked == []


@LEAVE_IT_OPEN
def test_where_nobody_will_be_there_the_first_time_is_booked_and_said(leave_it_open):
    rehearsal = WithDesk(NOT_SOON).offered()
    leave_it_open(rehearsal)
    assert ended(rehearsal) == (Outcome.PROMISED, BOOKED_TODAY)
    assert rehearsal.booked == [TODAY]


def test_that_one_is_gone_too_and_the_promise_names_no_time():
    rehearsal = WithDesk(NOT_SOON, NOT_SOON).offered()
    says_nothing_clear(rehearsal)
    assert ended(rehearsal) == PLAIN


def test_it_does_not_ask_for_ever():
    rehearsal = WithDesk(*[SOON] * 20).offered()
    for _ in range(12):
        if not rehearsal.conversation.is_over:
            rehearsal.says("on Friday", Tool.SCHEDULE_CALLBACK)
            rehearsal.waits(12)
    assert ended(rehearsal) == PLAIN
    assert rehearsal.spoken.count(QUESTION) == 4


@pytest.mark.parametrize(
    "fields",
    [{"clock": None}, {"language": "am-ET"}, {"lines": LINES}],
    ids=["no clock", "a language without words for times", "a script that offers none"],
)
def test_no_times_are_offered_that_could_not_be_understood(fields):
    rehearsal = WithDesk(SOON, **fields).refused()
    assert ended(rehearsal) == PLAIN
    assert rehearsal.done(FindSlots) == []


def test_nobody_has_hours_and_the_promise_is_as_it_was():
    assert ended(WithDesk(NO_SLOTS).refused()) == PLAIN


def test_a_desk_that_is_silent_is_asked_twice_and_then_no_time_is_promised():
    rehearsal = WithDesk()
    rehearsal.is_desk_silent = True
    rehearsal.refused()
    assert ended(rehearsal) == PLAIN
    assert len(rehearsal.done(FindSlots)) == 2


def test_a_desk_that_fails_to_book_promises_no_time():
    rehearsal = WithDesk(SOON, DeskFailed(DeskTask.SLOT), DeskFailed(DeskTask.SLOT)).offered()
    rehearsal.says("the first one", Tool.SCHEDULE_CALLBACK)
    assert ended(rehearsal) == PLAIN
    assert rehearsal.booked == [TODAY, TODAY]


# ---- what comes between -----------------------------------------------------------------------------------------------------------------


def test_an_opt_out_ends_it_whatever_was_offered():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.says("stop calling me", Tool.OPT_OUT)
    assert ended(rehearsal) == (Outcome.OPTED_OUT, LINES.opted_out)
    assert rehearsal.booked == []


def test_an_opt_out_while_the_time_is_being_booked_wins_too():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.is_desk_silent = True
    rehearsal.says("the first one", Tool.SCHEDULE_CALLBACK)
    rehearsal.says("no, never call me again", Tool.OPT_OUT)
    rehearsal.happens(SlotBooked(TODAY))
    assert ended(rehearsal) == (Outcome.OPTED_OUT, LINES.opted_out)


def test_a_doubt_about_it_is_settled_and_the_times_are_offered_again():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.says("hm, stop", Tool.OPT_OUT, is_doubtful=True)
    rehearsal.until_asked(LINES.confirm_opt_out)
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)
    rehearsal.until_asked(QUESTION)
    rehearsal.says("the first one", Tool.SCHEDULE_CALLBACK)
    assert ended(rehearsal) == (Outcome.PROMISED, BOOKED_TODAY)


def test_what_was_booked_during_such_a_doubt_is_said_after_it():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.is_desk_silent = True
    rehearsal.says("the first one", Tool.SCHEDULE_CALLBACK)
    rehearsal.says("hm, stop", Tool.OPT_OUT, is_doubtful=True)
    rehearsal.happens(SlotBooked(TODAY))
    rehearsal.until_asked(LINES.confirm_opt_out)
    rehearsal.says("no", Tool.CONFIRM, is_yes=False)
    assert ended(rehearsal) == (Outcome.PROMISED, BOOKED_TODAY)


def test_a_rep_who_takes_the_lead_after_all_is_connected():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.happens(RepAccepted("Rehema"))
    assert ended(rehearsal) == (Outcome.HANDED_OFF, LINES.connecting)


def test_whoever_has_lost_interest_is_let_go():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.says("no, I am not interested", Tool.END_CALL, reason=EndReason.NOT_INTERESTED)
    assert ended(rehearsal) == (Outcome.NOT_INTERESTED, LINES.not_interested)


@pytest.mark.parametrize(
    ("text", "tool", "more", "said"),
    [
        ("sorry?", Tool.EXPLAIN, {"topic": Topic.REPEAT}, QUESTION),
        ("are you a robot?", Tool.EXPLAIN, {"topic": Topic.ROBOT}, f"{LINES.robot} {QUESTION}"),
        ("do not record me", Tool.NOT_UNDERSTOOD, {}, f"{LINES.not_recorded} {QUESTION}"),
    ],
    ids=["not heard", "a robot?", "no recording"],
)
def test_what_they_ask_is_answered_and_the_question_stands(text, tool, more, said):
    rehearsal = WithDesk(SOON).offered()
    rehearsal.says(text, tool, **more)
    rehearsal.until_asked(said)
    rehearsal.says("the first one", Tool.SCHEDULE_CALLBACK)
    assert ended(rehearsal) == (Outcome.PROMISED, BOOKED_TODAY)


def test_a_late_report_of_words_before_the_question_chooses_nothing():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.reports(Tool.SCHEDULE_CALLBACK, quote="the first one", at="2026-11-23T15:30")
    assert rehearsal.booked == [] and "schedule_callback while offering times" in rehearsal.announced("refused")


@pytest.mark.parametrize("event", [StreamClosed(), VoiceFailed("gone")], ids=["they hang up", "the voice dies"])
def test_what_cuts_it_short_leaves_a_promise(event: CallEvent):
    rehearsal = WithDesk(SOON).offered()
    rehearsal.happens(event)
    assert rehearsal.until_over().outcome is Outcome.PROMISED


def test_a_person_of_ours_who_ends_the_call_leaves_the_promise():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.happens(EndPolitely())
    assert ended(rehearsal) == PLAIN


def test_words_that_came_without_a_meaning_count_when_time_is_up():
    rehearsal = WithDesk(SOON).offered()
    rehearsal.says("tomorrow")
    rehearsal.happens(EndPolitely())
    assert ended(rehearsal) == (Outcome.PROMISED, BOOKED_TOMORROW)


def test_the_longest_call_ends_with_a_promise_too():
    assert ended(WithDesk(SOON, limits=Limits(max_call_s=30)).offered()) == PLAIN


# ---- whatever comes ------------------------------------------------------------------------------------------------------------------------

sayings = st.sampled_from(["the first one", "tomorrow", "neither", "yes", "no", "hm", "on Friday at ten", "on Friday", "sorry?", ""])
tools = st.sampled_from([Tool.SCHEDULE_CALLBACK, Tool.NOT_UNDERSTOOD, Tool.CONFIRM, None])
answers = st.sampled_from([SOON, NOT_SOON, NO_SLOTS, SlotsFound((TODAY,), is_soon=False), DeskFailed(DeskTask.SLOT), None])


@settings(max_examples=60)
@given(st.lists(answers, max_size=6), st.lists(st.tuples(sayings, tools, st.floats(0, 9)), max_size=6))
def test_no_time_is_ever_promised_that_the_desk_has_not_booked(desk, said):
    rehearsal = WithDesk(*desk).refused()
    for text, tool, pause_s in said:
        if not rehearsal.conversation.is_over:
            rehearsal.says(text, tool)
            rehearsal.waits(pause_s)
    assert rehearsal.until_over().outcome is Outcome.PROMISED
    promised = [text for text in rehearsal.spoken if text.startswith("Done.")]
    assert len(promised) <= 1
    assert not promised or rehearsal.booked
