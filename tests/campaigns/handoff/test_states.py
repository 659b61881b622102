"""The hand-off's table of moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.handoff.states import ENDS, MOVES, UNTAKEN, WARMTH, WITH_REP, HandoffEvent, next_status
from campaigns.states import HandoffStatus

E, S = HandoffEvent, HandoffStatus


@pytest.mark.parametrize(
    ("events", "end"),
    [
        ([E.ACCEPTED, E.NEXT_STEP_FETCHED, E.DIAL_BRIDGED], S.BRIDGED),
        ([E.ACCEPTED, E.NEXT_STEP_FETCHED, E.DIAL_NOT_BRIDGED, E.PROMISED], S.PROMISED),
        ([E.ACCEPTED, E.NEXT_STEP_LOST, E.REP_ANSWERED, E.REP_PRESSED_1, E.DIAL_BRIDGED], S.BRIDGED),
        ([E.ACCEPTED, E.NEXT_STEP_LOST, E.REP_NO_ANSWER, E.PROMISED], S.PROMISED),
        ([E.ACCEPTED, E.REP_ANSWERED, E.REP_VOICEMAIL, E.PROMISED, E.KEPT], S.KEPT),
        ([E.ACCEPTED, E.REP_PRESSED_1, E.LEAD_UNREACHED, E.PROMISED, E.ACCEPTED, E.DIAL_BRIDGED], S.BRIDGED),
        ([E.DECLINED, E.PROMISED], S.PROMISED),
        ([E.OVERDUE, E.PROMISED], S.PROMISED),
        ([E.OVERDUE, E.ACCEPTED, E.DIAL_BRIDGED], S.BRIDGED),
        ([E.ACCEPTED, E.REP_ANSWERED, E.REP_PRESSED_1, E.JOINED], S.BRIDGED),
        ([E.ACCEPTED, E.REP_VOICEMAIL, E.ACCEPTED, E.REP_NO_ANSWER, E.RETURNED, E.PROMISED], S.PROMISED),
        ([E.ACCEPTED, E.NEXT_STEP_LOST, E.REP_PRESSED_1, E.DIAL_BRIDGED], S.BRIDGED),
        ([E.LEAD_LEFT], S.LEAD_HUNG_UP),
        ([E.ACCEPTED, E.LEAD_LEFT], S.LEAD_HUNG_UP),
        ([E.DECLINED, E.RETURNED, E.PROMISED], S.PROMISED),
        ([E.PROMISED, E.LAPSED], S.BRIDGE_FAILED),
        ([E.COOLED, E.WARMED, E.HOT, E.ACCEPTED, E.DIAL_BRIDGED], S.BRIDGED),
        ([E.WARMED, E.COOLED], S.COOLED),
        ([E.WARMED, E.OVERDUE], S.COOLED),
        ([E.WARMED, E.LEAD_LEFT, E.HOT], S.OFFERED),
        ([E.WARMED, E.LAPSED], S.COOLED),
        ([E.DECLINED, E.WARMED, E.HOT], S.OFFERED),
        ([E.DECLINED, E.COOLED], S.COOLED),
        ([E.OVERDUE, E.WARMED], S.WARMING),
        ([E.OVERDUE, E.COOLED], S.COOLED),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else value,
)
def test_a_hand_off_walks_the_paths_of_the_design(events, end):
    status = S.OFFERED
    for event in events:
        moved = next_status(status, event)
        assert moved is not None, f"{event} in {status}"
        status = moved
    assert status == end


@pytest.mark.parametrize("status", list(S), ids=str)
def test_every_status_stands_in_the_table(status):
    assert status in MOVES


@pytest.mark.parametrize("status", sorted(frozenset(S) - ENDS), ids=str)
def test_no_open_hand_off_is_without_an_exit(status):
    assert set(MOVES[status].values()) - {status}


def test_every_status_is_reached():
    """From a lead that warms, or that is hot at once."""
    reached, found = {S.WARMING, S.OFFERED}, {S.WARMING, S.OFFERED}
    while found:
        found = {to for status in found for to in MOVES[status].values()} - reached
        reached |= found
    assert reached == set(S)


@pytest.mark.parametrize("status", sorted(frozenset(S) - ENDS - {S.PROMISED}), ids=str)
def test_time_alone_brings_every_open_hand_off_to_a_promise_and_one_that_never_was_hot_to_nothing(status):
    owed = S.COOLED if status is S.WARMING else S.PROMISED
    for _ in S:
        if status is owed:
            return
        moved = next_status(status, E.OVERDUE)
        assert moved is not None
        status = moved
    pytest.fail("it goes round in a circle")


def test_every_status_and_every_move_can_come_about():
    """Walks from the first status, along each move once."""
    seen, waiting = set(), [S.OFFERED]
    while waiting:
        status = waiting.pop()
        if status in seen:
            continue
        seen.add(status)
        for event in MOVES[status]:
            moved = next_status(status, event)
            assert moved is not None
            waiting.append(moved)
    assert seen == set(S)
    assert {event for moves in MOVES.values() for event in moves} == set(E)


@pytest.mark.parametrize("status", sorted(frozenset(S) - ENDS), ids=str)
def test_no_status_is_without_a_way_to_its_end(status):
    reached, waiting = set(), [status]
    while waiting:
        now = waiting.pop()
        if now not in reached:
            reached.add(now)
            waiting += MOVES[now].values()
    assert ENDS & reached


def test_a_lead_who_is_waiting_can_always_leave():
    for status in frozenset(S) - ENDS - {S.PROMISED, S.WARMING}:
        assert next_status(status, E.LEAD_LEFT) is S.LEAD_HUNG_UP
    assert next_status(S.WARMING, E.LEAD_LEFT) is S.COOLED  # who never was hot is owed nothing


@pytest.mark.parametrize("status", sorted(frozenset(S) - {S.ACCEPTED}), ids=str)
def test_nobody_is_together_without_a_rep_who_has_accepted(status):
    assert not {next_status(status, E.JOINED), next_status(status, E.DIAL_BRIDGED)} & {S.BRIDGED}


@pytest.mark.parametrize("status", sorted(ENDS), ids=str)
@pytest.mark.parametrize("event", list(E), ids=str)
def test_nothing_moves_what_has_ended_but_another_answer_what_has_cooled(status, event):
    assert (next_status(status, event) is not None) == (status is S.COOLED and event in WARMTH)


@pytest.mark.parametrize("status", sorted(frozenset(S) - ENDS - {S.WARMING}), ids=str)
def test_a_lead_who_may_not_be_called_any_more_is_owed_nothing(status):
    assert next_status(status, E.LAPSED) is S.BRIDGE_FAILED


@pytest.mark.parametrize("status", sorted(UNTAKEN | WITH_REP | {S.PROMISED, S.KEPT, S.LEAD_HUNG_UP}), ids=str)
def test_nobody_can_decline_what_is_no_longer_offered(status):
    assert next_status(status, E.DECLINED) is None


@given(st.lists(st.sampled_from(list(E))))
def test_events_in_any_order_leave_a_known_status_and_ends_are_final(events):
    status = S.OFFERED
    for event in events:
        moved = next_status(status, event)
        assert moved is None or status not in ENDS or event in WARMTH
        status = moved or status
    assert status in S


@given(st.sampled_from(list(S)), st.sampled_from([E.DECLINED, E.DIAL_BRIDGED, E.PROMISED, E.LEAD_LEFT, E.KEPT, E.JOINED, E.RETURNED]))
def test_an_event_that_comes_twice_means_nothing_the_second_time(status, event):
    once = next_status(status, event)
    assert once is None or next_status(once, event) is None
