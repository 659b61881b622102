from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import VoiceFault
from bridge.voice.openai_live.faults import SERVER as LIVE
from bridge.voice.openai_realtime.faults import SERVER as REALTIME
from bridge.voice.openai_socket.faults import fault_of_close, fault_of_words

OPENING = sorted(set(VoiceFault) - {VoiceFault.SILENT, VoiceFault.MISSING})


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("invalid_api_key", "invalid_request_error"), VoiceFault.KEY),
        (("", "insufficient_quota"), VoiceFault.QUOTA),
        (("credit_balance_exhausted", ""), VoiceFault.QUOTA),
        (("rate_limit_exceeded", ""), VoiceFault.QUOTA),
        (("session_expired", "invalid_request_error"), VoiceFault.CUT),
        (("response_cancel_not_active", "invalid_request_error"), None),
        (("odd", "invalid_request_error"), None),
        (("", "server_error"), None),
    ],
)
def test_an_error_is_fatal_only_when_its_code_says_so(words: tuple[str, ...], fault: VoiceFault | None):
    assert fault_of_words(*words) is fault


@pytest.mark.parametrize(
    ("code", "reason", "fault"),
    [
        (3000, "invalid_request_error.invalid_api_key", VoiceFault.KEY),
        (4000, "insufficient_quota", VoiceFault.QUOTA),
        (4000, "invalid_request_error.beta_api_shape_disabled", VoiceFault.REFUSED),
        (4004, "invalid_request_error.model_not_found", VoiceFault.REFUSED),
        (1003, "", VoiceFault.REFUSED),
        (1007, "", VoiceFault.REFUSED),
        (1008, "policy", VoiceFault.REFUSED),
        (1008, "insufficient_quota", VoiceFault.QUOTA),
        (1009, "", VoiceFault.REFUSED),
        (1000, "", VoiceFault.CUT),
        (1001, "", VoiceFault.CUT),
        (1011, "", VoiceFault.CUT),
        (1012, "", VoiceFault.CUT),
        (None, "", VoiceFault.CUT),
    ],
)
def test_a_close_is_read_by_its_reason_and_its_code(code: int | None, reason: str, fault: VoiceFault):
    assert fault_of_close(code, reason) is fault


@given(st.none() | st.integers(1000, 4999), st.text())
def test_any_close_has_a_fault_that_an_owner_can_be_told_of(code: int | None, reason: str):
    assert str(REALTIME.unavailable(fault_of_close(code, reason)))


@pytest.mark.parametrize("server", [LIVE, REALTIME], ids=["live", "realtime"])
def test_each_fault_of_opening_has_a_sentence_of_its_own(server):
    told = {str(server.unavailable(fault)) for fault in OPENING}
    assert len(told) == len(OPENING)
    assert all(server.kind in sentence or sentence.startswith(server.name) for sentence in told)
