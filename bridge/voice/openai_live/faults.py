"""What the end of a session of the Live API means for the owner of the voice, and how that owner is told of the service.

Pure.
"""

from __future__ import annotations

from bridge.events import VoiceFault
from bridge.voice.openai_socket.faults import ServerWords

SERVER = ServerWords("OpenAI's Live API", "OpenAI's Live API", "the base URL, the models and the voice")
_BY_REASON = {"content": VoiceFault.REFUSED}  # of `session.closed`; expired, remote_hangup and connection_lost are a cut


def fault_of_end(reason: str) -> VoiceFault:
    """By the reason in `session.closed`."""
    return _BY_REASON.get(reason, VoiceFault.CUT)
