"""Whether a promised call back was kept, and how late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.promises import KEPT_WITHIN, Promise, PromiseState, late_in_words, promise
from tests.conftest import NOW

P = PromiseState
A_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("since_due", "state", "late_s"),
    [(-A_SECOND, P.OPEN, 0), (0 * A_SECOND, P.DUE, 0), (KEPT_WITHIN, P.DUE, 600), (KEPT_WITHIN + A_SECOND, P.LATE, 601)],
    ids=["a second before", "at its time", "in its grace", "a second beyond"],
)
def test_a_promise_that_is_still_owed(since_due, state, late_s):
    assert promise(NOW, kept_at=None, is_over=False, now=NOW + since_due) == Promise(state, late_s)


@pytest.mark.parametrize(
    ("after", "state", "late_s"),
    [(-timedelta(hours=1), P.KEPT, 0), (KEPT_WITHIN, P.KEPT, 0), (KEPT_WITHIN + A_SECOND, P.KEPT_LATE, 601)],
    ids=["earlier", "in its grace", "a second beyond"],
)
def test_a_promise_that_was_kept_stays_so_whatever_the_time(after, state, late_s):
    for is_over in (True, False):
        assert promise(NOW, kept_at=NOW + after, is_over=is_over, now=NOW + timedelta(days=9)) == Promise(state, late_s)


@pytest.mark.parametrize("since_due", [-timedelta(hours=1), timedelta(hours=1)], ids=["before its time", "after it"])
def test_a_promise_nobody_will_keep_any_more_is_missed(since_due):
    assert promise(NOW, kept_at=None, is_over=True, now=NOW + since_due) == Promise(P.MISSED, 0)


@pytest.mark.parametrize(
    ("late_s", "words"), [(0, ""), (59, ""), (75, "1 min"), (3600, "1 h"), (4000, "1 h 6 min"), (3 * 86_400 + 5, "3 days")], ids=str
)
def test_how_late_it_is_in_words(late_s, words):
    assert late_in_words(late_s) == words
