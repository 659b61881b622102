"""What is sent to Gemini Live, as values.

Pure. Audio is most of it by far and is written to JSON here: the library needs five times as long for the same text (`bench_voice_sdk`).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bridge.audio import to_bytes
from bridge.events import RATE_HZ, Samples


@dataclass(frozen=True, slots=True, eq=False)  # each piece is itself, however alike two silences are
class Audio:
    pcm: Samples


@dataclass(frozen=True, slots=True)
class ActivityStart:
    pass


@dataclass(frozen=True, slots=True)
class ActivityEnd:
    pass


@dataclass(frozen=True, slots=True)
class Told:
    """Text of ours; `is_turn` asks the model to answer it at once, whatever it does."""

    text: str
    is_turn: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """To one tool call."""

    call_id: str  # the provider's
    name: str
    response: Mapping[str, Any]
    scheduling: str = ""


@dataclass(frozen=True, slots=True)
class Replies:
    replies: tuple[Reply, ...]


Outgoing: TypeAlias = Audio | ActivityStart | ActivityEnd | Told | Replies

_HEAD = f'{{"realtime_input":{{"audio":{{"mimeType":"audio/pcm;rate={RATE_HZ}","data":"'


def audio_json(pcm: Samples) -> str:
    """A `realtime_input` message with this audio: what `send_realtime_input(audio=…)` would send."""
    return f'{_HEAD}{base64.b64encode(to_bytes(pcm)).decode("ascii")}"}}}}}}'
