"""Waits for what will not come (a dead process, a lost reply) last minutes in production and seconds here. Nothing else differs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from types import MappingProxyType

import httpx

from bridge import live_call
from bridge.voice.catalogue import VOICES
from bridge.voice.scripted import TRAITS
from campaigns import answering, dialer, janitor, line_guard, servers, voice_setup
from campaigns.handoff import tending
from campaigns.management.commands import rundialer
from campaigns.provider import Provider


def allow_scripted_voices(names: Iterable[str]) -> None:
    """In this process a campaign may be called with these."""
    known = MappingProxyType({**VOICES, **dict.fromkeys(names, TRAITS)})
    line_guard.VOICES = voice_setup.VOICES = known  # type: ignore[attr-defined]


def shorten_waits() -> None:
    """In this process. Each name is read when it is used, so setting it here is enough."""
    live_call.MEDIA_SILENT_S = 3.0
    # Longer than a restart takes, as in production: the killed server passes for alive when the next one has its address.
    servers.BEAT_S, servers.ALIVE_FOR = 0.5, timedelta(seconds=7)
    answering.STREAM_TOKEN_LIVES = timedelta(seconds=2)
    # In their order: a request is given up, then its claim is lost, then its outcome stays unknown.
    rundialer.Provider = partial(Provider, timeout=httpx.Timeout(2.0), deadline_s=3.0)  # type: ignore[assignment,attr-defined]
    dialer.MAX_CLAIM_AGE_S = 2.0
    janitor.CLAIM_LOST_AFTER = timedelta(seconds=5)
    janitor.UNKNOWN_FOR_AT_MOST = timedelta(seconds=3)
    janitor.SESSION_CLOSES_WITHIN = timedelta(seconds=3)
    janitor._due_for_look_up.__kwdefaults__["every"] = timedelta(seconds=1)  # type: ignore[index]
    rundialer.TICK_S = 0.5


def shorten_ends() -> None:
    """For a run that waits until everything is over: what a lost message leaves behind is looked for sooner, too."""
    janitor.RINGS_FOR_AT_MOST = timedelta(seconds=8)  # longer than any phone of the crash test rings
    janitor.SETTLE_EVERY = timedelta(seconds=8)
    tending.REPORT_WITHIN = timedelta(seconds=5)
    tending.PICKED_UP_WITHIN = timedelta(seconds=6)
    tending.LOOK_UP_EVERY = timedelta(seconds=2)
    tending.SILENT_FOR = timedelta(seconds=12)  # longer than brief, ringing and talk
