from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.replies import Direction, UnreadableReply, read_cdr, read_json, read_problem, read_time

ENDED_CALL = {
    "id": "5b1e",
    "workspace_id": "w",
    "session_id": "HD_0123456789ab",
    "direction": "outbound",
    "local_e164": "+254711000001",
    "remote_e164": "+254712345678",
    "created_at": "2026-11-24T07:00:59Z",
    "started_at": "2026-11-24T07:01:00Z",
    "answered_at": "2026-11-24T07:01:08.5Z",
    "ended_at": "2026-11-24T07:02:38.123456789Z",
    "duration_seconds": 90,
    "status": "completed",
    "cost_minor": 450,
    "cost_currency": "KES",
    "rate_per_minute_minor": 300,
    "failure_code": None,
    "metadata": {"anything": 1},
    "events": [{"id": "e", "kind": "call.completed"}],
}


def test_a_call_detail_record_is_read_whole():
    call = read_cdr({"call": ENDED_CALL})
    assert (call.call_id, call.session_id, call.status, call.direction) == ("5b1e", "HD_0123456789ab", ProviderStatus.COMPLETED, Direction.OUTBOUND)
    assert (call.local_e164, call.remote_e164) == ("+254711000001", "+254712345678")
    assert (call.duration_s, call.cost_minor, call.currency, call.rate_per_minute_minor) == (90, 450, "KES", 300)
    assert call.answered_at == datetime(2026, 11, 24, 7, 1, 8, 500000, UTC)
    assert call.ended_at == datetime(2026, 11, 24, 7, 2, 38, 123456, UTC)
    assert call.raw == ENDED_CALL
    assert "metadata" not in repr(call)


def test_a_call_that_just_began_leaves_the_rest_open():
    call = read_cdr({"id": "5b1e", "status": "ringing", "answered_at": "0001-01-01T00:00:00Z", "ended_at": None})
    assert (call.answered_at, call.ended_at, call.duration_s, call.cost_minor, call.hangup_cause) == (None, None, None, None, "")


def test_the_failure_code_makes_the_status_exact_and_is_kept_as_given():
    call = read_cdr({"id": "5b1e", "status": "failed", "failure_code": "NO_ANSWER"})
    assert (call.status, call.hangup_cause) == (ProviderStatus.NO_ANSWER, "NO_ANSWER")


def test_the_id_of_a_session_is_never_taken_for_the_calls():
    assert read_cdr({"id": "HD_1"}).session_id == "HD_1"


@pytest.mark.parametrize(
    ("direction", "remote"), [("outbound", "+254712345678"), ("outbound-api", "+254712345678"), ("inbound", "+254711000001"), ("", "+254712345678")]
)
def test_from_and_to_stand_in_for_local_and_remote(direction, remote):
    call = read_cdr({"call_sid": "x", "direction": direction, "from": "+254711000001", "to": "+254712345678"})
    assert call.remote_e164 == remote


@pytest.mark.parametrize(
    ("cost", "cents"),
    [(450, 450), ("450", 450), (450.2, 451), (0, 0), (None, None), (True, None), (-3, None), ("free", None), (float("nan"), None)],
    ids=repr,
)
def test_a_price_is_whole_cents_never_rounded_down_or_not_said(cost, cents):
    assert read_cdr({"id": "x", "cost_minor": cost}).cost_minor == cents


@pytest.mark.parametrize("record", [{}, {"call": {}}, {"id": None}, {"id": ""}, {"status": "completed"}], ids=repr)
def test_a_record_that_names_no_call_is_unreadable(record):
    with pytest.raises(UnreadableReply):
        read_cdr(record)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        pytest.param("2026-11-24T10:00:00+03:00", datetime(2026, 11, 24, 7, tzinfo=UTC), id="another zone"),
        pytest.param("2026-11-24T07:00:00", datetime(2026, 11, 24, 7, tzinfo=UTC), id="no zone"),
        pytest.param(1795503600, datetime(2026, 11, 24, 7, tzinfo=UTC), id="Unix seconds"),
        pytest.param("0001-01-01T00:00:00Z", None, id="zero of one back end"),
        pytest.param("0001-01-01T00:00:00+03:00", None, id="before year one"),
        pytest.param(0, None, id="zero of another"),
        pytest.param(1e300, None, id="beyond all clocks"),
        pytest.param(float("nan"), None, id="not a number"),
        pytest.param("yesterday", None, id="words"),
        pytest.param(None, None, id="nothing"),
        pytest.param([], None, id="a list"),
    ],
)
def test_a_time_is_aware_or_not_said(value, moment):
    assert read_time(value) == moment


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_unreadable(body):
    with pytest.raises(UnreadableReply):
        read_json(body)


@given(st.binary(max_size=100))
def test_any_error_body_is_survived(body):
    code, words = read_problem(body)
    assert isinstance(code, str) and isinstance(words, str)


@given(st.dictionaries(st.sampled_from(list(ENDED_CALL)), st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)))
def test_any_values_in_a_record_are_survived(changed):
    assert read_cdr(ENDED_CALL | changed | {"session_id": "HD_1"}).session_id == "HD_1"
