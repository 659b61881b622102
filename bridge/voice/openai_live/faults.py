"""What a refusal, an error or a close of the Live API means for the owner of the voice.

Pure. Codes are those of OpenAI's error tables (platform.openai.com/docs/guides/error-codes, read 2026-11-20) and of RFC 6455 section 7.4.
"""

from __future__ import annotations

from bridge.events import VoiceFault

_BY_WORD = {
    "invalid_api_key": VoiceFault.KEY,
    "invalid_authentication": VoiceFault.KEY,
    "authentication_error": VoiceFault.KEY,
    "permission_error": VoiceFault.KEY,
    "permission_denied": VoiceFault.KEY,
    "account_deactivated": VoiceFault.KEY,
    "insufficient_quota": VoiceFault.QUOTA,
    "credit_balance_exhausted": VoiceFault.QUOTA,
    "rate_limit_exceeded": VoiceFault.QUOTA,
    "rate_limit_error": VoiceFault.QUOTA,
    "billing_hard_limit_reached": VoiceFault.QUOTA,
    "session_expired": VoiceFault.CUT,
    "model_not_found": VoiceFault.REFUSED,
}
_BY_REASON = {"content": VoiceFault.REFUSED}  # of `session.closed`; expired, remote_hangup and connection_lost are a cut
_MESSAGES = {
    VoiceFault.KEY: "OpenAI's Live API refuses the API key.",
    VoiceFault.QUOTA: "OpenAI's Live API says that the account's quota or rate limit is used up.",
    VoiceFault.REFUSED: "OpenAI's Live API refuses the session: check the base URL, the models and the voice.",
    VoiceFault.UNREACHABLE: "OpenAI's Live API cannot be reached, or does not reply in time.",
    VoiceFault.GARBAGE: "What answers at the base URL is not OpenAI's Live API.",
    VoiceFault.CUT: "OpenAI's Live API closed the connection before the session was set up.",
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


def fault_of_close(code: int, reason: str) -> VoiceFault:
    """Of the socket."""
    named = next((fault for word, fault in _BY_WORD.items() if word in reason), None)
    if named is not None:
        return named
    return VoiceFault.REFUSED if code in (1003, 1007, 1008, 1009) else VoiceFault.CUT


def fault_of_end(reason: str) -> VoiceFault:
    """Of the session, by the reason in `session.closed`."""
    return _BY_REASON.get(reason, VoiceFault.CUT)


def message_for(fault: VoiceFault) -> str:
    """For the owner; nothing of the provider's own words."""
    return _MESSAGES[fault]
