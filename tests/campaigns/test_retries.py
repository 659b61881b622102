"""When to call again, or never."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.retries import BUSY_AFTER, CALLBACK_AFTER, FAILED_AFTER, INCOMPLETE_AFTER, Attempt, next_attempt_at, spread
from campaigns.states import CallStatus, Disposition
from tests.conftest import NOW

S, D = CallStatus, Disposition


@pytest.mark.parametrize(
    ("status", "disposition", "after"),
    [
        (S.BUSY, None, BUSY_AFTER),
        (S.FAILED, None, FAILED_AFTER),
        (S.COMPLETED, D.INCOMPLETE, INCOMPLETE_AFTER),
        (S.COMPLETED, D.CALLBACK_REQUESTED, CALLBACK_AFTER),
    ],
    ids=["busy", "failed", "incomplete", "another time"],
)
def test_it_calls_again_after_a_while(status, disposition, after):
    assert next_attempt_at(Attempt(status, disposition, NOW), attempts_made=1, max_attempts=3) == NOW + after


@pytest.mark.parametrize("disposition", sorted(set(D) - {D.INCOMPLETE, D.CALLBACK_REQUESTED, D.VOICEMAIL}), ids=str)
@pytest.mark.parametrize("status", [S.COMPLETED, S.FAILED, S.NO_ANSWER], ids=str)
def test_it_never_calls_again_who_gave_a_result(status, disposition):
    assert next_attempt_at(Attempt(status, disposition, NOW), attempts_made=1, max_attempts=9) is None


@pytest.mark.parametrize("status", [S.OUTCOME_UNKNOWN, S.BLOCKED, S.CANCELED], ids=str)
def test_it_never_dials_again_on_a_guess(status):
    assert next_attempt_at(Attempt(status, None, NOW), attempts_made=1, max_attempts=9) is None


@pytest.mark.parametrize(("made", "is_last"), [(2, False), (3, True), (4, True)], ids=["2 of 3", "3 of 3", "the cap was lowered"])
def test_it_stops_at_the_campaign_s_attempts(made, is_last):
    due_at = next_attempt_at(Attempt(S.NO_ANSWER, None, NOW), attempts_made=made, max_attempts=3)
    assert (due_at is None) is is_last


@pytest.mark.parametrize(("status", "disposition"), [(S.NO_ANSWER, None), (S.COMPLETED, D.VOICEMAIL)], ids=["no answer", "voicemail"])
def test_who_was_not_reached_is_tried_at_another_hour_of_the_day_each_time(status, disposition):
    at, hours = NOW, [NOW.hour]
    for made in (1, 2, 3):
        due_at = next_attempt_at(Attempt(status, disposition, at), attempts_made=made, max_attempts=9)
        assert due_at is not None
        at = due_at
        hours.append(at.hour)
    assert len(set(hours)) == len(hours)


@pytest.mark.parametrize("shift", [timedelta(hours=2), -timedelta(hours=2)], ids=["later", "a time that has passed"])
def test_it_keeps_the_time_the_callee_asked_for(shift):
    attempt = Attempt(S.COMPLETED, D.CALLBACK_REQUESTED, NOW, promised_for=NOW + shift)
    assert next_attempt_at(attempt, attempts_made=1, max_attempts=3) == max(NOW, NOW + shift)


def test_an_attempt_that_still_runs_has_no_next_one():
    with pytest.raises(AssertionError):
        next_attempt_at(Attempt(S.IN_PROGRESS, None, NOW), attempts_made=1, max_attempts=3)


def test_what_fell_due_during_an_outage_comes_evenly():
    due = spread(4, since=NOW, over=timedelta(hours=1))
    assert due == [NOW + timedelta(minutes=15 * n) for n in range(4)]
    assert spread(0, since=NOW, over=timedelta(hours=1)) == []
