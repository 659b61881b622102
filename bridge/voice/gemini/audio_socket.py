"""A WebSocket to Gemini Live that takes the model's speech out before the library sees it.

Made through `create_connection`, a parameter of `websockets.connect` that google-genai passes on (`async_client_args`). The library makes several
models of each message; for speech, which is nearly all of the traffic, that costs several times what the message is worth (`bench_voice_sdk`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.typing import Data

from bridge.events import Samples
from bridge.voice.gemini.incoming import Sound, Spoken, plain_speech
from bridge.voice.gemini.outgoing import audio_json


class AudioSocket(ClientConnection):
    on_speech: Callable[[Sound | Spoken], None] | None = None  # None: the library gets all

    async def recv(self, decode: bool | None = None) -> Any:
        """The next message that is not only speech."""
        while True:
            message: Data = await super().recv(decode)
            speech = plain_speech(message) if self.on_speech is not None else None
            if self.on_speech is None or speech is None:
                return message
            self.on_speech(speech)

    async def send_audio(self, pcm: Samples) -> None:
        await self.send(audio_json(pcm))
