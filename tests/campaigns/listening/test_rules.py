"""Who may be listened to: each reason on its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns.listening.rules import Facts, NotHeard, why_not_listen

FINE = Facts(is_talking=True, is_market_known=True, may_record=True, has_refused=False, must_be_told=False)


def test_a_call_whose_callee_was_told_may_be_heard():
    assert why_not_listen(FINE) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"is_talking": False}, NotHeard.NOT_TALKING),
        ({"is_market_known": False}, NotHeard.NO_PACK),
        ({"may_record": False}, NotHeard.MARKET),
        ({"has_refused": True}, NotHeard.CALLEE),
        ({"must_be_told": True}, NotHeard.NOT_TOLD),
    ],
    ids=str,
)
def test_one_reason_is_enough(change, why):
    assert why_not_listen(replace(FINE, **change)) is why


def test_a_right_of_the_callee_comes_before_what_passes_by_itself():
    assert why_not_listen(replace(FINE, is_talking=False, has_refused=True)) is NotHeard.CALLEE
