"""The books of a crash test: each way of being wrong is found, and nothing is found where nothing is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.states import CallStatus, Disposition
from sautiqual.crash_test.balance import Books, Dialled, Ring, Row, balance
from tests.conftest import NOW

ASHA, DAUDI, REHEMA = "+254712300001", "+254712300002", "+254711000201"
MINUTE = timedelta(minutes=1)
RIGHT = {"buyer": True, "seats": 40}


def ring(label: str = "first", number: str = ASHA, *, at: int = 0, **fields: Any) -> Ring:
    return replace(Ring(number, label, NOW + at * MINUTE, NOW + (at + 1) * MINUTE), **fields)


def row(call_id: str = "first", number: str = ASHA, **fields: Any) -> Row:
    done = Row(call_id, number, CallStatus.COMPLETED, Disposition.NOT_QUALIFIED, True, False, True, RIGHT, RIGHT)
    return replace(done, **fields)


def books(*parts: Any, listed: frozenset[str] = frozenset()) -> Books:
    def of(kind: type) -> list[Any]:
        return [part for part in parts if isinstance(part, kind)]

    return Books(("buyer", "seats"), of(Ring), of(Dialled), of(Row), frozenset({"rep-call"}), listed)


def findings(*parts: Any, **others: Any) -> tuple[int, int, int]:
    found = balance(books(*parts, **others))
    return len(found.rung_twice), len(found.answers_lost), len(found.leads_lost)


NOTHING = (0, 0, 0)


def test_a_call_that_rang_once_and_was_asked_to_the_end_balances():
    assert findings(ring(asked=("buyer", "seats"), has_closed=True), row()) == NOTHING


# ---- rung twice -----------------------------------------------------------------------------------------------------------


def test_the_same_call_may_not_ring_again_even_later():
    assert findings(ring(), ring(at=10), row()) == (1, 0, 0)


def test_another_attempt_may_ring_once_the_first_is_over():
    busy = row(status=CallStatus.BUSY, disposition=None, answers={})
    assert findings(ring(), ring("second", at=10), busy, row("second")) == NOTHING


@pytest.mark.parametrize(("at", "n_found"), [(0, 1), (1, 0)], ids=["while it rings", "the instant it has ended"])
def test_two_attempts_may_not_ring_at_once(at: int, n_found: int):
    assert findings(ring(), ring("second", at=at), row(), row("second")) == (n_found, 0, 0)


def test_a_call_that_has_not_ended_is_still_ringing():
    assert findings(ring(ended_at=None), ring("second", at=10), row(), row("second")) == (1, 0, 0)


@pytest.mark.parametrize("status", [CallStatus.QUEUED, CallStatus.BLOCKED])
def test_a_call_that_rang_may_not_stand_as_if_it_had_not(status: CallStatus):
    assert findings(ring(), row(status=status, is_attempt=False, answers={})) == (1, 0, 0)


def test_a_phone_that_rang_for_no_call_of_ours_is_found():
    assert findings(ring("stranger"), row()) == (1, 0, 0)


def test_a_reps_phone_rings_for_a_call_that_is_not_a_leads():
    assert findings(ring("rep-call", REHEMA), ring(), row()) == NOTHING
    assert findings(ring("rep-call", REHEMA), ring("rep-call", REHEMA, at=10), row()) == (1, 0, 0)


def test_a_lead_is_called_back_as_often_as_there_are_rows():
    calling_back = Dialled(ASHA, "rep-call", NOW + 5 * MINUTE)
    promised = row("back", is_promised=True)
    assert findings(ring(), calling_back, row(), promised) == NOTHING
    assert findings(ring(), calling_back, row()) == (1, 0, 0)
    assert findings(ring(), calling_back, replace(calling_back, label="other"), row(), promised) == (1, 0, 0)


def test_one_call_may_not_dial_the_same_phone_twice():
    dial = Dialled(REHEMA, "first", NOW)
    assert findings(ring(), dial, row()) == NOTHING
    assert findings(ring(), dial, replace(dial, began_at=NOW + MINUTE), row()) == (1, 0, 0)


def test_a_lead_may_not_be_called_back_while_the_first_call_is_up():
    assert findings(ring(ended_at=None), Dialled(ASHA, "rep-call", NOW + MINUTE), row(), row("back", is_promised=True)) == (1, 0, 0)


# ---- answers lost ---------------------------------------------------------------------------------------------------------


def test_the_next_question_acknowledges_the_answer_before_it():
    asked = ring(asked=("buyer", "seats"))
    assert findings(asked, row(answers={"buyer": True})) == NOTHING
    assert findings(asked, row(answers={})) == (0, 1, 0)
    assert findings(asked, row(answers={"buyer": False})) == (0, 1, 0)


def test_the_thanks_acknowledge_every_answer():
    assert findings(ring(asked=("buyer", "seats"), has_closed=True), row(answers={"buyer": True})) == (0, 1, 0)


def test_an_answer_that_was_not_acknowledged_may_be_missing():
    assert findings(ring(asked=("buyer",)), row(answers={})) == NOTHING


def test_a_call_that_goes_on_relies_on_what_an_earlier_one_kept():
    went_on, before = ring("second", at=10, asked=("seats",)), row(answers={"buyer": True}, disposition=Disposition.INCOMPLETE)
    assert findings(ring(asked=("buyer", "seats")), went_on, before, row("second", answers={"seats": 40})) == NOTHING
    assert findings(ring(asked=("buyer",)), went_on, replace(before, answers={}), row("second", answers={"seats": 40})) == (0, 1, 0)


def test_what_was_asked_on_this_call_is_not_made_good_by_another():
    lost, kept = row(answers={}), row("second", answers={"buyer": True})
    assert findings(ring(asked=("buyer", "seats")), ring("second", at=10), lost, kept) == (0, 1, 0)


def test_an_opt_out_that_was_acknowledged_is_on_the_list():
    opted_out = ring(has_opted_out=True)
    assert findings(opted_out, row(), listed=frozenset({ASHA})) == NOTHING
    assert findings(opted_out, row(), listed=frozenset({DAUDI})) == (0, 1, 0)


# ---- leads lost -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [CallStatus.DIALING, CallStatus.RINGING, CallStatus.IN_PROGRESS])
def test_a_call_that_never_ends_is_a_lead_lost(status: CallStatus):
    assert findings(row(status=status, disposition=None)) == (0, 0, 1)


GOES_ON = [(CallStatus.BUSY, None), (CallStatus.NO_ANSWER, None), (CallStatus.FAILED, None), (CallStatus.COMPLETED, Disposition.INCOMPLETE)]


@pytest.mark.parametrize(("status", "disposition"), GOES_ON)
def test_after_an_end_that_is_none_another_call_is_planned(status: CallStatus, disposition: Disposition | None):
    ended = row(status=status, disposition=disposition)
    planned = row("second", status=CallStatus.QUEUED, disposition=None, is_attempt=False)
    assert findings(ended) == (0, 0, 1)
    assert findings(ended, planned) == NOTHING
    assert findings(replace(ended, attempts_left=False)) == NOTHING


@pytest.mark.parametrize("status", [CallStatus.OUTCOME_UNKNOWN, CallStatus.BLOCKED])
def test_an_end_that_says_so_is_an_end(status: CallStatus):
    assert findings(row(status=status, disposition=None)) == NOTHING


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8, unique=True))
def test_any_number_of_attempts_one_after_another_balances(minutes: list[int]):
    parts = [part for minute in minutes for part in (ring(str(minute), at=minute), row(str(minute)))]
    assert findings(*parts) == NOTHING
