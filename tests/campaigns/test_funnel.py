"""The steps from a call to a sale, and what is worked out of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.funnel import (
    BUCKET_MS,
    COUNTED,
    LEVEL,
    MEANINGS,
    TITLES,
    CallFacts,
    Figures,
    Step,
    bucket,
    funnel,
    percentiles_of,
    reached_by_level,
    steps_of_case,
)
from campaigns.percentiles import Percentiles
from campaigns.states import Disposition

AT = datetime(2026, 11, 24, 7, tzinfo=UTC)
RUNG = CallFacts(AT, "a", is_attempt=True)
ANSWERED = replace(RUNG, is_answered=True)


def of_disposition(disposition: str, **more: bool) -> CallFacts:
    return replace(ANSWERED, disposition=Disposition(disposition), **more)


HOT = of_disposition("qualified", is_hot=True)


@pytest.mark.parametrize(
    ("call", "step"),
    [
        (replace(RUNG, is_attempt=False), None),
        (RUNG, Step.ATTEMPTED),
        (ANSWERED, Step.CONNECTED),
        (of_disposition("voicemail"), Step.CONNECTED),
        (of_disposition("wrong_number"), Step.CONNECTED),
        (of_disposition("informed"), Step.CONNECTED),
        (of_disposition("incomplete"), Step.CONNECTED),
        (of_disposition("incomplete", has_answers=True), Step.RIGHT_PARTY),
        (of_disposition("opted_out"), Step.RIGHT_PARTY),
        (of_disposition("screened_out"), Step.RIGHT_PARTY),
        (of_disposition("not_qualified"), Step.COMPLETE),
        (of_disposition("interviewed"), Step.COMPLETE),
        (of_disposition("qualified", is_promised=True), Step.RIGHT_PARTY),
        (HOT, Step.HOT),
        (of_disposition("incomplete", is_hot=True), Step.HOT),
        (replace(HOT, is_accepted=True), Step.ACCEPTED),
        (replace(HOT, is_accepted=True, is_won=True), Step.WON),
        (of_disposition("not_qualified", is_accepted=True, is_won=True), Step.COMPLETE),
    ],
    ids=[
        "not dialled", "no answer", "picked up", "a machine", "wrong number", "they called and learnt who we are", "gone before an answer",
        "broke off after an answer", "opted out", "screened out", "not qualified", "a survey", "the rep's call back", "hot",
        "hot and broke off", "accepted", "won", "found not hot after all",
    ],
)  # fmt: skip
def test_how_far_a_call_got(call, step):
    assert steps_of_case([call]) == {"a": step}


def test_a_lead_counts_once_on_the_call_that_completed_the_interview_as_far_as_they_got_on_any():
    complete = replace(of_disposition("not_qualified"), key="first")
    hot = replace(HOT, key="second", at=AT + timedelta(days=2), is_accepted=True)
    assert steps_of_case([hot, complete]) == {"first": Step.ACCEPTED, "second": Step.RIGHT_PARTY}


dispositions = st.none() | st.sampled_from(Disposition)
calls = st.builds(
    CallFacts, st.integers(0, 5).map(lambda n: AT + timedelta(hours=n)), st.uuids().map(str), st.booleans(), st.booleans(), dispositions,
    st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip


@given(st.lists(st.lists(calls, max_size=4), max_size=8), st.integers(0, 50))
def test_the_funnel_never_grows_from_one_step_to_the_next(cases, n_due):
    steps = [step for case in cases for step in steps_of_case(case).values() if step]
    levels = {LEVEL[step]: steps.count(step) for step in COUNTED}

    rows = funnel(Figures(**reached_by_level(levels)), n_due=n_due)

    assert [row.step for row in rows] == list(Step)
    assert all(before.n >= after.n for before, after in pairwise(rows))
    assert all(0 <= row.of_first <= 100 and (row.of_before is None or row.of_before <= 100) for row in rows)
    assert rows[1].n == len(steps)


@given(st.lists(calls, max_size=6))
def test_no_lead_is_complete_or_more_twice(case):
    further = [step for step in steps_of_case(case).values() if step and LEVEL[step] >= LEVEL[Step.COMPLETE]]
    assert len(further) == (1 if any(call.is_result for call in case) else 0)
    assert any(LEVEL[step] >= LEVEL[Step.HOT] for step in further) is any(call.is_hot for call in case)


def test_shares_are_rounded_down_and_of_nothing_there_are_none():
    rows = funnel(Figures(attempted=3, connected=2), n_due=0)
    assert [(row.of_first, row.of_before) for row in rows[:4]] == [(100, None), (100, 100), (66, 66), (0, 0)]
    assert {row.of_before for row in funnel(Figures(), n_due=0)} == {None}


def test_what_one_costs_is_rounded_up_and_unknown_without_any():
    figures = Figures(complete=3, hot=0, spent_minor=1000)
    assert figures.minor_a_complete == 334 and figures.minor_a_hot_lead is None


def test_figures_add_up_one_by_one():
    assert Figures(hot=1, spent_minor=5) + Figures(hot=2, n_blocked=1) == Figures(hot=3, spent_minor=5, n_blocked=1)


def test_each_step_has_a_title_and_a_sentence():
    assert set(TITLES) == set(MEANINGS) == set(Step)
    assert all(sentence.endswith(".") for sentence in MEANINGS.values())


@given(st.integers(0, 60_000))
def test_a_bucket_is_the_nearest(ms):
    assert bucket(ms) % BUCKET_MS == 0 and abs(bucket(ms) - ms) <= BUCKET_MS // 2


@given(st.dictionaries(st.integers(0, 100), st.integers(0, 20)))
def test_half_of_them_do_not_exceed_the_median_and_no_smaller_figure_has_that(n_by_ms):
    every = sorted(ms for ms, n in n_by_ms.items() for _ in range(n))
    found = percentiles_of(n_by_ms)
    assert found == (Percentiles(every[-(-len(every) // 2) - 1], every[-(-len(every) * 95 // 100) - 1]) if every else Percentiles(None, None))
