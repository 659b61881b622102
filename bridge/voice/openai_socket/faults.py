"""What an error or a close of a server that speaks OpenAI's protocols means for the owner of the voice, and how it is told.

Pure. Codes are those of OpenAI's error tables (platform.openai.com/docs/guides/error-codes, read 2026-11-20). Close codes are those of RFC 6455
section 7.4, and what other clients have captured from the real service: 3000 `invalid_request_error.invalid_api_key`, 4000
`invalid_request_error.beta_api_shape_disabled`, 4004 `invalid_request_error.model_not_found`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.events import VoiceFault
from bridge.ports import VoiceUnavailable

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
    "beta_api_shape_disabled": VoiceFault.REFUSED,
}
_NOT_TAKEN = frozenset({1003, 1007, 1008, 1009})


def fault_of_words(*words: str) -> VoiceFault | None:
    """Of an error's code and type; None when the session goes on."""
    return next((_BY_WORD[word] for word in words if word in _BY_WORD), None)


def fault_of_close(code: int | None, reason: str) -> VoiceFault:
    """Of the provider; the code is None for a connection that was just gone."""
    named = next((fault for word, fault in _BY_WORD.items() if word in reason), None)
    if named is not None:
        return named
    return VoiceFault.REFUSED if code in _NOT_TAKEN else VoiceFault.CUT


@dataclass(frozen=True, slots=True)
class ServerWords:
    """How its owner is told of a server; nothing of the provider's own words."""

    name: str  # with which a sentence begins
    kind: str
    to_check: str

    def unavailable(self, fault: VoiceFault) -> VoiceUnavailable:
        """Of a session that could not be opened."""
        messages = {
            VoiceFault.KEY: f"{self.name} refuses the API key.",
            VoiceFault.QUOTA: f"{self.name} says that the account's quota or rate limit is used up.",
            VoiceFault.REFUSED: f"{self.name} refuses the session: check {self.to_check}.",
            VoiceFault.UNREACHABLE: f"{self.name} cannot be reached, or does not reply in time.",
            VoiceFault.GARBAGE: f"What answers at the base URL is not {self.kind}.",
            VoiceFault.CUT: f"{self.name} closed the connection before the session was set up.",
        }
        return VoiceUnavailable(messages[fault], fault)
