"""Whether a promised call back was kept, and how late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.promises import KEPT_WITHIN, Promise, PromiseFigures, PromiseState, due_in_words, figures_of, late_in_words, promise
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


# ---- many of them -----------------------------------------------------------------------------------------------------------------------


def test_the_rate_is_of_those_whose_time_has_come():
    figures = figures_of([P.KEPT, P.KEPT, P.KEPT_LATE, P.MISSED, P.LATE, P.OPEN, P.DUE])
    assert figures == PromiseFigures(n_kept=2, n_kept_late=1, n_missed=1, n_overdue=1, n_open=2)
    assert (figures.n, figures.n_come_due, figures.kept_percent) == (7, 5, 40)


@pytest.mark.parametrize(
    ("states", "percent"),
    [([], None), ([P.OPEN, P.DUE], None), ([P.KEPT], 100), ([P.LATE], 0), ([P.KEPT] * 999 + [P.MISSED], 99)],
    ids=["none at all", "none has come", "all kept", "one is owed", "one broken word in a thousand"],
)
def test_a_word_that_was_not_kept_is_never_rounded_away(states, percent):
    assert figures_of(states).kept_percent == percent


@given(st.lists(st.sampled_from(P)))
def test_every_promise_is_counted_once(states):
    figures = figures_of(states)
    assert figures.n == len(states)
    assert figures.kept_percent is None or 0 <= figures.kept_percent <= 100


@pytest.mark.parametrize(("ahead_s", "said"), [(601, ""), (600, "10 min"), (541, "10 min"), (540, "9 min"), (1, "1 min"), (0, ""), (-5, "")], ids=str)
def test_a_time_that_is_near_is_told_in_minutes(ahead_s, said):
    assert due_in_words(NOW + ahead_s * A_SECOND, within=timedelta(minutes=10), now=NOW) == said
