"""What only a realtime server says, and how its owner is told of it.

Pure.
"""

from __future__ import annotations

from bridge.voice.openai_socket.faults import ServerWords

ALREADY_ACTIVE = "conversation_already_has_active_response"
SERVER = ServerWords("The realtime server", "a realtime server", "the base URL, the model, the voice and the dialect")
