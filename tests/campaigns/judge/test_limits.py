"""What is judged about the organisation's own limits, with its borders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from campaigns.judge.record import Entry
from campaigns.judge.ruling import Invariant
from tests.campaigns.judge.records import CAMPAIGN, DAUDI, DAY, DETAILS, LINE, K, before, broken, changed, dispatch, entry, morning, without

I = Invariant  # noqa: E741 - read aloud: I.RATE


@pytest.mark.parametrize(
    ("invariant", "whose"),
    [(I.IN_FLIGHT_CAMPAIGN, "campaign"), (I.IN_FLIGHT_LINE, "line"), (I.IN_FLIGHT_ORGANISATION, "organisation")],
)
@pytest.mark.parametrize(("cap", "found"), [(2, []), (1, [7]), (0, [7]), (None, [])], ids=["full", "one too many", "lowered to none", "no cap"])
def test_calls_in_flight_never_exceed_the_cap(invariant, whose, cap, found):
    record = changed(morning(), 7, details={"in_flight": {whose: cap}})
    assert broken(invariant, record) == found


@pytest.mark.parametrize(
    ("invariant", "elsewhere"),
    [(I.IN_FLIGHT_CAMPAIGN, {"campaign_id": 99}), (I.IN_FLIGHT_LINE, {"line_id": 99})],
)
def test_calls_of_others_do_not_count(invariant, elsewhere):
    record = changed(changed(morning(), 4, **elsewhere), 7, details={"in_flight": {"campaign": 1, "line": 1}})
    assert broken(invariant, record) == []


def test_a_call_that_began_before_the_period_is_in_flight_still():
    flying = (dispatch(0, -60, "old", DAUDI),)
    record = changed(before(morning(), in_flight=flying), 4, details={"in_flight": {"campaign": 1}})
    assert broken(I.IN_FLIGHT_CAMPAIGN, record) == [4, 7]


@pytest.mark.parametrize("undone", [K.ENDED, K.NOT_SENT])
def test_a_call_that_is_over_or_was_never_sent_leaves_its_place(undone):
    record = changed(morning(), 5, kind=undone)
    assert broken(I.IN_FLIGHT_CAMPAIGN, changed(record, 7, details={"in_flight": {"campaign": 1}})) == []


def test_a_promised_call_back_may_be_made_when_all_is_full():
    record = changed(morning(), 7, details={"occasion": "promised", "in_flight": {"campaign": 0, "line": 0, "organisation": 0}})
    assert broken(I.IN_FLIGHT_CAMPAIGN, record) == broken(I.IN_FLIGHT_LINE, record) == []


# ---- rate -------------------------------------------------------------------------------------------------------------------


def placed_at(*seconds: float, per_second: float) -> Any:
    entries = tuple(dispatch(number, at, f"c{number}", f"n{number}", per_second=per_second) for number, at in enumerate(seconds, start=1))
    return replace(morning(), entries=entries)


@pytest.mark.parametrize(
    ("seconds", "per_second", "found"),
    [
        ((0, 1, 2, 3), 1.0, []),
        ((0, 0.9), 1.0, [2]),
        ((0, 0, 0), 3.0, []),
        ((0, 0, 0, 0), 3.0, [4]),
        ((0, 0, 0, 0.4), 3.0, []),
        ((0, 5), 0.2, []),
        ((0, 4.9), 0.2, [2]),
        ((0, 0.5, 2, 2.5), 1.0, [2, 4]),
        ((0, 200), 0.001, []),
    ],
    ids=["on the second", "too soon", "one second's worth", "one more", "a token later", "slow", "slow, too soon", "two bursts", "out of sight"],
)
def test_a_line_never_places_more_than_its_calls_a_second(seconds, per_second, found):
    assert broken(I.RATE, placed_at(*seconds, per_second=per_second)) == found


def test_lines_have_rates_of_their_own():
    record = placed_at(0, 0, per_second=1.0)
    assert broken(I.RATE, changed(record, 2, line_id=LINE + 1)) == []


@pytest.mark.parametrize(("cap", "found"), [(3, []), (2, [15]), (None, [])])
def test_a_line_makes_no_more_calls_a_day_than_its_number_may(cap, found):
    assert broken(I.LINE_DAY, changed(morning(), 15, details={"per_day": cap})) == found


def test_calls_of_the_day_before_the_period_count():
    record = before(morning(), line_days={(LINE, DAY): 50})
    assert broken(I.LINE_DAY, record) == [4, 7, 15]


def test_a_call_that_was_never_sent_counts_on_no_day():
    record = changed(morning(), 5, kind=K.NOT_SENT, line_id=LINE, money_on=DAY)
    assert broken(I.LINE_DAY, changed(record, 15, details={"per_day": 2})) == []


# ---- money ------------------------------------------------------------------------------------------------------------------

PURSES = [
    (I.BUDGET_CAMPAIGN, "campaign", f"campaign:{CAMPAIGN}:"),
    (I.BUDGET_CAMPAIGN_DAY, "campaign_day", f"campaign_day:{CAMPAIGN}:2026-11-24"),
    (I.BUDGET_DAY, "day", "day::2026-11-24"),
    (I.BUDGET_MONTH, "month", "month::2026-11"),
]


@pytest.mark.parametrize(("invariant", "whose", "name"), PURSES)
@pytest.mark.parametrize(("cap", "found"), [(4200, []), (4199, [7]), (None, [])], ids=["to the cent", "a cent over", "no cap"])
def test_what_is_committed_counts_calls_in_flight(invariant, whose, name, cap, found):
    assert broken(invariant, changed(morning(), 7, details={"budgets": {whose: cap}})) == found


@pytest.mark.parametrize(("invariant", "whose", "name"), PURSES)
def test_what_was_committed_before_the_period_counts(invariant, whose, name):
    record = changed(before(morning(), committed={name: 3000}), 15, details={"budgets": {whose: 5699}})
    assert broken(invariant, record) == [15]  # 3000, the 600 of the first call, and this one's 2100


@pytest.mark.parametrize(("invariant", "whose", "name"), PURSES[:2])
def test_another_campaign_spends_its_own_money(invariant, whose, name):
    record = changed(morning(), 4, campaign_id=99)
    assert broken(invariant, changed(record, 7, details={"budgets": {whose: 2100}})) == []


def test_a_settled_call_gives_back_what_it_did_not_cost():
    assert broken(I.BUDGET_CAMPAIGN, changed(morning(), 15, details={"budgets": {"campaign": 2700}})) == []
    assert broken(I.BUDGET_CAMPAIGN, changed(without(morning(), 11, 12), 15, details={"budgets": {"campaign": 2700}})) == [15]


@pytest.mark.parametrize(("cost", "found"), [(2100, []), (2101, [11])])
def test_no_call_costs_more_than_was_reserved(cost, found):
    assert broken(I.RESERVATION, changed(morning(), 11, details={"cost_minor": cost})) == found


# ---- reps -------------------------------------------------------------------------------------------------------------------


def with_reps(number: int, **reps: Any) -> Any:
    return changed(morning(), number, details={"reps": {**DETAILS["reps"], **reps}})


@pytest.mark.parametrize(
    ("reps", "found"),
    [
        ({"n_free": 1, "target": 0.2}, []),
        ({"n_free": 1, "target": 0.19}, [7]),
        ({"n_free": 0}, [7]),
        ({"n_free": 1, "hot_of_dialled": 0.6}, [7]),
    ],
    ids=["just enough", "a hair too few", "nobody", "hotter than before"],
)
def test_calls_bring_no_more_hot_leads_than_the_free_reps_can_take(reps, found):
    assert broken(I.REP_CAPACITY, with_reps(7, **reps)) == found


def test_one_call_may_start_while_a_rep_is_free_and_nothing_is_under_way():
    assert broken(I.REP_CAPACITY, with_reps(4, n_free=1, target=0.01)) == []
    assert broken(I.REP_CAPACITY, with_reps(4, n_free=0)) == [4]


def test_a_call_with_the_bot_weighs_more_than_one_that_rings():
    answered: Entry = entry(6, K.ANSWERED, 2.5, "a1")
    record = with_reps(7, n_free=1, target=0.25)
    assert broken(I.REP_CAPACITY, record) == []
    assert broken(I.REP_CAPACITY, replace(record, entries=(*record.entries[:5], answered, *record.entries[6:]))) == [7]


def test_without_reps_nothing_is_judged():
    assert broken(I.REP_CAPACITY, changed(morning(), 7, details={"reps": None})) == []
