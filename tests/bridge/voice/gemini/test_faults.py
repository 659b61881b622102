from __future__ import annotations

import pytest

from bridge.events import VoiceFault
from bridge.voice.gemini.faults import advice, fault_of_close


@pytest.mark.parametrize(
    ("code", "reason", "fault"),
    [
        (1007, "API key not valid. Please pass a valid API key.", VoiceFault.KEY),
        (1008, "Method doesn't allow unregistered callers", VoiceFault.KEY),
        (1008, "PERMISSION_DENIED", VoiceFault.KEY),
        (1011, "You exceeded your current quota", VoiceFault.QUOTA),
        (1011, "Resource exhausted", VoiceFault.QUOTA),
        (1007, "Request contains an invalid argument.", VoiceFault.REFUSED),
        (1008, "Requested entity was not found.", VoiceFault.REFUSED),
        (1011, "Internal error encountered.", VoiceFault.CUT),
        (1006, None, VoiceFault.CUT),
        (1000, "", VoiceFault.CUT),
    ],
)
def test_a_closed_session_has_its_fault_by_code_and_words(code: int, reason: str | None, fault: VoiceFault):
    assert fault_of_close(code, reason) is fault


@pytest.mark.parametrize("fault", VoiceFault)
def test_each_fault_has_words_for_the_owner(fault: VoiceFault):
    assert advice(fault).startswith("Gemini")
