"""What a move of a hand-off is told as, and who is told of it."""

from __future__ import annotations

import pytest

from campaigns.handoff.states import HandoffEvent
from campaigns.integrations.webhooks.event_types import MEANINGS, SUBSCRIBABLE, EventType, told_by, types_fault, wants
from campaigns.states import HandoffStatus

S, H, E = HandoffStatus, HandoffEvent, EventType


@pytest.mark.parametrize(
    ("event", "status", "is_owed", "types"),
    [
        pytest.param(H.ACCEPTED, S.ACCEPTED, False, [E.HANDOFF_ACCEPTED], id="accepted"),
        pytest.param(H.DECLINED, S.DECLINED, False, [E.HANDOFF_DECLINED], id="declined"),
        pytest.param(H.OVERDUE, S.NO_ANSWER, False, [E.HANDOFF_NO_ANSWER], id="nobody in time"),
        pytest.param(H.OVERDUE, S.PROMISED, False, [E.HANDOFF_PROMISED, E.CALLBACK_BOOKED], id="promised by time alone"),
        pytest.param(H.PROMISED, S.PROMISED, True, [E.HANDOFF_PROMISED, E.CALLBACK_BOOKED], id="promised"),
        pytest.param(H.DIAL_BRIDGED, S.BRIDGED, True, [E.HANDOFF_BRIDGED], id="bridged"),
        pytest.param(H.RETURNED, S.RETURNED_TO_BOT, False, [E.HANDOFF_RETURNED_TO_BOT], id="returned"),
        pytest.param(H.LEAD_LEFT, S.LEAD_HUNG_UP, False, [E.HANDOFF_LEAD_HUNG_UP], id="lead left"),
        pytest.param(H.REP_VOICEMAIL, S.REP_VOICEMAIL, False, [E.HANDOFF_REP_VOICEMAIL], id="voicemail"),
        pytest.param(H.LEAD_UNREACHED, S.BRIDGE_FAILED, True, [E.HANDOFF_FAILED], id="not reached, still owed"),
        pytest.param(H.KEPT, S.KEPT, False, [E.HANDOFF_KEPT, E.CALLBACK_KEPT], id="kept"),
        pytest.param(H.LAPSED, S.BRIDGE_FAILED, True, [E.HANDOFF_FAILED, E.CALLBACK_MISSED], id="a promise lapsed"),
        pytest.param(H.LAPSED, S.BRIDGE_FAILED, False, [E.HANDOFF_FAILED], id="an offer lapsed"),
        pytest.param(H.REP_ANSWERED, S.ACCEPTED, False, [], id="a step on the way"),
    ],
)
def test_a_move_is_told_as(event, status, is_owed, types):
    assert told_by(event, status, is_owed=is_owed) == types


@pytest.mark.parametrize("status", S)
def test_every_status_of_a_hand_off_is_told_but_that_a_lead_only_warms(status):
    told = told_by(H.WARMED, status, is_owed=False)
    assert [event_type.split(".")[0] for event_type in told if not event_type.startswith("callback.")] == ["handoff"] * (status is not S.WARMING)


@pytest.mark.parametrize("event_type", E)
def test_every_type_says_what_it_means(event_type):
    assert MEANINGS[event_type].endswith(".")


@pytest.mark.parametrize(
    ("event_types", "is_wanted"),
    [(["*"], True), (["lead.hot"], True), (["call.completed"], False), (["call.completed", "lead.hot"], True)],
    ids=["all", "this one", "another", "two"],
)
def test_an_endpoint_is_told_of_what_it_asked_for(event_types, is_wanted):
    assert wants(event_types, E.LEAD_HOT) is is_wanted


@pytest.mark.parametrize(
    ("event_types", "fault"),
    [
        ([], "at least one"),
        (["lead.cold"], "no event “lead.cold”"),
        (["webhook.test"], "no event “webhook.test”"),
        (["*", "lead.hot"], "leave the others out"),
    ],
    ids=["none", "unknown", "the test", "all and one"],
)
def test_a_list_that_means_nothing_is_refused_in_words(event_types, fault):
    assert fault in types_fault(event_types)


def test_every_type_but_the_test_can_be_asked_for():
    assert types_fault(list(SUBSCRIBABLE)) == types_fault(["*"]) == ""
