"""What the HTTP status of a refusal means for the owner of a voice, whoever the provider is: of a handshake or of a request.

Pure.
"""

from __future__ import annotations

from bridge.events import VoiceFault

_BY_STATUS = {
    401: VoiceFault.KEY,
    402: VoiceFault.QUOTA,
    403: VoiceFault.KEY,
    408: VoiceFault.UNREACHABLE,
    429: VoiceFault.QUOTA,
}


def fault_of_status(status: int) -> VoiceFault:
    """Of a reply that is no success."""
    return _BY_STATUS.get(status, VoiceFault.UNREACHABLE if status >= 500 else VoiceFault.REFUSED)
