"""Takes away what was said on calls: recordings with their files, turns, quotes, what the consoles were told, and what reps wrote of their talks.

What the answers came to, the decisions and the flight record stay: they hold no word of a callee. The file goes before its row: a broken run
leaves a row that the next one finds, never a file that nobody knows.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from campaigns.live import Kind
from campaigns.models import Answer, Call, LiveAction, LiveEvent, Recording, ReviewAct, Turn, VoidedAnswer, WrapUp

logger = logging.getLogger(__name__)

TELLS_WORDS = [Kind.BOT_SAYS.value, Kind.CALLEE_SAYS.value, Kind.UNDERSTOOD.value, Kind.NOTE_WHISPER.value]


def take_words(call_ids: Sequence[UUID], *, now: datetime) -> dict[str, int]:
    """Within the caller's transaction; how many of each went. A call whose file cannot be deleted keeps everything until the next run."""
    stuck = delete_files(call_ids)
    ids = [call_id for call_id in call_ids if call_id not in stuck]
    counts = {
        "calls": Call.objects.filter(pk__in=ids).update(words_gone_at=now, recording_refusal=""),
        "recordings": Recording.objects.filter(call__in=ids).delete()[0],
        "turns": Turn.objects.filter(call__in=ids).delete()[0],
        "quotes": Answer.objects.filter(call__in=ids).exclude(quote="").update(quote=""),
        "voided_quotes": VoidedAnswer.objects.filter(call__in=ids).exclude(quote="").update(quote=""),
        "whispers": LiveAction.objects.filter(call__in=ids).exclude(text="").update(text=""),
        "review_reasons": ReviewAct.objects.filter(call__in=ids).exclude(reason="").update(reason=""),
        "write_ups": _of_talks(ids).exclude(notes="", next_step="").update(notes="", next_step=""),
        "live_events": LiveEvent.objects.filter(call__in=ids, kind__in=TELLS_WORDS).delete()[0],
        "files_stuck": len(stuck),
    }
    return {name: n for name, n in counts.items() if n}


def _of_talks(call_ids: Sequence[UUID]) -> QuerySet[WrapUp]:
    """What reps wrote in their own words is about the callee as much as what was said."""
    return WrapUp.objects.filter(reservation__handoff__call__in=call_ids)


def delete_files(call_ids: Sequence[UUID]) -> set[UUID]:
    """Of these calls' recordings; a file that is gone already is no obstacle. Returns the calls whose file could not be deleted."""
    stuck: set[UUID] = set()
    for recording in Recording.objects.filter(call__in=call_ids):
        try:
            recording.file.storage.delete(str(recording.file.name))
        except OSError as problem:
            logger.error("call %s: the file of its recording cannot be deleted (%s)", recording.call_id, type(problem).__name__)
            stuck.add(recording.call_id)
    return stuck
