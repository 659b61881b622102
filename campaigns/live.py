"""Live events: rows that tell other processes what happens, appended and tailed by id. Consoles show them; "note.*" goes to the running call.

A row is visible when its transaction commits, so a tail never shows what was rolled back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils import timezone

from bridge.notes import EndPolitely, NoRep, Note, ProviderEnded, RepAccepted, RepReady, TakeOver, Whisper
from campaigns.models import LiveEvent

POLL_S = 0.1
# PostgreSQL hands out ids before the commit, so a lower id may appear after a higher one was read: for so long it is looked for.
LATE_COMMIT = timedelta(seconds=5)


class Kind(StrEnum):
    CALL_STARTED = "call_started"
    CALLED_US = "called_us"  # a lead calls one of our numbers
    BLOCKED = "blocked"
    POSTPONED = "postponed"  # only the clock is in the way
    RINGING = "ringing"
    ANSWERED = "answered"
    BOT_SAYS = "bot_says"
    CALLEE_SAYS = "callee_says"
    UNDERSTOOD = "understood"
    SCORE = "score"
    HOT = "hot"
    HANDOFF = "handoff"
    OPTED_OUT = "opted_out"
    LED = "led"  # a person of ours leads the call, or what came of that
    NOT_RECORDED = "not_recorded"  # the callee does not want it
    FINISHED = "finished"  # the session is over, the call may go on with a rep
    ENDED = "ended"
    RETRY = "retry"
    CAMPAIGN = "campaign"  # started, paused by itself …; no call
    DIALING = "dialing"  # all of it was stopped, or goes on; no call
    NOTE_REP_ACCEPTED = "note.rep_accepted"
    NOTE_REP_READY = "note.rep_ready"
    NOTE_NO_REP = "note.no_rep"
    NOTE_PROVIDER_ENDED = "note.provider_ended"
    NOTE_END_POLITELY = "note.end_politely"
    NOTE_WHISPER = "note.whisper"
    NOTE_TAKE_OVER = "note.take_over"


WORDS = (Kind.BOT_SAYS, Kind.CALLEE_SAYS)  # many, and each of no use without those before it


def publish(call_id: UUID | str | None, kind: str, payload: Mapping[str, Any] | None = None) -> LiveEvent:
    return publish_all(call_id, kind, [payload or {}])[0]


def publish_all(call_id: UUID | str | None, kind: str, payloads: Sequence[Mapping[str, Any]]) -> list[LiveEvent]:
    """Several of one kind, in one query."""
    return LiveEvent.objects.bulk_create(LiveEvent(call_id=call_id, kind=kind, payload=dict(payload)) for payload in payloads)


def tail(after_id: int, *, limit: int = 500) -> list[LiveEvent]:
    """The next events by id, oldest first. For a reader that must miss none while others write, see `Tail`."""
    return list(LiveEvent.objects.filter(id__gt=after_id).order_by("id")[:limit])


def newest_id() -> int:
    newest = LiveEvent.objects.order_by("-id").values_list("id", flat=True).first()
    return newest or 0


class Tail:
    """One reader's place in the stream. Each event comes once, also those that committed late."""

    def __init__(self, after_id: int, *, prefix: str = "", kinds: Sequence[str] = ()) -> None:
        """`kinds`: these alone; without any, all."""
        self._settled_id = after_id  # everything up to here was read
        self._seen: set[int] = set()
        self._prefix = prefix
        self._kinds = kinds

    def fetch(self) -> list[LiveEvent]:
        """What is new since the last fetch, oldest first."""
        events = LiveEvent.objects.filter(id__gt=self._settled_id, kind__startswith=self._prefix).order_by("id")
        rows = list(events.filter(kind__in=self._kinds) if self._kinds else events)
        fresh = [row for row in rows if row.id not in self._seen]
        self._seen.update(row.id for row in fresh)
        self._forget(rows)
        return fresh

    def _forget(self, rows: list[LiveEvent]) -> None:
        settled_before = timezone.now() - LATE_COMMIT
        self._settled_id = max((row.id for row in rows if row.created_at < settled_before), default=self._settled_id)
        self._seen = {seen_id for seen_id in self._seen if seen_id > self._settled_id}


def as_note(event: LiveEvent) -> Note | None:
    """The note as the bridge knows it; None for a kind it has no word for."""
    match event.kind:
        case Kind.NOTE_REP_ACCEPTED:
            return RepAccepted(rep_name=event.payload["rep_name"])
        case Kind.NOTE_REP_READY:
            return RepReady()
        case Kind.NOTE_NO_REP:
            return NoRep()
        case Kind.NOTE_PROVIDER_ENDED:
            return ProviderEnded()
        case Kind.NOTE_END_POLITELY:
            return EndPolitely()
        case Kind.NOTE_WHISPER:
            return Whisper(event.payload["whisper_id"], event.payload["text"], event.payload["by"])
        case Kind.NOTE_TAKE_OVER:
            return TakeOver(rep_name=event.payload["rep_name"])
    return None
