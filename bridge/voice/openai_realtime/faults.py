"""What a refusal, an error or a close of a realtime server means for the owner of the voice.

Pure. Close codes are those of RFC 6455 section 7.4, and what other clients have captured from the real service: 3000
`invalid_request_error.invalid_api_key`, 4000 `invalid_request_error.beta_api_shape_disabled`, 4004 `invalid_request_error.model_not_found`.
"""

from __future__ import annotations

from bridge.events import VoiceFault

ALREADY_ACTIVE = "conversation_already_has_active_response"
SESSION_EXPIRED = "session_expired"

_BY_WORD = {
    "invalid_api_key": VoiceFault.KEY,
    "invalid_authentication": VoiceFault.KEY,
    "authentication_error": VoiceFault.KEY,
    "permission_error": VoiceFault.KEY,
    "permission_denied": VoiceFault.KEY,
    "account_deactivated": VoiceFault.KEY,
    "insufficient_quota": VoiceFault.QUOTA,
    "rate_limit_exceeded": VoiceFault.QUOTA,
    "rate_limit_error": VoiceFault.QUOTA,
    "billing_hard_limit_reached": VoiceFault.QUOTA,
    SESSION_EXPIRED: VoiceFault.CUT,
    "model_not_found": VoiceFault.REFUSED,
    "beta_api_shape_disabled": VoiceFault.REFUSED,
}
_MESSAGES = {
    VoiceFault.KEY: "The realtime server refuses the API key.",
    VoiceFault.QUOTA: "The realtime server says that the account's quota or rate limit is used up.",
    VoiceFault.REFUSED: "The realtime server refuses the session: check the base URL, the model, the voice and the dialect.",
    VoiceFault.UNREACHABLE: "The realtime server cannot be reached, or does not reply in time.",
    VoiceFault.GARBAGE: "What answers at the base URL is not a realtime server.",
    VoiceFault.CUT: "The realtime server closed the connection before the session was set up.",
}


def fault_of_words(*words: str) -> VoiceFault | None:
    """Of an error's code and type; None when the session goes on."""
    return next((_BY_WORD[word] for word in words if word in _BY_WORD), None)


def fault_of_status(status: int) -> VoiceFault:
    """Of the HTTP reply to the handshake."""
    if status in (401, 403):
        return VoiceFault.KEY
    if status in (402, 429):
        return VoiceFault.QUOTA
    return VoiceFault.UNREACHABLE if status >= 500 else VoiceFault.REFUSED


def fault_of_close(code: int | None, reason: str) -> VoiceFault:
    """Of the provider; the code is None for a connection that was just gone."""
    named = next((fault for word, fault in _BY_WORD.items() if word in reason), None)
    if named is not None:
        return named
    return VoiceFault.REFUSED if code in (1003, 1007, 1008, 1009) else VoiceFault.CUT


def message_for(fault: VoiceFault) -> str:
    """For the owner; nothing of the provider's own words."""
    return _MESSAGES[fault]
