"""When a voice is passed over, when it is tried again, and by how many."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import VoiceFault
from bridge.voice.breaker import OF_OPENING, TOLERANCE, Breaker
from bridge.watchdog import HOPELESS

T = TOLERANCE
SOFT = sorted(set(VoiceFault) - HOPELESS)


def tripped(fault: VoiceFault = VoiceFault.UNREACHABLE, at_s: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(T.n_faults):
        breaker.failed(fault, at_s)
    assert breaker.is_open
    return breaker


@pytest.mark.parametrize("fault", SOFT)
def test_it_opens_at_the_third_fault_and_not_at_the_second(fault):
    breaker = Breaker()
    breaker.failed(fault, 0.0)
    breaker.failed(fault, 1.0)
    assert breaker.admits(1.0)
    breaker.failed(fault, 2.0)
    assert not breaker.admits(2.0)
    assert breaker.fault is fault


@pytest.mark.parametrize("fault", sorted(HOPELESS))
def test_a_key_or_a_quota_that_is_refused_twice_in_a_row_is_enough(fault):
    breaker = Breaker()
    breaker.failed(fault, 0.0)
    assert breaker.admits(0.0)
    breaker.failed(fault, 500.0)
    assert not breaker.admits(500.0)


def test_a_session_that_was_opened_between_two_refusals_starts_the_count_anew():
    breaker = Breaker()
    breaker.failed(VoiceFault.QUOTA, 0.0)
    breaker.opened()
    breaker.failed(VoiceFault.QUOTA, 1.0)
    assert breaker.admits(1.0)


def test_faults_that_lie_too_far_apart_do_not_open_it():
    breaker = Breaker()
    for n in range(20):
        breaker.failed(VoiceFault.CUT, n * (T.window_s / 2 + 1))
    assert breaker.admits(10_000.0)


def test_a_few_faults_among_many_sessions_that_spoke_do_not_open_it():
    breaker = Breaker()
    for n in range(8):
        breaker.spoke(float(n))
    for n in range(T.n_faults + 4):
        breaker.failed(VoiceFault.CUT, 8.0 + n)
        assert not breaker.is_open
    breaker.failed(VoiceFault.CUT, 20.0)
    assert breaker.is_open, "eight of sixteen"


def test_after_the_cool_down_one_session_tries_it_and_all_others_still_pass_it_over():
    breaker = tripped()
    assert not breaker.admits(T.cool_down_s - 0.001)
    assert breaker.admits(T.cool_down_s)
    assert not breaker.admits(T.cool_down_s)
    assert not breaker.admits(T.cool_down_s + T.trial_s - 0.001)


def test_a_trial_that_nobody_answered_makes_room_for_another():
    breaker = tripped()
    assert breaker.admits(T.cool_down_s)
    assert breaker.admits(T.cool_down_s + T.trial_s)


def test_each_failed_trial_doubles_the_cool_down_up_to_a_limit():
    breaker, now_s, waits_s = tripped(), 0.0, []
    for _ in range(8):
        retry_at_s = breaker.retry_at_s()
        assert retry_at_s is not None
        waits_s.append(retry_at_s - now_s)
        now_s = retry_at_s
        assert breaker.admits(now_s)
        breaker.failed(VoiceFault.UNREACHABLE, now_s)
    assert waits_s[:3] == [T.cool_down_s, 2 * T.cool_down_s, 4 * T.cool_down_s]
    assert max(waits_s) == waits_s[-1] == T.longest_cool_down_s


def test_a_session_of_before_that_fails_late_does_not_prolong_it():
    breaker = tripped()
    breaker.failed(VoiceFault.CUT, 10.0)
    assert breaker.retry_at_s() == T.cool_down_s


@pytest.mark.parametrize("fault", sorted(OF_OPENING))
def test_what_is_wrong_with_opening_is_mended_by_a_session_that_opens(fault):
    breaker = tripped(fault)
    breaker.opened()
    assert breaker.admits(0.0)


@pytest.mark.parametrize("fault", sorted(set(VoiceFault) - OF_OPENING))
def test_a_voice_that_was_silent_or_cut_off_has_to_be_heard(fault):
    breaker = tripped(fault)
    breaker.opened()
    assert breaker.is_open
    breaker.spoke(1.0)
    assert not breaker.is_open


def test_once_closed_the_cool_down_is_the_first_one_again_and_old_faults_are_forgotten():
    breaker = tripped()
    assert breaker.admits(T.cool_down_s)
    breaker.failed(VoiceFault.UNREACHABLE, T.cool_down_s)
    breaker.spoke(30.0)
    breaker.failed(VoiceFault.CUT, 31.0)
    assert not breaker.is_open
    for _ in range(T.n_faults):
        breaker.failed(VoiceFault.CUT, 32.0)
    assert breaker.retry_at_s() == 32.0 + T.cool_down_s


# ---- whatever happens in whatever order ------------------------------------------------------------------------------

Happening = tuple[str, float, VoiceFault]
happenings: st.SearchStrategy[list[Happening]] = st.lists(
    st.tuples(st.sampled_from(["opened", "spoke", "failed", "admits"]), st.floats(0, 90), st.sampled_from(VoiceFault)), max_size=60
)


def played(story: list[Happening], tolerance=T):
    """The breaker after each happening, with the time and what was answered."""
    breaker, now_s = Breaker(tolerance), 0.0
    for what, wait_s, fault in story:
        now_s += wait_s
        was_open, admitted = breaker.is_open, None
        match what:
            case "opened":
                breaker.opened()
            case "spoke":
                breaker.spoke(now_s)
            case "failed":
                breaker.failed(fault, now_s)
            case _:
                admitted = breaker.admits(now_s)
        yield breaker, now_s, what, was_open, admitted


@given(happenings)
def test_closed_it_admits_everybody_and_open_it_says_from_when_on(story):
    for breaker, now_s, *_rest in played(story):
        retry_at_s = breaker.retry_at_s()
        assert (retry_at_s is None) == (not breaker.is_open)
        assert retry_at_s is None or retry_at_s <= now_s + max(T.longest_cool_down_s, T.trial_s)


@given(happenings)
def test_an_open_one_admits_at_most_one_session_in_the_time_of_a_trial(story):
    last_s = None
    for breaker, now_s, _what, was_open, admitted in played(story):
        if not breaker.is_open:
            last_s = None
        elif was_open and admitted:
            assert last_s is None or now_s - last_s >= min(T.trial_s, T.cool_down_s)
            last_s = now_s


@given(happenings)
def test_only_a_fault_opens_it_and_only_a_good_session_closes_it(story):
    for breaker, _now_s, what, was_open, _admitted in played(story):
        if breaker.is_open and not was_open:
            assert what == "failed"
        if was_open and not breaker.is_open:
            assert what in {"opened", "spoke"}


@given(happenings)
def test_a_sound_always_closes_it(story):
    for breaker, _now_s, what, _was_open, _admitted in played(story):
        assert what != "spoke" or not breaker.is_open


@given(happenings, st.integers(2, 6))
def test_fewer_faults_than_it_bears_never_open_it(story, n_faults):
    tolerance = replace(T, n_faults=n_faults, n_hopeless=n_faults)
    n_failed = 0
    for breaker, _now_s, what, _was_open, _admitted in played(story, tolerance):
        n_failed += what == "failed"
        assert not breaker.is_open or n_failed >= n_faults
