"""What counts as the end of a hot lead, and that everything else does not."""

from __future__ import annotations

import pytest

from campaigns.states import HandoffStatus as S
from sautiqual.simulate_handoffs.tally import End, end_of


def told(status: S, **facts: bool) -> End:
    return end_of(status, **{"is_over": True, "has_time": True, "wants_no_more": False, **facts})


@pytest.mark.parametrize(
    ("status", "end"),
    [(S.BRIDGED, End.ACCEPTED), (S.PROMISED, End.PROMISED), (S.KEPT, End.PROMISED), (S.LEAD_HUNG_UP, End.DECLINED)],
    ids=lambda value: str(value),
)
def test_a_lead_ends_with_a_rep_with_a_promise_or_by_their_own_wish(status: S, end: End):
    assert told(status) is end


def test_a_promise_waits_to_be_kept_and_is_an_end_all_the_same():
    assert told(S.PROMISED, is_over=False) is End.PROMISED


def test_a_promise_without_a_time_is_none():
    assert told(S.PROMISED, has_time=False) is End.NONE


def test_that_a_lead_may_not_be_called_any_more_must_be_their_own_wish():
    assert told(S.BRIDGE_FAILED) is End.NONE
    assert told(S.BRIDGE_FAILED, wants_no_more=True) is End.DECLINED


@pytest.mark.parametrize("status", [S.BRIDGED, S.KEPT, S.LEAD_HUNG_UP])
def test_what_is_not_over_has_no_end(status: S):
    assert told(status, is_over=False) is End.NONE


@pytest.mark.parametrize("status", sorted(set(S) - {S.BRIDGED, S.PROMISED, S.KEPT, S.LEAD_HUNG_UP, S.BRIDGE_FAILED}))
def test_a_hot_lead_never_ends_by_being_waited_for_or_called_cold(status: S):
    assert told(status, wants_no_more=True) is End.NONE
