"""How the faked server behaves and what its errors look like.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]

LETTERS_PER_TOKEN = 4
MOST_TOKENS = 500  # of what is appended
MOST_INSTRUCTION_TOKENS = 16_384


@dataclass(frozen=True, slots=True)
class Manners:
    """As the real service: `times_real_time` other than 1 makes all of its timeline run so much faster."""

    times_real_time: float = 1.0
    begins_after_ms: int = 850  # a commentary is spoken
    usage_every_s: float = 15.0


def tokens_of(text: str) -> int:
    return -(-len(text) // LETTERS_PER_TOKEN)


def error(code: str, event_id: str | None, kind: str = "invalid_request_error", param: str | None = None) -> Message:
    details = {"type": kind, "code": code, "message": "The faked server refuses this.", "param": param, "client_event_id": event_id}
    return {"type": "error", "error": details}
