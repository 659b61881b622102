"""The real programs with shorter patience: `python -m tests.journeys.hasty rundialer`.

Waits for what will not come (a dead process, a lost reply) last minutes in production and seconds here, and campaigns may use the
scripted voices; nothing else differs.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from functools import partial
from types import MappingProxyType

import django
import httpx
from django.core.management import execute_from_command_line

from bridge.voice.catalogue import VOICES
from bridge.voice.scripted import TRAITS
from tests.journeys.voices import REPLIES


def allow_scripted_voices() -> None:
    from campaigns import line_guard

    line_guard.VOICES = MappingProxyType({**VOICES, **dict.fromkeys(REPLIES, TRAITS)})  # type: ignore[attr-defined]


def shorten_waits() -> None:
    """Django must be set up. Each name is read when it is used, so setting it here is enough."""
    from bridge import live_call
    from campaigns import answering, janitor, servers
    from campaigns.management.commands import rundialer
    from campaigns.provider import Provider

    live_call.MEDIA_SILENT_S = 3.0
    # Longer than a restart takes, as in production: the killed server passes for alive when the next one has its address.
    servers.BEAT_S, servers.ALIVE_FOR = 0.5, timedelta(seconds=7)
    answering.STREAM_TOKEN_LIVES = timedelta(seconds=2)
    # In their order: a request is given up, then its claim is lost, then its outcome stays unknown.
    rundialer.Provider = partial(Provider, timeout=httpx.Timeout(2.0), deadline_s=3.0)  # type: ignore[assignment,attr-defined]
    janitor.CLAIM_LOST_AFTER = timedelta(seconds=5)
    janitor.UNKNOWN_FOR_AT_MOST = timedelta(seconds=3)
    janitor.SESSION_CLOSES_WITHIN = timedelta(seconds=3)
    janitor._due_for_look_up.__kwdefaults__["every"] = timedelta(seconds=1)  # type: ignore[index]
    rundialer.TICK_S = 0.5


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    shorten_waits()
    allow_scripted_voices()
    execute_from_command_line(["manage.py", *sys.argv[1:]])
