"""One line of the launch checklist: its state, what was found, and the mend with the page or the command for it.

Pure. Sentences stand here as they are written for translation, and are filled in and translated where they are shown (`campaigns.launch.words`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class State(StrEnum):
    STOPS = "stops"  # the campaign cannot start, or no phone rings whatever is queued
    HURTS = "hurts"  # it can, and something would go worse than it need
    UNKNOWN = "unknown"  # cannot be known from here
    FINE = "fine"


class Key(StrEnum):
    """In the order of the list."""

    STATUS = "status"
    LEADS = "leads"
    SCRIPT = "script"
    REHEARSAL = "rehearsal"
    LANGUAGES = "languages"
    VOICE = "voice"
    CLIPS = "clips"
    PLATFORM = "platform"
    LINE = "line"
    ROUTING = "routing"
    PACKS = "packs"
    CONSENT = "consent"
    DO_NOT_CALL = "do_not_call"
    HOURS = "hours"
    LIMITS = "limits"
    BUDGET = "budget"
    REPS = "reps"
    RECORDING = "recording"
    RETENTION = "retention"
    WEBHOOKS = "webhooks"
    STOP = "stop"
    SERVER = "server"
    DIALER = "dialer"
    WORKER = "worker"
    PREFLIGHT = "preflight"
    APPROVAL = "approval"


class Page(StrEnum):
    """Where a mend is made."""

    CAMPAIGN = "campaign"
    ENROL = "enrol"
    APPROVE = "approve"
    RUN_PREFLIGHT = "run_preflight"
    PREFLIGHT = "preflight"
    REVISE = "revise"
    SCRIPT = "script"
    CLIPS = "clips"
    LINE = "line"
    CHECK_LINE = "check_line"
    LEADS = "leads"
    DO_NOT_CALL = "do_not_call"
    PACKS = "packs"
    REPS = "reps"
    ORGANISATION = "organisation"
    WEBHOOKS = "webhooks"
    JOBS = "jobs"
    HOME = "home"
    CAMPAIGNS = "campaigns"


@dataclass(frozen=True, slots=True)
class Minor:
    """KES cents."""

    minor: int


Value: TypeAlias = "int | str | datetime | Minor"


def _(text: str) -> str:
    """Marks a sentence for translation; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Said:
    text: str  # with %(name)s for each value
    values: Mapping[str, Value] = field(default_factory=dict)


MADE_ELSEWHERE = "%(sentence)s"


def said(text: str, **values: Value) -> Said:
    return Said(text, values)


def as_it_is(sentence: str) -> Said:
    """A sentence that is made elsewhere."""
    return Said(MADE_ELSEWHERE, {"sentence": sentence})


@dataclass(frozen=True, slots=True)
class Mend:
    words: Said
    page: Page | None = None
    row: int | None = None  # of the page, where it has several
    command: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    key: Key
    state: State
    found: tuple[Said, ...] = ()
    mends: tuple[Mend, ...] = ()


def item(key: Key, state: State, *parts: Said | Mend) -> Item:
    found = tuple(part for part in parts if isinstance(part, Said))
    return Item(key, state, found, tuple(part for part in parts if isinstance(part, Mend)))


def stops(items: tuple[Item, ...]) -> tuple[Item, ...]:
    return tuple(each for each in items if each.state is State.STOPS)
