"""When a delivery is tried again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.integrations.webhooks.retrying import MAX_ATTEMPTS, WAITS_S, Verdict, has_failed_too_long, in_words, verdict, wait_after
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("n_attempts", "wait_s"),
    [(1, 5), (2, 300), (3, 1800), (4, 7200), (5, 18_000), (6, 36_000), (7, 50_400), (8, 72_000), (9, 86_400)],
)
def test_the_middle_wait_is_the_scheduled_one(n_attempts, wait_s):
    assert wait_after(n_attempts, chance=0.5) == timedelta(seconds=wait_s)


def test_after_the_tenth_attempt_it_is_given_up():
    assert wait_after(MAX_ATTEMPTS - 1, chance=0.5) is not None
    assert wait_after(MAX_ATTEMPTS, chance=0.5) is None
    assert wait_after(MAX_ATTEMPTS + 3, chance=0.5) is None  # a worker died over it several times


@given(st.integers(1, MAX_ATTEMPTS - 1), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_between_nothing_and_twice_the_scheduled(n_attempts, chance):
    wait = wait_after(n_attempts, chance=chance)
    assert wait is not None and timedelta() <= wait <= timedelta(seconds=2 * WAITS_S[n_attempts - 1])


def test_no_wait_comes_before_an_attempt():
    with pytest.raises(ValueError, match="follows an attempt"):
        wait_after(0, chance=0.5)


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (None, Verdict.FAILED), (199, Verdict.FAILED), (200, Verdict.DELIVERED), (204, Verdict.DELIVERED), (299, Verdict.DELIVERED),
        (301, Verdict.FAILED), (404, Verdict.FAILED), (410, Verdict.GONE), (429, Verdict.FAILED), (500, Verdict.FAILED),
    ],
)  # fmt: skip
def test_an_answer_means(status, meant):
    assert verdict(status) is meant


@pytest.mark.parametrize(("days", "is_too_long"), [(0, False), (4.99, False), (5, True)])
def test_five_days_without_success_are_too_long(days, is_too_long):
    assert has_failed_too_long(NOW - timedelta(days=days), now=NOW) is is_too_long


def test_what_goes_well_has_not_failed_at_all():
    assert not has_failed_too_long(None, now=NOW)


@pytest.mark.parametrize(("status", "words"), [(410, "gone for good"), (302, "not followed"), (503, "It answered 503.")])
def test_a_refusal_is_told_in_words(status, words):
    assert words in in_words(status)
