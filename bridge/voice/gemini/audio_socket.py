"""A WebSocket to Gemini Live that takes the audio out before the library sees it.

Made through `create_connection`, a parameter of `websockets.connect` that google-genai passes on (`async_client_args`). The library makes several
models of each message; for audio, which is nearly all of the traffic, that costs five times what the message is worth (`bench_voice_sdk`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.typing import Data

from bridge.events import Samples
from bridge.voice.gemini.incoming import sound_of
from bridge.voice.gemini.outgoing import audio_json


class AudioSocket(ClientConnection):
    on_sound: Callable[[bytes], None] | None = None  # little-endian int16, 24000 Hz; None: the library gets all

    async def recv(self, decode: bool | None = None) -> Any:
        """The next message that is not only audio."""
        while True:
            message: Data = await super().recv(decode)
            pcm = sound_of(message) if self.on_sound is not None else None
            if self.on_sound is None or pcm is None:
                return message
            self.on_sound(pcm)

    async def send_audio(self, pcm: Samples) -> None:
        await self.send(audio_json(pcm))
