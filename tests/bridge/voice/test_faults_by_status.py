from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import VoiceFault
from bridge.voice.faults_by_status import fault_of_status


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (301, VoiceFault.REFUSED),
        (400, VoiceFault.REFUSED),
        (401, VoiceFault.KEY),
        (402, VoiceFault.QUOTA),
        (403, VoiceFault.KEY),
        (404, VoiceFault.REFUSED),
        (408, VoiceFault.UNREACHABLE),
        (429, VoiceFault.QUOTA),
        (499, VoiceFault.REFUSED),
        (500, VoiceFault.UNREACHABLE),
        (503, VoiceFault.UNREACHABLE),
    ],
)
def test_a_status_says_what_is_to_be_mended(status: int, fault: VoiceFault):
    assert fault_of_status(status) is fault


@given(st.integers(300, 999))
def test_no_refusal_is_taken_for_a_session_that_broke_off(status: int):
    assert fault_of_status(status) in {VoiceFault.KEY, VoiceFault.QUOTA, VoiceFault.REFUSED, VoiceFault.UNREACHABLE}
