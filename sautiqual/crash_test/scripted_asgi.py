"""The product's own ASGI application, whose server speaks with a voice without recognition: it is quick and never mishears."""

from __future__ import annotations

from bridge.ports import VoiceModel
from sautiqual import server
from sautiqual.crash_test.patience import allow_scripted_voices, shorten_waits
from sautiqual.crash_test.voices import REPLIES, AskedVoice


class ServerWithScriptedVoices(server.Server):
    def new_voice(self, name: str) -> VoiceModel:
        return AskedVoice(REPLIES[name]) if name in REPLIES else super().new_voice(name)

    def _warm_up(self) -> None:
        """Nobody is called with a voice that recognises speech."""


shorten_waits()
allow_scripted_voices(REPLIES)
server.Server = ServerWithScriptedVoices  # type: ignore[misc]
server.ROOM = 12  # nothing is recognised, so there is room for more

from sautiqual.asgi import application  # noqa: E402

__all__ = ["application"]
