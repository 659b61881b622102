"""What is judged about the work itself: nobody twice, nothing while stopped, nobody forgotten."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from campaigns.judge.record import FlightRecord
from campaigns.judge.ruling import Invariant
from tests.campaigns.judge.records import (
    ASHA,
    CAMPAIGN,
    K,
    after,
    before,
    broken,
    changed,
    decision,
    dispatch,
    ended,
    entry,
    morning,
    n_unjudged,
    tick,
    with_entries,
    without,
)
from tests.conftest import NOW

I = Invariant  # noqa: E741 - read aloud: I.STOPPED


@pytest.mark.parametrize(
    ("between", "found"),
    [(K.NOT_SENT, []), (K.PLACED, [19]), (K.UNKNOWN, [19]), (K.REFUSED, [19]), (K.ENDED, [19])],
)
def test_a_call_is_dispatched_again_only_if_nothing_was_sent(between, found):
    record = with_entries(morning(), entry(18, between, 7201, "a2"), dispatch(19, 7300, "a2", ASHA))
    assert broken(I.AT_MOST_ONCE, record) == found


def test_a_call_that_was_dispatched_before_the_period_is_not_dispatched_in_it():
    assert broken(I.AT_MOST_ONCE, before(morning(), dispatched=frozenset({"a1"}))) == [4]


def test_a_number_is_in_one_call_at_a_time_whatever_the_campaign():
    record = changed(morning(), 7, number=ASHA, campaign_id=99)
    assert broken(I.ONE_AT_A_TIME, record) == [7]
    assert broken(I.ONE_AT_A_TIME, before(morning(), in_flight=(dispatch(0, -9, "old", ASHA),))) == [4, 15]


# ---- stopped and paused -------------------------------------------------------------------------------------------------------


def stopped_before(entry_id: int, seconds: float) -> FlightRecord:
    """All dialing is stopped at that time, written right before that entry."""
    stop = entry(0, K.STOPPED, seconds)
    return replace(morning(), entries=tuple(one for each in morning().entries for one in ((stop, each) if each.id == entry_id else (each,))))


@pytest.mark.parametrize(
    ("record", "found"),
    [(stopped_before(7, 2), [7, 15]), (stopped_before(7, 2.5), [15]), (stopped_before(15, 7000), [15])],
    ids=["a second before", "in the same instant", "long before"],
)
def test_nothing_is_dispatched_while_all_dialing_is_stopped(record, found):
    assert broken(I.STOPPED, record) == found


def test_after_the_resume_dialing_goes_on():
    entries = (entry(0, K.STOPPED, -100), entry(0, K.RESUMED, -50), *morning().entries)
    assert broken(I.STOPPED, replace(morning(), entries=entries)) == []


def test_a_stop_of_the_day_before_holds():
    assert broken(I.STOPPED, before(morning(), stopped_at=after(-9000))) == [4, 7, 15]


@pytest.mark.parametrize("status", ["paused", "closed", "draft"])
def test_a_campaign_that_does_not_run_dispatches_nothing(status):
    record = with_entries(without(morning(), 12), entry(12, K.CAMPAIGN, 100, details={"status": status}))
    assert broken(I.PAUSED, record) == [15]


def test_what_a_campaign_was_before_the_period_counts():
    assert broken(I.PAUSED, before(without(morning(), 1), statuses={CAMPAIGN: "paused"})) == [4, 7, 15]


def test_of_a_campaign_whose_life_was_not_recorded_nothing_is_judged():
    assert n_unjudged(I.PAUSED, without(morning(), 1)) == 3


# ---- lost and starved -----------------------------------------------------------------------------------------------------------


def lived_for(minutes: int, record: FlightRecord) -> FlightRecord:
    return with_entries(record, *(tick(100 + n, 7300 + 120 * n) for n in range(minutes // 2 + 1)))


@pytest.mark.parametrize(("minutes", "found"), [(170, []), (200, [15])])
def test_a_call_without_an_end_is_found_after_three_hours(minutes, found):
    assert broken(I.NOBODY_LOST, lived_for(minutes, without(morning(), 16))) == found


def test_a_call_without_an_end_is_nobodys_fault_while_no_dialer_lives():
    assert broken(I.NOBODY_LOST, replace(without(morning(), 16), until=after(90_000))) == []


def idle(n_ticks: int, *others: Any, every_s: float = 60, **seen: Any) -> FlightRecord:
    """Somebody is due, and for so many ticks nothing happens."""
    told = {"hold": None, "oldest_due_at": NOW.isoformat(), "cap": 5, **seen}
    return with_entries(morning(), *(tick(30 + n, 8000 + every_s * n, **told) for n in range(n_ticks)), *others)


@pytest.mark.parametrize(("n_ticks", "found"), [(6, []), (7, [36])])
def test_a_campaign_with_room_and_somebody_due_must_do_something_within_five_minutes(n_ticks, found):
    assert broken(I.STARVATION, idle(n_ticks)) == found


def test_it_is_told_once():
    assert broken(I.STARVATION, idle(30)) == [36]


@pytest.mark.parametrize("hold", ["reps", "server", "day_of_number", "line", "stopped"])
def test_a_campaign_that_is_held_back_does_not_starve(hold):
    assert broken(I.STARVATION, idle(20, hold=hold)) == []


def test_a_rate_holds_nobody_back_for_minutes():
    assert broken(I.STARVATION, idle(20, hold="rate")) == [36]


@pytest.mark.parametrize(("cap", "found"), [(1, [36]), (0, [])], ids=["nothing is in flight", "it is full"])
def test_a_full_campaign_is_counted_and_not_believed(cap, found):
    assert broken(I.STARVATION, idle(20, hold="campaign", cap=cap)) == found


@pytest.mark.parametrize(("cap", "found"), [(2700, [36]), (2699, [])], ids=["one more is affordable", "it is not"])
def test_an_empty_purse_is_counted_and_not_believed(cap, found):
    assert broken(I.STARVATION, idle(20, hold="budget", next_minor=2100, budgets={"campaign": cap})) == found


def test_a_decision_is_work_even_if_it_refuses():
    assert broken(I.STARVATION, idle(9, decision(33, 8190, "x9"))) == []


def test_ticks_far_apart_show_no_dialer():
    assert broken(I.STARVATION, idle(20, every_s=200)) == []


def overtaken(due_s: float, *, priority: int = 2, line_id: int = 3) -> FlightRecord:
    """A call that fell due long ago is made after Asha's second one, and the dialer lived all the time."""
    late = replace(dispatch(40, 7400, "late", "late", due_at=after(due_s).isoformat(), priority=priority), line_id=line_id)
    return with_entries(morning(), *(tick(100 + n, 120 * n) for n in range(61)), late) if due_s >= 0 else with_entries(morning(), late)


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (overtaken(100), [40]),
        (overtaken(7195 - 3600), []),
        (overtaken(100, line_id=4), []),
        (overtaken(100, priority=3), []),
        (overtaken(-9000), []),
    ],
    ids=["passed over", "an hour is allowed", "it waited for its own line", "less urgent", "no dialer lived"],
)
def test_a_call_is_not_passed_over_for_an_hour(call, found):
    in_order = replace(call, entries=tuple(sorted(call.entries, key=lambda one: one.at)))
    assert broken(I.STARVATION, in_order) == found


def test_an_ended_call_is_not_lost():
    assert broken(I.NOBODY_LOST, lived_for(400, with_entries(without(morning(), 16), ended(16, 7400, "a2")))) == []
