"""What typed digits, the end of a call and the calls so far mean for the verification of a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.handoff.number_check import CODE_LIVES, MAX_A_DAY, MAX_WRONG, Result, digits_of, is_expired, masked, on_digits, on_end, why_not_today
from campaigns.states import ENDED, CallStatus
from tests.conftest import NOW

TRIES = st.lists(st.booleans(), max_size=8)


def after(tries: list[bool], *, is_expired: bool = False) -> tuple[Result | None, int]:
    """How many tries were let in, too."""
    result, n_wrong, n_used = None, 0, 0
    for is_right in tries:
        if result is not None:
            break
        heard = on_digits(is_right=is_right, n_wrong=n_wrong, is_expired=is_expired)
        result, n_wrong, n_used = heard.result, heard.n_wrong, n_used + 1
    return result, n_used


@given(TRIES)
def test_it_is_verified_only_by_a_right_code_among_the_first_three(tries):
    result, n_used = after(tries)
    assert (result is Result.VERIFIED) is any(tries[:MAX_WRONG])
    assert n_used <= MAX_WRONG


@given(st.integers(0, 9))
def test_the_third_wrong_code_ends_it(n_wrong):
    heard = on_digits(is_right=False, n_wrong=n_wrong, is_expired=False)
    assert heard.n_wrong == n_wrong + 1
    assert (heard.result is Result.WRONG_CODE) is (n_wrong >= 2)


@given(TRIES.filter(bool))
def test_a_code_that_is_too_old_verifies_nothing(tries):
    assert after(tries, is_expired=True) == (Result.EXPIRED, 1)


@given(st.sampled_from(sorted(ENDED)), st.booleans())
def test_no_end_of_a_call_verifies_a_number(status, was_answered):
    assert on_end(status, was_answered=was_answered) is not Result.VERIFIED


@pytest.mark.parametrize(
    ("status", "was_answered", "result"),
    [
        (CallStatus.NO_ANSWER, False, Result.NO_ANSWER),
        (CallStatus.BUSY, False, Result.BUSY),
        (CallStatus.FAILED, False, Result.FAILED),
        (CallStatus.CANCELED, False, Result.NO_ANSWER),
        (CallStatus.COMPLETED, True, Result.NOT_ENTERED),
        (CallStatus.FAILED, True, Result.NOT_ENTERED),
    ],
)
def test_each_end_is_told_as_what_it_was(status, was_answered, result):
    assert on_end(status, was_answered=was_answered) is result


@given(st.integers(0, 9), st.integers(0, 9))
def test_three_calls_a_day_for_a_rep_and_for_a_number(n_of_rep, n_to_number):
    assert (why_not_today(n_of_rep=n_of_rep, n_to_number=n_to_number) == "") is (max(n_of_rep, n_to_number) < MAX_A_DAY)


def test_a_code_is_good_for_ten_minutes_and_no_longer():
    expires_at = NOW + CODE_LIVES
    assert not is_expired(expires_at, at=expires_at.replace(microsecond=0) - CODE_LIVES / 600)
    assert is_expired(expires_at, at=expires_at)


@given(st.text(alphabet="0123456789#*٣ ", max_size=8))
def test_only_the_keys_with_digits_count(typed):
    assert digits_of(typed) == "".join(key for key in typed if key.isascii() and key.isdigit())


@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_a_masked_number_hides_five_digits_or_more_and_keeps_its_length(number):
    shown = masked(number)
    assert len(shown) == len(number) and shown.count("•") >= 5
    assert all(mine in (theirs, "•") for mine, theirs in zip(shown, number, strict=True))
