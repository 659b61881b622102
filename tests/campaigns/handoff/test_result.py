"""What became of a hand-off, in seconds."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.handoff.result import HandoffResult, HandoffTimes, handoff_result
from campaigns.states import HandoffStatus
from tests.campaigns.handoff.conftest import at
from tests.conftest import NOW

TALKED = HandoffTimes(
    offered_at=NOW, accepted_at=at(3), released_at=at(20), rep_rung_at=at(21), rep_answered_at=at(29), bridged_at=at(45), ended_at=at(245)
)


def test_a_talk_has_all_its_figures():
    assert handoff_result(HandoffStatus.BRIDGED, TALKED) == HandoffResult(
        HandoffStatus.BRIDGED, is_over=True, to_accept_s=3, to_bridge_s=45, waited_s=25, rang_s=8, talked_s=200
    )


@pytest.mark.parametrize(
    ("missing", "unknown"),
    [
        ({"accepted_at": None}, {"to_accept_s"}),
        ({"rep_answered_at": None}, {"rang_s"}),
        ({"ended_at": None}, {"talked_s"}),
        ({"bridged_at": None}, {"to_bridge_s", "talked_s"}),
        ({"bridged_at": None, "ended_at": None}, {"to_bridge_s", "waited_s", "talked_s"}),
        ({"released_at": None}, {"waited_s"}),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, dict) else "",
)
def test_a_figure_whose_step_was_not_reached_is_not_known(missing, unknown):
    result = handoff_result(HandoffStatus.ACCEPTED, replace(TALKED, **missing))
    assert {field.name for field in fields(result) if getattr(result, field.name) is None} == unknown


def test_a_lead_who_hung_up_waited_until_then():
    assert handoff_result(HandoffStatus.LEAD_HUNG_UP, replace(TALKED, bridged_at=None, ended_at=at(32))).waited_s == 12


@given(st.lists(st.none() | st.integers(-5, 10_000), min_size=6, max_size=6))
def test_no_figure_is_below_zero_whatever_the_clocks_say(seconds):
    moments = [None if second is None else NOW + timedelta(seconds=second) for second in seconds]
    result = handoff_result(HandoffStatus.BRIDGED, HandoffTimes(NOW, *moments))
    figures = [result.to_accept_s, result.to_bridge_s, result.waited_s, result.rang_s, result.talked_s]
    assert all(figure is None or figure >= 0 for figure in figures)
