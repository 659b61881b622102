"""What went wrong at the provider, in words its owner can act on.

Pure. The provider's own words are read and never passed on: they may hold what nobody should log.
"""

from __future__ import annotations

from bridge.events import VoiceFault

RESUMPTION_REFUSED = frozenset({1007, 1008, 1011})
"""With these a handle is refused; the session may be begun anew (discuss.ai.google.dev/t/186392)."""

_BY_CLOSE = {1007: VoiceFault.REFUSED, 1008: VoiceFault.REFUSED}
_ADVICE = {
    VoiceFault.KEY: "Gemini does not accept the API key.",
    VoiceFault.QUOTA: "Gemini's quota is used up, or too many calls are open at once.",
    VoiceFault.UNREACHABLE: "Gemini cannot be reached.",
    VoiceFault.REFUSED: "Gemini refuses the session: the model or what it is asked for is not available to this key.",
    VoiceFault.GARBAGE: "Gemini's answer cannot be read.",
    VoiceFault.CUT: "Gemini closed the connection.",
}


def fault_of_close(code: int, reason: object) -> VoiceFault:
    """A bad key and an empty purse come as 1007, 1008 or 1011, and only the words tell them apart."""
    words = str(reason).casefold()
    if "api key" in words or "api_key" in words or "permission" in words or "unregistered" in words:
        return VoiceFault.KEY
    if "quota" in words or "resource_exhausted" in words or "resource exhausted" in words or "billing" in words:
        return VoiceFault.QUOTA
    return _BY_CLOSE.get(code, VoiceFault.CUT)


def advice(fault: VoiceFault) -> str:
    return _ADVICE.get(fault, "Gemini failed.")
