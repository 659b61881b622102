"""Whose fault an attempt's end was, and from which share and number on dialing pauses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import Outcome
from campaigns.breaker import LONGEST_LOOK, THRESHOLDS, Ending, Fault, Sign, sign_of, sign_of_refusal, tripped
from campaigns.states import CallStatus, Disposition
from tests.conftest import NOW


def ending(**known: Any) -> Ending:
    nobody: dict[str, Any] = {
        "status": CallStatus.FAILED,
        "disposition": None,
        "hangup_cause": "",
        "outcome": None,
        "is_answered": False,
        "has_bot_spoken": False,
        "talk_s": None,
    }
    return Ending(**{**nobody, **known})


def answered(**known: Any) -> Ending:
    return ending(**{"status": CallStatus.COMPLETED, "is_answered": True, "talk_s": 20, "disposition": Disposition.INCOMPLETE, **known})


@pytest.mark.parametrize(
    ("cause", "fault"),
    [
        ("UNALLOCATED_NUMBER", Fault.LIST),
        ("INVALID_NUMBER_FORMAT", Fault.LIST),
        ("number_changed", Fault.LIST),
        ("NETWORK_OUT_OF_ORDER", Fault.TELCO),
        ("NORMAL_CIRCUIT_CONGESTION", Fault.TELCO),
        ("normal-temporary-failure", Fault.TELCO),
        ("wallet.insufficient_funds", Fault.TELCO),
        ("", Fault.TELCO),
        ("SOMETHING_NEW", Fault.TELCO),
        ("CALL_REJECTED", None),
        ("SUBSCRIBER_ABSENT", None),
    ],
)
def test_a_failed_call_is_somebodys_fault_by_its_hangup_cause(cause, fault):
    assert sign_of(ending(hangup_cause=cause), at=NOW).fault is fault


@pytest.mark.parametrize("status", [CallStatus.NO_ANSWER, CallStatus.BUSY, CallStatus.CANCELED])
def test_who_does_not_answer_is_nobodys_fault(status):
    assert sign_of(ending(status=status, hangup_cause="NO_ANSWER"), at=NOW).fault is None


@pytest.mark.parametrize(
    ("known", "fault"),
    [
        pytest.param({"outcome": Outcome.VOICE_FAILED}, Fault.VOICE, id="the voice failed"),
        pytest.param({"outcome": Outcome.MEDIA_LOST, "has_bot_spoken": True}, Fault.VOICE, id="the stream broke"),
        pytest.param({"outcome": Outcome.DESK_FAILED, "has_bot_spoken": True}, Fault.VOICE, id="answers could not be saved"),
        pytest.param({}, Fault.VOICE, id="twenty seconds of silence"),
        pytest.param({"talk_s": 3}, Fault.VOICE, id="three seconds of silence"),
        pytest.param({"talk_s": 2}, None, id="hung up at once"),
        pytest.param({"talk_s": None}, Fault.VOICE, id="nobody knows how long"),
        pytest.param({"has_bot_spoken": True}, None, id="the bot spoke"),
        pytest.param({"disposition": Disposition.VOICEMAIL}, None, id="a voicemail that was left alone"),
        pytest.param({"disposition": Disposition.QUALIFIED}, None, id="a promised call back, spoken by a rep"),
        pytest.param({"disposition": Disposition.WRONG_NUMBER, "has_bot_spoken": True}, Fault.LIST, id="wrong number"),
        pytest.param({"outcome": Outcome.CALLEE_LEFT, "has_bot_spoken": True}, None, id="the callee left"),
    ],
)
def test_an_answered_call_is_somebodys_fault_by_what_the_callee_got(known, fault):
    assert sign_of(answered(**known), at=NOW).fault is fault


@pytest.mark.parametrize(("status", "fault"), [(400, Fault.LIST), (422, Fault.LIST), (401, Fault.TELCO), (402, Fault.TELCO), (429, Fault.TELCO)])
def test_a_refused_request_is_a_bad_number_or_an_ill_account(status, fault):
    sign = sign_of_refusal(status, "some.code", at=NOW)
    assert (sign.fault, sign.detail) == (fault, f"refused with {status} some.code")


# ---- from when on it trips ------------------------------------------------------------------------------------------------------------


def signs(*faults: Fault | None, every: timedelta = timedelta(seconds=5), is_answered: bool = True) -> list[Sign]:
    """Newest first, the newest at NOW."""
    return [Sign(NOW - n * every, fault, "cause" if fault else "", is_answered) for n, fault in enumerate(faults)]


T, L, V, OK = Fault.TELCO, Fault.LIST, Fault.VOICE, None


@pytest.mark.parametrize(
    ("seen", "fault"),
    [
        pytest.param([], None, id="nothing yet"),
        pytest.param([L, L, L], None, id="three bad numbers"),
        pytest.param([T] * 5, None, id="five telco faults"),
        pytest.param([T] * 6, T, id="six telco faults"),
        pytest.param([T] * 6 + [OK] * 6, T, id="half of them"),
        pytest.param([T] * 6 + [OK] * 7, None, id="less than half"),
        pytest.param([L] * 11 + [OK] * 5, None, id="eleven bad numbers"),
        pytest.param([L] * 12 + [OK] * 18, L, id="twelve bad numbers of thirty"),
        pytest.param([L] * 12 + [OK] * 19, None, id="twelve bad numbers of thirty-one"),
        pytest.param([V] * 3, None, id="three abandoned"),
        pytest.param([V] * 4 + [OK] * 12, V, id="four abandoned of sixteen"),
        pytest.param([V] * 4 + [OK] * 13, None, id="four abandoned of seventeen"),
    ],
)
def test_it_trips_by_share_and_number(seen, fault):
    trip = tripped(signs(*seen), at=NOW)
    assert (trip.fault if trip else None) is fault


def test_the_voice_is_measured_on_those_who_picked_up():
    unanswered = signs(*[OK] * 30, is_answered=False)
    trip = tripped(signs(*[V] * 4) + unanswered, at=NOW)
    assert trip is not None and (trip.fault, trip.n_faults, trip.n_counted) == (V, 4, 4)


@pytest.mark.parametrize(("every", "is_tripped"), [(timedelta(seconds=119), True), (timedelta(minutes=2), False)])
def test_what_is_older_than_the_window_does_not_count(every, is_tripped):
    assert (tripped(signs(*[T] * 6, every=every), at=NOW) is not None) is is_tripped


def test_it_looks_only_for_the_faults_it_is_asked_about():
    assert tripped(signs(*[L] * 20), at=NOW, faults=(Fault.TELCO,)) is None


def test_the_sentence_names_class_share_causes_and_mend():
    seen = signs(*[T] * 4, OK) + [Sign(NOW, T, "NETWORK_OUT_OF_ORDER")] * 5
    trip = tripped(seen, at=NOW)
    assert trip is not None
    assert trip.sentence("the line demo") == (
        "Telco fault: 9 of 10 (90%) calls on the line demo did not get through (NETWORK_OUT_OF_ORDER 5×, cause 4×). "
        "Check the platform's status, wallet and the line; resume when a call gets through."
    )


@given(st.lists(st.sampled_from([T, L, V, OK]), max_size=LONGEST_LOOK))
def test_it_never_trips_on_fewer_faults_than_its_threshold_or_on_none_of_its_own(seen):
    trip = tripped(signs(*seen), at=NOW)
    if trip is not None:
        threshold = next(one for one in THRESHOLDS if one.fault is trip.fault)
        assert threshold.n_faults <= trip.n_faults <= seen.count(trip.fault)
        assert trip.share >= threshold.share and sum(n for _, n in trip.details) == trip.n_faults


@given(st.lists(st.sampled_from([T, L, V, OK]), max_size=20), st.sampled_from([T, L, V]))
def test_one_more_good_call_never_trips_it(seen, fault):
    """Adding what went well can only calm it."""
    before = tripped(signs(*seen), at=NOW, faults=(fault,))
    after = tripped(signs(OK, *seen), at=NOW, faults=(fault,))
    assert before is not None or after is None
