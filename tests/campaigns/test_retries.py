"""When to call again, or never."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.day_parts import CallingTimes, open_parts, part_of
from campaigns.outcomes import NEVER_AGAIN, AttemptOutcome
from campaigns.retries import LONGEST_DELAY_MINUTES, MOST_ATTEMPTS, SHIPPED, Attempt, faults_of, next_attempt_at, spread
from leads.rule_table import Window
from tests.campaigns.test_day_parts import AT_HOME, LAGOS, LONDON, NAIROBI, nairobi, weeks
from tests.conftest import NOW

O = AttemptOutcome  # noqa: E741
ENDS_AFTER = timedelta(seconds=40)


def attempt(outcome: O, dialled_at: datetime | None = NOW, **fields) -> Attempt:
    return Attempt(outcome, dialled_at, (dialled_at or NOW) + ENDS_AFTER, **fields)


def after(outcome: O, *earlier: Attempt, at: datetime = NOW, times=AT_HOME, max_attempts=9, rule=None, **fields) -> datetime | None:
    ended = attempt(outcome, at, **fields)
    return next_attempt_at(ended, earlier, rule or SHIPPED[outcome], times, max_attempts=max_attempts)


def minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


# ---- the shipped rules ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "delay_minutes"),
    [(O.BUSY, 20), (O.FAILED, 30), (O.BROKE_OFF, 60), (O.BARRED, 24 * 60), (O.CALLBACK_REQUESTED, 24 * 60)],
    ids=str,
)
def test_the_delay_counts_from_the_end_of_the_attempt(outcome, delay_minutes):
    assert after(outcome) == NOW + ENDS_AFTER + minutes(delay_minutes)


@pytest.mark.parametrize("outcome", sorted(NEVER_AGAIN), ids=str)
def test_it_never_calls_again_who_said_no_gave_a_result_or_may_have_been_rung(outcome):
    assert after(outcome) is None


@pytest.mark.parametrize("outcome", sorted(NEVER_AGAIN), ids=str)
def test_not_even_by_a_rule_that_says_so(outcome):
    lax = replace(SHIPPED[O.NO_ANSWER], outcome=outcome)
    assert after(outcome, rule=lax) is None


def test_a_number_that_is_not_in_service_is_given_up():
    assert after(O.NOT_IN_SERVICE) is None


@pytest.mark.parametrize("outcome", [O.NO_ANSWER, O.VOICEMAIL, O.UNREACHABLE], ids=str)
def test_who_was_not_reached_in_the_morning_is_tried_at_midday_in_the_afternoon_and_in_the_evening(outcome):
    case: list[Attempt] = []
    at: datetime | None = nairobi(24, 9)
    for _ in range(4):
        case.append(attempt(outcome, at))
        at = next_attempt_at(case[-1], case[:-1], SHIPPED[outcome], AT_HOME, max_attempts=9)
        assert at is not None
    assert {part_of(each.dialled_at, NAIROBI) for each in case} == open_parts(AT_HOME)


def test_with_no_clock_on_the_lead_s_wall_the_delay_alone_counts():
    assert after(O.NO_ANSWER, times=None) == NOW + ENDS_AFTER + minutes(180)


def test_in_a_market_that_is_never_open_the_delay_alone_counts():
    assert after(O.NO_ANSWER, times=CallingTimes(NAIROBI, [()] * 7)) == NOW + ENDS_AFTER + minutes(180)


# ---- how often -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_before", "is_last"), [(1, False), (2, True), (3, True)], ids=["2 of 3", "3 of 3", "the cap was lowered"])
def test_it_stops_at_the_campaign_s_attempts(n_before, is_last):
    earlier = [attempt(O.BUSY, NOW - timedelta(days=n)) for n in range(1, n_before + 1)]
    assert (after(O.NO_ANSWER, *earlier, max_attempts=3) is None) is is_last


def test_an_attempt_that_was_never_dialled_does_not_count():
    assert after(O.BUSY, *[attempt(O.FAILED, None)] * 5, max_attempts=2) is not None


@pytest.mark.parametrize(("n_before", "is_last"), [(2, False), (3, True)], ids=["third of 4", "fourth of 4"])
def test_it_stops_when_the_outcome_came_as_often_as_its_rule_allows(n_before, is_last):
    earlier = [attempt(O.BUSY, NOW - timedelta(days=n)) for n in range(1, n_before + 1)]
    assert (after(O.BUSY, *earlier) is None) is is_last


def test_another_outcome_before_does_not_use_up_the_rule():
    assert after(O.BUSY, *[attempt(O.NO_ANSWER, NOW - timedelta(days=n)) for n in range(1, 5)]) is not None


def test_a_case_is_not_given_up_before_enough_parts_of_the_day_were_tried():
    rule = replace(SHIPPED[O.NO_ANSWER], max_attempts=3)
    mornings = [attempt(O.NO_ANSWER, nairobi(day, 9)) for day in (20, 23)]  # the dialer was late twice
    due = after(O.NO_ANSWER, *mornings, at=nairobi(24, 9), rule=rule)
    assert due is not None and part_of(due, NAIROBI) != part_of(nairobi(24, 9), NAIROBI)


def test_and_then_it_is():
    rule = replace(SHIPPED[O.NO_ANSWER], max_attempts=3)
    parts = [attempt(O.NO_ANSWER, nairobi(23, hour)) for hour in (9, 12)]
    assert after(O.NO_ANSWER, *parts, at=nairobi(24, 15), rule=rule) is None


def test_a_market_open_in_one_part_of_the_day_cannot_be_asked_for_three():
    mornings_only = CallingTimes(NAIROBI, [(Window(time(8), time(11)),)] * 7)
    rule = replace(SHIPPED[O.NO_ANSWER], max_attempts=3)
    earlier = [attempt(O.NO_ANSWER, nairobi(day, hour)) for day, hour in ((20, 9), (23, 11))]
    assert after(O.NO_ANSWER, *earlier, at=nairobi(24, 9), times=mornings_only, rule=rule) is None


# ---- promises ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", [timedelta(hours=2), -timedelta(hours=2)], ids=["later", "a time that has passed"])
def test_it_keeps_the_time_the_callee_asked_for(shift):
    assert after(O.CALLBACK_REQUESTED, promised_for=NOW + shift) == max(NOW + ENDS_AFTER, NOW + shift)


@pytest.mark.parametrize(("n_before", "is_kept"), [(0, True), (1, False), (2, False)], ids=["the last", "the one more", "the cap was lowered"])
def test_a_time_they_asked_for_outlives_the_campaign_s_attempts_by_one_call(n_before, is_kept):
    """They are owed a call, not hunted; but the one that keeps the promise promises nothing more."""
    earlier = [attempt(O.BUSY, NOW - timedelta(days=n)) for n in range(1, n_before + 1)]
    due = NOW + timedelta(hours=2)
    assert after(O.CALLBACK_REQUESTED, *earlier, promised_for=due, max_attempts=1) == (due if is_kept else None)


@pytest.mark.parametrize("outcome", [O.NO_ANSWER, O.BUSY, O.CALLBACK_REQUESTED], ids=str)
def test_nothing_follows_on_that_call_whatever_comes_of_it(outcome):
    asked = attempt(O.CALLBACK_REQUESTED, NOW - timedelta(hours=2), promised_for=NOW)
    assert after(outcome, asked, max_attempts=1) is None


def test_who_names_no_time_is_not_called_past_the_campaign_s_attempts():
    assert after(O.CALLBACK_REQUESTED, max_attempts=1) is None


@pytest.mark.parametrize("outcome", [O.HUNG_UP, O.BROKE_OFF])
def test_what_we_promised_when_it_broke_on_our_side_is_kept_like_a_time_of_theirs(outcome):
    due = NOW + timedelta(minutes=17)
    assert after(outcome, promised_for=due) == due


def test_a_promise_is_not_refused_because_they_asked_before():
    earlier = [attempt(O.CALLBACK_REQUESTED, NOW - timedelta(days=n)) for n in range(1, 6)]
    assert after(O.CALLBACK_REQUESTED, *earlier, promised_for=NOW + timedelta(hours=1)) == NOW + timedelta(hours=1)


# ---- for any case --------------------------------------------------------------------------------------------------------------------

outcomes = st.sampled_from(sorted(O))
again = st.sampled_from(sorted(set(O) - set(NEVER_AGAIN)))
rules = st.builds(
    lambda outcome, delay, parts, extra: replace(
        SHIPPED[outcome], is_final=False, delay_minutes=delay, n_day_parts=parts, max_attempts=max(1, parts + extra)
    ),
    again,
    st.integers(5, 3 * 24 * 60),
    st.integers(0, 4),
    st.integers(0, 5),
)
pasts = st.lists(st.tuples(outcomes, st.integers(1, 20_000)), max_size=8)


@given(rules, pasts, weeks, st.sampled_from([NAIROBI, LAGOS, LONDON]), st.integers(1, 8))
def test_it_is_never_early_and_never_one_more_than_allowed(rule, past, week, zone, max_attempts):
    earlier = [attempt(outcome, NOW - minutes(ago)) for outcome, ago in past]
    ended = attempt(rule.outcome)
    times = CallingTimes(zone, week)
    due = next_attempt_at(ended, earlier, rule, times, max_attempts=max_attempts)
    if due is None:
        return
    assert due >= ended.ended_at + minutes(rule.delay_minutes)
    assert len(earlier) + 1 < max_attempts
    n_so = 1 + sum(each.outcome is rule.outcome for each in earlier)
    tried = {part_of(each.dialled_at, zone) for each in (*earlier, ended)}
    assert n_so < rule.max_attempts or (len(tried & open_parts(times)) < rule.n_day_parts and part_of(due, zone) not in tried)


@given(rules, weeks, st.integers(1, 8))
def test_a_case_that_rings_out_is_tried_in_as_many_parts_as_its_rule_wants(rule, week, max_attempts):
    times = CallingTimes(NAIROBI, week)
    case: list[Attempt] = []
    at: datetime | None = NOW.replace(hour=5)
    while at is not None:
        case.append(attempt(rule.outcome, at))
        at = next_attempt_at(case[-1], case[:-1], rule, times, max_attempts=max_attempts)
    assert len(case) <= max_attempts
    if max_attempts > rule.max_attempts + 1 and rule.n_day_parts:  # the first call may fall outside every open part
        tried = {part_of(each.dialled_at, NAIROBI) for each in case[1:]} & open_parts(times)
        assert len(tried) >= min(rule.n_day_parts, len(open_parts(times))) - 1


# ---- a rule as somebody writes it ----------------------------------------------------------------------------------------------------


def test_the_shipped_table_has_a_rule_without_a_fault_for_every_outcome():
    assert set(SHIPPED) == set(O)
    assert [faults_of(rule) for rule in SHIPPED.values()] == [{}] * len(O)


@pytest.mark.parametrize("outcome", sorted(NEVER_AGAIN), ids=str)
def test_what_is_final_by_law_or_for_safety_cannot_be_edited_into_a_retry(outcome):
    faults = faults_of(replace(SHIPPED[outcome], is_final=False))
    assert list(faults) == ["is_final"]
    assert NEVER_AGAIN[outcome] in faults["is_final"]


@pytest.mark.parametrize(
    ("field", "value", "is_fault"),
    [
        ("delay_minutes", 4, True),
        ("delay_minutes", 5, False),
        ("delay_minutes", LONGEST_DELAY_MINUTES, False),
        ("delay_minutes", LONGEST_DELAY_MINUTES + 1, True),
        ("n_day_parts", 4, False),
        ("n_day_parts", 5, True),
        ("max_attempts", 2, True),
        ("max_attempts", 3, False),
        ("max_attempts", MOST_ATTEMPTS, False),
        ("max_attempts", MOST_ATTEMPTS + 1, True),
        ("aapor_code", "3.12", False),
        ("aapor_code", "3.99", True),
    ],
    ids=str,
)
def test_a_rule_is_refused_by_field(field, value, is_fault):
    faults = faults_of(replace(SHIPPED[O.NO_ANSWER], **{field: value}))
    assert list(faults) == ([field] if is_fault else [])


def test_no_attempt_at_all_is_refused_too():
    assert "max_attempts" in faults_of(replace(SHIPPED[O.BUSY], max_attempts=0))


def test_what_fell_due_during_an_outage_comes_evenly():
    due = spread(4, since=NOW, over=timedelta(hours=1))
    assert due == [NOW + timedelta(minutes=15 * n) for n in range(4)]
    assert spread(0, since=NOW, over=timedelta(hours=1)) == []
