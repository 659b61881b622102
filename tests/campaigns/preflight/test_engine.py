"""The virtual dialer: who is rung when, and what holds it back. NOW is Tuesday, 10:00 in Nairobi."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.outcomes import AttemptOutcome
from campaigns.pacing import Limit
from campaigns.preflight.chances import Luck, Reading
from campaigns.priority import Priority
from campaigns.retries import SHIPPED
from leads.compliance import Reason
from tests.campaigns.preflight.people import (
    ALWAYS,
    CHANCES,
    DONE_LUCK,
    HOT_LUCK,
    NEVER,
    WORST_MINOR,
    at,
    first_dials,
    line,
    people,
    plan,
    played,
    purse,
    world,
)
from tests.conftest import NOW
from tests.leads.facts import CONSENT

SECOND = timedelta(seconds=1)
A_HAIR = timedelta(milliseconds=1)


def about(*seconds: float) -> list[timedelta]:
    return [pytest.approx(timedelta(seconds=each), abs=A_HAIR) for each in seconds]


def test_it_dials_as_fast_as_the_line_allows():
    who = people(4)
    played(plan(line(per_second=0.5)), who)
    assert first_dials(who) == about(0, 2, 4, 6)


def test_two_lines_dial_twice_as_fast_and_share_the_leads():
    who = people(4)
    played(plan(line(1), line(2)), who)
    assert first_dials(who) == about(0, 0, 1, 1)
    assert [person.line_id for person in who] == [1, 2, 1, 2]


def test_a_lead_is_called_again_from_the_number_they_know():
    who = people(2, line_id=2)
    played(plan(line(1), line(2, per_second=0.1)), who, rules=world(max_attempts=2))
    assert first_dials(who) == about(0, 10)
    assert {person.line_id for person in who} == {2} and [len(person.attempts) for person in who] == [2, 2]


def test_no_more_calls_are_in_flight_than_the_campaign_allows():
    who = people(3)
    course = played(plan(max_calls_in_flight=1), who)
    assert first_dials(who) == about(0, 35, 70)
    assert course.tally.hour(NOW).waited_s[Limit.CAMPAIGN] > 60


def test_a_full_line_and_an_empty_bucket_on_the_other_wait_for_whichever_comes_first():
    who = people(4)
    played(plan(line(1, in_flight=1), line(2, per_second=0.1)), who)
    assert first_dials(who) == about(0, 0, 10, 20)


def test_promises_come_before_the_rest():
    ordinary, promised = people(2)
    promised.priority = Priority.PROMISED
    played(plan(), [ordinary, promised])
    assert first_dials([promised, ordinary]) == about(0, 1)


def test_who_does_not_answer_is_called_again_by_the_table():
    [asha] = people(1)
    played(plan(), [asha], rules=world(max_attempts=2))
    first, second = asha.attempts
    assert second.dialled_at - first.ended_at >= timedelta(minutes=SHIPPED[AttemptOutcome.NO_ANSWER].delay_minutes)


def test_who_gave_a_result_is_not_called_again():
    [asha] = people(1)
    course = played(plan(chances=replace(CHANCES, answered=ALWAYS)), [asha], rules=world(DONE_LUCK))
    assert len(asha.attempts) == 1 and course.n_calls == 1 and course.n_left == 0


def test_a_whole_night_is_moved_to_the_morning_in_order():
    who = people(3)
    course = played(plan(begins_at=at(24, 22)), who)
    assert [person.first_dialled_at for person in who] == [pytest.approx(at(25, 8) + n * SECOND, abs=A_HAIR) for n in range(3)]
    assert course.first_through_at == who[-1].first_dialled_at


def test_a_holiday_costs_the_day():
    [asha] = people(1)
    played(plan(), [asha], rules=world(closed=frozenset({at(24, 12).date()})))
    assert asha.first_dialled_at == at(25, 8)


def test_a_consent_that_ends_before_its_turn_excludes():
    [asha] = people(1, consents=(replace(CONSENT, expires_at=at(24, 23)),))
    course = played(plan(begins_at=at(24, 22)), [asha])
    [(lost, refusals)] = course.lost
    assert lost is asha and asha.first_dialled_at is None
    assert [refusal.reason for refusal in refusals] == [Reason.CONSENT_EXPIRED]


def test_the_cap_of_a_number_stops_it_until_tomorrow():
    who = people(3)
    course = played(plan(line(a_day=2)), who, rules=world(max_attempts=1))
    assert first_dials(who)[:2] == about(0, 1)
    assert who[2].first_dialled_at == at(25, 8)
    assert course.tally.hour(NOW).waited_s[Limit.DAY_OF_NUMBER] > 0


@pytest.mark.parametrize("asked", [plan(line(a_day=0)), replace(plan(), lines=()), plan(max_calls_in_flight=0)], ids=["number", "none", "campaign"])
def test_what_can_never_dial_comes_to_an_end_and_says_how_many_are_left(asked):
    course = played(asked, people(2))
    assert (course.n_calls, course.n_left) == (0, 2) and course.stopped_by is not None


# ---- money --------------------------------------------------------------------------------------------------------------


def test_a_budget_is_never_overshot_and_its_end_is_told():
    money = purse(3 * WORST_MINOR)
    course = played(plan(chances=replace(CHANCES, answered=ALWAYS)), people(40), money=money, rules=world(DONE_LUCK))
    spent = sum(of_day[Reading.MID] for of_day in course.tally.minor.values())
    assert course.ran_dry is not None and course.ran_dry.name == "of this campaign"
    assert 2 * WORST_MINOR < spent <= 3 * WORST_MINOR and course.n_left > 0


def test_a_budget_of_the_day_waits_for_the_next_day():
    who = people(8)
    asked = plan(chances=replace(CHANCES, answered=ALWAYS))
    course = played(asked, who, money=purse(day=WORST_MINOR + 500), rules=world(DONE_LUCK))
    days = {person.first_dialled_at.date() for person in who if person.first_dialled_at}
    assert len(days) > 1 and course.n_left == 0 and "of this campaign for today" in course.short_days


def test_calls_that_nobody_answers_cost_nothing():
    course = played(plan(chances=replace(CHANCES, answered=NEVER)), people(5))
    assert all(minor == 0 for of_day in course.tally.minor.values() for minor in of_day.values())


# ---- reps ---------------------------------------------------------------------------------------------------------------


def test_dialing_waits_for_the_reps():
    asked = plan(n_reps=1, chances=replace(CHANCES, answered=ALWAYS))
    course = played(asked, people(30), rules=world(HOT_LUCK))
    hours = course.tally.hours.values()
    assert sum(hour.n_hot for hour in hours) == 30
    assert max(hour.rep_s for hour in hours) <= 3600 + 1
    assert course.tally.hour(NOW).waited_s[Limit.REPS] > 1800


def test_without_pacing_by_reps_whom_nobody_takes_is_promised_a_call_back():
    asked = plan(n_reps=1, hot_leads_a_rep=None, chances=replace(CHANCES, answered=ALWAYS))
    course = played(asked, people(5), rules=world(HOT_LUCK))
    assert course.tally.n_promised == 4
    assert sum(hour.rep_s for hour in course.tally.hours.values()) == pytest.approx(5 * 300)


# ---- always -------------------------------------------------------------------------------------------------------------


@given(
    draws=st.lists(st.builds(Luck, *[st.floats(0, 0.999)] * 3), min_size=1, max_size=20),
    n=st.integers(1, 12),
    budget=st.none() | st.integers(0, 10 * WORST_MINOR),
    in_flight=st.integers(1, 5),
    reps=st.integers(0, 2),
)
def test_whatever_comes_nobody_is_lost_and_no_cap_is_passed(draws, n, budget, in_flight, reps):
    who, money = people(n), purse(budget)
    course = played(plan(max_calls_in_flight=in_flight, n_reps=reps), who, money=money, rules=world(*draws))
    spent = sum(of_day[Reading.MID] for of_day in course.tally.minor.values())
    assert budget is None or reps or spent <= budget  # a rep may talk for longer than was reserved when the call began
    assert course.n_calls == sum(len(person.attempts) for person in who) <= 3 * n
    assert budget is not None or all(person.first_dialled_at for person in who)
    assert all(a.dialled_at <= b.dialled_at for person in who for a, b in zip(person.attempts, person.attempts[1:], strict=False))


def test_the_same_luck_gives_the_same_run():
    one, other = people(6), people(6)
    drawn = [Luck(n / 7, n / 11, n / 13) for n in range(7)]
    assert played(plan(), one, rules=world(*drawn)).n_calls == played(plan(), other, rules=world(*drawn)).n_calls
    assert [person.attempts for person in one] == [person.attempts for person in other]
