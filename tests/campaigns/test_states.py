"""Moves of a call's status, and what a session's end means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import Outcome
from bridge.telephony.dialect import ProviderStatus as P
from campaigns.states import ENDED, LIVE, CallStatus, Disposition, disposition_of, next_state, progress

S = CallStatus


@pytest.mark.parametrize(
    ("events", "end"),
    [
        ([P.RINGING, P.ANSWERED, P.STREAM_STARTED, P.STREAM_STOPPED, P.COMPLETED], S.COMPLETED),
        ([P.COMPLETED], S.COMPLETED),
        ([P.COMPLETED, P.RINGING, P.ANSWERED, P.NO_ANSWER], S.COMPLETED),
        ([P.STREAM_STARTED, P.RINGING], S.IN_PROGRESS),
        ([P.RINGING, P.RINGING, P.NO_ANSWER, P.COMPLETED], S.NO_ANSWER),
        ([P.BUSY, P.BUSY], S.BUSY),
        ([P.ANSWERED, P.FAILED], S.FAILED),
        ([P.RINGING, P.CANCELED], S.CANCELED),
        ([P.UNKNOWN, P.STREAM_ERROR], S.DIALING),
        ([P.DIAL_COMPLETED, P.COMPLETED], S.COMPLETED),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else value,
)
def test_a_call_ends_where_its_events_lead_in_any_order(events, end):
    status = S.DIALING
    for event in events:
        status = next_state(status, event) or status
    assert status == end


@pytest.mark.parametrize("status", sorted(ENDED | {S.QUEUED}), ids=str)
@pytest.mark.parametrize("event", list(P), ids=str)
def test_nothing_the_provider_says_moves_a_call_that_is_not_live(status, event):
    assert next_state(status, event) is None


@given(st.lists(st.sampled_from(list(P)), max_size=12))
def test_progress_never_falls_and_an_end_is_an_end(events):
    status = S.DIALING
    for event in events:
        moved = next_state(status, event)
        if moved is None:
            continue
        assert progress(moved) > progress(status)
        assert status in LIVE
        status = moved


@given(st.lists(st.sampled_from(list(P)), max_size=8), st.integers(min_value=0, max_value=7))
def test_an_event_that_comes_twice_changes_nothing_more(events, index):
    repeated = events[: index + 1] + events[index : index + 1] + events[index + 1 :]
    ends = []
    for stream in (events, repeated):
        status = S.DIALING
        for event in stream:
            status = next_state(status, event) or status
        ends.append(status)
    assert ends[0] == ends[1]


@pytest.mark.parametrize("outcome", list(Outcome), ids=str)
def test_every_outcome_has_a_disposition(outcome):
    assert disposition_of(outcome, is_survey=False, is_hot=False) in Disposition


@pytest.mark.parametrize(
    ("outcome", "is_survey", "is_hot", "disposition"),
    [
        (Outcome.FINISHED, False, True, Disposition.QUALIFIED),
        (Outcome.FINISHED, False, False, Disposition.NOT_QUALIFIED),
        (Outcome.FINISHED, True, True, Disposition.INTERVIEWED),
        (Outcome.PROMISED, False, True, Disposition.QUALIFIED),
        (Outcome.MEDIA_LOST, False, True, Disposition.INCOMPLETE),
        (Outcome.OPTED_OUT, False, True, Disposition.OPTED_OUT),
    ],
    ids=["asked to the end, hot", "asked to the end, cold", "a survey", "promised", "broke off", "opted out though hot"],
)
def test_the_session_s_end_becomes_a_disposition(outcome, is_survey, is_hot, disposition):
    assert disposition_of(outcome, is_survey=is_survey, is_hot=is_hot) is disposition
