"""Whether what the platform says of a rep's leg is its end: borders of the rule about a first `Completed`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.telephony.dialect import ENDED, ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns.handoff.leg_end import REPEATED_WITHIN, Ending, FirstAsked, ending
from tests.conftest import NOW

P = ProviderStatus
COMPLETED = ProviderEvent(state=P.COMPLETED)
SET_UP, ANSWERED = FirstAsked(NOW, P.COMPLETED), FirstAsked(NOW, P.ANSWERED)


def said(event: ProviderEvent = COMPLETED, first: FirstAsked | None = None, *, is_accepted: bool = False, after: timedelta = timedelta()) -> Ending:
    return ending(event, first, is_accepted=is_accepted, now=NOW + after)


def test_a_first_completed_is_in_doubt():
    assert said() is Ending.IN_DOUBT


@pytest.mark.parametrize(
    "after, expected",
    [(timedelta(seconds=1), Ending.IN_DOUBT), (REPEATED_WITHIN - timedelta(milliseconds=1), Ending.IN_DOUBT), (REPEATED_WITHIN, Ending.YES)],
    ids=["at once", "just within", "later"],
)
def test_a_second_completed_may_be_the_first_again_for_a_while(after, expected):
    assert said(first=SET_UP, after=after) is expected


def test_a_completed_after_an_answered_is_the_end_at_once():
    assert said(first=ANSWERED, after=timedelta(seconds=1)) is Ending.YES


def test_who_has_pressed_a_key_is_past_the_setting_up():
    assert said(first=SET_UP, is_accepted=True, after=timedelta(seconds=1)) is Ending.YES


@pytest.mark.parametrize(
    "proof",
    [{"kind": "call.completed"}, {"is_active": False}, {"dial_status": P.COMPLETED}, {"dial_duration_s": 0.0}],
    ids=["an event", "a record", "the status of a Dial", "the seconds of a Dial"],
)
def test_what_no_set_up_says_is_the_end(proof):
    assert said(replace(COMPLETED, **proof)) is Ending.YES


@given(st.sampled_from(sorted(ENDED - {P.COMPLETED})), st.sampled_from([None, SET_UP, ANSWERED]))
def test_every_other_end_is_one_whenever_it_comes(state, first):
    assert said(ProviderEvent(state=state), first) is Ending.YES


@given(st.sampled_from(sorted(set(P) - ENDED)), st.sampled_from([None, SET_UP, ANSWERED]), st.booleans())
def test_what_is_no_end_never_becomes_one(state, first, is_accepted):
    assert said(ProviderEvent(state=state, is_active=False), first, is_accepted=is_accepted, after=timedelta(hours=1)) is Ending.NO
