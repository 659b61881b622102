"""The entries of a check: written by whoever sees something, in any process, and read back as values."""

from __future__ import annotations

from uuid import UUID

from campaigns.line_check.seen import Seen, as_json, from_json, kind_of
from campaigns.models import LineCheckEntry


def note(check_id: UUID, seen: Seen) -> None:
    LineCheckEntry.objects.create(check_of_id=check_id, kind=kind_of(seen), seen=as_json(seen))


def seen_of(check_id: UUID) -> tuple[Seen, ...]:
    """In the order in which they were written."""
    return tuple(from_json(entry.kind, entry.seen) for entry in LineCheckEntry.objects.filter(check_of_id=check_id))
