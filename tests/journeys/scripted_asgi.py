"""The product's own ASGI application, whose server also knows voices without recognition: they are quick and never mishear."""

from __future__ import annotations

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
django.setup()

# After Django is set up, because these import models.
from bridge.ports import VoiceModel  # noqa: E402
from bridge.voice import breakers  # noqa: E402
from bridge.voice.breaker import Tolerance  # noqa: E402
from bridge.voice.breakers import Breakers  # noqa: E402
from bridge.voice.scripted import ScriptedVoice  # noqa: E402
from sautiqual import server  # noqa: E402
from sautiqual.crash_test.patience import allow_scripted_voices, shorten_waits  # noqa: E402
from tests.journeys import far_voice  # noqa: E402
from tests.journeys.far_voice import FarVoice  # noqa: E402
from tests.journeys.voices import REPLIES  # noqa: E402


class ServerWithScriptedVoices(server.Server):
    def __init__(self) -> None:
        super().__init__()
        self.breakers = Breakers(time.monotonic, Tolerance(cool_down_s=1.0))

    def new_voice(self, name: str) -> VoiceModel:
        if name == far_voice.NAME:
            return FarVoice(REPLIES[name])
        return ScriptedVoice(REPLIES[name]) if name in REPLIES else super().new_voice(name)


shorten_waits()
breakers.GRACE_S = 0.5
allow_scripted_voices(REPLIES)
server.Server = ServerWithScriptedVoices

from sautiqual.asgi import application  # noqa: E402

__all__ = ["application"]
