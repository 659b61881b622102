"""The checklist's sentences as people read them: translated, and filled in. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.launch.items import MADE_ELSEWHERE, Key, Minor, Said, State, Value
from campaigns.reports.progress import kes
from leads.retelling import retold
from leads.said import Sentence
from leads.telling import told

TITLES: Mapping[Key, Any] = MappingProxyType(
    {
        Key.STATUS: _("Where it stands"),
        Key.LEADS: _("Leads"),
        Key.SCRIPT: _("Script and disclosure"),
        Key.REHEARSAL: _("Rehearsal"),
        Key.LANGUAGES: _("Languages"),
        Key.VOICE: _("Voice"),
        Key.CLIPS: _("Prepared clips"),
        Key.PLATFORM: _("Phone platform"),
        Key.LINE: _("Phone line"),
        Key.ROUTING: _("Calls to our numbers"),
        Key.PACKS: _("Rules of the markets"),
        Key.CONSENT: _("Consent"),
        Key.DO_NOT_CALL: _("Do-not-call list"),
        Key.HOURS: _("Calling hours"),
        Key.LIMITS: _("Limits"),
        Key.BUDGET: _("Budget"),
        Key.REPS: _("Reps"),
        Key.RECORDING: _("Recording"),
        Key.RETENTION: _("How long it is kept"),
        Key.WEBHOOKS: _("Webhooks"),
        Key.STOP: _("Stop of all dialing"),
        Key.SERVER: _("Server"),
        Key.DIALER: _("Dialer"),
        Key.WORKER: _("Worker"),
        Key.PREFLIGHT: _("Preflight"),
        Key.APPROVAL: _("Approval"),
    }
)
STATES: Mapping[State, Any] = MappingProxyType(
    {State.STOPS: _("stops it"), State.HURTS: _("hurts"), State.UNKNOWN: _("cannot be known here"), State.FINE: _("fine")}
)


def in_words(said: Said) -> str:
    if said.text == MADE_ELSEWHERE:
        return retold(said.values["sentence"])  # type: ignore[arg-type]  # `as_it_is` takes text alone
    return gettext(said.text) % {name: _written(value) for name, value in said.values.items()}


def _written(value: Value) -> str:
    if isinstance(value, Minor):
        return kes(value.minor)
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return told(value) if isinstance(value, Sentence) else str(value)
