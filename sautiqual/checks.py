"""Wrong settings stop the start, and say how to mend them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError
from django.db.models import Count

from bridge.sealing import BadKeys
from bridge.voice.openai_realtime.settings import Dialect, Truncate
from campaigns import recordings, voice_setup
from campaigns.models import Recording

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@register()
def check_phone_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    url = urlsplit(settings.PUBLIC_URL)
    if settings.PUBLIC_URL and (url.scheme not in {"http", "https"} or not url.hostname):
        found.append(Error("PUBLIC_URL is not an address.", hint="Set it like https://calls.example.com, without a path.", id="sautiqual.E001"))
    elif settings.PUBLIC_URL and url.scheme != "https" and url.hostname not in LOOPBACK:
        hint = "Sautikit opens wss:// sockets: put TLS in front (a tunnel will do)."
        found.append(Error("PUBLIC_URL is not https.", hint=hint, id="sautiqual.E002"))
    elif not settings.PUBLIC_URL and settings.SAUTIKIT_API_KEY and urlsplit(settings.SAUTIKIT_API_URL).hostname not in LOOPBACK:
        hint = "Set PUBLIC_URL to the https address at which Sautikit reaches this server, for example the one of your tunnel."
        found.append(Warning("PUBLIC_URL is not set: no real phone can be called.", hint=hint, id="sautiqual.W001"))
    if settings.PUBLIC_URL and not settings.SAUTIKIT_SIGNING_SECRETS:
        hint = "Set SAUTIKIT_SIGNING_SECRETS to the secret of your number; until then the random token of each answer address is the only proof."
        found.append(Warning("Webhooks are not verified by signature.", hint=hint, id="sautiqual.W002"))
    if settings.PUBLIC_URL and settings.DEBUG:
        found.append(Error("DEBUG is on and PUBLIC_URL is set.", hint="Unset DEBUG: its error pages show settings to everyone.", id="sautiqual.E003"))
    return found


@register()
def check_recording_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        recordings.keys()
    except BadKeys as bad:
        return [Error(str(bad), hint="Correct it, or unset it: then recordings are not encrypted.", id="sautiqual.E006")]
    return []


@register(Tags.database)
def check_recordings_open(app_configs: Sequence[AppConfig] | None, databases: Collection[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Encrypted ones whose key is gone are as good as deleted. Only where a database may be asked: at `migrate` and `check --database`."""
    if not databases:
        return []
    try:
        known = recordings.keys().by_id
        locked = dict(Recording.objects.exclude(key_id__in=["", *known]).order_by().values_list("key_id").annotate(n=Count("pk")))
    except (BadKeys, DatabaseError):  # the first is said above; before `migrate` there is no table
        return []
    hint = "Add it to RECORDING_KEY, behind the others; without it they cannot be played or handed to the people on them."
    said = [f"{n} recordings are encrypted with the key {key_id}, which is not set." for key_id, n in locked.items()]
    return [Warning(sentence, hint=hint, id="sautiqual.W003") for sentence in said]


@register()
def check_voice_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A campaign that needs more is refused at its launch; here the installation's own voice is looked at."""
    found: list[CheckMessage] = [Error(sentence, hint="VOICE names it.", id="sautiqual.E004") for sentence in voice_setup.missing(settings.VOICE)]
    if settings.OPENAI_DIALECT not in list(Dialect) or settings.OPENAI_TRUNCATE not in list(Truncate):
        found.append(Error("OPENAI_DIALECT is ga or beta, OPENAI_TRUNCATE is exact or none.", hint="Correct them.", id="sautiqual.E005"))
    return found
